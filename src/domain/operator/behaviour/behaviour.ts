/**
 * What an operator does, told from the objects that run it rather than from chart values: the same for rendered
 * manifests and for what is live, and for charts and forks that nobody has heard of.
 *
 * Where flags are absent, the defaults of the operator's own code count (main.go of 1.6.2, cmd/operator of 2.5.2;
 * those flags have had the same defaults in all releases of their generation).
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isRecord } from '../schema/structural.ts'
import { type Arguments, flagList, flagNumber, flagSwitch, flagText } from './arguments.ts'
import { type NamespaceScope, scopeOf1x, scopeOf2x } from './namespaces.ts'
import { findOperatorWorkloads, type OperatorWorkload } from './workloads.ts'

export interface OperatorBehaviour {
  generation: '1.x' | '2.x'
  /** The workload that reconciles. */
  controller: OperatorWorkload
  namespaces: NamespaceScope
  /** Only applications with these labels; empty for all. On the controller in 1.x, on the webhook alone in 2.x. */
  labelSelector: string
  leader: LeaderElection
  webhook: WebhookBehaviour | undefined
  metrics: { port: number; endpoint: string; prefix: string } | undefined
  batchScheduler: { enabled: boolean; default: string; kubeSchedulerNames: readonly string[] }
  uiService: boolean
  ingressUrlFormat: string
  resourceQuotaEnforcement: boolean
  threads: number
  queue: WorkQueue
  featureGates: readonly string[]
  /** After which terminated applications without a time of their own are deleted; 0 for never. */
  defaultTimeToLiveSeconds: number
  /** Words whose value only the running container knows. */
  unresolved: readonly string[]
}

/** How fast a controller takes up what waits in its queue. */
export interface WorkQueue {
  perSecond: number
  burst: number
  /** As Go writes durations: the longest that something is put off; undefined without a limit. */
  maxDelay: string | undefined
}

/** queueTokenRefillRate and queueTokenBucketSize of pkg/controller/sparkapplication/controller.go, 1.0.0 to 1.6.2. */
const QUEUE_OF_1X: WorkQueue = { perSecond: 50, burst: 500, maxDelay: undefined }

/** Two controllers exclude each other only when both elect, in the same namespace, by the same name. */
export interface LeaderElection {
  enabled: boolean
  namespace: string
  name: string
}

export interface WebhookBehaviour {
  /** In 1.x the controller itself. */
  workload: OperatorWorkload
  port: number
  service: { namespace: string; name: string }
  secret: { namespace: string; name: string }
  /** The webhook configurations it fills in (2.x) or creates (1.x). */
  configurations: readonly string[]
  /** `self`: made when it starts and deleted on SIGTERM (1.x); `manifests`: they stay while it is down (2.x). */
  registeredBy: 'self' | 'manifests'
  /** Undefined where the configurations were not among the objects. */
  failurePolicy: 'Fail' | 'Ignore' | undefined
  timeoutSeconds: number | undefined
  /** Label selectors as text; empty for all. */
  namespaceSelector: string
  objectSelector: string
  /** What its own `--namespaces` say in 2.x; the controller's in 1.x. */
  namespaces: NamespaceScope
  certManager: boolean
}

/** Every operator that these objects run. `namespace` is where objects without one go. */
export function effectiveBehaviour(objects: readonly KubeObject[], namespace: string): OperatorBehaviour[] {
  const workloads = findOperatorWorkloads(objects, namespace)
  const webhooks = workloads.filter(({ given }) => given.subcommand === 'webhook')
  const controllers = workloads.filter(({ given }) => given.subcommand !== 'webhook')
  return controllers.map((controller) => {
    if (controller.given.subcommand === undefined) return behaviourOf1x(controller)
    const webhook = webhooks.find((one) => belongTogether(controller, one, controllers.length === 1))
    return behaviourOf2x(controller, webhook, objects)
  })
}

