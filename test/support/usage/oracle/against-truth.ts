// Holds judged lifetimes against the simulator's truth: lower <= true <= upper, in whole seconds. Where the true
// duration is within EDGE of a whole second, one second of difference is a rounding edge: YuniKorn's tracker takes its
// times up to some milliseconds beside the events' (facts: at most 15 ms), and nothing in the events tells.
import { type Truth } from '../simulator/ledger.ts'
import { type Simulation } from '../simulator/simulate.ts'

const SECOND = 1_000_000_000n
const EDGE = 20_000_000n

/** What any implementation must say of one lifetime; upper null: unbounded. */
export interface Claim {
  readonly key: string
  /** Its beginning, Unix nanoseconds: tells the lifetimes of one key apart. */
  readonly start: bigint
  readonly lower: bigint
  readonly upper: bigint | null
  /** Seen from beginning to end. */
  readonly exact: boolean
}

export interface Comparison {
  readonly compared: number
  readonly edges: number
  /** Claims that break a bound, told so that one can look for them. */
  readonly violations: readonly string[]
}

export function againstTruth(simulation: Simulation, claims: readonly Claim[]): Comparison {
  const truths = byName(simulation.truth)
  const violations: string[] = []
  let edges = 0
  let compared = 0
  for (const claim of claims) {
    const truth = nearest(truths.get(claim.key) ?? [], claim.start)
    if (truth === undefined) {
      violations.push(`${claim.key}: no such allocation`)
      continue
    }
    // A pod that was never bound: the page charges it until the cover's end, by convention.
    if (truth.how === 'bind-lost') continue
    compared++
    const held = (truth.end ?? simulation.end) - truth.start
    const seconds = held / SECOND
    const fraction = held % SECOND
    // When its Node object goes, a pod can outlive its allocation: a list that shows it running is no mistake.
    const lived = (truth.podEnded ?? simulation.end) - truth.start
    const tooHigh = claim.lower > seconds && (claim.exact || claim.lower > lived / SECOND)
    const tooLow = claim.upper !== null && claim.upper < seconds
    if (!tooHigh && !tooLow) continue
    const edge =
      (tooHigh && claim.lower === seconds + 1n && fraction > SECOND - EDGE) ||
      (tooLow && claim.exact && claim.upper === seconds - 1n && fraction < EDGE)
    if (edge) edges++
    else violations.push(describe(simulation, claim, truth, held))
  }
  return { compared, edges, violations }
}

function byName(truths: readonly Truth[]): Map<string, Truth[]> {
  const named = new Map<string, Truth[]>()
  for (const truth of truths) {
    for (const name of new Set([truth.key, ...truth.references])) named.set(name, [...(named.get(name) ?? []), truth])
  }
  return named
}

function nearest(truths: readonly Truth[], start: bigint): Truth | undefined {
  const distance = (truth: Truth): bigint => (truth.start > start ? truth.start - start : start - truth.start)
  return truths.reduce<Truth | undefined>(
    (best, truth) => (best === undefined || distance(truth) < distance(best) ? truth : best),
    undefined,
  )
}

function describe({ params }: Simulation, claim: Claim, truth: Truth, duration: bigint): string {
  const bounds = `[${claim.lower}, ${claim.upper ?? 'open'}]`
  return `seed ${params.seed} ${params.version} ${truth.app} ${claim.key}: ${bounds} but true ${duration} ns (${truth.how})`
}
