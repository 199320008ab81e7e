/** What a failover showed: who led, when the next one began, and what became of every application. */
import { API_VERSION, type Document } from '../../document.ts'
import type { ExitName } from '../../errors.ts'
import { type FailoverVerdict, isFailing, judge, type Judged, type Window } from './judge.ts'
import { firstTrace, lastRenewal, leaderEnd } from './measure.ts'
import type { Sightings, Trace } from './sightings.ts'
import { timeOf } from './sightings.ts'

export type FailoverWay = 'graceful' | 'kill' | 'cut' | 'observed'

/** What does not change while it goes on; a plan holds it. */
export interface FailoverSubject {
  way: FailoverWay
  cluster: { id: string; name: string }
  operator: { id: string; version: string | null; generation: '1.x' | '2.x'; replicas: number }
  lock: { form: string; namespace: string; name: string; durationSeconds: number }
  leader: { holder: string; pod: string; uid: string }
}

export interface FailoverReport extends Document {
  kind: 'FailoverReport'
  /** Null for one that was only watched. */
  run: string | null
  way: FailoverWay
  cluster: FailoverSubject['cluster']
  operator: FailoverSubject['operator']
  lock: FailoverSubject['lock']
  leader: { before: string; pod: string; after: string | null }
  /** By the clock of the machine that watched, RFC 3339. `renewed`: when the former leader last renewed its lock. */
  times: Record<'begun' | 'ended', string> &
    Record<'removed' | 'renewed' | 'leaderEnded' | 'taken' | 'reconciled', string | null>
  /** Milliseconds since the leader was removed; of one that was only watched, since it was last seen to renew. */
  durations: { taken: number | null; reconciled: number | null }
  /** The write of the operator by which the next leader was seen to work. */
  evidence: { kind: string; object: string; what: string; at: string } | null
  applications: Record<FailoverVerdict, number>
  schedules: Record<FailoverVerdict, number>
  /** Everything that is not intact, and all that this run made. */
  items: Judged[]
  tests: TestRow[]
  timeline: Moment[]
  unseen: string[]
  exit: ExitName
}

export interface TestRow {
  name: string
  uid: string | null
  createdAt: string
  takenUpAt: string | null
  driverAt: string | null
  refused: string | null
}

export interface Moment {
  at: string
  lane: 'lock' | 'leader' | 'application' | 'schedule'
  what: string
}

/** What the steps of a run found out, or the observer. Milliseconds since the epoch. */
export interface FailoverFacts {
  run: string | null
  begunAt: number
  removedAt: number | null
  /** Why nobody was removed though it was planned. */
  notRemoved: string | null
  taken: { holder: string; at: number | null } | null
  endedAt: number
  settledMs: number
  isWhole: boolean
  /** Test applications that the server refused. */
  refused: { name: string; at: number; why: string }[]
  unseen: readonly string[]
}

export function concludeFailover(subject: FailoverSubject, facts: FailoverFacts, seen: Sightings): FailoverReport {
  const { way, leader } = subject
  const since = facts.removedAt ?? (way === 'observed' ? (lastRenewal(seen.lock, leader.holder) ?? null) : null)
  const takenAt = facts.taken?.at ?? null
  const trace = takenAt === null ? undefined : firstTrace(seen.traces, takenAt)
  const window: Window = {
    ...{ from: facts.begunAt, to: facts.endedAt, settledMs: facts.settledMs, isWhole: facts.isWhole },
    ledFrom: trace?.at ?? takenAt ?? facts.begunAt,
  }
  const judged = judge(seen, window)
  const unseen = [...new Set([...facts.unseen, ...whatIsUnseen(facts, trace)])]
  const gone = leaderEnd(seen.pods, leader.uid, since ?? facts.begunAt)
  return {
    apiVersion: API_VERSION,
    kind: 'FailoverReport',
    run: facts.run,
    way,
    cluster: subject.cluster,
    operator: subject.operator,
    lock: subject.lock,
    leader: { before: leader.holder, pod: leader.pod, after: facts.taken?.holder ?? null },
    times: {
      begun: timeOf(facts.begunAt),
      removed: orNull(facts.removedAt),
      renewed: orNull(lastRenewal(seen.lock, leader.holder) ?? null),
      leaderEnded: orNull(gone?.at ?? null),
      taken: orNull(takenAt),
      reconciled: orNull(trace?.at ?? null),
      ended: timeOf(facts.endedAt),
    },
    durations: { taken: span(since, takenAt), reconciled: span(since, trace?.at ?? null) },
    evidence: trace === undefined ? null : { ...trace, at: timeOf(trace.at) },
    applications: countOf(judged, 'SparkApplication'),
    schedules: countOf(judged, 'ScheduledSparkApplication'),
    items: judged.filter((one) => one.verdict !== 'intact' || one.test),
    tests: testRows(seen, facts),
    timeline: timelineOf(subject, facts, seen, trace),
    unseen,
    exit: way === 'observed' && facts.taken === null ? 'pending' : exitOf(judged, facts, unseen),
  }
}

