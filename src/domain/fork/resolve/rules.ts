/** Which rules a profile brings, in the order in which they are asked. */
import type { ForkProfile } from '../profile/profile.ts'
import type { CarryRules } from './resolver.ts'

/** The rules for a profile. */
export function carryRules(_profile: ForkProfile): CarryRules {
  return { detectors: [], beforeMerge: [], resolvers: [], afterMerge: [] }
}
