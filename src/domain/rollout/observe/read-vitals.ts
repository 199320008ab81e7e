/**
 * Reads the operator's counters: restarts of its pods, transitions of its leases, its own metrics through the API
 * server's proxy, and what the API server counted of webhooks and of requests that it put off.
 */
import type { Cluster } from '../../../ports/cluster.ts'
import { effectiveBehaviour } from '../../operator/behaviour/behaviour.ts'
import { numberAt } from '../../operator/discover/json.ts'
import { LEASE } from '../../operator/discover/kinds.ts'
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
  const own = await ownMetrics(workloads, cluster)
  const server = await serverMetrics(cluster)
  return {
    at: new Date(options.now).toISOString(),
    counters: {
      operatorRestarts: restarts(workloads),
      leaderChanges: await leaderChanges(sight, workloads),
      reconcileErrors: own('reconcile errors', RECONCILE_ERRORS, () => true),
      webhookRefusals: server(
        WEBHOOK_REFUSALS,
        ({ labels }) => labels['name']?.endsWith('.sparkoperator.k8s.io') === true,
      ),
      apiThrottling: server(
        THROTTLED,
        ({ name, labels }) => name !== 'apiserver_request_total' || labels['code'] === '429',
      ),
    },
  }
}

/** Of controller-runtime, on which 2.x is built; 1.x counts none. */
const RECONCILE_ERRORS = 'controller_runtime_reconcile_errors_total'
/** kubernetes apiserver/pkg/admission/metrics. */
const WEBHOOK_REFUSALS = ['apiserver_admission_webhook_rejection_count'] as const
/** Priority and fairness turned it away, or it was answered 429 for another reason. */
const THROTTLED = ['apiserver_flowcontrol_rejected_requests_total', 'apiserver_request_total'] as const

const counter = (rest: Partial<Counter>): Counter => ({
  sources: {},
  newSource: 'counts',
  unseen: null,
  nothing: null,
  ...rest,
})

/** A pod that is new took the place of one that went: that counts as one restart, and its own on top. */
function restarts(workloads: readonly Workload[]): Counter {
  const pods = workloads.flatMap((workload) => workload.pods)
  if (workloads.length === 0) return counter({ unseen: 'no operator was found' })
  if (pods.length === 0) return counter({ unseen: 'no pod of the operator was found' })
  return counter({ sources: Object.fromEntries(pods.map(({ name, restarts: count }) => [`pod ${name}`, count + 1])) })
}

async function leaderChanges(sight: Sight, workloads: readonly Workload[]): Promise<Counter> {
  const leaders = workloads.flatMap(({ object }) =>
    effectiveBehaviour([object], object.metadata.namespace ?? '').map(({ leader }) => leader),
  )
  if (leaders.length === 0) return counter({ unseen: 'no controller was found' })
  const electing = leaders.filter(({ enabled }) => enabled)
  if (electing.length === 0) return counter({ nothing: 'leader election is off' })
  const sources: Record<string, number> = {}
  for (const { namespace, name } of electing) {
    const lease = await sight.get({ type: LEASE, namespace, name })
    if (lease === undefined) return counter({ unseen: `lease ${namespace}/${name} was not found` })
    sources[`lease ${namespace}/${name}`] = numberAt(lease, 'spec', 'leaseTransitions') ?? 0
  }
  return counter({ sources })
}

type OwnCounter = (what: string, metric: string, fits: (sample: Sample) => boolean) => Counter

async function ownMetrics(workloads: readonly Workload[], cluster: Pick<Cluster, 'raw'>): Promise<OwnCounter> {
  const texts = new Map<string, string>()
  let unseen: string | null = workloads.length === 0 ? 'no operator was found' : null
  for (const { object, pods } of workloads) {
    const namespace = object.metadata.namespace ?? ''
    const [behaviour] = effectiveBehaviour([object], namespace)
    if (behaviour === undefined) continue
    if (behaviour.metrics === undefined) unseen ??= 'its metrics are turned off'
    for (const { name } of behaviour.metrics === undefined ? [] : pods) {
      const { port, endpoint } = behaviour.metrics!
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}:${port}/proxy${endpoint}`
      try {
        texts.set(name, await cluster.raw(path))
      } catch (error) {
        unseen ??= `the metrics of ${name} cannot be read: ${whyOf(error)}`
      }
    }
    if (pods.length === 0) unseen ??= 'no pod of the operator was found'
  }
  return (what, metric, fits) => {
    if (unseen !== null) return counter({ unseen })
    const sources: Record<string, number> = {}
    for (const [pod, text] of texts) {
      const samples = samplesOf(text, new Set([metric]))
      if (samples.length > 0) sources[`pod ${pod}`] = sumOf(samples, fits)
    }
    if (Object.keys(sources).length === 0) return counter({ unseen: `this release does not count ${what}` })
    return counter({ sources })
  }
}

type ServerCounter = (metrics: readonly string[], fits: (sample: Sample) => boolean) => Counter

/** Of the one API server that answered: where there are several, each counts for itself, and its start tells which. */
async function serverMetrics(cluster: Pick<Cluster, 'raw'>): Promise<ServerCounter> {
  let text: string
  try {
    text = await cluster.raw('/metrics')
  } catch (error) {
    const why = whyOf(error)
    return () => counter({ unseen: `the metrics of the API server cannot be read: ${why}` })
  }
  const start = samplesOf(text, new Set(['process_start_time_seconds']))[0]?.value
  const source = `API server of ${start === undefined ? 'unknown start' : new Date(start * 1000).toISOString()}`
  return (metrics, fits) =>
    counter({ newSource: 'unknown', sources: { [source]: sumOf(samplesOf(text, new Set(metrics)), fits) } })
}

function whyOf(error: unknown): string {
  const why = (error as { why?: unknown }).why
  const text = typeof why === 'string' ? why : error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]!.slice(0, 200)
}
