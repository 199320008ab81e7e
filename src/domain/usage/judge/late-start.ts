// The range in which a lifetime began whose beginning nobody saw (docs/usage-rules.md §5, Late start): the walk goes back
// over the dark times and stops at a stretch that shows that the allocation was not there before it.
import { coversBeginning, type SchedulerInstance } from '../timeline.ts'
import { type Evidence, FIRST_TICKS_NS, type Incarnation } from './evidence.ts'
import { type Lifetime } from './history.ts'

/** When a lifetime began: at the earliest (undefined: nothing says), and at the latest. */
export interface Beginning {
  from: bigint | undefined
  to: bigint
}

/** The range of the beginning; undefined when no dark time lies before it, so that it began when it was first seen. */
export function lateBeginning(
  lifetime: Lifetime,
  incarnation: Incarnation | undefined,
  evidence: Evidence,
): Beginning | undefined {
  const first = lifetime.sightings[0] ?? lifetime.end!
  const instance = evidence.instances[first.inst]
  const stretch = instance?.covers.findIndex((cover) => cover.from <= first.ts && first.ts <= cover.to) ?? -1
  if (instance === undefined || stretch < 0) return { from: undefined, to: first.ts }
  // Where events are missing, silence does not say that it was there all along.
  if (lifetime.sightings.length === 0 && evidence.isLossy(first.inst, first.ts)) return lostBeginning(lifetime)
  const { from } = instance.covers[stretch]!
  const asked = lifetime.ask?.inst === first.inst ? lifetime.ask.ts : undefined
  if (lifetime.sightings.length === 0 && asked !== undefined && asked >= from) {
    // Asked for in this very stretch, its beginning was lost on the way: it may be any moment until the end.
    return { from: asked, to: first.ts }
  }
  const dark = darkBefore({ instance, stretch, asked }, lifetime, incarnation, evidence)
  if (dark === 'none') return lifetime.sightings.length > 0 ? undefined : lostBeginning(lifetime)
  return { from: dark, to: lifetime.sightings.length === 0 ? from : first.ts }
}

/** An end without a beginning, and no dark time for it: the event was lost on the way, so only an ask tells how early it can be. */
function lostBeginning({ ask, end }: Lifetime): Beginning {
  return { from: ask?.inst === end!.inst ? ask.ts : undefined, to: end!.ts }
}

/**
 * Whether the lifetime shows that an event was lost inside a stretch that seemed to be whole: it ended in it, and neither its
 * beginning nor a dark time before it is there.
 */
export function showsLoss(lifetime: Lifetime, evidence: Evidence): boolean {
  const { end, sightings, ask } = lifetime
  if (end === undefined || sightings.length > 0) return false
  const instance = evidence.instances[end.inst]
  const stretch = instance?.covers.findIndex((cover) => cover.from <= end.ts && end.ts <= cover.to) ?? -1
  if (instance === undefined || stretch < 0) return false
  const asked = ask?.inst === end.inst ? ask.ts : undefined
  if (asked !== undefined && asked >= instance.covers[stretch]!.from) return true
  const incarnation = evidence.incarnationOf(lifetime.key.cluster, lifetime.app, end.ts)
  return darkBefore({ instance, stretch, asked }, lifetime, incarnation, evidence) === 'none'
}

interface Place {
  instance: SchedulerInstance
  stretch: number
  asked: bigint | undefined
}

function darkBefore(
  place: Place,
  lifetime: Lifetime,
  incarnation: Incarnation | undefined,
  evidence: Evidence,
): bigint | undefined | 'none' {
  let found: bigint | 'none' = 'none'
  let { instance, stretch, asked } = place
  for (;;) {
    if (notThereBefore({ instance, stretch, asked }, lifetime, incarnation, evidence)) return found
    if (stretch > 0) stretch--
    else {
      const before = evidence.before(instance.index)
      if (before === undefined) return undefined
      instance = before
      stretch = instance.covers.length - 1
      asked = undefined
    }
    found = instance.covers[stretch]!.to
  }
}

/** Whether the stretch shows that the allocation cannot have begun before the stretch did. */
function notThereBefore(
  { instance, stretch, asked }: Place,
  lifetime: Lifetime,
  incarnation: Incarnation | undefined,
  evidence: Evidence,
): boolean {
  const { from, to } = instance.covers[stretch]!
  if (asked !== undefined && from <= asked) return true
  const begin = incarnation?.begin
  const begunHere = begin !== undefined && from <= begin && incarnation?.lives.get(instance.index)?.newTs === begin
  if (stretch > 0) return begunHere && !evidence.mayBeOld(instance, begin)
  // At the beginning of a process, what comes with the first ticks may be older than the process.
  if (!coversBeginning(instance) || evidence.isLossy(instance.index, from)) return false
  const ready = evidence.readyOf(instance.index)
  if (ready === undefined || to < ready + FIRST_TICKS_NS) return false
  const news = evidence.livesIn(lifetime.key.cluster, lifetime.app, instance.index).flatMap((life) => life.newTs ?? [])
  return news.every((ts) => ts > ready + FIRST_TICKS_NS)
}
