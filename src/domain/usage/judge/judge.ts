// Judges the few allocations that SQL cannot settle: survivors, ghosts, late starts and what is still open.
import { earlier, later } from '../timeline.ts'
import { type OutsideEvidence } from '../outside/evidence.ts'
import { FACT } from '../facts.ts'
import { aliveUntil, beganInSight, boundFromEvents, isNodeKnown, type UpperBound } from './bounds.ts'
import { type Evidence, type Incarnation } from './evidence.ts'
import { type Key, type KeyFact, lastInstance, type Lifetime } from './history.ts'
import { lateBeginning } from './late-start.ts'

/** What kind of case a judged lifetime is. */
export type Case = 'closed' | 'survivor' | 'ghost' | 'open' | 'bind-lost' | 'late-start'

/** How sure the upper bound of an end is. */
export type Proof = 'exact' | 'proven' | 'rule' | 'open'

/** A lifetime with its bounds: beginning in [s1, s2], end in [e1, e2]; undefined is unbounded. Unix nanoseconds. */
export interface JudgedSpan {
  lifetime: Lifetime
  incarnation: Incarnation | undefined
  case: Case
  placeholder: boolean
  preempted: boolean
  node: bigint | undefined
  s1: bigint | undefined
  s2: bigint
  e1: bigint
  e2: bigint | undefined
  proof: Proof
  rule: string
  evidence: string
  contradiction: boolean
}

export interface JudgeOptions {
  /** Time between a pod's end and the scheduler's hearing of it, in nanoseconds. */
  informerLatency: bigint
}

/** All that the judge needs beside the lifetime itself. */
export interface Bench {
  evidence: Evidence
  /** Allocations have the keys of their asks (not in 1.4). */
  asksJoin: boolean
  outside: OutsideEvidence
  /** What REST snapshots showed of a key. */
  observations: (lifetime: Lifetime) => readonly KeyFact[]
  /** Whether a REST snapshot showed it as a placeholder; undefined if none showed it. */
  seenPlaceholder: (key: Key) => boolean | undefined
  /** The node of a placeholder that was replaced in place. */
  inheritedNode: (lifetime: Lifetime) => bigint | undefined
  nameOf: (hash: bigint) => string
  options: JudgeOptions
}

/** Whether an allocation is a placeholder by its events; undefined where its beginning was not seen. */
export function isPlaceholder(lifetime: Lifetime, evidence: Evidence, asksJoin: boolean): boolean | undefined {
  const code = lifetime.end?.code
  if (code === FACT.timedOut || code === FACT.replaced) return true
  const first = lifetime.sightings[0]
  const at = first?.ts ?? lifetime.end!.ts
  const incarnation = evidence.incarnationOf(lifetime.key.cluster, lifetime.app, at)
  if (incarnation === undefined || !incarnation.gang) return false
  const asked = lifetime.ask?.ts ?? (asksJoin ? undefined : first?.ts)
  if (first === undefined || first.recovered || asked === undefined) return undefined
  const life = incarnation.lives.get(first.inst)
  if (life?.newTs === undefined || !evidence.unbroken(first.inst, life.newTs, asked)) return false
  return life.runningTs === undefined || asked < life.runningTs
}

/** Puts a lifetime into its bounds. */
export function judge(lifetime: Lifetime, bench: Bench): JudgedSpan {
  const { evidence } = bench
  const first = lifetime.sightings[0]
  const incarnation = evidence.incarnationOf(lifetime.key.cluster, lifetime.app, first?.ts ?? lifetime.end!.ts)
  const seen = bench.outside.placeholder(lifetime.key) ?? bench.seenPlaceholder(lifetime.key)
  const span: JudgedSpan = {
    lifetime,
    incarnation,
    case: 'closed',
    placeholder: seen ?? isPlaceholder(lifetime, evidence, bench.asksJoin) ?? false,
    preempted: lifetime.preempted || lifetime.end?.code === FACT.preempted,
    node: lifetime.node ?? bench.inheritedNode(lifetime),
    s1: first?.ts,
    s2: first?.ts ?? 0n,
    e1: 0n,
    e2: undefined,
    proof: 'exact',
    rule: '',
    evidence: '',
    contradiction: false,
  }
  judgeBeginning(span, bench)
  judgeEnd(span, bench)
  if (span.e2 !== undefined && span.e2 < span.e1) {
    span.e2 = span.e1
    span.contradiction = true
  }
  return span
}

