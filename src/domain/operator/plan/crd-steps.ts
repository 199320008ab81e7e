/** The steps that change definitions: objects out of a version that goes, then the definition as the target has it. */
import { toJson } from '../../plan/json.ts'
import type { Step } from '../../plan/plan.ts'
import { isFields } from '../discover/json.ts'
import { migrateStoredVersion, replaceCrd } from '../steps/application-steps.ts'
import { type CrdMove, servingBoth, specDigest } from './crd-moves.ts'
import type { Move } from './move.ts'

/** In the order of the kinds. What is kept makes no step. */
export function crdSteps({ crds }: Move, timeoutSeconds: number): Step[] {
  return crds.flatMap((move) => (move.final === undefined ? [] : stepsFor(move, timeoutSeconds)))
}

function stepsFor(move: CrdMove, timeoutSeconds: number): Step[] {
  const { name, type, final, live, versionsToLeave } = move
  if (final === undefined) return []
  const decision = move.decision === 'lower' ? ('lower' as const) : ('raise' as const)
  const shared = { name, decision, type, probe: null, timeoutSeconds }
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
