/**
 * Why applications fail, as a table. The first rule that a fact fits decides; rules stand in the order of how much they
 * prove: what took the driver away before how it ended, a reason that somebody wrote before a bare exit code.
 */
import { POD_RULES } from './pod-rules.ts'
import type { FailureRule } from './rule.ts'
import { SUBMISSION_RULES } from './submission-rules.ts'

const OPERATOR = 'kubeflow/spark-operator internal/controller/sparkapplication/controller.go'

/** Read when nothing before it fits. */
const LAST_RULES: readonly FailureRule[] = [
  {
    id: 'F90',
    reads: ['trouble'],
    pattern: /^driver lost, events seen$/,
    class: 'driver-lost',
    origin: 'operator',
    reason: 'the driver pod is gone, and no event says that a node or the scheduler took it',
    source: `${OPERATOR}: "driver pod not found"`,
  },
  {
    id: 'F91',
    reads: ['trouble'],
    pattern: /^driver lost, events not seen$/,
    class: 'driver-lost',
    origin: 'undecided',
    reason: 'the driver pod is gone, and its events were not seen: who took it cannot be told',
    source: `${OPERATOR}: "driver pod not found"`,
  },
  {
    id: 'F92',
    reads: ['trouble'],
    pattern: /^half-submitted: (\S+)/,
    class: 'duplicate-driver',
    origin: 'operator',
    reason: 'driver $1 runs and the status does not know of it: the operator stopped between the two',
    source: 'kubeflow/spark-operator issue 2788',
  },
  {
    id: 'F93',
    reads: ['trouble'],
    pattern: /^not taken up$/,
    class: 'not-taken-up',
    origin: 'operator',
    reason: 'no operator has taken it up: none runs, or none watches this namespace',
    source: `${OPERATOR}: a new application is reconciled at once`,
  },
  {
    id: 'F94',
    reads: ['trouble'],
    pattern: /^driver left: (\S+)/,
    class: 'duplicate-driver',
    origin: 'operator',
    reason: 'driver $1 runs on, though the status says that the application failed',
    source: 'seen with 2.5.2: the controller killed between the driver and the status, restartPolicy Never',
  },
  {
    id: 'F95',
    reads: ['message'],
    pattern: /^driver container status missing/,
    class: 'undecided',
    origin: 'undecided',
    reason: 'the driver failed before its container was seen to run, and nothing says why',
    source: OPERATOR,
  },
]

/** All rules, in the order in which they are tried. */
export const FAILURE_RULES: readonly FailureRule[] = [...SUBMISSION_RULES, ...POD_RULES, ...LAST_RULES]

/** What is said where no rule fits. */
export const UNDECIDED: Pick<FailureRule, 'id' | 'class' | 'origin' | 'reason' | 'source'> = {
  id: 'F99',
  class: 'undecided',
  origin: 'undecided',
  reason: 'it failed, and nothing that is left of it says why',
  source: 'no rule fits',
}
