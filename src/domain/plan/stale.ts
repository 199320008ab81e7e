/** Whether what a plan was made from still holds. When something differs, nothing is carried out (exit 5). */
import type { ClusterIdentity } from '../../ports/cluster.ts'
import { SparkopsError } from '../errors.ts'
import type { Fingerprint, Plan, PlanTarget } from './plan.ts'

/** Gives the fingerprint as it is now; undefined where the thing is gone. */
export type TakeFingerprint = (of: string) => Promise<string | undefined>

export interface StaleInput {
  of: string
  planned: string
  /** Undefined: it is gone. */
  now: string | undefined
}

/** The inputs that are no longer what the plan saw. */
export async function findStaleInputs(inputs: readonly Fingerprint[], take: TakeFingerprint): Promise<StaleInput[]> {
  const stale: StaleInput[] = []
  for (const { of, value } of inputs) {
    const now = await take(of)
    if (now !== value) stale.push({ of, planned: value, now })
  }
  return stale
}

/** Throws unless every input holds. */
export async function requireFresh(plan: Plan, take: TakeFingerprint): Promise<void> {
  const stale = await findStaleInputs(plan.inputs, take)
  if (stale.length === 0) return
  const named = stale.slice(0, 5).map(({ of, now }) => `${of} ${now === undefined ? 'is gone' : 'has changed'}`)
  const more = stale.length > named.length ? `, and ${stale.length - named.length} more` : ''
  throw new SparkopsError({
    code: 'SO_PLAN_STALE',
    message: `the plan of ${plan.createdAt} no longer holds`,
    why: `${named.join(', ')}${more}`,
    hint: 'make the plan again, read what differs, and apply that one',
    exit: 'stale',
  })
}

/** Throws unless this is the cluster that the plan was made for. */
export function requireCluster({ target }: Plan, { uid, context, server }: ClusterIdentity): void {
  requireTarget(target, { id: uid, name: context ?? server })
}

/** Throws unless this is what the plan was made for. */
export function requireTarget(planned: PlanTarget, here: { id: string; name: string }): void {
  if (planned.id === here.id) return
  throw new SparkopsError({
    code: 'SO_WRONG_TARGET',
    message: `the plan is for ${planned.kind} ${planned.name}, not for ${here.name}`,
    why: `identity ${planned.id} was planned for; here is ${here.id}`,
    hint: `name the right ${planned.kind === 'cluster' ? 'context' : 'repository'}, or make a plan for this one`,
    exit: 'stale',
  })
}
