/** `operator verify RUN`: the proof of a run, taken again now. */
import type { Cluster } from '../../../ports/cluster.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { StoredRun } from '../../../ports/journal.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { requireCluster } from '../../plan/stale.ts'
import { OPERATOR_POD_LABELS, type VerifyPayload } from '../steps/payloads.ts'
import { outcomeOf, type Proven } from './proof.ts'
import { planOfRun, progressOfRun } from './session.ts'
import { verifyRun } from './verify.ts'
import type { Change } from './watch-window.ts'

export interface OperatorVerification extends Document {
  kind: 'OperatorVerification'
  run: string
  outcome: 'ok' | 'findings' | 'inconclusive'
  /** What is not intact; all of it with `all`. */
  items: Proven[]
  summary: Record<Proven['verdict'], number> & { checked: number }
}

/** One change that was seen while it was watched. */
export interface OperatorChange extends Document {
  kind: 'OperatorChange'
  run: string
  change: Change
}

export interface VerifyOptions {
  cluster: Cluster
  clock: Clock
  sleep: (milliseconds: number) => Promise<void>
  signal: AbortSignal
  tell: (detail: string) => void
  graceSeconds: number
  /** Is given every change in the time that is watched, as it comes. */
  onChange?: (change: OperatorChange) => Promise<void>
  all: boolean
}

/** Proves a run against the cluster as it is now; changes nothing. */
export async function verifyStoredRun(stored: StoredRun, options: VerifyOptions): Promise<OperatorVerification> {
  const { cluster } = options
  const plan = planOfRun(stored)
  requireCluster(plan, cluster.identity)
  const step = plan.steps.find(({ verb }) => verb === 'verify')
  const rules = (step?.payload ?? DEFAULT_RULES) as unknown as VerifyPayload
  const run = {
    kept: (name: string) => stored.kept(name),
    progress: () => progressOfRun(stored),
    record: async (_name: string, change: unknown) =>
      await options.onChange?.({
        apiVersion: API_VERSION,
        kind: 'OperatorChange',
        run: stored.id,
        change: change as Change,
      }),
  }
  const proven = await verifyRun({ ...rules, graceSeconds: options.graceSeconds }, { ...options, run })
  const summary = {
    checked: proven.length,
    intact: 0,
    note: 0,
    unseen: 0,
    lost: 0,
    changed: 0,
    restarted: 0,
    rerun: 0,
    doubled: 0,
  }
  for (const { verdict } of proven) summary[verdict] += 1
  return {
    apiVersion: API_VERSION,
    kind: 'OperatorVerification',
    run: stored.id,
    outcome: outcomeOf(proven),
    items: options.all ? proven : proven.filter(({ verdict }) => verdict !== 'intact'),
    summary,
  }
}

/** Of every release from 1.0.0 to 2.5.2: finished ones stay as they are. */
const DEFAULT_RULES = {
  types: [],
  labels: OPERATOR_POD_LABELS,
  terminalStates: ['COMPLETED', 'FAILED'],
  alarmStates: ['INVALIDATING', 'PENDING_RERUN'],
  graceSeconds: 0,
  stopOnFinding: [],
}
