// Bounds of lifetimes whose beginning or end nobody saw (docs/usage-rules.md §5). Every rule names what it rests on
// and applies only where each of its preconditions was seen; otherwise the bound stays open.
import { coverEnd, coveredFromBeginning, later, type SchedulerInstance } from '../timeline.ts'
import { type Evidence, type Life } from './evidence.ts'
import { type Lifetime } from './history.ts'

/** A recovery happens in scheduling ticks of a second: an instance must have lived this long after it to prove anything. */
export const SETTLED_NS = 5_000_000_000n
/** Without anything recovered, applications that live have submitted themselves this long after the nodes are open. */
export const SUBMITTED_NS = 10_000_000_000n

/** Three scheduling ticks, with half a tick to spare: a gang is accepted, resumed, and its live tasks submitted. */
const GANG_TICKS_NS = 3_500_000_000n

/** What bounds an end from above, and why. */
export interface UpperBound {
  ts: bigint
  rule: string
  evidence: string
  proven: boolean
}

/** The allocation under judgement. */
export interface Judged {
  lifetime: Lifetime
  placeholder: boolean
  gang: boolean
  /** Its node, if known. */
  node: bigint | undefined
  nodeName: string
  /** The instance it was last seen in, and when. */
  inst: number
  seen: bigint
}

/** The upper bound that the events themselves prove, or undefined. */
export function boundFromEvents(judged: Judged, evidence: Evidence): UpperBound | undefined {
  const own = inItsOwnInstance(judged, evidence)
  if (own !== undefined) return own
  for (const next of evidence.after(judged.inst)) {
    const bound = inLaterInstance(judged, next, evidence)
    if (bound !== undefined) return bound
  }
  return undefined
}

/** Rule 1: after a gap in its own instance, the end of its application or of its node. */
function inItsOwnInstance(judged: Judged, evidence: Evidence): UpperBound | undefined {
  const { inst, seen, lifetime } = judged
  const name = evidence.instances[inst]!.name
  const bounds: UpperBound[] = []
  for (const life of evidence.livesIn(lifetime.key.cluster, lifetime.app, inst)) {
    if (life.terminalTs === undefined || life.terminalTs < seen) continue
    bounds.push({ ts: life.terminalTs, rule: 'terminal', evidence: `the application ended in ${name}`, proven: false })
  }
  if (judged.node !== undefined) {
    const gone = evidence.nodeMarks(inst, judged.node).find((mark) => mark.gone && mark.ts >= seen)
    if (gone !== undefined)
      bounds.push({
        ts: gone.ts,
        rule: 'node-gone',
        evidence: `node ${judged.nodeName} was removed in ${name}`,
        proven: false,
      })
  }
  return bounds.sort((a, b) => (a.ts < b.ts ? -1 : 1))[0]
}

/** Rules a, b, c and n. */
function inLaterInstance(judged: Judged, next: SchedulerInstance, evidence: Evidence): UpperBound | undefined {
  const ready = evidence.readyOf(next.index)
  if (ready === undefined) return undefined
  const recovered = evidence.recoveredIn(next.index)
  const lastRecovered = recovered.reduce<bigint | undefined>(
    (last, one) => (last === undefined ? one.ts : later(last, one.ts)),
    undefined,
  )
  const horizon = lastRecovered ?? ready + SUBMITTED_NS
  const lives = evidence.livesIn(judged.lifetime.key.cluster, judged.lifetime.app, next.index)
  const submitted = lives.some((life) => life.newTs !== undefined && life.newTs <= horizon)
  if (!submitted) {
    if (!settled(next, horizon)) return undefined
    return {
      ts: ready,
      rule: 'app-absent',
      evidence: `the application did not come back in ${next.name}, which had listed all pods by then`,
      proven: false,
    }
  }
  return byRecovery(judged, next, { lives, lastRecovered, evidence }) ?? byAbsentNode(judged, next, ready, evidence)
}

interface Recovery {
  lives: readonly Life[]
  lastRecovered: bigint | undefined
  evidence: Evidence
}

/** Rules b and c: had the pod lived, it would have been recovered by then. */
function byRecovery(judged: Judged, next: SchedulerInstance, recovery: Recovery): UpperBound | undefined {
  const { lives, lastRecovered, evidence } = recovery
  if (lastRecovered === undefined || lives.some((life) => life.rejectedTs !== undefined)) return undefined
  const own = evidence
    .recoveredIn(next.index)
    .filter((one) => one.app === judged.lifetime.app && one.placeholder === judged.placeholder)
    .reduce<bigint | undefined>((last, one) => (last === undefined ? one.ts : later(last, one.ts)), undefined)
  const bound =
    own === undefined
      ? withoutOwn(judged, next, lives, lastRecovered)
      : {
          ts: own,
          rule: 'app-recovered',
          evidence: `others of the application were recovered in ${next.name}, this one was not`,
          proven: false,
        }
  if (bound === undefined || !settled(next, bound.ts) || !nodeStayed(judged, next, bound.ts, evidence)) return undefined
  return bound
}

