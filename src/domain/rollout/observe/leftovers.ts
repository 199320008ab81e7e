/** Applications and drivers that are not as they should be while nothing of them has ended: lost, doubled, stuck. */
import type { FailureOrigin } from '../../app/failure/rule.ts'
import { hasEnded, type Observation, phaseOf } from '../../app/observation.ts'
import type { DriverPod } from '../../operator/discover/driver-pods.ts'
import { isFinished } from '../../operator/discover/driver-pods.ts'
import { textAt } from '../../operator/discover/json.ts'
import { causeOf } from '../cause/cause.ts'

export interface Leftover {
  kind: 'orphan' | 'duplicate' | 'stuck'
  /** `jobs/etl`, or the driver's name where no application is there. */
  object: string
  reason: string
  origin: FailureOrigin
}

/** States in which an operator has something to do, and does it within moments. */
const OPERATORS_TURN = new Set(['', 'PENDING_RERUN', 'SUBMISSION_FAILED', 'INVALIDATING', 'SUCCEEDING', 'FAILING'])

/** What is wrong with one application now; undefined where nothing is. `stuckAfterMs`: how long each state may last. */
export function leftoverOf(observation: Observation, now: number, stuckAfterMs: number): Leftover | undefined {
  const { application, drivers, trouble } = observation
  const object = `${application.namespace}/${application.name}`
  const alive = drivers.filter(
    (driver) => !isFinished(phaseOf(driver) ?? '') && driver.metadata.deletionTimestamp === undefined,
  )
  if (alive.length > 1) {
    const names = alive.map(({ metadata }) => metadata.name).join(' and ')
    return { kind: 'duplicate', object, origin: 'operator', reason: `it has ${alive.length} drivers: ${names}` }
  }
  const since = sinceOf(observation)
  const isOld = now - since >= stuckAfterMs
  if (trouble === 'driver left' && isOld)
    return { kind: 'orphan', object, origin: 'operator', reason: 'it is over, and its driver runs on' }
  if (hasEnded(observation) || application.suspend || application.deleting || !isOld) return undefined
  const waitsForDriver = application.state === 'SUBMITTED' && phaseOf(observation.driver) !== 'Running'
  if (!OPERATORS_TURN.has(application.state) && !waitsForDriver && trouble === undefined) return undefined
  const cause = causeOf(observation, undefined, { borne: new Set(), now })
  const minutes = Math.floor((now - since) / 60_000)
  const state = application.state === '' ? 'not taken up' : application.state
  return {
    kind: 'stuck',
    object,
    origin: cause?.origin ?? 'undecided',
    reason: `${state} for ${minutes} min: ${cause?.reason ?? 'nothing says why'}`,
  }
}

/** Drivers that no application is there for any more. */
export function orphanOf({ namespace, name, application }: DriverPod): Leftover {
  return {
    kind: 'orphan',
    object: `${namespace}/${name}`,
    origin: 'operator',
    reason: `it runs, and there is no application ${application}`,
  }
}

/** When the application came into its state, as far as anything tells: the latest time that is written of it. */
function sinceOf({ object, driver }: Observation): number {
  const times = [
    object.metadata.creationTimestamp,
    textAt(object, 'status', 'lastSubmissionAttemptTime'),
    textAt(object, 'status', 'terminationTime'),
    driver?.metadata.creationTimestamp,
  ].map((text) => Date.parse(text ?? ''))
  return Math.max(...times.filter((time) => !Number.isNaN(time)), 0)
}
