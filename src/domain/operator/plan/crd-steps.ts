/** The steps that change definitions: objects out of a version that goes, then the definition as the target has it. */
import { toJson } from '../../plan/json.ts'
import type { Step } from '../../plan/plan.ts'
import { isFields } from '../discover/json.ts'
import { migrateStoredVersion, replaceCrd } from '../steps/application-steps.ts'
import { type CrdMove, servingBoth, specDigest } from './crd-moves.ts'
import type { Foreseen } from '../steps/payloads.ts'
import type { Judgement } from './judge-objects.ts'
import type { Move } from './move.ts'

/** In the order of the kinds. What is kept makes no step. */
export function crdSteps({ crds, judgements }: Move, timeoutSeconds: number): Step[] {
  return crds.flatMap((move) => {
    if (move.final === undefined) return []
    const judgement = judgements.find(({ type }) => type.resource === move.type.resource)
    return stepsFor(move, foreseenBy(judgement), timeoutSeconds)
  })
}

/** Objects of which the plan says that something becomes of them. */
function foreseenBy(judgement: Judgement | undefined): Foreseen[] {
  return (judgement?.verdicts ?? [])
    .filter(({ lost, violations }) => lost.length > 0 || violations.length > 0)
    .map(({ uid, lost, violations }) => ({ uid, lost, invalid: violations.length > 0 }))
}

function stepsFor(move: CrdMove, foreseen: readonly Foreseen[], timeoutSeconds: number): Step[] {
  const { name, type, final, live, versionsToLeave } = move
  if (final === undefined) return []
  const decision = move.decision === 'lower' ? ('lower' as const) : ('raise' as const)
  const shared = { name, decision, type, foreseen, probe: null, timeoutSeconds }
  const both = servingBoth(move)
  const last = replaceCrd({ ...shared, crd: final, beforeSpec: specDigest(live), afterSpec: null })
  if (both === undefined) return [last]
  const first = replaceCrd({ ...shared, crd: both, beforeSpec: specDigest(live), afterSpec: null })
  const stored = live?.reading.storedVersions ?? []
  return [
    // Two changes of one definition need two ids; what undoes each names its own.
    renamed(first, `${first.id}-with-${versionsToLeave.join('-')}`),
    migrateStoredVersion({ crd: name, type, storedVersions: [type.version], before: stored }),
    last,
  ]
}

function renamed(step: Step, id: string): Step {
  const { inverse } = step
  const payload = inverse?.payload
  if (inverse === null || !isFields(payload)) return { ...step, id }
  return { ...step, id, inverse: { ...inverse, payload: toJson({ ...payload, ofStep: id }) } }
}
