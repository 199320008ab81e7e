/** `app list` and `app status`: applications joined with what belongs to them. */
import { API_VERSION, type Document } from '../document.ts'
import { type ExitName, SparkopsError } from '../errors.ts'
import { listAt, textAt } from '../operator/discover/json.ts'
import type { Sight, Unseen } from '../operator/discover/sight.ts'
import type { Observation } from './observation.ts'
import { phaseOf } from './observation.ts'
import { readApplications, type Scope } from './read.ts'
import { type ApplicationRow, mainStatus, rowOf } from './row.ts'

export interface ApplicationList extends Document {
  kind: 'ApplicationList'
  /** When it was read; RFC 3339, UTC. */
  at: string
  items: ApplicationRow[]
  unseen: Unseen[]
}

export interface ApplicationStatus extends Document {
  kind: 'ApplicationStatus'
  at: string
  application: ApplicationRow
  /** Drivers of all attempts that are still there, the newest first. */
  drivers: PodRow[]
  executors: PodRow[]
  unseen: Unseen[]
}

export interface PodRow {
  name: string
  phase: string
  node: string | null
  createdAt: string | null
  /** Why it waits, or how it ended: `ImagePullBackOff`, `exit 1 Error`. */
  says: string | null
}

/** All applications of a scope. */
export async function listApplications(sight: Sight, scope: Scope, now: number): Promise<ApplicationList> {
  return applicationList(await readApplications(sight, scope), now, sight.unseen)
}

export function applicationList(observations: readonly Observation[], now: number, unseen: Unseen[]): ApplicationList {
  const items = observations.map((observation) => rowOf(observation, now))
  return { apiVersion: API_VERSION, kind: 'ApplicationList', at: isoTime(now), items, unseen }
}

/** One application. Throws (exit 1) where there is none. */
export async function applicationStatus(
  sight: Sight,
  scope: Scope & { name: string },
  now: number,
): Promise<ApplicationStatus> {
  const [observation] = await readApplications(sight, scope)
  if (observation === undefined) throw noApplication(scope.name, scope.namespace ?? '')
  return statusOf(observation, now, sight.unseen)
}

export function statusOf(observation: Observation, now: number, unseen: Unseen[]): ApplicationStatus {
  return {
    apiVersion: API_VERSION,
    kind: 'ApplicationStatus',
    at: isoTime(now),
    application: rowOf(observation, now),
    drivers: observation.drivers.map(podRow),
    executors: observation.executors.map(podRow),
    unseen,
  }
}

/** 7 where something was asked for and not shown. */
export function seenExit({ unseen }: { unseen: readonly Unseen[] }): ExitName {
  return unseen.length > 0 ? 'inconclusive' : 'ok'
}

export function noApplication(name: string, namespace: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_APPLICATION',
    message: `there is no SparkApplication ${namespace}/${name}`,
    why: 'it was never there, or it is gone: deleted, or past its timeToLiveSeconds',
    hint: 'sparkops app list shows those of a namespace; -n names another',
  })
}

function podRow(pod: Observation['drivers'][number]): PodRow {
  const main = mainStatus(pod)
  const ended = textAt(main, 'state', 'terminated', 'reason')
  const exit = (main as { state?: { terminated?: { exitCode?: number } } } | undefined)?.state?.terminated?.exitCode
  const unscheduled = listAt(pod, 'status', 'conditions').find(
    (one) => textAt(one, 'type') === 'PodScheduled' && textAt(one, 'status') === 'False',
  )
  const says =
    textAt(pod, 'status', 'reason') ??
    textAt(main, 'state', 'waiting', 'reason') ??
    (exit === undefined ? undefined : `exit ${exit} ${ended ?? ''}`.trim()) ??
    textAt(unscheduled, 'reason')
  return {
    name: pod.metadata.name,
    phase: pod.metadata.deletionTimestamp === undefined ? (phaseOf(pod) ?? 'Unknown') : 'Terminating',
    node: textAt(pod, 'spec', 'nodeName') ?? null,
    createdAt: pod.metadata.creationTimestamp ?? null,
    says: says ?? null,
  }
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
