/** One application as lists and status show it: object, driver, executors, queue and attempts joined. */
import type { KubeObject } from '../../ports/cluster.ts'
import { at, fieldsAt, listAt, numberAt, textAt } from '../operator/discover/json.ts'
import { type Failure, failureOf } from './failure/classify.ts'
import { MADE_BY, RUN } from './labels.ts'
import { countExecutors, type ExecutorCounts, type Observation, phaseOf } from './observation.ts'

export interface ApplicationRow {
  namespace: string
  name: string
  uid: string
  /** The operator's word; `NEW` before it has taken the application up. */
  state: string
  suspended: boolean
  driver: DriverRow | null
  /** `wanted`: as the spec says; null with dynamic allocation. */
  executors: ExecutorCounts & { wanted: number | null }
  queue: { name: string; from: string } | null
  scheduler: string | null
  attempts: { executions: number; submissions: number; restartPolicy: string }
  image: string | null
  sparkVersion: string | null
  /** The ScheduledSparkApplication it is a run of. */
  scheduledBy: string | null
  /** Made by this program, with this command and in this run. */
  ours: { by: string; run: string | null } | null
  createdAt: string | null
  /** When its last submission was tried. */
  submittedAt: string | null
  /** When the driver's container began. */
  startedAt: string | null
  endedAt: string | null
  /** Why it failed or does not get on. */
  failure: Failure | null
}

export interface DriverRow {
  name: string
  phase: string
  node: string | null
  /** Why its container waits. */
  waiting: string | null
  exitCode: number | null
  restarts: number
  deleting: boolean
}

/** Reduces an observation to what is shown. `now`: milliseconds since the epoch. */
export function rowOf(observation: Observation, now: number): ApplicationRow {
  const { object, application, driver } = observation
  const labels = application.labels
  const madeBy = labels[MADE_BY]
  const wanted = numberAt(object, 'spec', 'executor', 'instances')
  return {
    namespace: application.namespace,
    name: application.name,
    uid: application.uid,
    state: application.state === '' ? 'NEW' : application.state,
    suspended: application.suspend,
    driver: driver === undefined ? null : driverRow(driver),
    executors: { ...countExecutors(observation), wanted: application.dynamicAllocation ? null : (wanted ?? 1) },
    queue: queueOf(observation),
    scheduler: textAt(driver, 'spec', 'schedulerName') ?? textAt(object, 'spec', 'batchScheduler') ?? null,
    attempts: {
      executions: application.executionAttempts,
      submissions: application.submissionAttempts,
      restartPolicy: application.restartPolicy,
    },
    image: imageOf(observation),
    sparkVersion: textAt(object, 'spec', 'sparkVersion') ?? null,
    scheduledBy: application.scheduledBy ?? null,
    ours: madeBy === undefined ? null : { by: madeBy, run: labels[RUN] ?? null },
    createdAt: application.createdAt ?? null,
    submittedAt: textAt(object, 'status', 'lastSubmissionAttemptTime') ?? null,
    startedAt: startOf(driver) ?? null,
    endedAt: textAt(object, 'status', 'terminationTime') ?? null,
    failure: failureOf(observation, now) ?? null,
  }
}

function driverRow(driver: KubeObject): DriverRow {
  const statuses = listAt(driver, 'status', 'containerStatuses')
  const main = mainStatus(driver)
  return {
    name: driver.metadata.name,
    phase: phaseOf(driver) ?? 'Unknown',
    node: textAt(driver, 'spec', 'nodeName') ?? null,
    waiting: textAt(main, 'state', 'waiting', 'reason') ?? null,
    exitCode: numberAt(main, 'state', 'terminated', 'exitCode') ?? null,
    restarts: statuses.reduce<number>((sum, one) => sum + (numberAt(one, 'restartCount') ?? 0), 0),
    deleting: driver.metadata.deletionTimestamp !== undefined,
  }
}

/** The status of Spark's own container; sidecars say nothing of the job. */
export function mainStatus(pod: KubeObject): unknown {
  const statuses = listAt(pod, 'status', 'containerStatuses')
  return statuses.find((one) => textAt(one, 'name') === 'spark-kubernetes-driver') ?? statuses[0]
}

function startOf(driver: KubeObject | undefined): string | undefined {
  if (driver === undefined) return undefined
  const main = mainStatus(driver)
  return textAt(main, 'state', 'running', 'startedAt') ?? textAt(main, 'state', 'terminated', 'startedAt')
}

/** What the driver runs, which a webhook may have changed; else what the spec asks for. */
function imageOf({ object, driver }: Observation): string | null {
  const containers = listAt(driver, 'spec', 'containers')
  const main = containers.find((one) => textAt(one, 'name') === 'spark-kubernetes-driver') ?? containers[0]
  return textAt(main, 'image') ?? textAt(object, 'spec', 'driver', 'image') ?? textAt(object, 'spec', 'image') ?? null
}

const CANONICAL = 'yunikorn.apache.org/queue'

/**
 * YuniKorn's order of places (k8shim pkg/common/utils/utils.go, GetQueueNameFromPod): canonical label, annotation,
 * label `queue`. Before there is a driver, what the operator would put there.
 */
function queueOf({ object, driver }: Observation): ApplicationRow['queue'] {
  const places: [unknown, string][] =
    driver === undefined
      ? [
          [textAt(object, 'spec', 'batchSchedulerOptions', 'queue'), 'spec.batchSchedulerOptions.queue'],
          [at(object, 'spec', 'driver', 'labels', CANONICAL), `spec.driver.labels["${CANONICAL}"]`],
          [at(object, 'spec', 'driver', 'annotations', CANONICAL), `spec.driver.annotations["${CANONICAL}"]`],
          [at(object, 'spec', 'driver', 'labels', 'queue'), 'spec.driver.labels.queue'],
        ]
      : [
          [fieldsAt(driver, 'metadata', 'labels')[CANONICAL], `driver label ${CANONICAL}`],
          [fieldsAt(driver, 'metadata', 'annotations')[CANONICAL], `driver annotation ${CANONICAL}`],
          [fieldsAt(driver, 'metadata', 'labels').queue, 'driver label queue'],
          [textAt(object, 'spec', 'batchSchedulerOptions', 'queue'), 'spec.batchSchedulerOptions.queue'],
        ]
  const found = places.find(([value]) => typeof value === 'string' && value !== '')
  return found === undefined ? null : { name: found[0] as string, from: found[1] }
}
