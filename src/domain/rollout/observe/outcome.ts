/** How one application ended: what gates count, and what is kept of it when it is gone from the cluster. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { numberAt, textAt } from '../../operator/discover/json.ts'
import { hasEnded, type Observation } from '../../app/observation.ts'
import { mainStatus } from '../../app/row.ts'
import { type Cause, type CauseClass, causeOf } from '../cause/cause.ts'
import { type Job, jobOf } from '../cause/job.ts'
import { prunedFields } from '../cause/pruned-fields.ts'
import { schedulerIdOf } from './scheduler-id.ts'
import type { FailureOrigin } from '../../app/failure/rule.ts'

export interface Outcome {
  uid: string
  namespace: string
  name: string
  job: string
  jobFrom: Job['from']
  /** Its name in the scheduler's events; null where nothing says it. */
  schedulerId: string | null
  createdAt: string
  /** When it was over. RFC 3339. */
  finishedAt: string
  completed: boolean
  cause: OutcomeCause | null
  /** From its creation to that of its driver pod, in milliseconds; null where the pod was not seen, or it ran again. */
  latencyMs: number | null
  /** Fields that the definition dropped. */
  dropped: string[]
  /**
   * Whether it stands for all that finished when it did. What is left of a schedule's runs, or of applications with a time
   * to live, does not: the failed and the completed are kept for different times.
   */
  counts: boolean
}

export interface OutcomeCause extends Pick<Cause, 'rule' | 'reason' | 'evidence'> {
  class: CauseClass
  origin: FailureOrigin
}

export interface OutcomeContext {
  schedule: KubeObject | undefined
  borne: ReadonlySet<string>
  now: number
  /** Whether somebody looked shortly before it finished, so that none of its like can have been missed. */
  wasWatched: (finishedAt: number) => boolean
}

/** Undefined while it is not over. */
export function outcomeOf(observation: Observation, context: OutcomeContext): Outcome | undefined {
  const { object, application } = observation
  const finishedAt = finishOf(observation)
  if (!hasEnded(observation) || finishedAt === undefined) return undefined
  const cause = causeOf(observation, context.schedule, context)
  const job = jobOf(object)
  return {
    uid: application.uid,
    namespace: application.namespace,
    name: application.name,
    job: job.id,
    jobFrom: job.from,
    schedulerId: schedulerIdOf(object, observation.driver),
    createdAt: application.createdAt ?? finishedAt,
    finishedAt,
    completed: application.state === 'COMPLETED',
    cause: cause === undefined ? null : withoutMore(cause),
    latencyMs: latencyOf(observation),
    dropped: prunedFields(object, context.schedule)?.paths ?? [],
    counts: !isKeptForATime(object) || context.wasWatched(Date.parse(finishedAt)),
  }
}

const EVIDENCE_KEPT = 3
const TEXT_KEPT = 400

function withoutMore({ rule, class: kind, origin, reason, evidence }: Cause): OutcomeCause {
  const kept = evidence.slice(0, EVIDENCE_KEPT).map((one) => ({ ...one, text: one.text.slice(0, TEXT_KEPT) }))
  return { rule, class: kind, origin, reason, evidence: kept }
}

/** Submissions that fail write no terminationTime in 1.x: the last try was the end then. */
function finishOf({ object, driver }: Observation): string | undefined {
  return (
    textAt(object, 'status', 'terminationTime') ??
    textAt(mainStatus(driver ?? object), 'state', 'terminated', 'finishedAt') ??
    textAt(object, 'status', 'lastSubmissionAttemptTime') ??
    object.metadata.creationTimestamp
  )
}

/**
 * The status is no measure of it: 1.x writes lastSubmissionAttemptTime after spark-submit has ended, 2.x before it
 * begins (sparkapplication/controller.go of both). A second attempt has waited for its interval.
 */
function latencyOf({ application, driver }: Observation): number | null {
  const isFirst = application.executionAttempts <= 1 && application.submissionAttempts <= 1
  const made = Date.parse(driver?.metadata.creationTimestamp ?? '')
  const asked = Date.parse(application.createdAt ?? '')
  return isFirst && made >= asked ? made - asked : null
}

/** A schedule keeps so many of its runs and no more; `timeToLiveSeconds` deletes what is over. */
function isKeptForATime(object: KubeObject): boolean {
  const isRun = object.metadata.ownerReferences?.some(({ kind }) => kind === 'ScheduledSparkApplication') === true
  return isRun || numberAt(object, 'spec', 'timeToLiveSeconds') !== undefined
}

/** How the same application is known again, also when it was run once more. */
export function keyOfOutcome({ uid, finishedAt }: Pick<Outcome, 'uid' | 'finishedAt'>): string {
  return `${uid} ${finishedAt}`
}
