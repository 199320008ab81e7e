import type { ProfileName } from '../profile/profile.ts'
import { genericKnowledge } from './generic.ts'
import type { UpstreamKnowledge } from './knowledge.ts'
import { sparkKnowledge } from './spark.ts'
import { sparkOperatorKnowledge } from './spark-operator.ts'

const KNOWLEDGE: Readonly<Record<ProfileName, UpstreamKnowledge>> = {
  'spark-operator': sparkOperatorKnowledge,
  spark: sparkKnowledge,
  generic: genericKnowledge,
}

/** What is known for a profile. */
export function knowledgeOf(name: ProfileName): UpstreamKnowledge {
  return KNOWLEDGE[name]
}
