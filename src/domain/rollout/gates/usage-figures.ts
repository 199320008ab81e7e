/** What applications used before and since a start, out of a dump of the scheduler's events. */
import type { Outcome } from '../observe/outcome.ts'

/** Lower and upper bounds of what was used. */
export type Bounds = Readonly<Record<'lower' | 'upper', number>>

/** What one application used of one resource; `upper` null: events leave it open. */
export interface Use {
  lower: number
  upper: number | null
  unit: string
}

/** What a dump says of the applications in it. */
export interface DumpUsage {
  /** What it covers. RFC 3339. */
  period: { from: string; to: string }
  /** By the scheduler's name of an application, and by resource. */
  applications: ReadonlyMap<string, ReadonlyMap<string, Use>>
}

export interface UsageFigures {
  period: DumpUsage['period']
  /** Applications that completed, and how many of them the dump tells from their beginning to their end. */
  before: { completed: number; told: number }
  since: { completed: number; told: number }
  /** Of those told since, how many are of jobs that are told before, too. */
  compared: number
  resources: readonly ResourceFigures[]
}

export interface ResourceFigures {
  resource: string
  unit: string
  /** What those that are compared used, and what they would have used had each been as its job was on average before. */
  since: Bounds
  expected: Bounds
}

/**
 * Each application is compared with its own job: a week in which other jobs ran than before says nothing of the operator.
 * An application whose name several share (a label that is the same for every run) cannot be told, and does not count.
 */
export function usageFiguresOf(
  before: readonly Outcome[],
  since: readonly Outcome[],
  { period, applications }: DumpUsage,
  resources: readonly string[],
): UsageFigures {
  const isDone = ({ completed }: Outcome): boolean => completed
  const [was, is] = [before.filter(isDone), since.filter(isDone)]
  const names = new Map<string, number>()
  for (const { schedulerId } of [...before, ...since])
    if (schedulerId !== null) names.set(schedulerId, (names.get(schedulerId) ?? 0) + 1)
  const usageOf = ({ schedulerId }: Outcome) => {
    const usage = schedulerId !== null && names.get(schedulerId) === 1 ? applications.get(schedulerId) : undefined
    return usage === undefined || [...usage.values()].some(({ upper }) => upper === null) ? undefined : usage
  }
  const toldOf = (all: readonly Outcome[]): Told[] =>
    all.flatMap((outcome) => {
      const usage = usageOf(outcome)
      return usage === undefined ? [] : { job: outcome.job, usage }
    })
  const [toldBefore, toldSince] = [toldOf(was), toldOf(is)]
  const jobs = new Set(toldBefore.map(({ job }) => job))
  const compared = toldSince.filter(({ job }) => jobs.has(job))
  return {
    period,
    before: { completed: was.length, told: toldBefore.length },
    since: { completed: is.length, told: toldSince.length },
    compared: compared.length,
    resources: resources.map((resource) => {
      const usual = averages(toldBefore, resource)
      return {
        resource,
        unit: [...toldBefore, ...toldSince].find(({ usage }) => usage.has(resource))?.usage.get(resource)?.unit ?? '',
        since: sum(compared.map((one) => boundsOf(one, resource))),
        expected: sum(compared.map(({ job }) => usual.get(job)!)),
      }
    }),
  }
}

/** What one run of each job used on average. */
function averages(told: readonly Told[], resource: string): Map<string, Bounds> {
  const totals = new Map<string, { runs: number; lower: number; upper: number }>()
  for (const one of told) {
    const [{ lower, upper }, total] = [boundsOf(one, resource), totals.get(one.job) ?? { runs: 0, lower: 0, upper: 0 }]
    totals.set(one.job, { runs: total.runs + 1, lower: total.lower + lower, upper: total.upper + upper })
  }
  return new Map(
    [...totals].map(([job, { runs, lower, upper }]) => [job, { lower: lower / runs, upper: upper / runs }]),
  )
}

interface Told {
  job: string
  usage: ReadonlyMap<string, Use>
}

function boundsOf({ usage }: Told, resource: string): Bounds {
  const { lower, upper } = usage.get(resource) ?? { lower: 0, upper: 0 }
  return { lower, upper: upper ?? lower }
}

function sum(all: readonly Bounds[]): Bounds {
  return all.reduce((total, { lower, upper }) => ({ lower: total.lower + lower, upper: total.upper + upper }), {
    lower: 0,
    upper: 0,
  })
}
