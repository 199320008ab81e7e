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
  /** It is known that its application holds no placeholders; without that, its real pods may be told late. */
  noGang: boolean
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
  const { inst, lifetime } = judged
  const { name } = evidence.instances[inst]!
  const unseen = coverEnd(evidence.instances[inst]!, judged.seen) ?? judged.seen
  const bounds: UpperBound[] = []
  for (const life of evidence.livesIn(lifetime.key.cluster, lifetime.app, inst)) {
    if (life.terminalTs === undefined || life.terminalTs <= unseen) continue
    bounds.push({ ts: life.terminalTs, rule: 'terminal', evidence: `the application ended in ${name}`, proven: false })
  }
  if (judged.node !== undefined) {
    const gone = evidence.nodeMarks(inst, judged.node).find((mark) => mark.gone && mark.ts > unseen)
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
    if (!settled(next, horizon, evidence)) return undefined
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
  // Under other names, who was recovered cannot be told from who was not.
  if (lastRecovered === undefined || !evidence.asksJoin || lives.some((life) => life.rejectedTs !== undefined))
    return undefined
  const own = evidence
    .recoveredIn(next.index)
    .filter((one) => one.app === judged.lifetime.app && one.placeholder === judged.placeholder)
    .reduce<bigint | undefined>((last, one) => (last === undefined ? one.ts : later(last, one.ts)), undefined)
  const bound =
    own === undefined
      ? withoutOwn(judged, next, recovery)
      : {
          ts: own,
          rule: 'app-recovered',
          evidence: `others of the application were recovered in ${next.name}, this one was not`,
          proven: false,
        }
  if (bound === undefined || !settled(next, bound.ts, evidence) || !nodeStayed(judged, next, bound.ts, evidence))
    return undefined
  return bound
}

function withoutOwn(judged: Judged, next: SchedulerInstance, recovery: Recovery): UpperBound | undefined {
  const { lives, evidence } = recovery
  const lastRecovered = recovery.lastRecovered!
  const { key, app } = judged.lifetime
  if (judged.placeholder || judged.noGang) {
    const why = `the application came back in ${next.name} and its allocation was not among the recovered`
    return { ts: lastRecovered, rule: 'others-recovered', evidence: why, proven: false }
  }
  // Real pods of a gang are told in one tick, after every placeholder is bound; only an ask after 206 shows that tick.
  const asked = evidence.askWhenRunning(key.cluster, app, next.index)
  if (asked !== undefined) {
    const why = `the gang asked for real pods again in ${next.name}, and this one was not among them`
    return { ts: later(lastRecovered, asked), rule: 'gang-asked', evidence: why, proven: false }
  }
  if (lives.some((life) => [life.acceptedTs, life.runningTs, life.terminalTs].some((ts) => ts !== undefined)))
    return undefined
  const begin = lives.flatMap((life) => life.newTs ?? []).reduce(later)
  const why = `the gang came back in ${next.name} and nothing of it was ever submitted`
  return { ts: later(lastRecovered, begin + GANG_TICKS_NS), rule: 'gang-silent', evidence: why, proven: false }
}

/** The core refuses, without an event, what runs on a node that it does not know. */
function nodeStayed(judged: Judged, next: SchedulerInstance, until: bigint, evidence: Evidence): boolean {
  if (judged.node === undefined) return false
  const marks = evidence.nodeMarks(next.index, judged.node).filter((mark) => mark.ts <= until)
  return marks.some((mark) => !mark.gone && mark.ts < until) && !marks.some((mark) => mark.gone)
}

/** Rule n: its node was gone when the next instance listed the nodes, and never came back. */
function byAbsentNode(
  judged: Judged,
  next: SchedulerInstance,
  ready: bigint,
  evidence: Evidence,
): UpperBound | undefined {
  const { node } = judged
  if (node === undefined || !settled(next, ready, evidence)) return undefined
  const seenAgain = evidence.after(judged.inst).some((one) => evidence.nodeMarks(one.index, node).length > 0)
  if (seenAgain) return undefined
  return {
    ts: ready,
    rule: 'node-absent',
    evidence: `node ${judged.nodeName} was no longer there when ${next.name} listed the nodes`,
    proven: false,
  }
}

function settled(instance: SchedulerInstance, moment: bigint, evidence: Evidence): boolean {
  return coveredFromBeginning(instance, moment + SETTLED_NS) && !evidence.isLossy(instance.index, moment)
}

/** The last moment up to which no end can have gone unseen: the end of the stretch that last saw the allocation. */
export function aliveUntil(lifetime: Lifetime, evidence: Evidence): bigint {
  const last = lifetime.sightings.at(-1)!
  if (evidence.isLossy(last.inst, last.ts)) return last.ts
  if (evidence.isLossy(last.inst, last.ts)) return last.ts
  const instance = evidence.instances[last.inst]
  return (instance === undefined ? undefined : coverEnd(instance, last.ts)) ?? last.ts
}

/** Whether the lifetime's beginning was seen as such. */
export function beganInSight(lifetime: Lifetime): boolean {
  const first = lifetime.sightings[0]
  return first !== undefined && !first.recovered && !lifetime.addTwice
}

/** Whether the node is registered in the instance that covers the moment: a pod of a lost node still says that it runs. */
export function isNodeKnown(node: bigint | undefined, at: bigint, lifetime: Lifetime, evidence: Evidence): boolean {
  if (node === undefined) return false
  const cluster = lifetime.key.cluster
  const instance = evidence.instances.find(
    (one) =>
      evidence.clusterOf(one.index) === cluster &&
      (one.covers[0]?.from ?? at + 1n) <= at &&
      at <= one.covers.at(-1)!.to,
  )
  if (instance === undefined) return false
  const marks = evidence.nodeMarks(instance.index, node)
  return marks.some((mark) => !mark.gone && mark.ts < at) && !marks.some((mark) => mark.gone && mark.ts <= at)
}
