/**
 * The watch of a run, one for each process. What was there before the leader went is kept in the run, so that another
 * process, which sees only what is left, can still tell by uid what is missing or another.
 */
import type { TrialContext } from '../trial/session.ts'
import { labelValue, RUN } from '../../app/labels.ts'
import { matchesSelector } from '../discover/watching.ts'
import {
  type Concern,
  type SeenApplication,
  type SeenDriver,
  type SeenSchedule,
  Sightings,
  timeOf,
} from './sightings.ts'
import { type FailoverWatch, watchFailover, type WatchScope } from './watch.ts'

interface Baseline {
  takenAt: string
  applications: SeenApplication[]
  drivers: SeenDriver[]
  schedules: SeenSchedule[]
}

export interface HeldWatch extends Pick<FailoverWatch, 'seen' | 'unseen' | 'check'> {
  begunAt: number
  /** False where it began after the leader had gone. */
  isWhole: boolean
}

const BASELINE = 'baseline'
const EVIDENCE = 'watch'

export class WatchHolder {
  private readonly context: Omit<TrialContext, 'tell'>
  private open: { watch: FailoverWatch; held: HeldWatch } | undefined

  constructor(context: Omit<TrialContext, 'tell'>) {
    this.context = context
  }

  /** Begins to watch, and keeps what is there. */
  async begin(scope: WatchScope): Promise<HeldWatch> {
    const held = await this.start(scope, true)
    const { applications, drivers, schedules } = held.seen
    const baseline: Baseline = {
      takenAt: timeOf(held.begunAt),
      applications: [...applications.values()],
      drivers: [...drivers.values()],
      schedules: [...schedules.values()],
    }
    await this.context.run.keep(BASELINE, baseline)
    return held
  }

  /** The watch that goes on; in another process than the one that began it, a new one over what was kept. */
  async current(scope: WatchScope): Promise<HeldWatch> {
    if (this.open !== undefined) return this.open.held
    const held = await this.start(scope, false)
    const kept = (await this.context.run.kept(BASELINE)).at(-1) as Baseline | undefined
    if (kept !== undefined) takeOver(held.seen, kept, held.begunAt)
    return held
  }

  async stop(): Promise<void> {
    await this.open?.watch.stop()
  }

  private async start(scope: WatchScope, isWhole: boolean): Promise<HeldWatch> {
    const { cluster, clock, run } = this.context
    const seen = new Sightings(concernOf(scope))
    const watch = watchFailover(scope, seen, {
      cluster,
      now: () => clock.now(),
      record: (change) => run.record(EVIDENCE, change),
    })
    const held = { seen, unseen: watch.unseen, check: watch.check, begunAt: clock.now(), isWhole }
    this.open = { watch, held }
    await watch.begun
    held.begunAt = clock.now()
    return held
  }
}

/** What this scope is about. */
export function concernOf({ namespaces, labelSelector, run }: WatchScope): Concern {
  return {
    namespaces,
    isSelected: (labels) => labelSelector === '' || matchesSelector(labelSelector, labels) !== false,
    isTest: (labels) => run !== '' && labels[RUN] === labelValue(run),
  }
}

/** Of what is there now, what it was like before; and what is not there any more. */
function takeOver(seen: Sightings, { applications, drivers, schedules }: Baseline, at: number): void {
  const were = new Map(applications.map((one) => [one.uid, one]))
  for (const one of seen.applications.values()) one.before = were.get(one.uid)?.before ?? null
  for (const one of applications) {
    if (!seen.applications.has(one.uid)) seen.applications.set(one.uid, { ...one, goneAt: at })
  }
  const pods = new Map(drivers.map((one) => [one.uid, one]))
  for (const one of seen.drivers.values()) one.before = pods.get(one.uid)?.before ?? null
  for (const one of drivers) if (!seen.drivers.has(one.uid)) seen.drivers.set(one.uid, { ...one, goneAt: at })
  for (const one of schedules) {
    const now = seen.schedules.get(one.uid)
    if (now === undefined) continue
    now.dues = [...new Set([...one.dues, ...now.dues])]
    now.edited = one.generation !== now.generation
  }
}
