/** Constructed failures with their truth, in the words of the API server, the kubelet, YuniKorn and the operators. */

export interface FailureCase {
  is: string
  state?: string
  /** `applicationState.errorMessage` */
  message?: string
  /** The status of the driver pod; undefined: there is none. */
  driver?: Record<string, unknown>
  executors?: Record<string, unknown>[]
  /** `Reason: message` of warnings about the driver; undefined: events were not seen. */
  events?: string[] | undefined
  spec?: Record<string, unknown>
  /** Class, origin, and a part of the reason; undefined: nothing is wrong. */
  truth: [kind: string, origin: string, says: RegExp] | undefined
}

const submit = (text: string): string =>
  `failed to submit spark application: failed to run spark-submit: failed to run spark-submit: 26/11/20 10:00:00 WARN Utils: slow\nException in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://10.0.0.1/api/v1/namespaces/jobs/pods. Message: ${text}. Received status: Status(code=403)\n\tat io.fabric8.Foo.bar(Foo.java:1)`
export const ended = (exitCode: number, reason = 'Error', message?: string): Record<string, unknown> => ({
  phase: 'Failed',
  containerStatuses: [
    { name: 'spark-kubernetes-driver', restartCount: 0, state: { terminated: { exitCode, reason, message } } },
  ],
})
export const waiting = (reason: string, message?: string): Record<string, unknown> => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'spark-kubernetes-driver', restartCount: 0, state: { waiting: { reason, message } } }],
})
const gone = (reason: string, message = '', more: Record<string, unknown> = ended(137)): Record<string, unknown> => ({
  ...more,
  phase: 'Failed',
  reason,
  message,
})
const disrupted = (reason: string): Record<string, unknown> => ({
  ...ended(143),
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'it had to go' }],
})
const unscheduled = (message: string): Record<string, unknown> => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
})
const running = { phase: 'Running' }
const four = <T>(one: T): T[] => [one, one, one, one]