function judgeBeginning(span: JudgedSpan, bench: Bench): void {
  const { lifetime } = span
  if (beganInSight(lifetime)) return
  if (lifetime.addTwice && lifetime.sightings[0]?.recovered === false) {
    const inst = lifetime.sightings[0].inst
    span.s2 = lifetime.sightings.filter((one) => one.inst === inst).at(-1)!.ts
    return
  }
  const range = lateBeginning(lifetime, span.incarnation, bench.evidence)
  if (range === undefined) return
  const started = bench.outside.startedAt(lifetime.key)
  span.s2 = range.to
  span.s1 = range.from
  if (started !== undefined)
    span.s1 = earlier(range.from === undefined ? started : later(range.from, started), range.to)
  span.case = 'late-start'
  span.rule = 'late-start'
  span.evidence = 'its beginning lies in a time that the dump does not cover'
  if (lifetime.end === undefined || !bench.evidence.isLossy(lifetime.end.inst, lifetime.end.ts)) return
  span.contradiction = lifetime.sightings.length === 0
  span.evidence = 'events are missing in a stretch of the dump that shows no gap'
}

function judgeEnd(span: JudgedSpan, bench: Bench): void {
  const { lifetime } = span
  if (lifetime.end !== undefined) {
    span.e1 = span.e2 = lifetime.end.ts
    if (span.case === 'closed' && lifetime.sightings.length > 1 && !lifetime.addTwice) span.case = 'survivor'
    return
  }
  span.e1 = later(aliveUntil(lifetime, bench.evidence), lifetime.sightings.at(-1)!.ts)
  if (lifetime.bindLost) {
    span.e2 = span.e1
    span.case = 'bind-lost'
    span.rule = 'bind-lost'
    span.evidence = 'asked for again by the next scheduler: the pod had not been bound'
    return
  }
  judgeGhost(span, bench)
}

function judgeGhost(span: JudgedSpan, bench: Bench): void {
  const { lifetime } = span
  const { evidence, outside, options } = bench
  const inst = lastInstance(lifetime)
  const seen = lifetime.sightings.at(-1)!.ts
  const isLast = evidence.after(inst).length === 0
  const judged = {
    lifetime,
    placeholder: span.placeholder,
    noGang: span.incarnation !== undefined && !span.incarnation.gang && evidence.seenToRun(span.incarnation),
    node: span.node,
    nodeName: span.node === undefined ? '' : bench.nameOf(span.node),
    inst,
    seen,
  }
  raiseByObservations(span, bench, inst)
  const bounds = [
    boundFromEvents(judged, evidence),
    absentFromListing(span, bench, inst),
    ...outside.ends(lifetime.key, lifetime.app, seen),
  ]
  const alive = outside.aliveUntil(lifetime.key, seen, (at) => isNodeKnown(span.node, at, lifetime, evidence))
  if (alive !== undefined) span.e1 = later(span.e1, alive)
  span.e1 = later(span.e1 - options.informerLatency, span.s2)
  const best = bounds.filter((bound) => bound !== undefined).sort(tightest)[0]
  span.case = best === undefined && isLast && stillInLastStretch(lifetime, evidence, inst) ? 'open' : 'ghost'
  span.e2 = best?.ts
  span.proof = best === undefined ? 'open' : best.proven ? 'proven' : 'rule'
  span.rule = best?.rule ?? (span.case === 'open' ? 'still-open' : 'unbounded')
  span.evidence =
    best?.evidence ??
    (span.case === 'open' ? 'no end was seen up to the end of the dump' : 'nothing in the dump proves when it ended')
}

/** The least moment; of equal ones the proven. */
function tightest(a: UpperBound, b: UpperBound): number {
  if (a.ts !== b.ts) return a.ts < b.ts ? -1 : 1
  return Number(b.proven) - Number(a.proven)
}

function stillInLastStretch(lifetime: Lifetime, evidence: Evidence, inst: number): boolean {
  const covers = evidence.instances[inst]?.covers ?? []
  const last = covers.at(-1)
  return last !== undefined && lifetime.sightings.at(-1)!.ts >= last.from
}

/** Active applications as the scheduler listed them: a listed allocation lived. */
function raiseByObservations(span: JudgedSpan, bench: Bench, inst: number): void {
  const seen = span.lifetime.sightings.at(-1)!.ts
  const until = bench.evidence.after(inst)[0]?.from
  for (const fact of bench.observations(span.lifetime)) {
    if (fact.code === FACT.alive && fact.ts > seen && (until === undefined || fact.ts < until))
      span.e1 = later(span.e1, fact.ts)
  }
}

/** A full listing of the same scheduler, taken after it was seen, in which it no longer is. */
function absentFromListing(span: JudgedSpan, bench: Bench, inst: number): UpperBound | undefined {
  const seen = span.lifetime.sightings.at(-1)!.ts
  const until = bench.evidence.after(inst)[0]?.from
  const absent = bench
    .observations(span.lifetime)
    .find((fact) => fact.code === FACT.absent && fact.ts > seen && (until === undefined || fact.ts < until))
  if (absent === undefined) return undefined
  return {
    ts: absent.ts,
    rule: 'rest-absent',
    evidence: 'a listing of active applications no longer has it',
    proven: true,
  }
}