function behaviourOf1x(controller: OperatorWorkload): OperatorBehaviour {
  const { given } = controller
  const common = commonBehaviour(controller)
  const namespaces = scopeOf1x(given)
  const metricsPort = flagNumber(given, 'metrics-port', 10254)
  return {
    ...common,
    generation: '1.x',
    namespaces,
    labelSelector: flagText(given, 'label-selector-filter'),
    leader: leaderOf(given),
    queue: QUEUE_OF_1X,
    webhook: flagSwitch(given, 'enable-webhook') ? webhookOf1x(controller, namespaces) : undefined,
    metrics: metricsOf(given, metricsPort),
    resourceQuotaEnforcement: flagSwitch(given, 'enable-resource-quota-enforcement'),
  }
}

function behaviourOf2x(
  controller: OperatorWorkload,
  webhook: OperatorWorkload | undefined,
  objects: readonly KubeObject[],
): OperatorBehaviour {
  const { given } = controller
  // Controller-runtime takes an address; `0` switches metrics off.
  const address = flagText(given, 'metrics-bind-address', '0')
  const port = Number(address.slice(address.lastIndexOf(':') + 1))
  return {
    ...commonBehaviour(controller),
    generation: '2.x',
    namespaces: scopeOf2x(given),
    labelSelector: webhook === undefined ? '' : flagText(webhook.given, 'label-selector-filter'),
    leader: leaderOf(given),
    queue: queueOf2x(given),
    webhook: webhook && webhookOf2x(webhook, objects),
    metrics: port > 0 ? metricsOf(given, port) : undefined,
    resourceQuotaEnforcement: webhook !== undefined && flagSwitch(webhook.given, 'enable-resource-quota-enforcement'),
    unresolved: [...given.unresolved, ...(webhook?.given.unresolved ?? [])],
  }
}

function commonBehaviour(controller: OperatorWorkload) {
  const { given } = controller
  return {
    controller,
    batchScheduler: {
      enabled: flagSwitch(given, 'enable-batch-scheduler'),
      default: flagText(given, 'default-batch-scheduler'),
      kubeSchedulerNames: flagList(given, 'kube-scheduler-names'),
    },
    uiService: flagSwitch(given, 'enable-ui-service', true),
    ingressUrlFormat: flagText(given, 'ingress-url-format'),
    threads: flagNumber(given, 'controller-threads', 10),
    featureGates: flagList(given, 'feature-gates').sort(),
    defaultTimeToLiveSeconds: defaultTimeToLive(given),
    unresolved: given.unresolved,
  }
}

/** Behind a feature gate (4d52dd30, kubeflow/spark-operator#3042); the flag alone does nothing. */
function defaultTimeToLive(given: Arguments): number {
  const isOn = flagList(given, 'feature-gates').includes('DefaultTimeToLive=true')
  return isOn ? flagNumber(given, 'default-time-to-live-seconds', 0) : 0
}

/** Defaults of cmd/operator/controller/start.go, 2.0.0 to 2.5.2. */
function queueOf2x(given: Arguments): WorkQueue {
  return {
    perSecond: flagNumber(given, 'workqueue-ratelimiter-bucket-qps', 10),
    burst: flagNumber(given, 'workqueue-ratelimiter-bucket-size', 100),
    maxDelay: flagText(given, 'workqueue-ratelimiter-max-delay') || undefined,
  }
}

function leaderOf(given: Arguments): LeaderElection {
  return {
    enabled: flagSwitch(given, 'leader-election'),
    namespace: flagText(given, 'leader-election-lock-namespace', 'spark-operator'),
    name: flagText(given, 'leader-election-lock-name', 'spark-operator-lock'),
  }
}

function metricsOf(given: Arguments, port: number): OperatorBehaviour['metrics'] {
  if (!flagSwitch(given, 'enable-metrics')) return undefined
  return { port, endpoint: flagText(given, 'metrics-endpoint', '/metrics'), prefix: flagText(given, 'metrics-prefix') }
}

/** pkg/webhook/webhook.go of 1.x: it registers itself, for pods, and deregisters unless failing on error. */
function webhookOf1x(controller: OperatorWorkload, namespaces: NamespaceScope): WebhookBehaviour {
  const { given } = controller
  return {
    workload: controller,
    port: flagNumber(given, 'webhook-port', 8080),
    service: {
      namespace: flagText(given, 'webhook-svc-namespace', 'spark-operator'),
      name: flagText(given, 'webhook-svc-name', 'spark-webhook'),
    },
    secret: secretOf1x(controller),
    configurations: [flagText(given, 'webhook-config-name', 'spark-webhook-config')],
    registeredBy: 'self',
    failurePolicy: flagSwitch(given, 'webhook-fail-on-error') ? 'Fail' : 'Ignore',
    timeoutSeconds: flagNumber(given, 'webhook-timeout', 30),
    namespaceSelector: flagText(given, 'webhook-namespace-selector'),
    objectSelector: flagText(given, 'webhook-object-selector'),
    namespaces,
    certManager: false,
  }
}

