/** Whether applications use about what they did before, by the scheduler's own events. */
import { type GateEvidence, type GateResult, off } from './gate.ts'
import type { Bounds, ResourceFigures, UsageFigures } from './usage-figures.ts'

/** Fewer applications than this are no average. */
const LEAST_APPLICATIONS = 20
/** Where the dump tells fewer of those since the start, it is not of the time that is to be judged. */
const LEAST_SHARE = 0.5

export function usageGate({ settings, usage }: GateEvidence): GateResult {
  if (settings.usage === null) return off('usage')
  const { within } = settings.usage
  const base = { gate: 'usage' as const, halts: false }
  if (usage === null) {
    const reason = 'No dump of events was given, so what applications use was not looked at (--dump).'
    return { ...base, state: 'unseen', reason, figures: {} }
  }
  const { period, before, since, compared } = usage
  const counts = { within, period, before, since, compared }
  const wanting = whatIsWanting(usage)
  if (wanting !== undefined) return { ...base, ...wanting, figures: { ...counts, resources: [] } }
  const judged = usage.resources.map((one) => ({ ...one, ...judgeResource(one, within) }))
  const figures = { ...counts, resources: judged.map(({ reason: _reason, ...one }) => ({ ...one })) }
  const worst =
    judged.find(({ state }) => state === 'fails') ?? judged.find(({ state }) => state === 'unseen') ?? judged[0]!
  return { ...base, state: worst.state, reason: worst.reason, figures }
}

/** What stands against a comparison; undefined where nothing does. */
function whatIsWanting({ period, before, since, compared }: UsageFigures) {
  const covers = `The dump, from ${period.from} to ${period.to},`
  if (since.completed < LEAST_APPLICATIONS) {
    const reason = `${since.completed} applications have completed since the start; ${LEAST_APPLICATIONS} are needed to compare what they use.`
    return { state: 'waits' as const, reason }
  }
  const unseen = (reason: string) => ({ state: 'unseen' as const, reason: `Not known: ${reason}` })
  if (since.told < Math.max(LEAST_APPLICATIONS, LEAST_SHARE * since.completed))
    return unseen(`${covers} tells all of ${since.told} of the ${since.completed} that completed since the start.`)
  if (before.told < LEAST_APPLICATIONS)
    return unseen(`${covers} tells all of ${before.told} of the ${before.completed} that completed before the start.`)
  if (compared < LEAST_APPLICATIONS)
    return unseen(`only ${compared} applications since the start are of jobs that the dump tells of before it.`)
  return undefined
}

interface Judgement {
  state: 'holds' | 'fails' | 'unseen'
  /** What was used, by what was to be expected; bounds. */
  ratio: Bounds | null
  reason: string
}

/** Where the bounds of usage leave it open, it is not decided. */
function judgeResource({ resource, expected, since }: ResourceFigures, within: number): Judgement {
  if (expected.lower <= 0) {
    return {
      state: 'unseen',
      ratio: null,
      reason: `Not known: the dump tells of no ${resource} used before the start.`,
    }
  }
  const ratio = { lower: round(since.lower / expected.upper), upper: round(since.upper / expected.lower) }
  const words = `Applications use ${times(ratio.lower)}${ratio.upper === ratio.lower ? '' : ` to ${times(ratio.upper)}`} times the ${resource} that their jobs did.`
  const band = `The band is ${Math.round(within * 100)} %.`
  if (ratio.lower > 1 + within || ratio.upper < 1 - within) return { state: 'fails', ratio, reason: `${words} ${band}` }
  if (ratio.upper > 1 + within || ratio.lower < 1 - within)
    return {
      state: 'unseen',
      ratio,
      reason: `${words} Whether that is in the band of ${Math.round(within * 100)} % the bounds leave open.`,
    }
  return { state: 'holds', ratio, reason: `${words} ${band}` }
}

function round(value: number): number {
  return Number(value.toFixed(4))
}

function times(value: number): string {
  return value.toFixed(2)
}
