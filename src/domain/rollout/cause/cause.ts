/**
 * Whose fault a failure is, by evidence that is shown: the rules for applications first, then fields that the definition
 * dropped, then what the same job did before the upgrade.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { type Evidence, type Failure, failureOf } from '../../app/failure/classify.ts'
import type { FailureClass, FailureOrigin } from '../../app/failure/rule.ts'
import type { Observation } from '../../app/observation.ts'
import { explaining, prunedFields } from './pruned-fields.ts'

/** Classes of applications, and the one that only an upgrade brings. */
export type CauseClass = FailureClass | 'pruned-field'

export interface Cause {
  /** Of the rule that decided: F… of applications, R01 for dropped fields. */
  rule: string
  class: CauseClass
  origin: FailureOrigin
  /** One line. */
  reason: string
  evidence: Evidence[]
}

/** How a job's earlier runs ended. */
export interface PastRuns {
  runs: number
  failed: number
  /** Failed by the same rule. */
  alike: number
}

/**
 * `known`: it failed in the same way before the upgrade. `new`: it ran before, and never failed so. `no history`: no run
 * of it was seen before.
 */
export type Standing = 'known' | 'new' | 'no history'

/**
 * Why an application failed, or does not get on; undefined where nothing is wrong with it. `borne`: fields that were
 * dropped of earlier runs of the job, too, which ended well all the same: they explain nothing. `now`: milliseconds.
 */
export function causeOf(
  observation: Observation,
  schedule: KubeObject | undefined,
  { borne, now }: { borne: ReadonlySet<string>; now: number },
): Cause | undefined {
  const failure = failureOf(observation, now)
  if (failure === undefined) return undefined
  const { rule, class: kind, origin, reason, evidence } = failure
  return droppedField(failure, observation, { schedule, borne }) ?? { rule, class: kind, origin, reason, evidence }
}

/** Evidence of the operator's own making stands, whatever was dropped besides. */
function droppedField(
  failure: Failure,
  { object }: Observation,
  { schedule, borne }: { schedule: KubeObject | undefined; borne: ReadonlySet<string> },
): Cause | undefined {
  if (failure.origin === 'operator') return undefined
  const pruned = prunedFields(object, schedule)
  const paths = pruned === undefined ? [] : explaining(pruned, failure.class).filter((path) => !borne.has(path))
  if (pruned === undefined || paths.length === 0) return undefined
  return {
    rule: 'R01',
    class: 'pruned-field',
    origin: 'operator',
    reason: `the definition dropped ${paths.slice(0, 3).join(', ')}; then: ${failure.reason}`,
    evidence: [{ object: pruned.where, field: paths[0]!, text: paths.join(', ') }, ...failure.evidence],
  }
}

/** What the job's past says of a failure. */
export function standingOf({ runs, alike }: PastRuns): Standing {
  if (runs === 0) return 'no history'
  return alike > 0 ? 'known' : 'new'
}
