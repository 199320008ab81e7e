/**
 * Whether every application went on: by uid, from what was seen. Pure. The verdicts that fail are `lost`, `twice`,
 * `restarted` and `missed`; `unseen` is where something that would decide was not seen.
 */
import { firstSeen, wasStuck } from './measure.ts'
import type { SeenApplication, SeenDriver, SeenSchedule, Sightings } from './sightings.ts'

export type FailoverVerdict = 'intact' | 'note' | 'unseen' | 'lost' | 'twice' | 'restarted' | 'missed'

export interface Judged {
  kind: 'SparkApplication' | 'ScheduledSparkApplication'
  name: string
  uid: string
  /** Made by this run. */
  test: boolean
  verdict: FailoverVerdict
  why: string
}

export interface Window {
  /** Milliseconds since the epoch: from when to when it was looked. */
  from: number
  to: number
  /** When the next leader was seen to work, or at least to lead. What came later need not have been taken up yet. */
  ledFrom: number
  /** For so long at least it was looked on. */
  settledMs: number
  /** False where the watch began anew in another process: what came and went in between was not seen. */
  isWhole: boolean
}

const FAILING: ReadonlySet<FailoverVerdict> = new Set(['lost', 'twice', 'restarted', 'missed'])
const TERMINAL = new Set(['COMPLETED', 'FAILED'])

