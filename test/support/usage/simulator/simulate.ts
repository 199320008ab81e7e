// A small model of YuniKorn's core and shim, of a Kubernetes cluster and of Spark applications, which yields what a
// collector would have seen and the truth about it. Deterministic: the same parameters give the same bytes.
import { Agenda } from './agenda.ts'
import { ApplicationRun } from './application-run.ts'
import { removeApplication } from './core-applications.ts'
import { type Surroundings } from './core.ts'
import { Cluster, type ClusterNode, type Pod } from './cluster.ts'
import { type LoggedEvent } from './event-log.ts'
import { Ledger, type Truth } from './ledger.ts'
import { furnish, planOperations, REMOVAL_AFTER } from './operations.ts'
import { type SimulationParams } from './params.ts'
import { seededRandom } from './random.ts'
import { captureRest, type RestSnapshot } from './rest.ts'
import { Scheduler } from './scheduler.ts'
import { type Nanos, SECOND, wall } from './time.ts'
import { type Summary } from './tracker.ts'
import { VERSIONS } from './versions.ts'
import { planApplications } from './workload.ts'

/** One process of the scheduler, as much of it as could be read. Times are Unix nanoseconds. */
export interface Instance {
  readonly uuid: string
  readonly started: bigint
  /** When it was killed; null if it lived to the end. */
  readonly died: bigint | null
  readonly records: readonly InstanceRecord[]
}

export interface InstanceRecord {
  readonly id: number
  /** The event as YuniKorn's JSON, without line end. */
  readonly line: string
  /** timestampNano */
  readonly ts: bigint
  /** From when on the event could be read over REST. */
  readonly readable: bigint
}

export interface Simulation {
  readonly params: SimulationParams
  readonly instances: readonly Instance[]
  readonly truth: readonly Truth[]
  readonly rest: readonly RestSnapshot[]
  readonly summaries: readonly { readonly at: bigint; readonly line: string; readonly summary: Summary }[]
  readonly pods: readonly Pod[]
  readonly nodes: readonly ClusterNode[]
  readonly end: bigint
}

export function simulate(params: SimulationParams): Simulation {
  const agenda = new Agenda()
  const random = seededRandom(params.seed)
  const around: Surroundings = {
    params,
    profile: VERSIONS[params.version],
    agenda,
    random,
    cluster: new Cluster(agenda, random, params.informerLatency * SECOND),
    ledger: new Ledger(),
    incarnations: new Map(),
    summaries: [],
  }
  const schedulers: Scheduler[] = []
  const rest: RestSnapshot[] = []
  furnish(around)
  planOperations(around)
  planWorkload(around, () => schedulers.at(-1))
  planProcesses(around, schedulers)
  if (params.rest) planRest(around, () => schedulers.at(-1), rest)
  const written = (): number => schedulers.reduce((sum, { log }) => sum + log.events.length, 0)
  agenda.run(params.duration * SECOND, () => written() >= params.maxEvents)
  return {
    params,
    instances: schedulers.map(instanceOf(agenda.now)),
    truth: around.ledger.truth(),
    rest,
    summaries: around.summaries.map(({ at, line, summary }) => ({ at: wall(at), line, summary })),
    pods: around.cluster.pods,
    nodes: around.cluster.nodes,
    end: wall(agenda.now),
  }
}

function planWorkload(around: Surroundings, alive: () => Scheduler | undefined): void {
  const { params, agenda, random, cluster } = around
  for (const plan of planApplications(params, random)) {
    agenda.at(plan.submitted, () => {
      const run = new ApplicationRun(plan, cluster, agenda, random, params.features.edges)
      run.submit()
      if (plan.kind !== 'removed') return
      agenda.in(random.pause(REMOVAL_AFTER.shortest, REMOVAL_AFTER.longest), () => {
        const scheduler = cluster.watcher === null ? undefined : alive()
        scheduler?.act(() => {
          scheduler.apps.delete(plan.id)
          removeApplication(scheduler.core, plan.id)
        })
        run.removeAll()
      })
    })
  }
}

function planProcesses(around: Surroundings, schedulers: Scheduler[]): void {
  const { params, agenda } = around
  const start = (): void => {
    schedulers.push(new Scheduler(around, schedulers.length))
  }
  agenda.at(0, start)
  for (const { at, down } of params.outages) {
    agenda.at(at * SECOND, () => schedulers.at(-1)?.kill())
    if (down === null) break
    agenda.at((at + down) * SECOND, start)
  }
}

/** Completing applications every 2 s, active ones and nodes every 10 s, as the recordings' collector did. */
function planRest(around: Surroundings, alive: () => Scheduler | undefined, rest: RestSnapshot[]): void {
  const end = around.params.duration * SECOND
  const capture = (every: Nanos, what: 'completing' | 'active'): void => {
    for (let at = every; at < end; at += every) {
      around.agenda.at(at, () => {
        const scheduler = alive()
        if (scheduler !== undefined && at < scheduler.log.dies) rest.push(...captureRest(scheduler, what))
      })
    }
  }
  capture(2 * SECOND, 'completing')
  capture(10 * SECOND, 'active')
}

function instanceOf(end: Nanos): (scheduler: Scheduler) => Instance {
  return ({ uuid, started, log }) => ({
    uuid,
    started: wall(started),
    died: log.dies <= end ? wall(log.dies) : null,
    records: log
      .readableEvents()
      .filter(({ readable }) => readable <= end)
      .map(recordOf),
  })
}

function recordOf({ id, line, ts, readable }: LoggedEvent): InstanceRecord {
  return { id, line, ts: wall(ts), readable: wall(readable) }
}
