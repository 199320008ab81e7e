/** What a run did, in one document: for people, and as what `revert` starts from. */
import { API_VERSION, type Document } from '../../document.ts'
import type { Json, Plan } from '../../plan/plan.ts'
import { progressOf, type RunProgress } from '../../plan/run-record.ts'
import type { Verb } from '../../plan/verb.ts'
import type { ReceiptPayload } from '../steps/payloads.ts'
import type { ApplyContext } from './context.ts'

export interface OperatorReceipt extends Document {
  kind: 'OperatorReceipt'
  run: string
  target: { id: string; name: string }
  openedAt: string
  lastAt: string
  outcome: 'done' | 'open'
  undoes: string | null
  steps: { id: string; title: string; state: string; observed: boolean; kept: string | null; facts: Json }[]
  /** Objects that were left as somebody had made or changed them. */
  kept: { step: string; why: string }[]
  /** The command that takes it back. */
  goBack: string
}

/** The step itself changes nothing: the receipt is made of the journal. */
export const writeReceipt: Verb<ApplyContext> = {
  act: async (payload, context) => {
    const { from, to } = payload as unknown as ReceiptPayload
    await context.run.keep('receipt', { from, to, at: new Date(context.clock.now()).toISOString() })
    return { from, to }
  },
}

/** Sums up what a run did. */
export function receiptOf(plan: Plan, progress: RunProgress): OperatorReceipt {
  const steps = plan.steps.map(({ id, title }) => {
    const { state, observed, kept, facts } = progressOf(progress, id)
    return { id, title, state, observed, kept, facts }
  })
  return {
    apiVersion: API_VERSION,
    kind: 'OperatorReceipt',
    run: progress.run,
    target: { id: plan.target.id, name: plan.target.name },
    openedAt: progress.openedAt,
    lastAt: progress.lastAt,
    outcome: progress.outcome === null ? 'open' : 'done',
    undoes: progress.undoes,
    steps,
    kept: steps.flatMap(({ id, kept }) => (kept === null ? [] : [{ step: id, why: kept }])),
    goBack: `sparkops operator revert ${progress.run}`,
  }
}
