/**
 * Applications, each reduced to what a decision needs, so that five thousand of them fit into little memory, and joined
 * with the pods that belong to them.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { type DriverPod, isFinished, type Pods } from './driver-pods.ts'
import { at, fieldsAt, numberAt, textAt } from './json.ts'
import { REFUSED_CONF, WEBHOOK_FIELDS, WEBHOOK_SPEC_FIELDS } from './pod-fields.ts'

/** States of an application in which nothing of it runs and nothing more will happen by itself. */
export const TERMINAL_STATES: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED'])
/** States in which a driver pod should be there. */
export const RUNNING_STATES: ReadonlySet<string> = new Set(['SUBMITTED', 'RUNNING', 'UNKNOWN', 'SUCCEEDING', 'FAILING'])
/** One SparkApplication. */
export interface Application {
  namespace: string
  name: string
  uid: string
  generation: number
  createdAt: string | undefined
  labels: Readonly<Record<string, string>>
  deleting: boolean
  /** `''` before the operator has taken it up. */
  state: string
  submissionId: string | undefined
  driverPod: string | undefined
  executionAttempts: number
  submissionAttempts: number
  /** `Never` where nothing is set, as every release takes it. */
  restartPolicy: string
  mode: string | undefined
  suspend: boolean
  dynamicAllocation: boolean
  /** A ScheduledSparkApplication that made it. */
  scheduledBy: string | undefined
  /** Whether both intervals between retries are set. */
  hasRetryIntervals: boolean
  /** Whether it says how many executors it wants, or lets dynamic allocation find out. */
  hasExecutorCount: boolean
  /** Fields of its executors that only a webhook puts into pods. */
  webhookFields: string[]
  /** Keys of `sparkConf` that 2.5.2 and newer refuse. */
  refusedConf: string[]
}

/** Reduces a SparkApplication to what decisions need. */
export function applicationFrom(object: KubeObject): Application {
  const { metadata } = object
  const status = fieldsAt(object, 'status')
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    createdAt: metadata.creationTimestamp,
    labels: metadata.labels ?? {},
    deleting: metadata.deletionTimestamp !== undefined,
    state: textAt(status, 'applicationState', 'state') ?? '',
    submissionId: nonEmpty(textAt(status, 'submissionID')),
    driverPod: nonEmpty(textAt(status, 'driverInfo', 'podName')),
    executionAttempts: numberAt(status, 'executionAttempts') ?? 0,
    submissionAttempts: numberAt(status, 'submissionAttempts') ?? 0,
    restartPolicy: nonEmpty(textAt(object, 'spec', 'restartPolicy', 'type')) ?? 'Never',
    mode: nonEmpty(textAt(object, 'spec', 'mode')),
    suspend: at(object, 'spec', 'suspend') === true,
    dynamicAllocation: at(object, 'spec', 'dynamicAllocation', 'enabled') === true,
    scheduledBy: metadata.ownerReferences?.find((owner) => owner.kind === 'ScheduledSparkApplication')?.name,
    hasRetryIntervals: ['onFailureRetryInterval', 'onSubmissionFailureRetryInterval'].every(
      (field) => numberAt(object, 'spec', 'restartPolicy', field) !== undefined,
    ),
    hasExecutorCount:
      numberAt(object, 'spec', 'executor', 'instances') !== undefined ||
      textAt(object, 'spec', 'sparkConf', 'spark.executor.instances') !== undefined ||
      at(object, 'spec', 'dynamicAllocation', 'enabled') === true,
    webhookFields: webhookFieldsOf(object),
    refusedConf: refusedConfOf(object),
  }
}

function webhookFieldsOf(object: KubeObject): string[] {
  const executor = fieldsAt(object, 'spec', 'executor')
  const spec = fieldsAt(object, 'spec')
  return [
    ...WEBHOOK_FIELDS.filter((field) => !isNothing(executor[field])).map((field) => `executor.${field}`),
    ...WEBHOOK_SPEC_FIELDS.filter((field) => !isNothing(spec[field])),
  ]
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
}

function refusedConfOf(object: KubeObject): string[] {
  const conf = fieldsAt(object, 'spec', 'sparkConf')
  const named = Object.keys(conf).filter((key) => REFUSED_CONF.has(key))
  const elsewhere = conf['spark.kubernetes.namespace']
  const isElsewhere = elsewhere !== undefined && elsewhere !== object.metadata.namespace
  return [...named, ...(isElsewhere ? ['spark.kubernetes.namespace'] : [])].sort()
}

/** An application with what was found of it. */
export interface ApplicationCase {
  application: Application
  driver: DriverPod | undefined
  executors: number
  /** Which of the ways to be in trouble it shows. */
  trouble: Trouble | undefined
}

