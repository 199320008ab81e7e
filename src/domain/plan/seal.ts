/** The digest that makes a plan that plan: whoever changes a byte that counts has another one. */
import { digestOf } from './json.ts'
import type { Plan } from './plan.ts'

/** Of everything but when it was made and the digest itself, so that the same inputs give the same digest. */
export function planDigest(plan: Omit<Plan, 'digest'> & { digest?: string }): string {
  const { createdAt: _createdAt, digest: _digest, ...rest } = plan
  return digestOf(rest)
}

/** A plan with its digest. */
export function sealPlan(plan: Omit<Plan, 'digest'>): Plan {
  return { ...plan, digest: planDigest(plan) }
}
