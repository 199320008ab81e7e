/** What is known of one application at one moment: the object, its pods, and the events about them. */
import type { KubeObject } from '../../ports/cluster.ts'
import {
  type Application,
  applicationFrom,
  pairDrivers,
  TERMINAL_STATES,
  type Trouble,
} from '../operator/discover/applications.ts'
import { driverFrom, isFinished, POD_LABELS } from '../operator/discover/driver-pods.ts'
import { textAt } from '../operator/discover/json.ts'
import { tellsOfDriverTaken } from './failure/taken-away.ts'

export interface Observation {
  object: KubeObject
  application: Application
  /** The driver that counts: the live one, else the one that the status names, else the newest. */
  driver: KubeObject | undefined
  /** All drivers of its attempts that are still there, the newest first. */
  drivers: KubeObject[]
  /** Executors of the driver's attempt. */
  executors: KubeObject[]
  trouble: Trouble | undefined
  /** Events about it and its pods; undefined where they were not asked for, or could not be seen. */
  events: KubeObject[] | undefined
}

/** Joins an application with what was found around it. `pods`: those that carry its name, of any attempt. */
export function observe(
  object: KubeObject,
  pods: readonly KubeObject[],
  events: readonly KubeObject[] | undefined,
): Observation {
  const application = applicationFrom(object)
  const ofRole = (role: string): KubeObject[] => pods.filter(({ metadata }) => metadata.labels?.['spark-role'] === role)
  const drivers = ofRole(POD_LABELS.role[1])
  const paired = pairDrivers([application], {
    drivers: drivers.map((pod) => driverFrom(pod, application.name)),
    executors: new Map(),
  }).cases[0]!
  const driver = drivers.find(({ metadata }) => metadata.uid === paired.driver?.uid)
  const executors = ofRole('executor').filter((pod) => isOfAttempt(pod, driver, application))
  const own = new Set([object, ...drivers, ...executors].map(({ metadata }) => metadata.uid ?? metadata.name))
  return {
    object,
    application,
    driver,
    drivers: drivers.sort((a, b) =>
      (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1,
    ),
    executors,
    trouble: paired.trouble,
    events: events?.filter(
      (event) => own.has(subjectUid(event) ?? '') || (driver === undefined && tellsOfDriverTaken(event, object)),
    ),
  }
}

/** The name of the application that a pod belongs to; undefined for pods of nobody. */
export function applicationNameOf(pod: KubeObject): string | undefined {
  return pod.metadata.labels?.[POD_LABELS.applicationName]
}

/** Whether nothing of it runs and nothing more will happen by itself. */
export function hasEnded({ application }: Pick<Observation, 'application'>): boolean {
  return TERMINAL_STATES.has(application.state)
}

export function phaseOf(pod: KubeObject | undefined): string | undefined {
  return textAt(pod, 'status', 'phase')
}

/** The uid of the object that an event is about, in the core API and in events.k8s.io. */
function subjectUid(event: KubeObject): string | undefined {
  return textAt(event, 'involvedObject', 'uid') ?? textAt(event, 'regarding', 'uid')
}

/** An executor of a former attempt has another submission id; without any, its owner tells. */
function isOfAttempt(pod: KubeObject, driver: KubeObject | undefined, { submissionId }: Application): boolean {
  const own = pod.metadata.labels?.[POD_LABELS.submissionId]
  const attempt = driver?.metadata.labels?.[POD_LABELS.submissionId] ?? submissionId
  if (own !== undefined && attempt !== undefined) return own === attempt
  const owner = pod.metadata.ownerReferences?.find(({ kind }) => kind === 'Pod')?.uid
  return owner === undefined || driver === undefined || owner === driver.metadata.uid
}

/** How many executors stand how. */
export interface ExecutorCounts {
  running: number
  pending: number
  succeeded: number
  failed: number
  unknown: number
}

/** Counts by the pods that are there, and by the status for those whose pods are gone. */
export function countExecutors({ executors, object }: Pick<Observation, 'executors' | 'object'>): ExecutorCounts {
  const counts = { running: 0, pending: 0, succeeded: 0, failed: 0, unknown: 0 }
  const seen = new Set(executors.map(({ metadata }) => metadata.name))
  for (const pod of executors) {
    const phase = phaseOf(pod) ?? ''
    const isGoing = pod.metadata.deletionTimestamp !== undefined && !isFinished(phase)
    const key = isGoing ? 'unknown' : (PHASES[phase] ?? 'unknown')
    counts[key] += 1
  }
  const recorded = (object.status as { executorState?: Record<string, unknown> } | undefined)?.executorState ?? {}
  for (const [name, state] of Object.entries(recorded)) {
    if (seen.has(name)) continue
    if (state === 'COMPLETED') counts.succeeded += 1
    else if (state === 'FAILED') counts.failed += 1
  }
  return counts
}

const PHASES: Readonly<Record<string, keyof ExecutorCounts>> = {
  Running: 'running',
  Pending: 'pending',
  Succeeded: 'succeeded',
  Failed: 'failed',
}
