// A beginning that fell into a time the dump does not show: from which moment on it is possible. The walk goes back
// over the dark times, and stops at a stretch that proves that the allocation was not there before it.
import { type Incarnation, type InstanceMoments } from './history.ts'

const SECOND = 1_000_000_000n

/** Applications that were there before a process are submitted with its first tick. */
export const FIRST_TICKS = 10n * SECOND

/**
 * The earliest moment at which an allocation, first seen in this stretch, can have begun: Unix nanoseconds, null when
 * nothing bounds it, 'none' when no time before it is dark.
 */
export function darkBefore(
  instances: readonly InstanceMoments[],
  index: number,
  stretch: number,
  incarnation: Incarnation,
  asked: bigint | null,
): bigint | null | 'none' {
  let found: bigint | null | 'none' = 'none'
  let i = index
  let j = stretch
  for (;;) {
    if (notThereBefore(instances[i]!, i, j, incarnation, i === index ? asked : null)) return found
    if (j > 0) j--
    else if (i > 0) {
      i--
      j = instances[i]!.covers.length - 1
    } else return null
    found = instances[i]!.covers[j]!.to
  }
}

/** Whether the stretch shows that the allocation cannot have begun before the stretch did. */
function notThereBefore(
  moments: InstanceMoments,
  index: number,
  stretch: number,
  { app, begin, instance }: Incarnation,
  asked: bigint | null,
): boolean {
  const { from, to } = moments.covers[stretch]!
  if (asked !== null && from <= asked) return true
  const begunHere = begin !== null && instance === index && from <= begin
  if (stretch > 0) return begunHere && !mayBeOld(moments, begin)
  // At the beginning of a process, what comes with the first ticks may be older than the process.
  if (!moments.beginningCovered) return false
  const ready = moments.firstReady
  if (ready === null || to < ready + FIRST_TICKS) return false
  const first = moments.apps.get(app)?.firstNew ?? null
  return first === null || first > ready + FIRST_TICKS
}

/** What lived before a process is submitted with its first ticks; what comes later is new, even under an old id. */
export function mayBeOld({ firstReady, beginningCovered }: InstanceMoments, t: bigint): boolean {
  return !beginningCovered || firstReady === null || t <= firstReady + FIRST_TICKS
}
