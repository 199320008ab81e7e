/** Failures of an upgrade with their truth, written after the rules and not tried while they were. */
import { disrupted, ended, refusedPod, type Scene, waits } from './scene.ts'

const issue = (number: number): string => `kubeflow/spark-operator issue ${number}`

export const SECOND_HALF: readonly Scene[] = [
  // Operator.
  {
    is: 'the batch scheduler is not known to the new operator',
    source: 'kubeflow/spark-operator controller.go',
    message:
      'failed to process batch scheduler: failed to get batch scheduler: failed to initialize scheduler: unknown batch scheduler volcano2',
    truth: ['operator', 'submission'],
  },
  {
    is: 'the map for metrics cannot be made',
    source: 'kubeflow/spark-operator monitoring_config.go',
    message:
      'failed to configure Prometheus monitoring: failed to create/update Prometheus ConfigMap: Operation cannot be fulfilled',
    truth: ['operator', 'submission'],
  },
  {
    is: "the operator's own quota webhook refuses the pod's application",
    source: 'made',
    message: refusedPod(
      'admission webhook "mutate--v1-pod.sparkoperator.k8s.io" denied the request: failed to mutate Spark pod: failed to add volume: volume spark-local-dir-1 not found',
    ),
    truth: ['operator', 'webhook'],
  },
  {
    is: 'the webhook of 1.x was left registered with nobody behind it',
    source: 'facts of 1.x: the configuration is deleted at SIGTERM only',
    message: refusedPod(
      'Internal error occurred: failed calling webhook "webhook.sparkoperator.k8s.io": failed to call webhook: Post "https://spark-operator-webhook.spark-operator.svc:443/webhook?timeout=30s": service "spark-operator-webhook" not found',
      500,
    ),
    truth: ['operator', 'webhook'],
  },
  {
    is: 'executors are refused by the webhook until the job gives up',
    source: 'made',
    driver: {
      ...ended(
        1,
        'Error',
        'Exception in thread "main" org.apache.spark.SparkException: Failure executing: POST at: https://kubernetes.default.svc/api/v1/namespaces/jobs/pods. Message: Internal error occurred: failed calling webhook "mutate--v1-pod.sparkoperator.k8s.io": failed to call webhook: no endpoints available for service "spark-operator-webhook-svc"',
      ),
    },
    truth: ['operator', 'webhook'],
  },
  {
    is: 'the driver may not make executors',
    source: 'made',
    driver: ended(
      1,
      'Error',
      'Message: pods is forbidden: User "system:serviceaccount:etl:spark-operator-spark" cannot create resource "pods" in API group "" in the namespace "etl". Received status: Status(code=403)',
    ),
    truth: ['operator', 'rights'],
  },
  {
    is: 'the driver may not watch its executors',
    source: 'made',
    driver: ended(
      1,
      'Error',
      'ERROR Utils: Uncaught exception in thread main\npods is forbidden: User "system:serviceaccount:etl:spark" cannot watch resource "pods" in API group "" in the namespace "etl"',
    ),
    truth: ['operator', 'rights'],
  },
  {
    is: 'the token of the operator died with its account',
    source: issue(1554),
    message:
      'failed to submit spark application: failed to run spark-submit: failed to run spark-submit: Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://10.96.0.1/api/v1/namespaces/jobs/pods. Message: Unauthorized! Token may have expired! Please log-in again. Unauthorized.',
    truth: ['operator', 'rights'],
  },
  {
    is: 'the driver of the former attempt is still there',
    source: 'made',
    message: refusedPod('pods "etl-nightly-driver" already exists', 409),
    truth: ['operator', 'duplicate-driver'],
  },
  {
    is: 'half submitted: a driver runs, and the status is empty',
    source: issue(2788),
    state: '',
    driver: { phase: 'Running' },
    truth: ['operator', 'duplicate-driver'],
  },
  {
    is: 'the status says it runs, and there is no driver',
    source: issue(795),
    state: 'RUNNING',
    events: [],
    truth: ['operator', 'driver-lost'],
  },
  {
    is: "Spark's own map was taken away before the driver began",
    source: 'made',
    state: 'SUBMITTED',
    driver: waits('ContainerCreating', ''),
    events: [
      'FailedMount: MountVolume.SetUp failed for volume "spark-conf-volume-driver" : configmap "spark-drv-8a1d2f9c4b7e6a50-conf-map" not found',
    ],
    truth: ['operator', 'submission'],
  },
  {
    is: 'a priority class was pruned from the executor, and the job was starved',
    source: 'priorityClassName is new in 2.0.0',
    scheduled: { executor: { cores: 1, instances: 2, priorityClassName: 'etl-high' } },
    driver: ended(1, 'Error', 'SparkException: Job aborted: no executors within 600 s'),
    before: ['completed', 'completed'],
    truth: ['operator', 'pruned-field'],
  },
  {
    is: 'a port in a list was pruned',
    source: 'driver.ports is newer than 1.3.8',
    applied: { driver: { cores: 1, ports: [{ name: 'ui', containerPort: 4040 }] } },
    driver: ended(1),
    before: ['completed'],
    truth: ['operator', 'pruned-field'],
  },
  // Fields were dropped, and it was something else.
  {
    is: 'a label was dropped as in every run before, and the query is wrong',
    source: 'made',
    applied: { sparkUIOptions: { serviceLabels: { team: 'etl' } } },
    borne: ['spec.sparkUIOptions'],
    driver: ended(1, 'Error', 'org.apache.spark.sql.catalyst.parser.ParseException: Syntax error at or near from'),
    before: ['completed', 'completed'],
    truth: ['job', 'exit-code'],
  },
  {
    is: 'a field was dropped, and the quota is used up',
    source: 'made',
    applied: { deps: { archives: ['a.tar.gz'] } },
    message: refusedPod(
      'pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=50, limited: pods=50',
    ),
    truth: ['platform', 'quota'],
  },
  {
    is: 'a field was dropped, and the node went down',
    source: 'made',
    applied: { driver: { cores: 1, memoryLimit: '8Gi' } },
    driver: disrupted('TerminationByKubelet', 'The node had condition: [MemoryPressure].', 137),
    truth: ['platform', 'driver-lost'],
  },
  {
    is: 'nothing was dropped: what was applied is there',
    source: 'made',
    applied: {},
    driver: ended(1, 'Error', 'java.lang.NullPointerException'),
    truth: ['job', 'exit-code'],
  },
  // Platform.
  {
    is: 'a policy engine refuses the image',
    source: 'made',
    message: refusedPod(
      'admission webhook "validate.kyverno.svc-fail" denied the request: resource Pod/jobs/etl-nightly-driver was blocked due to the following policies: require-registry',
    ),
    truth: ['platform', 'webhook'],
  },
  {
    is: 'the webhook of the mesh is down',
    source: 'made',
    message: refusedPod(
      'Internal error occurred: failed calling webhook "namespace.sidecar-injector.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/inject?timeout=10s": context deadline exceeded',
      500,
    ),
    truth: ['platform', 'webhook'],
  },
  {
    is: 'a LimitRange is lower than what is asked for',
    source: 'made',
    message: refusedPod('pods "x" is forbidden: maximum memory usage per Container is 16Gi, but limit is 18Gi'),
    truth: ['platform', 'quota'],
  },
  {
    is: 'the node is shut down',
    source: 'made',
    driver: {
      ...ended(143),
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
    },
    truth: ['platform', 'driver-lost'],
  },
  {
    is: 'a node is drained',
    source: 'made',
    driver: disrupted('EvictionByEvictionAPI', 'Eviction API: evicting'),
    truth: ['platform', 'driver-lost'],
  },
  {
    is: 'a more important pod needs the room',
    source: 'made',
    driver: disrupted('PreemptionByScheduler', 'default-scheduler: preempting to accommodate a higher priority pod'),
    truth: ['platform', 'driver-lost'],
  },
  {
    is: 'YuniKorn gives up on the gang',
    source: 'apache/yunikorn-k8shim application.go',
    driver: { phase: 'Failed', reason: 'ResourceReservationTimeout', message: 'ResourceReservationTimeout' },
    truth: ['platform', 'scheduling'],
  },
  {
    is: 'the volume cannot be attached',
    source: 'made',
    state: 'SUBMITTED',
    driver: waits('ContainerCreating', ''),
    events: [
      'FailedAttachVolume: Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node',
    ],
    truth: ['platform', 'node-setup'],
  },
  {
    is: 'the registry wants a login',
    source: 'made',
    state: 'SUBMITTED',
    driver: waits('ErrImagePull', 'failed to authorize: failed to fetch anonymous token: 401 Unauthorized'),
    truth: ['platform', 'image'],
  },
  // The job.
  {
    is: 'the heap is too small',
    source: 'made',
    driver: ended(52, 'Error', 'java.lang.OutOfMemoryError: Java heap space'),
    truth: ['job', 'out-of-memory'],
  },
  {
    is: 'executors run out of memory until a stage fails',
    source: issue(766),
    driver: ended(1),
    executors: [1, 2, 3, 4].map(() => ended(137, 'OOMKilled')),
    truth: ['job', 'executors'],
  },
  {
    is: 'a secret that the job mounts is not there',
    source: 'made',
    state: 'SUBMITTED',
    driver: waits('CreateContainerConfigError', 'secret "warehouse-login" not found'),
    truth: ['job', 'missing-reference'],
  },
  {
    is: 'the bucket says no',
    source: 'made',
    driver: ended(
      1,
      'Error',
      'java.nio.file.AccessDeniedException: s3a://lake/raw: getFileStatus on s3a://lake/raw: AmazonS3Exception: Forbidden (Status Code: 403)',
    ),
    truth: ['job', 'exit-code'],
  },
  {
    is: 'the job ran longer than it may',
    source: 'made',
    driver: {
      ...ended(143),
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    },
    truth: ['job', 'deadline'],
  },
  {
    is: 'the job may not read a secret of its own choosing',
    source: 'made',
    driver: ended(
      1,
      'Error',
      'secrets "db" is forbidden: User "system:serviceaccount:jobs:spark" cannot get resource "secrets"',
    ),
    truth: ['job', 'exit-code'],
  },
  // What nothing tells.
  {
    is: 'more executors failed than it bears, and none is left',
    source: 'apache/spark SparkExitCode',
    driver: ended(11),
    truth: ['undecided', 'executors'],
  },
  {
    is: 'the driver is gone, and events cannot be seen',
    source: issue(2755),
    message: 'driver pod not found',
    truth: ['undecided', 'driver-lost'],
  },
]
