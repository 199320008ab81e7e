// Durations as people write them: 500ms, 30s, 5m, 2h, 1d.
import { SparkopsError } from '../errors.ts'

const UNITS: Readonly<Record<string, bigint>> = {
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
}

/** Nanoseconds of a duration; throws a usage error that names the flag. */
export function parseDuration(flag: string, text: string): bigint {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  if (match === null) {
    throw new SparkopsError({
      code: 'SO_DURATION',
      message: `${flag}: ${text} is no duration.`,
      why: 'A duration is a whole number and ms, s, m, h or d.',
      hint: `For example ${flag} 500ms.`,
      exit: 'usage',
    })
  }
  return BigInt(match[1]!) * UNITS[match[2]!]!
}