/** From 1.6.0 on flags name the Secret; before, it was mounted as the volume `webhook-certs`. */
function secretOf1x({ given, namespace, pod }: OperatorWorkload): WebhookBehaviour['secret'] {
  const volumes = Array.isArray(pod['volumes']) ? pod['volumes'].filter(isRecord) : []
  const mounted = volumes.find(({ name }) => name === 'webhook-certs')?.['secret']
  const name = isRecord(mounted) && typeof mounted['secretName'] === 'string' ? mounted['secretName'] : undefined
  return {
    namespace: flagText(given, 'webhook-secret-namespace', name === undefined ? 'spark-operator' : namespace),
    name: flagText(given, 'webhook-secret-name', name ?? 'spark-operator-tls'),
  }
}

function webhookOf2x(webhook: OperatorWorkload, objects: readonly KubeObject[]): WebhookBehaviour {
  const { given } = webhook
  const names = [
    flagText(given, 'mutating-webhook-name', 'spark-operator-webhook'),
    flagText(given, 'validating-webhook-name', 'spark-operator-webhook'),
  ]
  const configured = objects
    .filter(({ kind, metadata }) => kind.endsWith('WebhookConfiguration') && names.includes(metadata.name))
    .flatMap(({ webhooks }) => (Array.isArray(webhooks) ? webhooks.filter(isRecord) : []))
  const pods = configured.find(({ objectSelector }) => objectSelector !== undefined) ?? configured[0]
  return {
    workload: webhook,
    port: flagNumber(given, 'webhook-port', 9443),
    service: {
      namespace: flagText(given, 'webhook-svc-namespace', 'spark-webhook'),
      name: flagText(given, 'webhook-svc-name', 'spark-webhook'),
    },
    secret: {
      namespace: flagText(given, 'webhook-secret-namespace', 'spark-operator'),
      name: flagText(given, 'webhook-secret-name', 'spark-operator-webhook-certs'),
    },
    configurations: [...new Set(names)],
    registeredBy: 'manifests',
    failurePolicy: strictest(configured),
    timeoutSeconds: configured.map(({ timeoutSeconds }) => timeoutSeconds).find((value) => typeof value === 'number'),
    namespaceSelector: describeSelector(pods?.['namespaceSelector']),
    objectSelector: describeSelector(pods?.['objectSelector']),
    namespaces: scopeOf2x(given),
    certManager: flagSwitch(given, 'enable-cert-manager'),
  }
}

/** One webhook that fails closed is enough to stop its objects; unsaid, v1 fails closed. */
function strictest(configured: readonly Record<string, unknown>[]): WebhookBehaviour['failurePolicy'] {
  if (configured.length === 0) return undefined
  return configured.every(({ failurePolicy }) => failurePolicy === 'Ignore') ? 'Ignore' : 'Fail'
}

/** A label selector object as text, in the form that flags take. */
function describeSelector(selector: unknown): string {
  if (!isRecord(selector)) return ''
  const labels = Object.entries(isRecord(selector['matchLabels']) ? selector['matchLabels'] : {})
  const expressions = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'].filter(isRecord) : []
  return [
    ...labels.map(([key, value]) => `${key}=${String(value)}`),
    ...expressions.map(({ key, operator, values }) => {
      const list = Array.isArray(values) ? ` (${values.map(String).sort().join(',')})` : ''
      return `${String(key)} ${String(operator).toLowerCase()}${list}`
    }),
  ]
    .sort()
    .join(',')
}

function belongTogether(controller: OperatorWorkload, webhook: OperatorWorkload, isOnly: boolean): boolean {
  if (controller.namespace !== webhook.namespace) return false
  return isOnly || (controller.instance !== undefined && controller.instance === webhook.instance)
}
