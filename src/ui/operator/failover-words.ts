/** A failover in words: the same in the terminal, on the page and in Markdown. */
import type { FailoverReport } from '../../domain/operator/failover/report.ts'
import { formatDuration, plural } from '../format.ts'

export const WAYS: Readonly<Record<FailoverReport['way'], string>> = {
  graceful: 'its pod was deleted, with time to end',
  kill: 'its pod was deleted at once',
  cut: 'its renewal of the lock was refused',
  observed: 'by itself; nothing was done to it',
}

const HURT = ['lost', 'twice', 'restarted', 'missed'] as const

/** The verdict in one sentence. */
export function verdictText(report: FailoverReport): string {
  const hurt = HURT.flatMap((verdict) => {
    const count = report.applications[verdict] + report.schedules[verdict]
    return count === 0 ? [] : [`${count} ${WORDS[verdict]}`]
  })
  if (report.exit === 'pending') return 'The leader did not change while it was watched.'
  if (hurt.length > 0) return `The failover hurt applications: ${hurt.join(', ')}.`
  if (report.exit === 'findings') return 'Nobody took over.'
  if (report.exit === 'inconclusive') return 'Not proven: something that would decide was not seen.'
  return `Nothing was lost, run twice or restarted: ${countText(report)}.`
}

const WORDS = { lost: 'lost', twice: 'run twice', restarted: 'restarted', missed: 'not fired' }

/** `12 applications and 1 schedule, by their uids`. */
export function countText({ applications, schedules }: FailoverReport): string {
  const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, one) => sum + one, 0)
  const fired = total(schedules)
  const and = fired === 0 ? '' : ` and ${plural(fired, 'schedule')}`
  return `${plural(total(applications), 'application')}${and}, by their uids`
}

/** Label and value of what is said first. */
export function headlines(report: FailoverReport): [string, string][] {
  const { operator, lock, leader, durations, evidence, way } = report
  const since = way === 'observed' ? 'after it last renewed the lock' : 'after it went'
  return [
    [
      'operator',
      `${operator.id}${operator.version === null ? '' : ` ${operator.version}`}, ${plural(operator.replicas, 'replica')}`,
    ],
    ['lock', `${lock.form} ${lock.namespace}/${lock.name}, ${lock.durationSeconds} s`],
    ['leader', `${leader.pod}: ${WAYS[way]}`],
    ['next', leader.after === null ? 'nobody' : leader.after.split('_')[0]!],
    ['has the lock', durations.taken === null ? 'not seen' : `${formatDuration(durations.taken)} ${since}`],
    ['works', durations.reconciled === null ? 'not seen' : `${formatDuration(durations.reconciled)} ${since}`],
    ['seen by', evidence === null ? 'nothing' : `${evidence.kind} ${evidence.object}: ${evidence.what}`],
  ]
}

/** How long a test application waited, or why it was none. */
export function waitText({ createdAt, takenUpAt, refused }: FailoverReport['tests'][number]): string {
  if (refused !== null) return `refused: ${refused}`
  return takenUpAt === null ? 'never' : formatDuration(Date.parse(takenUpAt) - Date.parse(createdAt))
}
