/**
 * The steps that change definitions. Where objects are stored in a version that goes, the definition first serves both,
 * every object is written once, and only then it becomes as the target has it.
 */
import { toJson } from '../../plan/json.ts'
import type { Step } from '../../plan/plan.ts'
import { isFields } from '../discover/json.ts'
import { migrateStoredVersion, replaceCrd } from '../steps/application-steps.ts'
import { type CrdMove, servingBoth, specDigest } from './crd-moves.ts'
import type { Foreseen } from '../steps/definition-payloads.ts'
import type { Judgement } from './judge-objects.ts'
import type { Move } from './move.ts'

export interface CrdSteps {
  /** After these every object reads as the target has it, and nothing stored has been touched. */
  change: Step[]
  /** These write every object, as it then reads: what does not read any more is gone. */
  migrate: Step[]
}

/** In the order of the kinds. What is kept makes no step. */
export function crdSteps({ crds, judgements }: Move, timeoutSeconds: number): CrdSteps {
  const steps = crds.map((move) => {
    const judgement = judgements.find(({ type }) => type.resource === move.type.resource)
    return stepsFor(move, foreseenBy(judgement), timeoutSeconds)
  })
  return { change: steps.flatMap(({ change }) => change), migrate: steps.flatMap(({ migrate }) => migrate) }
}

/** Objects of which the plan says that something becomes of them. */
export function foreseenBy(judgement: Judgement | undefined): Foreseen[] {
  return (judgement?.verdicts ?? [])
    .filter(({ lost, violations }) => lost.length > 0 || violations.length > 0)
    .map(({ uid, lost, violations }) => ({ uid, lost, invalid: violations.length > 0 }))
}

function stepsFor(move: CrdMove, foreseen: readonly Foreseen[], timeoutSeconds: number): CrdSteps {
  const { name, type, final, live, versionsToLeave } = move
  if (final === undefined) return { change: [], migrate: [] }
  const decision = move.decision === 'lower' ? ('lower' as const) : ('raise' as const)
  const shared = {
    ...{ name, decision, type, foreseen, timeoutSeconds },
    beforeSpec: specDigest(live),
  }
  const both = servingBoth(move)
  if (both === undefined) return { change: [replaceCrd({ ...shared, crd: final })], migrate: [] }
  // Two changes of one definition need two ids; what undoes each names its own.
  const plain = replaceCrd({ ...shared, crd: both })
  const first = renamed(plain, `${plain.id}-with-${versionsToLeave.join('-')}`)
  const before = live?.reading.storedVersions ?? []
  return {
    change: [first],
    migrate: [
      migrateStoredVersion({ crd: name, type, storedVersions: [type.version], before }),
      replaceCrd({ ...shared, crd: final, follows: first.id }),
    ],
  }
}

function renamed(step: Step, id: string): Step {
  const { inverse } = step
  const payload = inverse?.payload
  if (inverse === null || !isFields(payload)) return { ...step, id }
  return { ...step, id, inverse: { ...inverse, payload: toJson({ ...payload, ofStep: id }) } }
}
