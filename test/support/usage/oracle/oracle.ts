// The oracle: usage with bounds computed by a state machine, to be compared to the integer with the product.
import { type Evidence } from './events.ts'
import { isPlaceholder, type Lifetime } from './history.ts'
import { type JudgeOptions, judgeEnd, type Verdict } from './judge.ts'
import { Machine } from './machine.ts'

const SECOND = 1_000_000_000n

export type Kind = 'used' | 'placeholder' | 'preempted'

/** Σ quantity × whole seconds of one application, kind and resource; upper null: unbounded. */
export interface UsageItem {
  readonly app: string
  readonly incarnation: number
  readonly queue: string
  readonly kind: Kind
  readonly resource: string
  readonly lower: bigint
  readonly upper: bigint | null
}

/** One lifetime of one allocation, judged. Seconds are whole; upper null: unbounded. */
export interface JudgedLifetime {
  readonly key: string
  readonly app: string
  readonly incarnation: number
  readonly kind: Kind
  readonly node: string | null
  readonly start: bigint
  /** Null: it may have begun at any time before. */
  readonly earliestStart: bigint | null
  readonly state: 'closed' | 'late-start' | 'bind-lost' | 'ghost' | 'open'
  readonly lower: bigint
  readonly upper: bigint | null
  readonly rule: string
  readonly proof: Verdict['proof'] | 'exact'
  readonly from: bigint
  readonly to: bigint | null
  readonly resource: Lifetime['resource']
  readonly instance: number
  readonly recovered: boolean
}

export interface OracleAnswer {
  readonly items: readonly UsageItem[]
  readonly lifetimes: readonly JudgedLifetime[]
  /** Ends that nobody saw: those of an earlier time (ghosts) and those still to come (open). */
  readonly ghosts: readonly JudgedLifetime[]
}

export function oracle(evidence: Evidence, options: Partial<JudgeOptions> = {}): OracleAnswer {
  const history = new Machine(evidence).read()
  const survivors = new Set(history.instances.flatMap(({ recovered }) => recovered.map(({ lifetime }) => lifetime)))
  const lastInstance = history.instances.length - 1
  const lifetimes = history.lifetimes.map((lifetime) => {
    const judged = judge(lifetime)
    return { ...judged, recovered: survivors.has(lifetime) }
  })
  return {
    items: sum(lifetimes),
    lifetimes,
    ghosts: lifetimes.filter(({ state }) => state === 'ghost' || state === 'open'),
  }

  function judge(lifetime: Lifetime): Omit<JudgedLifetime, 'recovered'> {
    const seen = lifetime.end !== null
    const verdict: Verdict = seen
      ? { from: lifetime.end!, to: lifetime.end, rule: 'seen', proof: 'rule', contradiction: false }
      : judgeEnd(lifetime, history, evidence, { informerLatency: 0n, ...options })
    const lastStretch = lifetime.lastStretch === history.instances[lifetime.lastInstance]!.covers.length - 1
    const open = !seen && lifetime.lastInstance === lastInstance && lastStretch && verdict.to === null
    const exact = seen && !lifetime.lateStart && lifetime.earliestStart === lifetime.latestStart
    return {
      key: lifetime.key,
      app: lifetime.incarnation.app,
      incarnation: lifetime.incarnation.number,
      kind: kindOf(lifetime),
      node: lifetime.node,
      start: lifetime.latestStart,
      earliestStart: lifetime.earliestStart,
      state: open
        ? 'open'
        : !seen
          ? 'ghost'
          : lifetime.bindLost
            ? 'bind-lost'
            : lifetime.lateStart
              ? 'late-start'
              : 'closed',
      lower: floorSeconds(verdict.from - lifetime.latestStart),
      upper:
        verdict.to === null || lifetime.earliestStart === null
          ? null
          : floorSeconds(verdict.to - lifetime.earliestStart),
      rule: verdict.rule,
      proof: exact ? 'exact' : verdict.proof,
      from: verdict.from,
      to: verdict.to,
      resource: lifetime.resource,
      instance: lifetime.lastInstance,
    }
  }

  function sum(judged: readonly JudgedLifetime[]): UsageItem[] {
    const items = new Map<string, { -readonly [K in keyof UsageItem]: UsageItem[K] }>()
    for (const [i, { app, incarnation, kind, resource, lower, upper }] of judged.entries()) {
      const { queue } = history.lifetimes[i]!.incarnation
      for (const [name, amount] of resource) {
        const id = JSON.stringify([app, incarnation, kind, name])
        const item = items.get(id) ?? { app, incarnation, queue, kind, resource: name, lower: 0n, upper: 0n }
        items.set(id, item)
        item.lower += lower * amount
        item.upper = item.upper === null || upper === null ? null : item.upper + upper * amount
      }
    }
    return [...items.values()]
  }
}

/** The flag of preemption wins, then the placeholder (`trackCompletedResource`). */
function kindOf(lifetime: Lifetime): Kind {
  if (lifetime.preempted) return 'preempted'
  return isPlaceholder(lifetime) ? 'placeholder' : 'used'
}

/** YuniKorn truncates whole seconds per allocation (tracked_resources.go); never below zero. */
function floorSeconds(nanos: bigint): bigint {
  return nanos < 0n ? 0n : nanos / SECOND
}
