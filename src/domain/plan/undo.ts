/** What takes a run back: the inverses of what it did, the last first. */
import type { Json, Plan, Step } from './plan.ts'
import { progressOf, type RunProgress } from './run-record.ts'

export interface Undoing {
  /** Steps whose ids are `undo/…`. */
  steps: Step[]
  /** What was done and has no inverse, though something was changed. */
  beyond: string[]
}

/**
 * Inverses of the steps that this run did or may have done. What it found already done, or left as somebody made it,
 * was not its work and stays.
 */
export function undoSteps(plan: Plan, progress: RunProgress): Undoing {
  const steps: Step[] = []
  const beyond: string[] = []
  for (const step of plan.steps.toReversed()) {
    const { state, attempts, facts, kept } = progressOf(progress, step.id)
    if (state === 'todo' || attempts === 0 || kept !== null) continue
    if (step.inverse === null) {
      if (step.pointOfNoReturn !== undefined) beyond.push(step.pointOfNoReturn)
      continue
    }
    const { verb, payload } = step.inverse
    steps.push({
      id: `undo/${step.id}`,
      verb,
      object: step.object,
      title: `Take back: ${step.title}`,
      before: step.after,
      after: step.before,
      inverse: { verb: step.verb, payload: step.payload },
      payload: withMadeUid(payload, facts),
    })
  }
  return { steps, beyond }
}

/** A deletion of what a step made learns from the journal which object that was. */
function withMadeUid(payload: Json, facts: Json): Json {
  const isOpen = isRecord(payload) && payload.uid === ''
  return isOpen && isRecord(facts) && typeof facts.uid === 'string' ? { ...payload, uid: facts.uid } : payload
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