export const CASES: FailureCase[] = [
  // The operator's side.
  {
    is: "the operator's webhook is down",
    state: 'SUBMISSION_FAILED',
    message: submit(
      'Internal error occurred: failed calling webhook "mutate--v1-pod.sparkoperator.k8s.io": failed to call webhook: Post "https://x": context deadline exceeded',
    ),
    truth: ['webhook', 'operator', /could not be asked.*deadline exceeded/],
  },
  {
    is: "the operator's webhook refuses",
    state: 'SUBMISSION_FAILED',
    message: submit(
      'admission webhook "mutate--v1-pod.sparkoperator.k8s.io" denied the request: failed to mutate Spark pod: executor container not found in pod',
    ),
    truth: ['webhook', 'operator', /refused: failed to mutate/],
  },
  {
    is: 'webhook of 1.x',
    state: 'FAILED',
    message: submit('admission webhook "webhook.sparkoperator.k8s.io" denied the request: x'),
    truth: ['webhook', 'operator', /webhook\.sparkoperator/],
  },
  {
    is: 'rights of the operator',
    state: 'SUBMISSION_FAILED',
    message: submit(
      'pods is forbidden: User "system:serviceaccount:spark:op" cannot create resource "pods" in API group "" in the namespace "jobs"',
    ),
    truth: ['rights', 'operator', /may not create pods/],
  },
  {
    is: 'the service account is gone',
    state: 'FAILED',
    message: submit(
      'pods "x" is forbidden: error looking up service account jobs/spark: serviceaccount "spark" not found',
    ),
    truth: ['rights', 'operator', /jobs\/spark/],
  },
  {
    is: 'two drivers',
    state: 'SUBMISSION_FAILED',
    message: 'failed to submit spark application: failed to run spark-submit: driver pod already exist',
    truth: ['duplicate-driver', 'operator', /already|there/],
  },
  {
    is: 'no mode, webhook off',
    state: 'FAILED',
    message:
      'failed to run spark-submit: Exception in thread "main" org.apache.spark.SparkException: --deploy-mode must be either "client" or "cluster"',
    truth: ['submission', 'operator', /spec\.mode/],
  },
  {
    is: 'spark-submit was killed',
    state: 'FAILED',
    message:
      'failed to submit spark application: failed to run spark-submit: failed to run spark-submit: signal: killed',
    truth: ['submission', 'operator', /killed inside the operator/],
  },
  {
    is: 'the service of the UI',
    state: 'SUBMISSION_FAILED',
    message: 'failed to configure web UI: services "x-ui-svc" is invalid',
    truth: ['submission', 'operator', /configure web UI/],
  },
  {
    is: 'a submission that nothing explains',
    state: 'FAILED',
    message: 'failed to submit spark application: failed to run spark-submit: exit status 1',
    truth: ['submission', 'operator', /exit status 1/],
  },
  { is: 'half submitted', state: '', driver: running, truth: ['duplicate-driver', 'operator', /does not know/] },
  {
    is: 'failed, and its driver runs on',
    state: 'FAILED',
    driver: running,
    truth: ['duplicate-driver', 'operator', /runs on/],
  },
  {
    is: 'a refusal whose end was cut off',
    state: 'SUBMISSION_FAILED',
    message: "failed to run spark-submit: Message: Forbidden!Configured service account doesn't have access.",
    truth: ['rights', 'operator', /refused/],
  },
  {
    is: 'a driver that may not make its executors',
    driver: ended(
      1,
      'Error',
      'Message: pods is forbidden: User "system:serviceaccount:jobs:spark" cannot create resource "pods" in API group ""',
    ),
    truth: ['rights', 'operator', /jobs:spark may not create pods/],
  },
  {
    is: 'a job that reads secrets with rights it does not have',
    driver: ended(
      1,
      'Error',
      'secrets "db" is forbidden: User "system:serviceaccount:jobs:spark" cannot get resource "secrets" in API group ""',
    ),
    truth: ['exit-code', 'job', /secrets/],
  },
  { is: 'nobody takes it up', state: '', truth: ['not-taken-up', 'operator', /no operator/] },
  {
    is: 'the driver vanished, events seen',
    state: 'FAILED',
    message: 'driver pod not found',
    events: [],
    truth: ['driver-lost', 'operator', /no event says/],
  },
  {
    is: 'only an event tells that no node fits',
    state: 'SUBMITTED',
    driver: { phase: 'Pending' },
    events: ['FailedScheduling: 0/5 nodes are available: 5 had untolerated taint {dedicated: x}.'],
    truth: ['scheduling', 'platform', /no node: 0\/5 nodes/],
  },
  {
    is: 'the driver vanished, the scheduler took it',
    state: 'FAILED',
    message: 'driver pod not found',
    events: ['FailedMount: secret "late" not found', 'Preempted: Preempted by pod 7f1c on node n1'],
    truth: ['driver-lost', 'platform', /preempted: Preempted by pod 7f1c/],
  },
  {
    is: 'the driver vanished with its node',
    state: 'FAILED',
    message: 'driver pod not found',
    events: ['TaintManagerEviction: Marking for deletion Pod jobs/etl-driver'],
    truth: ['driver-lost', 'platform', /node of the driver went away/],
  },
  {
    is: 'only the event of an eviction is left',
    state: 'FAILED',
    driver: { phase: 'Failed' },
    events: ['Evicted: The node was low on resource: memory.'],
    truth: ['driver-lost', 'platform', /evicted: The node was low/],
  },
  { is: 'status says it runs, no driver', state: 'RUNNING', events: [], truth: ['driver-lost', 'operator', /gone/] },
  {
    is: 'its metrics map is missing',
    state: 'SUBMITTED',
    driver: waiting('ContainerCreating'),
    events: ['FailedMount: MountVolume.SetUp failed for volume "x" : configmap "etl-prom-conf" not found'],
    truth: ['submission', 'operator', /etl-prom-conf/],
  },
  {
    is: "Spark's own map is missing",
    state: 'SUBMITTED',
    driver: waiting('ContainerCreating'),
    events: ['FailedMount: configmap "spark-drv-0123456789abcdef-conf-map" not found'],
    truth: ['submission', 'operator', /spark-drv/],
  },
  // The platform's side.
  {
    is: 'a foreign webhook refuses',
    state: 'FAILED',
    message: submit('admission webhook "validate.kyverno.svc-fail" denied the request: no latest tags'),
    truth: ['webhook', 'platform', /kyverno.*no latest/],
  },
  {
    is: 'a foreign webhook is down',
    state: 'FAILED',
    message: submit(
      'failed calling webhook "namespace.sidecar-injector.istio.io": failed to call webhook: no endpoints',
    ),
    truth: ['webhook', 'platform', /istio/],
  },
  {
    is: 'a policy refuses',
    state: 'FAILED',
    message: submit(
      "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'no-root' with binding 'all' denied request: root is not allowed",
    ),
    truth: ['webhook', 'platform', /no-root/],
  },
  {
    is: 'Pod Security',
    state: 'FAILED',
    message: submit(
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    ),
    truth: ['webhook', 'platform', /restricted/],
  },
  {
    is: 'quota',
    state: 'FAILED',
    message: submit(
      'pods "x" is forbidden: exceeded quota: compute, requested: limits.cpu=4, used: limits.cpu=8, limited: limits.cpu=10',
    ),
    truth: ['quota', 'platform', /quota compute/],
  },
  {
    is: 'LimitRange',
    state: 'FAILED',
    message: submit('pods "x" is forbidden: maximum memory usage per Container is 2Gi, but limit is 4Gi'),
    truth: ['quota', 'platform', /LimitRange/],
  },
  {
    is: 'priority class',
    state: 'FAILED',
    message: submit('pods "x" is forbidden: no PriorityClass with name spark-high was found'),
    truth: ['missing-reference', 'platform', /spark-high/],
  },
  {
    is: 'no way to the API server',
    state: 'FAILED',
    message: 'failed to run spark-submit: java.net.UnknownHostException: kubernetes.default.svc',
    truth: ['submission', 'platform', /could not reach/],
  },
  {
    is: 'image back-off',
    state: 'SUBMITTED',
    driver: waiting('ImagePullBackOff', 'Back-off pulling image "spark:nope"'),
    truth: ['image', 'platform', /spark:nope/],
  },
  {
    is: 'a wrong image name',
    state: 'SUBMITTED',
    driver: waiting('InvalidImageName', 'couldn\'t parse image "A:B:C"'),
    truth: ['image', 'platform', /InvalidImageName/],
  },
  {
    is: 'no node fits',
    state: 'SUBMITTED',
    driver: unscheduled('0/3 nodes are available: 3 Insufficient memory.'),
    truth: ['scheduling', 'platform', /Insufficient memory/],
  },
  {
    is: 'YuniKorn rejects',
    state: 'FAILED',
    driver: gone('ApplicationRejected', 'queue root.x does not exist', { phase: 'Failed' }),
    truth: ['scheduling', 'platform', /root\.x/],
  },
  {
    is: 'YuniKorn says so by event',
    state: 'SUBMITTED',
    driver: { phase: 'Pending' },
    events: ['ApplicationFailed: Application spark-1 scheduling failed, reason: placement'],
    truth: ['scheduling', 'platform', /placement/],
  },
  {
    is: 'evicted for its disk',
    state: 'FAILED',
    driver: gone('Evicted', 'The node was low on resource: ephemeral-storage.'),
    truth: ['driver-lost', 'platform', /ephemeral-storage/],
  },
  {
    is: 'preempted',
    state: 'FAILED',
    driver: disrupted('PreemptionByScheduler'),
    truth: ['driver-lost', 'platform', /preempted/],
  },
  {
    is: 'drained',
    state: 'FAILED',
    driver: disrupted('EvictionByEvictionAPI'),
    truth: ['driver-lost', 'platform', /drain/],
  },
  {
    is: 'the node died',
    state: 'FAILED',
    driver: disrupted('DeletionByTaintManager'),
    truth: ['driver-lost', 'platform', /node/],
  },
  {
    is: 'the node shut down',
    state: 'FAILED',
    driver: gone('Terminated', 'Pod was terminated in response to imminent node shutdown.'),
    truth: ['driver-lost', 'platform', /shutdown/],
  },
  {
    is: 'the node does not answer',
    state: 'UNKNOWN',
    driver: { phase: 'Unknown' },
    truth: ['driver-lost', 'platform', /does not answer/],
  },
  {
    is: 'the node refuses',
    state: 'FAILED',
    driver: gone('OutOfcpu', "Node didn't have enough resource: cpu", { phase: 'Failed' }),
    truth: ['scheduling', 'platform', /OutOfcpu/],
  },
  {
    is: 'a volume does not attach',
    state: 'SUBMITTED',
    driver: waiting('ContainerCreating'),
    events: ['FailedAttachVolume: Multi-Attach error for volume "pvc-1"'],
    truth: ['node-setup', 'platform', /Multi-Attach/],
  },
  {
    is: 'executors find no image',
    state: 'RUNNING',
    driver: running,
    executors: [waiting('ErrImagePull', 'not found')],
    truth: ['executors', 'platform', /1 executors do not start/],
  },
  {
    is: 'executors were evicted',
    state: 'FAILED',
    driver: ended(1),
    executors: four(gone('Evicted', 'low on memory')),
    truth: ['executors', 'platform', /4 executors were lost/],
  },
  // The job's side.
  {
    is: 'OOMKilled',
    state: 'FAILED',
    driver: ended(137, 'OOMKilled'),
    truth: ['out-of-memory', 'job', /more memory than its limit/],
  },
  {
    is: 'OOMKilled, pod gone',
    state: 'FAILED',
    message: 'driver container failed with ExitCode: 137, Reason: OOMKilled',
    truth: ['out-of-memory', 'job', /limit/],
  },
  {
    is: 'heap',
    state: 'FAILED',
    driver: ended(1, 'Error', 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space'),
    truth: ['out-of-memory', 'job', /heap/],
  },
  { is: 'exit 52', state: 'FAILED', driver: ended(52), truth: ['out-of-memory', 'job', /exit 52/] },
  {
    is: 'exit code',
    state: 'FAILED',
    message: 'driver container failed with ExitCode: 1, Reason: Error',
    driver: ended(1),
    truth: ['exit-code', 'job', /exit code 1; its log/],
  },
  {
    is: 'exit code, pod gone',
    state: 'FAILED',
    message: 'driver container failed with ExitCode: 3, Reason: Error',
    truth: ['exit-code', 'job', /exit code 3; its pod is gone/],
  },
  {
    is: 'exception in the termination message',
    state: 'FAILED',
    driver: ended(1, 'Error', 'noise\nCaused by: java.sql.SQLException: no table\n\tat x.y(Z.java:1)'),
    truth: ['exit-code', 'job', /no table/],
  },
  { is: 'no main class', state: 'FAILED', driver: ended(101), truth: ['exit-code', 'job', /main class/] },
  {
    is: 'no main class at submission',
    state: 'FAILED',
    message: 'failed to run spark-submit: Error: Failed to load class org.example.Main.',
    truth: ['submission', 'job', /org\.example\.Main/],
  },
  {
    is: 'a jar that is not there',
    state: 'FAILED',
    message:
      'failed to run spark-submit: Exception in thread "main" java.io.FileNotFoundException: No such file or directory: s3a://jars/app.jar',
    truth: ['missing-reference', 'job', /s3a:\/\/jars/],
  },
  {
    is: 'a program that is not there',
    state: 'FAILED',
    driver: ended(128, 'StartError', 'exec: "/opt/entrypoint.sh": no such file'),
    truth: ['exit-code', 'job', /cannot start \(StartError\)/],
  },
  {
    is: 'a Secret that is not there',
    state: 'SUBMITTED',
    driver: waiting('CreateContainerConfigError', 'secret "db" not found'),
    truth: ['missing-reference', 'job', /secret db/],
  },
  {
    is: 'deadline',
    state: 'FAILED',
    driver: gone('DeadlineExceeded', 'Pod was active on the node longer than the specified deadline'),
    truth: ['deadline', 'job', /activeDeadlineSeconds/],
  },
  {
    is: 'executors out of memory',
    state: 'FAILED',
    driver: ended(1),
    executors: four(ended(137, 'OOMKilled')),
    truth: ['executors', 'job', /4 executors ran out of memory/],
  },
  {
    is: 'three lost executors of four tries do not explain it',
    state: 'FAILED',
    driver: ended(1),
    executors: four(ended(137, 'OOMKilled')).slice(1),
    truth: ['exit-code', 'job', /exit code 1/],
  },
  {
    is: 'two tries only',
    state: 'FAILED',
    driver: ended(1),
    executors: four(ended(137, 'OOMKilled')).slice(2),
    spec: { sparkConf: { 'spark.task.maxFailures': '2' } },
    truth: ['executors', 'job', /2 executors/],
  },
  // What cannot be told, and what is no failure.
  {
    is: 'a mount without its volume',
    state: 'SUBMISSION_FAILED',
    message: 'failed to submit spark application: failed to build spark-submit arguments: volume data not found',
    truth: ['missing-reference', 'job', /volume data/],
  },
  {
    is: 'executors failed by themselves',
    state: 'FAILED',
    driver: ended(1),
    executors: four(ended(1)),
    truth: ['executors', 'job', /4 executors failed: exit=1/],
  },
  {
    is: 'executors lack a Secret',
    state: 'RUNNING',
    driver: running,
    executors: [waiting('CreateContainerConfigError', 'secret "db" not found')],
    truth: ['executors', 'job', /do not start/],
  },
  {
    is: 'killed, and its pod is gone',
    state: 'FAILED',
    message: 'driver container failed with ExitCode: 143, Reason: Error',
    truth: ['driver-lost', 'undecided', /killed \(exit 143\)/],
  },
  {
    is: 'the container was never seen',
    state: 'FAILED',
    message: 'driver container status missing',
    truth: ['undecided', 'undecided', /before its container/],
  },
  {
    is: 'killed by nobody known',
    state: 'FAILED',
    driver: ended(137),
    truth: ['driver-lost', 'undecided', /nothing says by whom/],
  },
  {
    is: 'the driver vanished, events not seen',
    state: 'FAILED',
    message: 'driver pod not found',
    truth: ['driver-lost', 'undecided', /cannot be told/],
  },
  {
    is: 'too many executors, none left',
    state: 'FAILED',
    driver: ended(11),
    truth: ['executors', 'undecided', /exit 11/],
  },
  {
    is: 'a pod the server finds invalid',
    state: 'FAILED',
    message: submit('Pod "x" is invalid: spec.volumes[3].name: Duplicate value: "data"'),
    truth: ['submission', 'undecided', /spec\.volumes\[3\]\.name/],
  },
  { is: 'failed, and nothing is left', state: 'FAILED', truth: ['undecided', 'undecided', /nothing that is left/] },
  {
    is: 'failed with words that no rule knows',
    state: 'FAILED',
    message: 'the moon was full',
    truth: ['undecided', 'undecided', /nothing/],
  },
  {
    is: 'completed in spite of dead executors',
    state: 'COMPLETED',
    driver: { phase: 'Succeeded' },
    executors: four(ended(137, 'OOMKilled')),
    truth: undefined,
  },
  {
    is: 'runs, though its volume came late',
    state: 'RUNNING',
    driver: running,
    events: ['FailedMount: timed out'],
    truth: undefined,
  },
  { is: 'starts, as all do', state: 'SUBMITTED', driver: waiting('ContainerCreating'), events: [], truth: undefined },
  {
    is: 'a late volume does not explain an exit code',
    state: 'FAILED',
    driver: ended(1),
    events: ['FailedMount: timed out'],
    truth: ['exit-code', 'job', /exit code 1/],
  },
  { is: 'suspended', state: 'SUSPENDED', spec: { suspend: true }, truth: undefined },
  {
    is: 'the message of a former attempt',
    state: 'RUNNING',
    message: submit('exceeded quota: q, requested: pods=1'),
    driver: running,
    truth: undefined,
  },
]
