import type { Answer } from '../domain/pods/answer.ts'

/** What PodDiff and PodVerification have in common. */
export interface PodsAnswer extends Answer {
  kind: 'PodDiff' | 'PodVerification'
  truth?: string
  expected?: string
  notes?: string[]
}
