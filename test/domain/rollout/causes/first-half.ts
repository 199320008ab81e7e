/** Failures of an upgrade with their truth, written before the rules were looked at. */
import { disrupted, ended, refusedPod, type Scene, unschedulable, waits } from './scene.ts'

const issue = (number: number): string => `kubeflow/spark-operator issue ${number}`
const FABRIC8 = 'io.fabric8.kubernetes.client.KubernetesClientException'

export const FIRST_HALF: readonly Scene[] = [
  // Operator: submission.
  {
    is: 'spark-submit of 1.x ends with 1 and says no more',
    source: issue(1622),
    message: 'failed to run spark-submit for SparkApplication default/bigdl-pyspark-ncf: exit status 1',
    truth: ['operator', 'submission'],
  },
  {
    is: 'spark-submit of 1.x is killed for memory inside the operator',
    source: issue(1287),
    message: 'failed to run spark-submit for SparkApplication namespace/job-timestamp: signal: killed',
    truth: ['operator', 'submission'],
  },
  {
    is: 'nothing fills the mode in, since the webhook of 2.x is off',
    source: 'apache/spark SparkSubmitArguments',
    message:
      'failed to submit spark application: failed to run spark-submit: failed to run spark-submit: Exception in thread "main" org.apache.spark.SparkException: --deploy-mode must be either "client" or "cluster".',
    truth: ['operator', 'submission'],
  },
  {
    is: 'the operator cannot make the service of the UI',
    source: 'made',
    message:
      'failed to configure web UI: services is forbidden: User "system:serviceaccount:spark-operator:spark-operator-controller" cannot create resource "services" in API group "" in the namespace "team-a"',
    truth: ['operator', 'rights'],
  },
  // Operator: webhook.
  {
    is: 'the webhook answers 500 since the upgrade',
    source: issue(2524),
    message: refusedPod(
      'Internal error occurred: failed calling webhook "mutate--v1-pod.sparkoperator.k8s.io": failed to call webhook: an error on the server ("{\\"response\\":{\\"uid\\":\\"0\\",\\"allowed\\":false,\\"status\\":{\\"metadata\\":{},\\"code\\":500}}}") has prevented the request from succeeding',
      500,
    ),
    truth: ['operator', 'webhook'],
  },
  {
    is: "the webhook's certificate is of the old authority",
    source: issue(2482),
    message: refusedPod(
      'Internal error occurred: failed calling webhook "mutate--v1-pod.sparkoperator.k8s.io": failed to call webhook: Post "https://spark-operator-webhook-svc.spark-operator.svc:9443/mutate--v1-pod?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      500,
    ),
    truth: ['operator', 'webhook'],
  },
  {
    is: 'nothing answers behind the service of the webhook',
    source: 'kubeflow/community-distribution pull 2889',
    message: refusedPod(
      'Internal error occurred: failed calling webhook "mutate--v1-pod.sparkoperator.k8s.io": failed to call webhook: Post "https://spark-operator-webhook-svc.kubeflow.svc:9443/mutate--v1-pod?timeout=10s": dial tcp 10.96.184.97:9443: i/o timeout',
      500,
    ),
    truth: ['operator', 'webhook'],
  },
  {
    is: 'two webhooks put the same volume into the pod',
    source: 'made: a webhook of 1.x that was left, beside that of 2.x',
    message: refusedPod(
      'Pod "etl-nightly-driver" is invalid: spec.volumes[3].name: Duplicate value: "spark-conf-extra"',
      422,
    ),
    truth: ['undecided', 'submission'],
  },
  // Operator: rights.
  {
    is: 'the operator may not make pods in a namespace that its new chart does not list',
    source: issue(801),
    message: refusedPod(
      'Forbidden!Configured service account doesn\'t have access. Service account may have been revoked. pods is forbidden: User "system:serviceaccount:spark-operator:spark-operator-controller" cannot create resource "pods" in API group "" in the namespace "system"',
    ),
    truth: ['operator', 'rights'],
  },
  {
    is: 'the same, where the rest of the answer was cut off',
    source: issue(801),
    message:
      'failed to run spark-submit for SparkApplication system/spark-pi: Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://10.96.0.1/api/v1/namespaces/system/pods. Message: Forbidden!Configured service account doesn\'t have access.',
    truth: ['operator', 'rights'],
  },
  {
    is: 'the service account of drivers went with the old chart',
    source: 'made',
    message: refusedPod(
      'pods "etl-nightly-driver" is forbidden: error looking up service account jobs/spark-operator-spark: serviceaccount "spark-operator-spark" not found',
    ),
    truth: ['operator', 'rights'],
  },
  {
    is: "the driver may not look at itself: its Role went with the old chart, and the driver's log ends with it",
    source: issue(755),
    driver: ended(
      1,
      'Error',
      `Exception in thread "main" org.apache.spark.SparkException: External scheduler cannot be instantiated\nCaused by: ${FABRIC8}: Failure executing: GET at: https://kubernetes.default.svc/api/v1/namespaces/default/pods/spark-pi-spark-driver. Message: Forbidden!Configured service account doesn't have access. Service account may have been revoked. pods "spark-pi-spark-driver" is forbidden: User "system:serviceaccount:default:spark-pi-spark-spark" cannot get resource "pods" in API group "" in the namespace "default".`,
    ),
    truth: ['operator', 'rights'],
  },
  // Operator: duplicate and lost drivers.
  {
    is: 'the controller submits twice',
    source: issue(2573),
    message: 'failed to submit spark application: failed to run spark-submit: driver pod already exist',
    truth: ['operator', 'duplicate-driver'],
  },
  {
    is: 'the API server says that the driver is there',
    source: 'made',
    message: refusedPod('object is being deleted: pods "etl-nightly-driver" already exists', 409),
    truth: ['operator', 'duplicate-driver'],
  },
  {
    is: 'the operator fails an application whose driver runs on, after it was killed between the two',
    source: 'seen with 2.5.2: restartPolicy Never, the controller killed before the status was written',
    driver: { phase: 'Running' },
    events: [],
    truth: ['operator', 'duplicate-driver'],
  },
  {
    is: 'the driver is gone before the operator looked, and no node went',
    source: issue(2755),
    message: 'driver pod not found',
    events: [],
    truth: ['operator', 'driver-lost'],
  },
  {
    is: 'the same in the words of 1.x',
    source: issue(795),
    message: 'Driver Pod not found',
    events: [],
    truth: ['operator', 'driver-lost'],
  },
  { is: 'nobody takes it up', source: issue(1999), state: '', truth: ['operator', 'not-taken-up'] },
  // Operator: fields that the definition does not know.
  {
    is: 'archives were pruned, so the Python environment is missing',
    source: 'deps.archives is new in 2.1.0; the definition is older',
    applied: { deps: { archives: ['s3a://envs/etl.tar.gz#environment'] } },
    driver: ended(1, 'Error', "ModuleNotFoundError: No module named 'pyarrow'"),
    before: ['completed', 'completed', 'completed'],
    truth: ['operator', 'pruned-field'],
  },
  {
    is: 'the memory limit was pruned, and the kernel killed the driver',
    source: 'memoryLimit is new in 2.2.0',
    applied: { driver: { memory: '4g', memoryLimit: '8Gi' } },
    spec: { driver: { memory: '4g' } },
    driver: ended(137, 'OOMKilled'),
    before: ['completed', 'completed'],
    truth: ['operator', 'pruned-field'],
  },
  {
    is: 'a pod template was pruned with its tolerations, so no node takes the driver',
    source: 'driver.template is new in 2.1.0',
    scheduled: { driver: { template: { spec: { tolerations: [{ key: 'spark', operator: 'Exists' }] } } } },
    state: 'SUBMITTED',
    driver: unschedulable('0/12 nodes are available: 12 node(s) had untolerated taint {spark: }.'),
    before: ['completed'],
    truth: ['operator', 'pruned-field'],
  },
  // Platform.
  {
    is: 'the node ran short of disk',
    source: 'made',
    driver: {
      ...ended(137),
      reason: 'Evicted',
      message: 'The node was low on resource: ephemeral-storage. Threshold quantity: 5Gi, available: 3Gi.',
    },
    truth: ['platform', 'driver-lost'],
  },
  {
    is: 'the node did not answer any more',
    source: issue(1847),
    driver: disrupted('DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint'),
    truth: ['platform', 'driver-lost'],
  },
  {
    is: 'there is no room',
    source: issue(1275),
    state: 'SUBMITTED',
    driver: unschedulable('0/5 nodes are available: 5 Insufficient cpu. preemption: 0/5 nodes are available.'),
    truth: ['platform', 'scheduling'],
  },
  {
    is: 'the registry does not have the image',
    source: 'made',
    state: 'SUBMITTED',
    driver: waits('ImagePullBackOff', 'Back-off pulling image "registry.corp/spark:3.5.3"'),
    truth: ['platform', 'image'],
  },
  {
    is: 'the quota is used up',
    source: 'made',
    message: refusedPod(
      'pods "etl-nightly-driver" is forbidden: exceeded quota: team-a, requested: limits.cpu=4, used: limits.cpu=96, limited: limits.cpu=96',
    ),
    truth: ['platform', 'quota'],
  },
  {
    is: 'the namespace became restricted',
    source: 'made',
    message: refusedPod(
      'pods "etl-nightly-driver" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "spark-kubernetes-driver" must set securityContext.allowPrivilegeEscalation=false)',
    ),
    truth: ['platform', 'webhook'],
  },
  // The job.
  {
    is: 'the query names a column that is not there',
    source: 'made',
    driver: ended(
      1,
      'Error',
      'Exception in thread "main" org.apache.spark.sql.AnalysisException: [UNRESOLVED_COLUMN.WITH_SUGGESTION] A column or function parameter with name `amout` cannot be resolved.',
    ),
    truth: ['job', 'exit-code'],
  },
  { is: 'the driver ends with 1 and says nothing', source: 'made', driver: ended(1), truth: ['job', 'exit-code'] },
  {
    is: 'the driver used more memory than its limit',
    source: issue(766),
    driver: ended(137, 'OOMKilled'),
    before: ['F50', 'completed', 'F50'],
    truth: ['job', 'out-of-memory'],
  },
  {
    is: 'the main class is misspelt',
    source: 'made',
    driver: ended(101, 'Error', 'Error: Failed to load class com.acme.Etl.'),
    truth: ['job', 'exit-code'],
  },
  {
    is: 'the jar is not where it was',
    source: 'made',
    message:
      'failed to submit spark application: failed to run spark-submit: failed to run spark-submit: Exception in thread "main" java.io.FileNotFoundException: No such file or directory: s3a://jars/etl-1.4.jar',
    truth: ['job', 'missing-reference'],
  },
  // What nothing tells.
  {
    is: 'killed, and nothing says by whom',
    source: 'made',
    driver: ended(137),
    truth: ['undecided', 'driver-lost'],
  },
  {
    is: 'the driver was told to end, and did not in time',
    source: issue(2775),
    driver: ended(143),
    truth: ['undecided', 'driver-lost'],
  },
  { is: 'nothing is left of it', source: 'made', truth: ['undecided', 'undecided'] },
]
