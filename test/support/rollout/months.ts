/**
 * Months of applications with their truth: jobs of many kinds on a cluster with good and bad days, then an upgrade after
 * which the operator fails them as often as before, or `factor` times as often. The same seed gives the same months.
 */
import type { Outcome } from '../../../src/domain/rollout/observe/outcome.ts'
import { randomFrom } from './random.ts'

export interface World {
  seed: number
  /** Probability that the operator fails an application, before. */
  operatorRate: number
  /** How many times as often it does since the upgrade. */
  factor: number
  /** The probability since the upgrade, where it is no multiple: of an operator that failed nothing before. */
  operatorRateSince?: number
  daysBefore: number
  /** How many applications finish after the upgrade, in all. */
  finishedSince: number
  /** Finished applications on a working day; a third of it at weekends. */
  perDay: number
  /** How often a failure by the operator is not seen as one. */
  missed: number
}

export interface Months {
  before: Outcome[]
  since: Outcome[]
  startedAt: number
}

const DAY_MS = 86_400_000
/** A Monday. */
const BEGIN = Date.parse('2026-06-01T00:00:00Z')
const JOBS = 80

/** Makes them. The truth is the cause's origin, except of `missed` failures, which are undecided. */
export function makeMonths(world: World): Months {
  const random = randomFrom(world.seed)
  // Most jobs are sound, a few fail often by themselves.
  const jobs = Array.from({ length: JOBS }, (_, index) => ({
    job: `jobs/schedule/job-${index}`,
    ownRate: 0.15 * random() ** 4,
  }))
  const before: Outcome[] = []
  const since: Outcome[] = []
  const startedAt = BEGIN + world.daysBefore * DAY_MS
  for (let day = 0; since.length < world.finishedSince; day += 1) {
    const isWeekend = day % 7 >= 5
    const count = Math.round(world.perDay * (isWeekend ? 0.33 : 1) * (0.85 + 0.3 * random()))
    // On one day of twenty nodes go, which is nobody's upgrade.
    const platformRate = random() < 0.05 ? 0.06 : 0.006
    const isSince = day >= world.daysBefore
    const rate = isSince ? (world.operatorRateSince ?? world.operatorRate * world.factor) : world.operatorRate
    const operatorRate = rate * (isWeekend ? 1.4 : 0.9)
    const rates = { operatorRate, platformRate, missed: world.missed }
    for (let index = 0; index < count; index += 1) {
      const time = BEGIN + (day + (index + random()) / (count + 1)) * DAY_MS
      const outcome = makeOutcome(random, jobs[Math.floor(random() * JOBS)]!, time, rates)
      if (!isSince) before.push(outcome)
      else if (since.length < world.finishedSince) since.push(outcome)
    }
  }
  return { before, since, startedAt }
}

/** One rule for each origin: a job is known to fail so where it did for the same cause. */
const CAUSES = {
  operator: { rule: 'F29', class: 'submission' },
  platform: { rule: 'F31', class: 'driver-lost' },
  job: { rule: 'F60', class: 'exit-code' },
  undecided: { rule: 'F99', class: 'undecided' },
} as const

function makeOutcome(
  random: () => number,
  { job, ownRate }: { job: string; ownRate: number },
  time: number,
  { operatorRate, platformRate, missed }: { operatorRate: number; platformRate: number; missed: number },
): Outcome {
  const draw = random()
  const origin =
    draw < operatorRate
      ? ('operator' as const)
      : draw < operatorRate + platformRate
        ? ('platform' as const)
        : draw < operatorRate + platformRate + ownRate
          ? ('job' as const)
          : null
  const told = origin === 'operator' && random() < missed ? ('undecided' as const) : origin
  const uid = `${time}-${Math.floor(random() * 1e9)}`
  return {
    uid,
    namespace: 'jobs',
    name: uid,
    job,
    jobFrom: 'schedule',
    schedulerId: `spark-${uid}`,
    createdAt: new Date(time - 600_000).toISOString(),
    finishedAt: new Date(time).toISOString(),
    completed: origin === null,
    cause: told === null ? null : { ...CAUSES[told], origin: told, reason: 'simulated', evidence: [] },
    latencyMs: Math.round(2000 - 3000 * Math.log(1 - random())),
    dropped: [],
    counts: true,
  }
}
