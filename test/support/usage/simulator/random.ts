// A seeded source of chance (mulberry32): the same seed gives the same simulation on every machine.
import { type Nanos, MICRO } from './time.ts'

export interface Random {
  /** Uniform in [0, 1). */
  float(): number
  /** Uniform integer in [low, high]. */
  int(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(choices: readonly T[]): T
  /** A pause in nanoseconds: log-uniform between two bounds, so that short ones are common and long ones happen. */
  pause(shortest: Nanos, longest: Nanos): Nanos
  uuid(): string
}

export function seededRandom(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  const float = (): number => next() / 4_294_967_296
  const int = (low: number, high: number): number => low + Math.floor(float() * (high - low + 1))
  const hex = (): string => next().toString(16).padStart(8, '0')
  return {
    float,
    int,
    chance: (probability) => float() < probability,
    pick: (choices) => choices[Math.floor(float() * choices.length)]!,
    pause: (shortest, longest) => Math.round(shortest * (longest / shortest) ** float()),
    uuid: () => {
      const h = hex() + hex() + hex() + hex()
      return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
    },
  }
}

/**
 * The lag between an event of YuniKorn and the moment its tracker takes (facts: minimum 9 µs, median 71 µs,
 * p90 0.33 ms, p99 1.8 ms, maximum 15 ms on two busy cores).
 */
export function trackerLag(random: Random): Nanos {
  const u = random.float()
  if (u < 0.5) return random.pause(9 * MICRO, 71 * MICRO)
  if (u < 0.9) return random.pause(71 * MICRO, 330 * MICRO)
  if (u < 0.995) return random.pause(330 * MICRO, 1_800 * MICRO)
  return random.pause(1_800 * MICRO, 15_000 * MICRO)
}
