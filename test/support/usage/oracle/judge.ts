// Bounds of the ends that nobody saw: rule 5 of docs/usage-rules.md, one function a rule. Where the page leaves a
// choice, the reading that keeps lower <= truth <= upper is taken; each such place says so.
import { type Evidence } from './events.ts'
import { type History, type InstanceMoments, isPlaceholder, type Lifetime, type Recovered } from './history.ts'
import { FIRST_TICKS } from './late-start.ts'
import { boundFromOutside } from './outside.ts'

const SECOND = 1_000_000_000n

/** Recovery happens in ticks of 1 s: a process that did not live this long after a moment proves nothing by it. */
const SETTLED = 5n * SECOND

/** Three ticks and a half: a gang is accepted, reserves nothing, and sends what lives of its real pods. */
const GANG_TICKS = 3_500_000_000n

export interface Bound {
  readonly at: bigint
  readonly rule: string
}

export interface Verdict {
  /** The end lies in [from, to]; null: unbounded. */
  readonly from: bigint
  readonly to: bigint | null
  readonly rule: string
  readonly proof: 'proven' | 'rule' | 'open'
  readonly contradiction: boolean
}

export interface JudgeOptions {
  /** The longest time between a pod's end and the scheduler's knowing it, in nanoseconds. */
  readonly informerLatency: bigint
}

export function judgeEnd(lifetime: Lifetime, history: History, evidence: Evidence, options: JudgeOptions): Verdict {
  const last = history.instances[lifetime.lastInstance]!
  const covered = last.covers[lifetime.lastStretch]!.to - options.informerLatency
  const outside = boundFromOutside(lifetime, history, evidence)
  let from = covered > lifetime.lastAdd ? covered : lifetime.lastAdd
  if (outside.aliveAt !== null && outside.aliveAt > from) from = outside.aliveAt
  const byRule = least([...boundsInside(lifetime, last), ...boundsAfter(lifetime, history)])
  const best = least([byRule, outside.over].filter((bound) => bound !== null))
  if (best === null) return { from, to: null, rule: 'none', proof: 'open', contradiction: false }
  const contradiction = best.at < from
  const proof = best === outside.over ? 'proven' : 'rule'
  return { from, to: contradiction ? from : best.at, rule: best.rule, proof, contradiction }
}

/** 1. A gap in the instance itself: the application's end, or the node's, bounds it. */
function boundsInside({ incarnation, lastStretch, node }: Lifetime, { apps, nodes, covers }: InstanceMoments): Bound[] {
  const bounds: Bound[] = []
  const unseen = covers[lastStretch]!.to
  const terminal = apps.get(incarnation.app)?.terminals.find((t) => t > unseen)
  if (terminal !== undefined) bounds.push({ at: terminal, rule: 'terminal' })
  const gone = node === null ? undefined : nodes.get(node)?.gone.find((t) => t > unseen)
  if (gone !== undefined) bounds.push({ at: gone, rule: 'node-gone' })
  return bounds
}

/** 2. The first later instance that proves something. */
function boundsAfter(lifetime: Lifetime, { instances }: History): Bound[] {
  for (let i = lifetime.lastInstance + 1; i < instances.length; i++) {
    const bound = boundIn(lifetime, instances, i)
    if (bound !== null) return [bound]
  }
  return []
}

function boundIn(lifetime: Lifetime, instances: readonly InstanceMoments[], index: number): Bound | null {
  const next = instances[index]!
  if (!next.beginningCovered) return null
  const latest = latestOf(next.recovered)
  const moments = next.apps.get(lifetime.incarnation.app)
  const deadline = latest ?? (next.firstReady === null ? null : next.firstReady + FIRST_TICKS)
  const absent =
    moments === undefined || moments.firstNew === null || (deadline !== null && moments.firstNew > deadline)
  if (absent) return deadline === null || !settled(next, deadline) ? null : appAbsent(next)
  const bound = latest === null || moments.rejected ? null : afterRecovery(lifetime, next, latest)
  if (bound !== null && nodeStays(lifetime, next, bound.at)) return settled(next, bound.at) ? bound : null
  return nodeAbsent(lifetime, instances, index)
}

/** a. Pods are listed before nodes are opened, and a listed live pod always submits its application. */
function appAbsent({ firstReady, firstSign }: InstanceMoments): Bound | null {
  const at = firstReady ?? firstSign
  return at === null ? null : { at, rule: 'app-absent' }
}

/** b and c. All pods of one kind of an application are sent in one tick, applications' first ticks are the same. */
function afterRecovery(lifetime: Lifetime, next: InstanceMoments, latest: bigint): Bound | null {
  const { app } = lifetime.incarnation
  const placeholder = isPlaceholder(lifetime)
  const kin = next.recovered.filter(
    ({ lifetime: other }) => other.incarnation.app === app && isPlaceholder(other) === placeholder,
  )
  const own = latestOf(kin)
  if (own !== null) return { at: own, rule: 'app-recovered' }
  if (placeholder || isNoGang(lifetime)) return { at: latest, rule: 'others-recovered' }
  return realPodOfGang(lifetime, next, latest)
}

/** Known to be none: an application whose beginning was missed may have had placeholders. */
function isNoGang({ incarnation }: Lifetime): boolean {
  return !incarnation.gang && incarnation.gangKnown
}

/**
 * c, a real pod of a gang: the shim sends real pods, all in one tick, after every placeholder is bound. The page takes
 * the first `running`; but a pod may end between that and the tick, and when a placeholder goes away in between, the
 * tick never comes. So only an ask after 206 shows it. 211 and FAILED say nothing of real pods that were never sent.
 */
function realPodOfGang(lifetime: Lifetime, next: InstanceMoments, latest: bigint): Bound | null {
  const { firstNew, firstAskWhenRunning, firstSent, firstRunning, terminals } = next.apps.get(lifetime.incarnation.app)!
  if (firstAskWhenRunning !== null) return { at: later(latest, firstAskWhenRunning), rule: 'gang-asked' }
  const silent = firstSent === null && firstRunning === null && terminals.length === 0
  return silent && firstNew !== null ? { at: later(latest, firstNew + GANG_TICKS), rule: 'gang-silent' } : null
}

/** The core refuses an allocation whose node it does not know, without an event: b and c need the node. */
function nodeStays({ node }: Lifetime, { nodes }: InstanceMoments, moment: bigint): boolean {
  const life = node === null ? undefined : nodes.get(node)
  if (life === undefined) return false
  return life.added.some((t) => t < moment) && !life.gone.some((t) => t <= moment)
}

/** n. The Node object was gone before nodes were listed. An instance between that knew it says that it was not. */
function nodeAbsent(
  { node, lastInstance }: Lifetime,
  instances: readonly InstanceMoments[],
  index: number,
): Bound | null {
  const next = instances[index]!
  if (node === null || next.firstReady === null) return null
  if (instances.slice(lastInstance + 1).some(({ nodes }) => nodes.has(node))) return null
  return settled(next, next.firstReady) ? { at: next.firstReady, rule: 'node-absent' } : null
}

function settled({ covers }: InstanceMoments, moment: bigint): boolean {
  return covers[0]!.to >= moment + SETTLED
}

function latestOf(recovered: readonly Recovered[]): bigint | null {
  return recovered.reduce<bigint | null>((latest, { t }) => (latest === null || t > latest ? t : latest), null)
}

function least(bounds: readonly (Bound | null)[]): Bound | null {
  return bounds.reduce((best, bound) => (best === null || (bound !== null && bound.at < best.at) ? bound : best), null)
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
