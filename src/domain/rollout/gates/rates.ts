/**
 * The two gates that count failures against history: those that the operator caused, and all. Both are looked at after
 * every application (statistics/sequential.ts), and together they raise no more false alarms than the file allows:
 * nine tenths are given to the operator's failures, which the rollout is about.
 */
import type { Outcome } from '../observe/outcome.ts'
import { baselineOf, type DayCount, type Dispersion, expectedOn } from '../statistics/baseline.ts'
import { exactBounds, fisherWorse } from '../statistics/exact.ts'
import { followFailures, type Sequence, type Trial } from '../statistics/sequential.ts'
import type { RateSettings } from '../file/rollout.ts'
import { type GateEvidence, type GateResult, off } from './gate.ts'

const OPERATORS_SHARE = 0.9
/**
 * What is spent is exact where all weekdays are alike. Rates of single weekdays are estimates too, and days differ: in
 * simulation (bench/rollout) that adds about a third. So much is kept back.
 */
const SPENT = 0.7
/** Below so many finished applications before, a rate is a guess. */
const LEAST_BEFORE = 30

interface RateQuestion {
  gate: 'operatorFailureRate' | 'failureRate'
  what: string
  share: number
  isFailure: (outcome: Outcome) => boolean
  /** By how much more than chance failures vary from day to day. */
  dispersion: (dispersion: Dispersion) => number
}

/** One-sided 1 % of the normal distribution. */
const UNLIKELY = 2.326

const QUESTIONS: readonly RateQuestion[] = [
  {
    gate: 'operatorFailureRate',
    what: 'failures caused by the operator',
    share: OPERATORS_SHARE,
    isFailure: ({ cause }) => cause?.origin === 'operator',
    // Taken for chance unless the days before say otherwise: every doubt here delays the alarm that matters most.
    dispersion: ({ estimate, error }) => (estimate - 1 > UNLIKELY * error ? estimate : 1),
  },
  {
    gate: 'failureRate',
    what: 'failures of any cause',
    share: 1 - OPERATORS_SHARE,
    isFailure: ({ completed }) => !completed,
    // Nodes go in dozens and jobs fail every hour for one mistake: bursts are the rule, and doubt speaks for them.
    dispersion: ({ estimate, error }) => Math.max(1, estimate + error),
  },
]

/** Both gates. */
export function rateGates(evidence: GateEvidence): GateResult[] {
  const settings = evidence.settings.failureRate
  if (settings === null) return QUESTIONS.map(({ gate }) => off(gate))
  return QUESTIONS.map((question) => judge(question, settings, evidence))
}

function judge(question: RateQuestion, settings: RateSettings, evidence: GateEvidence): GateResult {
  const before = evidence.before.filter(({ counts }) => counts)
  const since = evidence.since.filter(({ counts }) => counts)
  const leftOut = evidence.before.length - before.length + evidence.since.length - since.length
  const baseline = baselineOf(dayCounts(before, question.isFailure))
  const trials: Trial[] = since.map((outcome) => ({
    expected: expectedOn(baseline, weekdayOf(outcome.finishedAt)),
    failed: question.isFailure(outcome),
  }))
  const { failed: failuresBefore, rate: rateBefore } = baseline
  const dispersion = question.dispersion(baseline.dispersion)
  const plan = {
    falseAlarms: settings.falseAlarms * SPENT * question.share,
    worseBy: settings.worseBy,
    ...{ failuresBefore, rateBefore, dispersion },
  }
  const found = followFailures(trials, plan)
  const table = {
    before: { failed: failuresBefore, finished: baseline.finished },
    since: { failed: found.failed, finished: found.finished },
  }
  const figures = {
    before: table.before,
    since: table.since,
    expected: round(found.expected),
    alarmAt: found.finished === 0 ? null : found.alarmAt,
    alarm: found.alarm,
    falseAlarms: { allowed: plan.falseAlarms, spent: found.spent },
    noticed: { worseBy: settings.worseBy, probability: round(found.noticed) },
    fisher: found.finished === 0 ? null : round(fisherWorse(table), 6),
    rateSince: boundsOf(table.since),
    dispersion: round(dispersion),
    leftOut,
  }
  const state = stateOf(found, settings, baseline.finished)
  const unknown = trials.length > 0 ? baseline.unseenWeekdays : []
  const reason = [
    says(question.what, found, settings, baseline.finished),
    ...(dispersion >= 1.05 ? [`Failures came in bursts before, so that ${round(dispersion, 1)} count for one.`] : []),
    ...(unknown.length > 0 && state !== 'unseen' ? ['Weekdays without history are taken for average.'] : []),
    ...(leftOut > 0
      ? [`${leftOut} more are left out: what a schedule or a time to live keeps is no fair sample.`]
      : []),
  ].join(' ')
  return { gate: question.gate, state, reason, halts: state === 'fails', figures }
}

function stateOf({ alarm, finished, noticed }: Sequence, { noticed: wanted }: RateSettings, before: number) {
  if (alarm !== null) return 'fails'
  if (before < LEAST_BEFORE) return 'unseen'
  if (finished === 0 || noticed < wanted) return 'waits'
  return 'holds'
}

function says(what: string, found: Sequence, { worseBy, noticed: wanted }: RateSettings, before: number): string {
  const { alarm, finished, failed, expected, alarmAt, noticed } = found
  if (alarm === null && before < LEAST_BEFORE) {
    return `Only ${before} applications were seen before the start, fewer than ${LEAST_BEFORE}: there is nothing to compare ${what} with.`
  }
  if (finished === 0) return `No application has finished since the start.`
  const counted = `${failed} of ${finished} are ${what}; as before the start, ${expected.toFixed(1)} would be.`
  if (alarm !== null) {
    return `${counted} The alarm came after ${alarm.finished} applications with ${alarm.failed}: by chance alone that is too rare.`
  }
  const power = `Were they ${worseBy} times as frequent, it would have been noticed by now with ${percent(noticed)}`
  if (noticed < wanted) return `${counted} ${power}, and ${percent(wanted)} are asked for.`
  return `${counted} From ${alarmAt} on there would be an alarm. ${power}.`
}

/** Counts of finished applications by day, UTC. */
function dayCounts(outcomes: readonly Outcome[], isFailure: (outcome: Outcome) => boolean): DayCount[] {
  const days = new Map<string, DayCount>()
  for (const outcome of outcomes) {
    const day = outcome.finishedAt.slice(0, 10)
    const own = days.get(day) ?? { day, weekday: weekdayOf(outcome.finishedAt), finished: 0, failed: 0 }
    own.finished += 1
    if (isFailure(outcome)) own.failed += 1
    days.set(day, own)
  }
  return [...days.values()]
}

/** 1 (Monday) to 7 (Sunday), UTC. */
export function weekdayOf(time: string): number {
  return ((new Date(time).getUTCDay() + 6) % 7) + 1
}

function boundsOf({ failed, finished }: { failed: number; finished: number }): { lower: number; upper: number } {
  const { lower, upper } = exactBounds(failed, finished, 0.025)
  return { lower: round(lower, 5), upper: round(upper, 5) }
}

function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits))
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}
