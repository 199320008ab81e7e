/** What a rule about failures is, and into which classes they fall. */
import type { FactKind } from './facts.ts'

/**
 * Who has to act: the people who run the operator, those who run the cluster, or those who wrote the job. `undecided`
 * is an answer, too: what is left of the application does not tell.
 */
export type FailureOrigin = 'operator' | 'platform' | 'job' | 'undecided'

export type FailureClass =
  /** spark-submit, or what the operator does around it, did not succeed. */
  | 'submission'
  /** An admission webhook or policy refused a pod, or could not be asked. */
  | 'webhook'
  /** The operator or the driver was not allowed to do what it must. */
  | 'rights'
  /** Two drivers for one application, or one that no status knows of. */
  | 'duplicate-driver'
  /** No operator has taken it up. */
  | 'not-taken-up'
  | 'quota'
  | 'image'
  | 'scheduling'
  /** A volume cannot be attached or mounted, a sandbox not be made: the node's work. */
  | 'node-setup'
  /** A ConfigMap, Secret, claim, account or file that the application names is not there. */
  | 'missing-reference'
  | 'out-of-memory'
  /** The driver or its program ended with an error of its own. */
  | 'exit-code'
  /** The driver was taken away: evicted, preempted, its node gone, deleted. */
  | 'driver-lost'
  /** Executors died until the job could not go on. */
  | 'executors'
  | 'deadline'
  | 'undecided'

export interface FailureRule {
  /** Stable: scripts, gates and histories name it. */
  id: string
  /** Which facts it reads. */
  reads: readonly FactKind[]
  /** What such a fact looks like; its groups are `$1`, `$2` in `reason`. */
  pattern: RegExp
  class: FailureClass
  origin: FailureOrigin
  /** One line for people. */
  reason: string
  /** Where the text comes from that the pattern knows. */
  source: string
}
