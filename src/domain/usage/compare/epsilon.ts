// How near to a whole second a duration is on a rounding edge.
import { SparkopsError } from '../../errors.ts'
import { parseDuration } from '../duration.ts'

const HALF_SECOND = 500_000_000n

/** Nanoseconds; 5 ms covers more than 99 % of what lies between an event and YuniKorn's own clock reading. */
export function parseEpsilon(text: string): bigint {
  const epsilon = parseDuration('--epsilon', text)
  if (epsilon < HALF_SECOND) return epsilon
  throw new SparkopsError({
    code: 'SO_EPSILON',
    message: `--epsilon: ${text} is too much.`,
    why: 'From half a second on every allocation would be on a rounding edge.',
    hint: 'Some milliseconds are enough: --epsilon 5ms.',
    exit: 'usage',
  })
}