export type Trouble =
  /** A driver pod runs that its status does not know of: the operator stopped between submission and status write. */
  | 'half-submitted'
  /** Its status says it runs, and no driver pod is there. */
  | 'driver missing'
  /** Its status says that it is over, and a driver runs on that nobody waits for. */
  | 'driver left'

/** Joins applications with their drivers; drivers whose application is gone are left over. */
export function pairDrivers(
  applications: readonly Application[],
  pods: Pods,
): { cases: ApplicationCase[]; orphans: DriverPod[] } {
  const byApplication = new Map<string, DriverPod[]>()
  for (const driver of pods.drivers) {
    const id = `${driver.namespace}/${driver.application}`
    byApplication.set(id, [...(byApplication.get(id) ?? []), driver])
  }
  const claimed = new Set<string>()
  const cases = applications.map((application) => {
    const id = `${application.namespace}/${application.name}`
    const own = (byApplication.get(id) ?? []).filter((driver) => belongs(driver, application))
    for (const driver of own) claimed.add(driver.uid)
    const driver = chooseDriver(own, application)
    return { application, driver, executors: pods.executors.get(id) ?? 0, trouble: troubleOf(application, driver) }
  })
  const orphans = pods.drivers.filter(({ uid, phase }) => !claimed.has(uid) && !isFinished(phase))
  return { cases, orphans }
}

/** By label, and not left over from an application of the same name that was deleted before. */
function belongs(driver: DriverPod, { uid, createdAt }: Application): boolean {
  if (driver.ownerUid !== undefined) return driver.ownerUid === uid
  if (driver.createdAt === undefined || createdAt === undefined) return true
  return Date.parse(driver.createdAt) >= Date.parse(createdAt)
}

function chooseDriver(own: readonly DriverPod[], { driverPod }: Application): DriverPod | undefined {
  const named = own.find(({ name }) => name === driverPod)
  const newest = [...own].sort((a, b) => ((a.createdAt ?? '') < (b.createdAt ?? '') ? 1 : -1))
  const live = newest.find((driver) => !isFinished(driver.phase) && !driver.deleting)
  return live ?? named ?? newest[0]
}

/**
 * The status write comes after spark-submit has made the driver (controller.go of 1.x, submission.go of 2.x); between
 * the two a stopped operator leaves a driver that no status names. While a rerun waits, the driver of the former
 * attempt may still be there: it carries the submission id that the status names, and is no such case.
 */
function troubleOf(application: Application, driver: DriverPod | undefined): Trouble | undefined {
  if (application.deleting) return undefined
  const { state, submissionId } = application
  if (['', 'PENDING_RERUN', 'SUBMISSION_FAILED'].includes(state)) {
    const isOfNewAttempt =
      driver !== undefined &&
      !driver.deleting &&
      (state === '' || driver.submissionId === undefined || driver.submissionId !== submissionId)
    return isOfNewAttempt ? 'half-submitted' : undefined
  }
  if (TERMINAL_STATES.has(state)) {
    return driver === undefined || driver.ended || driver.deleting ? undefined : 'driver left'
  }
  return RUNNING_STATES.has(state) && (state === 'SUBMITTED' || state === 'RUNNING') && driver === undefined
    ? 'driver missing'
    : undefined
}

/** What is read of each kind of the operator, where the cluster serves it. */
export interface ServedKinds {
  application: ResourceType | undefined
  scheduled: ResourceType | undefined
  connect: ResourceType | undefined
}

/** One ScheduledSparkApplication. */
export interface Schedule {
  namespace: string
  name: string
  uid: string
  labels: Readonly<Record<string, string>>
  schedule: string
  timeZone: string | undefined
  suspend: boolean
  /** Undefined where the object does not say; releases differ in what they make of that. */
  concurrencyPolicy: string | undefined
  state: string
  lastRun: string | undefined
  nextRun: string | undefined
}

/** Reduces a ScheduledSparkApplication to what decisions need. */
export function scheduleFrom(object: KubeObject): Schedule {
  return {
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    labels: object.metadata.labels ?? {},
    schedule: textAt(object, 'spec', 'schedule') ?? '',
    timeZone: nonEmpty(textAt(object, 'spec', 'timeZone')),
    suspend: at(object, 'spec', 'suspend') === true,
    concurrencyPolicy: nonEmpty(textAt(object, 'spec', 'concurrencyPolicy')),
    state: textAt(object, 'status', 'scheduleState') ?? '',
    lastRun: nonEmpty(textAt(object, 'status', 'lastRun')),
    nextRun: nonEmpty(textAt(object, 'status', 'nextRun')),
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