/** What a report cannot say though it was asked; a leader that nobody saw work is not proven. */
function whatIsUnseen({ notRemoved, taken, isWhole, removedAt }: FailoverFacts, trace: Trace | undefined): string[] {
  return [
    ...(notRemoved === null ? [] : [`the failover that was planned: ${notRemoved}`]),
    ...(isWhole ? [] : ['what happened between two processes of this run']),
    ...(taken !== null && taken.at === null ? ['when the next leader took the lock'] : []),
    ...(taken !== null && taken.at !== null && trace === undefined
      ? ['that the next leader works: it wrote nothing that was watched (--apps gives it something to do)']
      : []),
    ...(taken === null && removedAt === null && notRemoved === null ? ['a change of leaders'] : []),
  ]
}

function exitOf(judged: readonly Judged[], { taken, removedAt }: FailoverFacts, unseen: readonly string[]): ExitName {
  const hasNoLeader = taken === null && removedAt !== null
  if (hasNoLeader || judged.some(isFailing)) return 'findings'
  return unseen.length > 0 || judged.some(({ verdict }) => verdict === 'unseen') ? 'inconclusive' : 'ok'
}

const VERDICTS: readonly FailoverVerdict[] = ['intact', 'note', 'unseen', 'lost', 'twice', 'restarted', 'missed']

function countOf(judged: readonly Judged[], kind: Judged['kind']): Record<FailoverVerdict, number> {
  const count = (verdict: FailoverVerdict): number =>
    judged.filter((one) => one.kind === kind && one.verdict === verdict).length
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(verdict)])) as Record<FailoverVerdict, number>
}

function testRows(seen: Sightings, { refused }: FailoverFacts): TestRow[] {
  const made = [...seen.applications.values()]
    .filter(({ isTest }) => isTest)
    .map((one): TestRow & { order: number } => {
      const driver = [...seen.drivers.values()].find(
        ({ namespace, application }) => namespace === one.namespace && application === one.name,
      )
      const first = one.states[0]?.at ?? 0
      return {
        order: first,
        name: `${one.namespace}/${one.name}`,
        uid: one.uid,
        createdAt: timeOf(first),
        takenUpAt: orNull(one.states.find(({ state }) => state !== '')?.at ?? null),
        driverAt: orNull(driver?.seenAt ?? null),
        refused: null,
      }
    })
  const not = refused.map(({ name, at, why }) => ({
    ...{ order: at, name, uid: null, createdAt: timeOf(at), takenUpAt: null, driverAt: null, refused: why },
  }))
  return [...made, ...not].sort((a, b) => a.order - b.order).map(({ order: _order, ...row }) => row)
}

/** The most moments that a page can show. */
const MOMENTS_MAX = 400

function timelineOf(
  { leader }: FailoverSubject,
  facts: FailoverFacts,
  seen: Sightings,
  trace: Trace | undefined,
): Moment[] {
  const moments: { at: number; lane: Moment['lane']; what: string }[] = []
  const add = (at: number | null | undefined, lane: Moment['lane'], what: string): void => {
    if (at !== null && at !== undefined) moments.push({ at, lane, what })
  }
  add(facts.removedAt, 'leader', `${leader.pod} removed`)
  for (const { at, pod, what } of seen.pods)
    if (at > facts.begunAt && what !== 'there') add(at, 'leader', `${pod} ${what}`)
  for (const [index, { at, holder }] of seen.lock.entries()) {
    const before = seen.lock[index - 1]
    if (before === undefined || before.holder !== holder) add(at, 'lock', `held by ${holder || 'nobody'}`)
  }
  add(lastRenewal(seen.lock, leader.holder), 'lock', `last renewed by ${leader.pod}`)
  add(trace?.at, 'leader', `the next leader writes: ${trace?.object ?? ''} ${trace?.what ?? ''}`)
  for (const one of seen.applications.values()) {
    for (const { at, state } of one.states) {
      const isBeginning = one.before !== null && at === one.states[0]?.at
      if (!isBeginning) add(at, one.scheduledBy === null ? 'application' : 'schedule', `${one.name} ${state || 'made'}`)
    }
    add(one.goneAt, 'application', `${one.name} gone`)
  }
  return moments
    .sort((a, b) => a.at - b.at)
    .slice(0, MOMENTS_MAX)
    .map((one) => ({ ...one, at: timeOf(one.at) }))
}

function span(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from)
}

function orNull(at: number | null): string | null {
  return at === null ? null : timeOf(at)
}
