/** The ends of operator runs for people: the receipt, the plan of a way back, the proof. */
import type { OperatorReceipt } from '../domain/operator/apply/receipt.ts'
import type { OperatorChange, OperatorVerification } from '../domain/operator/apply/verify-report.ts'
import type { Plan, Step } from '../domain/plan/plan.ts'
import { plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import { type Column, table } from './table.ts'
import type { Block, View } from './view.ts'

export const operatorReceiptView: View<OperatorReceipt> = {
  *blocks({ run, target, steps, kept, goBack, undoes }): Generator<Block> {
    const found = steps.filter(({ observed, kept: left }) => observed && left === null).length
    const what = undoes === null ? `moved the operator of ${target.name}` : `took back ${undoes} on ${target.name}`
    yield `${run} ${sanitize(what)}: ${plural(steps.length, 'step')}, ${found} of them were so already`
    for (const { step, why } of kept) yield `kept: ${sanitize(why)} (${step})`
    yield `to go back: ${goBack}`
  },
  names: ({ run }) => [run],
}

const STEP_COLUMNS: readonly Column<Step>[] = [
  { header: 'step', value: ({ id }) => id, shrink: 'middle' },
  { header: 'object', value: ({ object }) => object, wide: true },
  { header: 'what', value: ({ title }) => title },
]

/** The steps of a plan that has not been carried out. */
export const undoPlanView: View<Plan> = {
  *blocks({ steps, findings, target }): Generator<Block> {
    yield `${plural(steps.length, 'step')} on ${sanitize(target.name)}; nothing was changed`
    yield table(STEP_COLUMNS, steps)
    for (const { id, title, fix } of findings) yield `${id}: ${sanitize(title)}; ${sanitize(fix)}`
  },
  names: ({ steps }) => steps.map(({ id }) => id),
}

const PROOF_COLUMNS: readonly Column<OperatorVerification['items'][number]>[] = [
  { header: 'object', value: ({ name }) => name },
  { header: 'kind', value: ({ kind }) => kind, wide: true },
  {
    header: 'verdict',
    value: ({ verdict }) => ({
      text: verdict,
      tone: verdict === 'intact' ? 'green' : verdict === 'note' ? 'dim' : verdict === 'unseen' ? 'yellow' : 'red',
    }),
    shrink: 'never',
  },
  { header: 'why', value: ({ why }) => why },
]

export const operatorVerificationView: View<OperatorVerification> = {
  *blocks({ outcome, items, summary }): Generator<Block> {
    const words = {
      ok: 'nothing was lost, restarted or altered',
      findings: 'not as it was',
      inconclusive: 'not all was seen',
    }
    yield `${plural(summary.checked, 'object')} checked: ${words[outcome]}`
    yield `${summary.intact} intact, ${summary.note} changed by themselves or by somebody, ${summary.unseen} not decided`
    if (items.length === 0) return
    yield ''
    yield table(PROOF_COLUMNS, items)
  },
  names: ({ items }) => items.map(({ name }) => name),
}

/** A change as one line: `2026-01-02T03:04:05Z MODIFIED Pod jobs/etl-driver Succeeded`. */
export function changeLine({ change: { at, change, kind, object, now } }: OperatorChange): string {
  return sanitize([at, change, kind, object, now].filter((word) => word !== '').join(' '))
}
