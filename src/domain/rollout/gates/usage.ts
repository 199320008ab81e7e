/** Whether applications cost about what they did before, by the scheduler's own events. */
import { type GateEvidence, type GateResult, off } from './gate.ts'
import type { ResourceFigures } from './usage-figures.ts'

/** Fewer applications than this are no average. */
const LEAST_APPLICATIONS = 20

export function usageGate({ settings, usage }: GateEvidence): GateResult {
  if (settings.usage === null) return off('usage')
  const { within } = settings.usage
  const base = { gate: 'usage' as const, halts: false }
  if (usage === null) {
    const reason = 'No dump of events was given, so what applications use was not looked at (--dump).'
    return { ...base, state: 'unseen', reason, figures: {} }
  }
  const judged = usage.resources.map((one) => ({ one, ...judgeResource(one, within) }))
  const figures = {
    within,
    resources: judged.map(({ one, ratio, state }) => ({
      resource: one.resource,
      unit: one.unit,
      before: one.before,
      since: one.since,
      ratio,
      state,
    })),
  }
  const worst =
    judged.find(({ state }) => state === 'fails') ??
    judged.find(({ state }) => state === 'unseen') ??
    judged.find(({ state }) => state === 'waits') ??
    judged[0]
  if (worst === undefined) {
    return { ...base, state: 'unseen', reason: 'The dump holds no usage of these applications.', figures }
  }
  return { ...base, state: worst.state, reason: worst.reason, figures }
}

interface Judgement {
  state: GateResult['state']
  /** Use of one application since, by that before; bounds. */
  ratio: { lower: number; upper: number | null } | null
  reason: string
}

/** Where the bounds of usage leave it open, it is not decided. */
function judgeResource({ resource, before, since }: ResourceFigures, within: number): Judgement {
  const few = Math.min(before.applications, since.applications)
  if (few < LEAST_APPLICATIONS) {
    const reason = `Events tell of ${before.applications} applications before and ${since.applications} since; ${LEAST_APPLICATIONS} of each are needed.`
    return { state: 'waits', ratio: null, reason }
  }
  if (before.upper === null || since.upper === null || before.lower <= 0) {
    return {
      state: 'unseen',
      ratio: null,
      reason: `How much ${resource} was used is open: allocations have no end in the dump.`,
    }
  }
  const [before1, since1] = [perApplication(before), perApplication(since)]
  const ratio = { lower: round(since1.lower / before1.upper!), upper: round(since1.upper! / before1.lower) }
  const words = `An application uses ${times(ratio.lower)}${ratio.upper === ratio.lower ? '' : ` to ${times(ratio.upper)}`} times the ${resource} it did.`
  if (ratio.lower > 1 + within || ratio.upper < 1 - within)
    return { state: 'fails', ratio, reason: `${words} The band is ${Math.round(within * 100)} %.` }
  if (ratio.upper > 1 + within || ratio.lower < 1 - within)
    return { state: 'unseen', ratio, reason: `${words} The bounds are too wide to say whether that is in the band.` }
  return { state: 'holds', ratio, reason: words }
}

function perApplication({ lower, upper, applications }: ResourceFigures['before']) {
  return { lower: lower / applications, upper: upper === null ? null : upper / applications }
}

function round(value: number): number {
  return Number(value.toFixed(4))
}

function times(value: number): string {
  return value.toFixed(2)
}
