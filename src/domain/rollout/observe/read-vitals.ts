/**
 * Reads the operator's counters: restarts of its pods, transitions of its leases, its own metrics through the API
 * server's proxy, and what the API server counted of webhooks and of requests that it put off.
 */
import type { Cluster } from '../../../ports/cluster.ts'
import { effectiveBehaviour } from '../../operator/behaviour/behaviour.ts'
import { numberAt } from '../../operator/discover/json.ts'
import { DEPLOYMENT, LEASE, POD } from '../../operator/discover/kinds.ts'
import type { Sight } from '../../operator/discover/sight.ts'
import { findWorkloads, type Workload } from '../../operator/discover/workloads.ts'
import { samplesOf, sumOf, type Sample } from './prometheus.ts'
import type { Counter, Vitals } from './vitals.ts'

export interface VitalsOptions {
  /** `namespace/name` of the controller; null: every operator of the cluster. */
  operator: string | null
  now: number
}

/** Reads all counters. What cannot be read says why, in its counter. */
export async function readVitals(sight: Sight, cluster: Pick<Cluster, 'raw'>, options: VitalsOptions): Promise<Vitals> {
  const found = await findWorkloads(sight, { writers: new Set() })
  const namespace = options.operator?.split('/')[0]
  const workloads = found.filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace)
  const own = await reconcileErrors(sight, workloads, cluster)
  const server = await serverMetrics(cluster)
  return {
    at: new Date(options.now).toISOString(),
    counters: {
      operatorRestarts: restarts(sight, workloads),
      leaderChanges: await leaderChanges(sight, workloads),
      reconcileErrors: own,
      webhookRefusals: server(
        WEBHOOK_REFUSALS,
        ({ labels }) => labels['name']?.endsWith('.sparkoperator.k8s.io') === true,
      ),
      apiThrottling: server(
        THROTTLED,
        ({ labels }) => labels['code'] === '429' && labels['subresource'] !== 'eviction',
      ),
    },
  }
}

/** A port that nobody serves, or that a NetworkPolicy closes, is a common thing, and no reason to wait at each look. */
const METRICS_WITHIN_MS = 5000
/** Of controller-runtime, on which 2.x is built; 1.x counts none. */
const RECONCILE_ERRORS = 'controller_runtime_reconcile_errors_total'
/** kubernetes apiserver/pkg/admission/metrics. */
const WEBHOOK_REFUSALS = 'apiserver_admission_webhook_rejection_count'
/**
 * Those answered 429, among them all that priority and fairness turned away (apiserver_flowcontrol_rejected_requests_total
 * counts these once more). An eviction is answered so where a PodDisruptionBudget forbids it, which is no throttling.
 */
const THROTTLED = 'apiserver_request_total'

const counter = (rest: Partial<Counter>): Counter => ({
  sources: {},
  newSource: 'counts',
  unseen: null,
  nothing: null,
  ...rest,
})

/** A pod that is new took the place of one that went: that counts as one restart, and its own on top. */
function restarts(sight: Sight, workloads: readonly Workload[]): Counter {
  const pods = workloads.flatMap((workload) => workload.pods)
  if (pods.length === 0) return counter({ unseen: whyNoPods(sight, workloads) })
  return counter({ sources: Object.fromEntries(pods.map(({ name, restarts: count }) => [`pod ${name}`, count + 1])) })
}

/** Nothing is called absent that this login may not see. */
function whyNoPods(sight: Sight, workloads: readonly Workload[]): string {
  const [first] = workloads
  if (first === undefined) {
    return sight.couldList(DEPLOYMENT) ? 'no operator was found' : 'this login may not list deployments'
  }
  const namespace = first.object.metadata.namespace ?? ''
  return sight.couldList(POD, namespace)
    ? 'no pod of the operator was found'
    : `this login may not list pods in namespace ${namespace}`
}

async function leaderChanges(sight: Sight, workloads: readonly Workload[]): Promise<Counter> {
  const leaders = workloads.flatMap(({ object }) =>
    effectiveBehaviour([object], object.metadata.namespace ?? '').map(({ leader }) => leader),
  )
  if (workloads.length === 0) return counter({ unseen: whyNoPods(sight, workloads) })
  if (leaders.length === 0) return counter({ unseen: 'no controller was found' })
  const electing = leaders.filter(({ enabled }) => enabled)
  if (electing.length === 0) return counter({ nothing: 'leader election is off' })
  const sources: Record<string, number> = {}
  for (const { namespace, name } of electing) {
    const key = { type: LEASE, namespace, name }
    const lease = await sight.get(key)
    if (lease === undefined) {
      const why = sight.couldGet(key) ? 'was not found' : 'may not be read with this login'
      return counter({ unseen: `lease ${namespace}/${name} ${why}` })
    }
    sources[`lease ${namespace}/${name}`] = numberAt(lease, 'spec', 'leaseTransitions') ?? 0
  }
  return counter({ sources })
}

/**
 * A replica has the counter from when it begins to reconcile: one that stands by has counted none. 1.x has no such
 * counter at all.
 */
async function reconcileErrors(
  sight: Sight,
  workloads: readonly Workload[],
  cluster: Pick<Cluster, 'raw'>,
): Promise<Counter> {
  const sources: Record<string, number> = {}
  let unseen: string | null = workloads.length === 0 ? whyNoPods(sight, workloads) : null
  for (const workload of workloads) {
    const namespace = workload.object.metadata.namespace ?? ''
    const [behaviour] = effectiveBehaviour([workload.object], namespace)
    if (behaviour === undefined) continue
    if (workload.pods.length === 0) unseen ??= whyNoPods(sight, [workload])
    if (behaviour.generation === '1.x') unseen ??= 'releases of 1.x do not count them'
    if (behaviour.metrics === undefined) unseen ??= 'its metrics are turned off'
    if (unseen !== null) break
    const { port, endpoint } = behaviour.metrics!
    for (const { name } of workload.pods) {
      if (unseen !== null) break
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}:${port}/proxy${endpoint}`
      const patience = AbortSignal.timeout(METRICS_WITHIN_MS)
      try {
        const samples = samplesOf(await cluster.raw(path, patience), RECONCILE_ERRORS)
        sources[`pod ${name}`] = sumOf(samples, () => true)
      } catch (error) {
        const why = patience.aborted ? `no answer within ${METRICS_WITHIN_MS / 1000} s` : whyOf(error)
        unseen ??= `the metrics of ${name} cannot be read: ${why}`
      }
    }
  }
  return unseen === null ? counter({ sources }) : counter({ unseen })
}

type ServerCounter = (metric: string, fits: (sample: Sample) => boolean) => Counter

/** Of the one API server that answered: where there are several, each counts for itself, and its start tells which. */
async function serverMetrics(cluster: Pick<Cluster, 'raw'>): Promise<ServerCounter> {
  let text: string
  try {
    text = await cluster.raw('/metrics')
  } catch (error) {
    const why = whyOf(error)
    return () => counter({ unseen: `the metrics of the API server cannot be read: ${why}` })
  }
  const start = samplesOf(text, 'process_start_time_seconds')[0]?.value
  const source = `API server of ${start === undefined ? 'unknown start' : new Date(start * 1000).toISOString()}`
  return (metric, fits) =>
    counter({ newSource: 'unknown', sources: { [source]: sumOf(samplesOf(text, metric), fits) } })
}

function whyOf(error: unknown): string {
  const why = (error as { why?: unknown }).why
  const text = typeof why === 'string' ? why : error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]!.slice(0, 200)
}
