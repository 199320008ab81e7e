/**
 * What the values of charts are called, and how they are written. A row is one thing that can be told, with every form
 * that it has had; which form a chart has is seen in its own values.yaml, so that forks and new charts find theirs.
 *
 * Sources: values.yaml of the tags v1beta2-1.3.8-3.1.1, v1beta2-1.6.2-3.5.0, v2.0.2 and v2.5.2 of
 * kubeflow/spark-operator; 835281d4 (#1955), 0dc641bd (#2072).
 */

/** How a value is written, and read back: see `shapes.ts`. */
export type Shape =
  | 'as it is'
  /** One namespace, or empty for all. */
  | 'one namespace or all'
  /** A list; an empty name in it, or nothing in it, is all. */
  | 'list of namespaces'
  /** Added to what the chart has there by itself, instead of in its place. */
  | 'added to list'
  /** glog's number against zap's word. */
  | 'glog level'
  | 'zap level'

export interface ValueForm {
  /** Dotted paths; a value is written to all of them and read from the first that has one. */
  keys: readonly string[]
  shape?: Shape
  /** A switch that must be on for it to count, where it is not empty. */
  switch?: string
}

export interface ValueRow {
  /** What it tells. */
  about: string
  /** Newest first. The first whose key a chart's values.yaml has is the chart's form. */
  forms: readonly ValueForm[]
  /** Also written where nobody said anything, because the charts take other things for granted. */
  always?: boolean
}

const both = (key: string): ValueForm => ({ keys: [`controller.${key}`, `webhook.${key}`] })
const moved = (about: string, to: string, from: string): ValueRow => ({
  about,
  forms: [{ keys: [to] }, { keys: [from] }],
})