export function judge(seen: Sightings, window: Window): Judged[] {
  const drivers = [...seen.drivers.values()]
  const applications = [...seen.applications.values()].map((one) => judgeApplication(one, drivers, window))
  const schedules = [...seen.schedules.values()].map((one) => judgeSchedule(one, seen, window))
  return [...applications, ...schedules].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Whether a verdict is one of those that fail. */
export function isFailing({ verdict }: Pick<Judged, 'verdict'>): boolean {
  return FAILING.has(verdict)
}

type Judgement = Pick<Judged, 'verdict' | 'why'>

function judgeApplication(seen: SeenApplication, drivers: readonly SeenDriver[], window: Window): Judged {
  const own = drivers.filter((driver) => belongs(driver, seen)).sort((a, b) => a.seenAt - b.seenAt)
  const name = `${seen.namespace}/${seen.name}`
  const judgement = judgementOf(seen, own, window)
  return { kind: 'SparkApplication', name, uid: seen.uid, test: seen.isTest, ...judgement }
}

function belongs(driver: SeenDriver, { namespace, name, uid, createdAt }: SeenApplication): boolean {
  if (driver.namespace !== namespace || driver.application !== name) return false
  if (driver.ownerUid !== null) return driver.ownerUid === uid
  // Without an owner (1.x without its webhook) a driver of a former application of that name is told by its age.
  return driver.before === null || createdAt === null || Date.parse(createdAt) <= driver.seenAt
}

function judgementOf(seen: SeenApplication, own: readonly SeenDriver[], window: Window): Judgement {
  const { now, before } = seen
  const isEdited = before !== null && before.generation !== now.generation
  if (seen.goneAt !== null) return goneJudgement(seen)
  if (isEdited) return { verdict: 'note', why: 'edited by somebody meanwhile; the operator runs it anew for that' }
  const followed = judgeDrivers(own)
  if (followed !== undefined) return followed
  return judgeEnd(seen, own, window)
}

function goneJudgement({ isTest, timeToLiveSeconds, now }: SeenApplication): Judgement {
  if (isTest) return { verdict: 'lost', why: 'it is gone, and this run had not deleted it' }
  if (timeToLiveSeconds !== null && TERMINAL.has(now.state))
    return { verdict: 'note', why: 'its time to live was over' }
  return { verdict: 'unseen', why: 'it was deleted, and who did it cannot be seen' }
}

/** From each driver to the next: restarted, replaced, or run again because the one before ended by itself. */
function judgeDrivers(own: readonly SeenDriver[]): Judgement | undefined {
  const restarted = own.find(({ before, restarts }) => restarts > (before?.restarts ?? 0))
  if (restarted !== undefined)
    return { verdict: 'restarted', why: `the container of its driver ${restarted.name} restarted` }
  for (const [index, driver] of own.entries()) {
    const next = own[index + 1]
    if (next === undefined || endedByItself(driver)) continue
    const pair = `${driver.uid}, then ${next.uid}`
    const isTogether = driver.goneAt === null || driver.goneAt > next.seenAt
    if (isTogether) return { verdict: 'twice', why: `two drivers at once: ${pair}` }
    return driver.before === null
      ? { verdict: 'twice', why: `submitted twice: driver ${pair}; the first was deleted while it ran` }
      : { verdict: 'restarted', why: `its driver was deleted and made anew: ${pair}` }
  }
  return undefined
}

/** It was over before anybody asked it to end. */
function endedByItself({ before, endedAt, deletingAt }: SeenDriver): boolean {
  if (before?.ended === true) return true
  return endedAt !== null && (deletingAt === null || endedAt < deletingAt)
}

function judgeEnd(seen: SeenApplication, own: readonly SeenDriver[], window: Window): Judgement {
  const { now, before, isTest } = seen
  const last = own.at(-1)
  const isAlive = last !== undefined && last.goneAt === null && last.endedAt === null && last.before?.ended !== true
  if (now.state === '' && (!now.suspend || seen.isProbe)) return stuckJudgement(seen, isAlive, window)
  if (seen.isProbe) return INTACT
  if (TERMINAL.has(now.state) && before?.state === now.state) return INTACT
  if (TERMINAL.has(now.state) && isAlive && last.deletingAt === null) {
    return { verdict: 'lost', why: `it is ${now.state}, and its driver ${last.name} runs on: nobody waits for it` }
  }
  if (/^SUBMISSION_FAILED$|^FAILED$/.test(now.state) && last === undefined) {
    return {
      verdict: 'lost',
      why: `${now.state}, and no driver was seen${now.message === null ? '' : `: ${now.message}`}`,
    }
  }
  if (last !== undefined && !isAlive) return endedJudgement(seen, last, window)
  if (/^(SUBMITTED|RUNNING)$/.test(now.state) && last === undefined) return driverless(isTest)
  return INTACT
}

const INTACT: Judgement = { verdict: 'intact', why: '' }

function driverless(isTest: boolean): Judgement {
  const why = 'its status says that it runs, and no driver was seen'
  return { verdict: isTest ? 'lost' : 'unseen', why }
}

function stuckJudgement(seen: SeenApplication, isAlive: boolean, window: Window): Judgement {
  const when = `${Math.round((window.to - window.ledFrom) / 1000)} s after the next leader began`
  if (!seen.isTest && firstSeen(seen) > window.ledFrom) {
    return { verdict: 'note', why: 'it came after the next leader began, and is not taken up yet' }
  }
  if (wasStuck(seen, window.from)) return { verdict: 'note', why: 'it had not been taken up before either' }
  const what = isAlive ? 'its driver runs and its status says nothing' : 'it was not taken up by the next leader'
  return { verdict: 'lost', why: `${what}, ${when}` }
}

function endedJudgement({ isTest, now }: SeenApplication, last: SeenDriver, { isWhole }: Window): Judgement {
  if (endedByItself(last))
    return isTest ? INTACT : { verdict: 'note', why: `its driver ended by itself: ${last.phase}` }
  if (now.state === 'COMPLETED') return { verdict: 'note', why: 'it completed, and its driver is gone' }
  if (!isWhole) return { verdict: 'unseen', why: 'its driver is gone, and was not seen to end' }
  const why = 'its driver was deleted while it ran'
  return isTest ? { verdict: 'lost', why } : { verdict: 'unseen', why: `${why}; by whom cannot be seen` }
}

/**
 * A schedule says in its status when it runs next; each such time makes one run. What fell due while nobody led is
 * caught up once by every release (shouldStartNextRun, syncScheduledSparkApplication).
 */
function judgeSchedule(schedule: SeenSchedule, seen: Sightings, window: Window): Judged {
  const name = `${schedule.namespace}/${schedule.name}`
  const runs = [...seen.applications.values()].filter(
    ({ scheduledBy, namespace, before }) =>
      scheduledBy === schedule.name && namespace === schedule.namespace && before === null,
  ).length
  const due = schedule.dues.filter((at) => Date.parse(at) <= window.to).length
  // What was due before it was looked may have fired just then.
  const isOverdue = (at: number): boolean => at > window.from && at <= window.to - window.settledMs
  const overdue = schedule.dues.filter((at) => isOverdue(Date.parse(at))).length
  const judgement = scheduleJudgement(schedule, { runs, due, overdue }, window)
  return { kind: 'ScheduledSparkApplication', name, uid: schedule.uid, test: false, ...judgement }
}

function scheduleJudgement(
  { suspend, edited, policy }: SeenSchedule,
  { runs, due, overdue }: { runs: number; due: number; overdue: number },
  { isWhole }: Window,
): Judgement {
  if (edited) return { verdict: 'note', why: 'made or edited meanwhile' }
  if (runs > due) {
    const why = `it fired ${runs} times and was due ${due === 1 ? 'once' : `${due} times`}`
    return isWhole ? { verdict: 'twice', why } : { verdict: 'unseen', why: `${why}, as far as was seen` }
  }
  if (runs < overdue) {
    if (suspend) return { verdict: 'note', why: 'it is suspended' }
    const why = `it was due ${overdue === 1 ? 'once' : `${overdue} times`} and fired ${runs === 0 ? 'never' : `${runs} times`}`
    if (policy !== 'Allow') return { verdict: 'note', why: `${why}; concurrencyPolicy ${policy || 'unset'} may skip` }
    return isWhole ? { verdict: 'missed', why } : { verdict: 'unseen', why }
  }
  if (due === 0) return { verdict: 'note', why: 'it was not due' }
  return { verdict: 'intact', why: `fired ${runs === 1 ? 'once' : `${runs} times`}, as it was due` }
}
