/** What both forms of a rollout's report say in the same words. */
import type { Verdict } from '../../domain/rollout/gates/evaluate.ts'
import type { RolloutReport } from '../../domain/rollout/report.ts'
import { plural } from '../format.ts'

/** A page is for people: what is beyond this is in the record. */
export const FAILURES_IN_REPORT = 100

const VERDICTS: Readonly<Record<Verdict, string>> = {
  open: 'Every gate holds.',
  waiting: 'Nothing speaks against it, and something is not there yet.',
  unseen: 'Something could not be looked at.',
  failed: 'A gate does not hold.',
  halt: 'Stop: a gate does not hold, and waiting costs jobs.',
}

export function headline({ stage, verdict }: RolloutReport): string {
  if (stage === 'waiting' || stage === 'starting') return 'Not started.'
  return stage === 'soaking' ? VERDICTS[verdict] : `It is ${stage}.`
}

export function totals({ applications, started }: RolloutReport): string {
  if (started === null) return `${plural(applications.before, 'application')} were seen so far.`
  const { operator, platform, job, undecided } = applications.failedSince
  const failed = `Failed: ${operator} by the operator, ${platform} by the platform, ${job} by the job itself, ${undecided} undecided.`
  return `${plural(applications.since, 'application')} finished since ${started.at}, ${applications.completedSince} of them completed; ${applications.before} before. ${failed}`
}
