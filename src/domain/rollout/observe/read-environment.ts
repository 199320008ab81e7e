/** Reads the applications of an environment with their pods, and what became of them. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { applicationType, EVENT } from '../../app/read.ts'
import { applicationNameOf, hasEnded, type Observation, observe } from '../../app/observation.ts'
import { applicationFrom, pairDrivers } from '../../operator/discover/applications.ts'
import { driverFrom, POD_LABELS } from '../../operator/discover/driver-pods.ts'
import { POD, SPARK_GROUP } from '../../operator/discover/kinds.ts'
import type { Sight } from '../../operator/discover/sight.ts'
import { type Leftover, leftoverOf, orphanOf } from './leftovers.ts'
import { keyOfOutcome, type Outcome, outcomeOf } from './outcome.ts'

export interface Reading {
  /** Those that are not in the record yet, in the order in which they finished. */
  news: Outcome[]
  leftovers: Leftover[]
  /** How many are there, and how many of them are not over. */
  applications: { seen: number; open: number }
}

export interface ReadOptions {
  namespaces: readonly string[]
  now: number
  stuckAfterMs: number
  /** What was seen before, and when it was last looked. */
  known: readonly Outcome[]
  lastLook: number | undefined
}

/** Looks farther apart than this may have missed runs that a schedule no longer keeps. */
const LOOK_MS = 15 * 60_000

/** Reads every namespace. What may not be seen is in the sight's account. */
export async function readEnvironment(sight: Sight, options: ReadOptions): Promise<Reading> {
  const { namespaces, now, known, lastLook, stuckAfterMs } = options
  const seen = new Set(known.map(keyOfOutcome))
  const borne = borneFields(known)
  const reading: Reading = { news: [], leftovers: [], applications: { seen: 0, open: 0 } }
  const wasWatched = (finishedAt: number): boolean =>
    lastLook !== undefined && finishedAt >= lastLook && now - lastLook <= LOOK_MS
  for (const namespace of namespaces) {
    const { observations, orphans, schedules } = await readNamespace(sight, namespace)
    for (const observation of observations) {
      reading.applications.seen += 1
      if (!hasEnded(observation)) reading.applications.open += 1
      const leftover = leftoverOf(observation, now, stuckAfterMs)
      if (leftover !== undefined) reading.leftovers.push(leftover)
      const schedule = schedules.get(observation.application.scheduledBy ?? '')
      const outcome = outcomeOf(observation, { schedule, borne, now, wasWatched })
      if (outcome !== undefined && !seen.has(keyOfOutcome(outcome))) reading.news.push(outcome)
    }
    reading.leftovers.push(...orphans)
  }
  reading.news.sort((a, b) => (a.finishedAt < b.finishedAt ? -1 : a.finishedAt > b.finishedAt ? 1 : 0))
  return reading
}

/** Fields that were dropped of runs that completed: they explain no failure. */
function borneFields(known: readonly Outcome[]): Set<string> {
  return new Set(known.flatMap(({ completed, dropped }) => (completed ? dropped : [])))
}

interface NamespaceReading {
  observations: Observation[]
  orphans: Leftover[]
  schedules: ReadonlyMap<string, KubeObject>
}

async function readNamespace(sight: Sight, namespace: string): Promise<NamespaceReading> {
  const objects = await sight.list(await applicationType(sight), { namespace })
  const pods = await sight.list(POD, { namespace, labelSelector: POD_LABELS.applicationName })
  const byApplication = new Map<string, KubeObject[]>()
  for (const pod of pods) {
    const name = applicationNameOf(pod) ?? ''
    byApplication.set(name, [...(byApplication.get(name) ?? []), pod])
  }
  const warnings = await sight.list(EVENT, { namespace, fieldSelector: 'type=Warning' })
  const events = sight.couldList(EVENT, namespace) ? warnings : undefined
  const scheduled = await sight.findType({ group: SPARK_GROUP, kind: 'ScheduledSparkApplication' })
  const schedules = scheduled === undefined ? [] : await sight.list(scheduled, { namespace })
  const [role, driver] = POD_LABELS.role
  const drivers = pods
    .filter(({ metadata }) => metadata.labels?.[role] === driver)
    .map((pod) => driverFrom(pod, applicationNameOf(pod) ?? ''))
  const { orphans } = pairDrivers(objects.map(applicationFrom), { drivers, executors: new Map() })
  return {
    observations: objects.map((object) => observe(object, byApplication.get(object.metadata.name) ?? [], events)),
    orphans: orphans.map(orphanOf),
    schedules: new Map(schedules.map((schedule) => [schedule.metadata.name, schedule])),
  }
}

/** Names what cannot be read of an environment, for the gates that rest on it. */
export function blindSpots(sight: Sight): string[] {
  return sight.unseen.map(({ what, why }) => `${what} (${why})`)
}