function withoutOwn(
  judged: Judged,
  next: SchedulerInstance,
  lives: readonly Life[],
  lastRecovered: bigint,
): UpperBound | undefined {
  if (!judged.gang || judged.placeholder) {
    return {
      ts: lastRecovered,
      rule: 'others-recovered',
      evidence: `the application came back in ${next.name} and its allocation was not among the recovered`,
      proven: false,
    }
  }
  // Real pods of a gang are told only once the placeholders are in place.
  const moments = lives.map((life) => life.runningTs ?? life.terminalTs).filter((ts) => ts !== undefined)
  if (moments.length > 0) {
    const ts = later(lastRecovered, moments.reduce(later))
    return { ts, rule: 'gang-resumed', evidence: `the gang ran again in ${next.name} without it`, proven: false }
  }
  if (lives.some((life) => life.acceptedTs !== undefined)) return undefined
  const begin = lives.flatMap((life) => life.newTs ?? []).reduce(later)
  return {
    ts: later(lastRecovered, begin + GANG_TICKS_NS),
    rule: 'gang-silent',
    evidence: `the gang came back in ${next.name} and nothing of it was ever submitted`,
    proven: false,
  }
}

/** The core refuses, without an event, what runs on a node that it does not know. */
function nodeStayed(judged: Judged, next: SchedulerInstance, until: bigint, evidence: Evidence): boolean {
  if (judged.node === undefined) return false
  const marks = evidence.nodeMarks(next.index, judged.node).filter((mark) => mark.ts <= until)
  return marks.some((mark) => !mark.gone) && !marks.some((mark) => mark.gone)
}

/** Rule n: its node was gone when the next instance listed the nodes, and never came back. */
function byAbsentNode(
  judged: Judged,
  next: SchedulerInstance,
  ready: bigint,
  evidence: Evidence,
): UpperBound | undefined {
  const { node } = judged
  if (node === undefined || !settled(next, ready)) return undefined
  const seenAgain = [next, ...evidence.after(next.index)].some((one) => evidence.nodeMarks(one.index, node).length > 0)
  if (seenAgain) return undefined
  return {
    ts: ready,
    rule: 'node-absent',
    evidence: `node ${judged.nodeName} was no longer there when ${next.name} listed the nodes`,
    proven: false,
  }
}

function settled(instance: SchedulerInstance, moment: bigint): boolean {
  return coveredFromBeginning(instance, moment + SETTLED_NS)
}

/** The last moment up to which no end can have gone unseen: the end of the stretch that last saw the allocation. */
export function aliveUntil(lifetime: Lifetime, evidence: Evidence): bigint {
  const last = lifetime.sightings.at(-1)!
  const instance = evidence.instances[last.inst]
  return (instance === undefined ? undefined : coverEnd(instance, last.ts)) ?? last.ts
}

/** The range in which a lifetime began, when its beginning was not seen; undefined from: nothing bounds it. */
export function lateBeginning(lifetime: Lifetime, evidence: Evidence): { from: bigint | undefined; to: bigint } {
  const first = lifetime.sightings[0]
  const inst = first?.inst ?? lifetime.end!.inst
  const to = first?.ts ?? firstTrace(lifetime, evidence)
  const limit = beginsAfter(lifetime, inst, evidence)
  const dark = darkBefore(evidence, inst, to)
  const starts = dark
    .filter((period) => limit === undefined || period.to > limit)
    .map((period) => (limit === undefined || (period.from !== undefined && period.from > limit) ? period.from : limit))
  if (starts.length === 0) return { from: limit, to }
  if (starts.some((from) => from === undefined)) return { from: undefined, to }
  return { from: (starts as bigint[]).reduce((a, b) => (a < b ? a : b)), to }
}

/** An end without a beginning: known to be allocated from its placing, or from where the stretch of its end begins. */
function firstTrace(lifetime: Lifetime, evidence: Evidence): bigint {
  const end = lifetime.end!
  const placed = lifetime.placedAt
  if (placed?.inst === end.inst && placed.ts <= end.ts) return placed.ts
  const cover = evidence.instances[end.inst]?.covers.find((one) => one.from <= end.ts && end.ts <= one.to)
  return cover?.from ?? end.ts
}

/** A moment before which the lifetime cannot have begun: its ask, or the first sight of its application. */
function beginsAfter(lifetime: Lifetime, inst: number, evidence: Evidence): bigint | undefined {
  if (lifetime.ask?.inst === inst) return lifetime.ask.ts
  const at = lifetime.sightings[0]?.ts ?? lifetime.end!.ts
  const incarnation = evidence.incarnationOf(lifetime.key.cluster, lifetime.app, at)
  if (incarnation?.begin === undefined) return undefined
  const [firstInst] = [...incarnation.lives]
    .filter(([, life]) => life.newTs !== undefined)
    .map(([index]) => index)
    .sort((a, b) => a - b)
  // An application that was itself recovered there began before its first sight.
  const wasRecovered =
    firstInst === undefined || evidence.recoveredIn(firstInst).some((one) => one.app === lifetime.app)
  return wasRecovered ? undefined : incarnation.begin
}

/** The dark periods of the cluster up to a moment in an instance; undefined from: since ever. */
function darkBefore(evidence: Evidence, inst: number, to: bigint): { from: bigint | undefined; to: bigint }[] {
  const cluster = evidence.clusterOf(inst)
  const covers = evidence.instances
    .filter((one) => evidence.clusterOf(one.index) === cluster)
    .flatMap((one) => one.covers)
    .sort((a, b) => (a.from < b.from ? -1 : 1))
  const periods: { from: bigint | undefined; to: bigint }[] = []
  let end: bigint | undefined
  for (const cover of covers) {
    if (cover.from > to) break
    if (end === undefined || cover.from > end) periods.push({ from: end, to: cover.from })
    end = end === undefined ? cover.to : later(end, cover.to)
  }
  return periods
}

/** Whether the lifetime's beginning was seen as such. */
export function beganInSight(lifetime: Lifetime): boolean {
  const first = lifetime.sightings[0]
  return first !== undefined && !first.recovered && !lifetime.addTwice
}