export const VALUE_ROWS: readonly ValueRow[] = [
  {
    about: 'namespaces of jobs',
    forms: [
      { keys: ['spark.jobNamespaces'], shape: 'list of namespaces' },
      { keys: ['sparkJobNamespaces'], shape: 'list of namespaces' },
      { keys: ['sparkJobNamespace'], shape: 'one namespace or all' },
    ],
    always: true,
  },
  moved('replicas', 'controller.replicas', 'replicaCount'),
  moved('secrets to pull images', 'image.pullSecrets', 'imagePullSecrets'),
  moved('rights of the operator', 'controller.rbac.create', 'rbac.createClusterRole'),
  moved('rights of jobs', 'spark.rbac.create', 'rbac.createRole'),
  moved('annotations of rights', 'controller.rbac.annotations', 'rbac.annotations'),
  moved('account of the operator', 'controller.serviceAccount.create', 'serviceAccounts.sparkoperator.create'),
  moved('name of its account', 'controller.serviceAccount.name', 'serviceAccounts.sparkoperator.name'),
  moved(
    'annotations of its account',
    'controller.serviceAccount.annotations',
    'serviceAccounts.sparkoperator.annotations',
  ),
  moved('account of jobs', 'spark.serviceAccount.create', 'serviceAccounts.spark.create'),
  moved('name of the account of jobs', 'spark.serviceAccount.name', 'serviceAccounts.spark.name'),
  moved('annotations of that account', 'spark.serviceAccount.annotations', 'serviceAccounts.spark.annotations'),
  moved('workers', 'controller.workers', 'controllerThreads'),
  {
    about: 'verbosity',
    forms: [
      { keys: ['controller.logLevel'], shape: 'zap level' },
      { keys: ['logLevel'], shape: 'glog level' },
    ],
  },
  moved('services for the Spark UI', 'controller.uiService.enable', 'uiService.enable'),
  {
    about: 'address of the Spark UI',
    forms: [
      { keys: ['controller.uiIngress.urlFormat'], switch: 'controller.uiIngress.enable' },
      { keys: ['ingressUrlFormat'] },
    ],
  },
  moved('batch scheduler', 'controller.batchScheduler.enable', 'batchScheduler.enable'),
  moved('quotas', 'webhook.resourceQuotaEnforcement.enable', 'resourceQuotaEnforcement.enable'),
  moved('time a webhook may take', 'webhook.timeoutSeconds', 'webhook.timeout'),
  moved('metrics', 'prometheus.metrics.enable', 'metrics.enable'),
  moved('port of metrics', 'prometheus.metrics.port', 'metrics.port'),
  moved('name of that port', 'prometheus.metrics.portName', 'metrics.portName'),
  moved('path of metrics', 'prometheus.metrics.endpoint', 'metrics.endpoint'),
  moved('prefix of metrics', 'prometheus.metrics.prefix', 'metrics.prefix'),
  moved('pod monitor', 'prometheus.podMonitor.create', 'podMonitor.enable'),
  moved('labels of the pod monitor', 'prometheus.podMonitor.labels', 'podMonitor.labels'),
  moved('job label of the pod monitor', 'prometheus.podMonitor.jobLabel', 'podMonitor.jobLabel'),
  moved('endpoint of the pod monitor', 'prometheus.podMonitor.podMetricsEndpoint', 'podMonitor.podMetricsEndpoint'),
  moved('disruption budget', 'controller.podDisruptionBudget.enable', 'podDisruptionBudget.enable'),
  moved(
    'least that stays available',
    'controller.podDisruptionBudget.minAvailable',
    'podDisruptionBudget.minAvailable',
  ),
  moved('spread over nodes', 'controller.topologySpreadConstraints', 'topologySpreadConstraints'),
  moved('labels of the pod', 'controller.labels', 'podLabels'),
  moved('annotations of the pod', 'controller.annotations', 'podAnnotations'),
  moved('resources of the pod', 'controller.resources', 'resources'),
  moved('environment', 'controller.envFrom', 'envFrom'),
  moved('sidecars', 'controller.sidecars', 'sidecars'),
  // In 1.x one pod was both: where it may run holds for the webhook's pod as well.
  { about: 'nodes', forms: [both('nodeSelector'), { keys: ['nodeSelector'] }] },
  { about: 'tolerations', forms: [both('tolerations'), { keys: ['tolerations'] }] },
  { about: 'affinity', forms: [both('affinity'), { keys: ['affinity'] }] },
  { about: 'priority', forms: [both('priorityClassName'), { keys: ['priorityClassName'] }] },
  { about: 'security of the pod', forms: [both('podSecurityContext'), { keys: ['podSecurityContext'] }] },
  { about: 'security of the container', forms: [both('securityContext'), { keys: ['securityContext'] }] },
  { about: 'volumes', forms: [{ keys: ['controller.volumes'], shape: 'added to list' }, { keys: ['volumes'] }] },
  {
    about: 'mounts',
    forms: [{ keys: ['controller.volumeMounts'], shape: 'added to list' }, { keys: ['volumeMounts'] }],
  },
]

/** Values that are left behind, and why; the target has nothing for them, or must not take them over. */
export const LEFT_BEHIND: Readonly<Record<string, string>> = {
  'image.registry': 'it names the image of the version that is left: set the one of the target',
  'image.repository': 'it names the image of the version that is left: set the one of the target',
  'image.tag': 'it names the image of the version that is left: set the one of the target',
  resyncInterval: 'the operator has no such setting any more',
  labelSelectorFilter: 'the controller keeps to no labels any more: it takes up every application that it sees',
  'leaderElection.lockName': 'the lock has a fixed name',
  'leaderElection.lockNamespace': 'the lock is in the namespace of the operator',
  'webhook.namespaceSelector': 'the webhook follows the namespaces of jobs',
  'webhook.objectSelector': 'the webhook looks at pods that the operator launched',
  'webhook.initAnnotations': 'no job makes the certificate any more',
  'webhook.cleanupAnnotations': 'no job removes the certificate any more',
  'webhook.failurePolicy': 'the older chart cannot set it: its webhook is passed over when it is down',
  'istio.enabled': 'no job makes the certificate any more',
  'rbac.create': 'it was replaced by rbac.createRole and rbac.createClusterRole',
  'spark.jobNamespaceSelector': 'the older operator selects no namespaces by labels',
}
