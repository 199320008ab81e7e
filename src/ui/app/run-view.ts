/** Plans and receipts of runs on applications. */
import type { ApplicationReceipt } from '../../domain/app/run/session.ts'
import type { Plan } from '../../domain/plan/plan.ts'
import { findingBlocks } from '../finding-blocks.ts'
import { plural } from '../format.ts'
import { table } from '../table.ts'
import type { Block, View } from '../view.ts'

export const appPlanView: View<Plan> = {
  *blocks({ steps, findings, digest }, { style }): Generator<Block> {
    if (steps.length === 0) yield 'nothing to do'
    else
      yield table(
        [
          { header: 'step', value: (step) => step.id, wide: true },
          { header: 'what', value: (step) => step.title },
        ],
        steps,
      )
    for (const finding of findings) yield* findingBlocks(finding, finding.gate, style)
    if (steps.length > 0) yield style.paint('dim', `${plural(steps.length, 'step')}; plan ${digest.slice(7, 19)}`)
  },
  names: ({ steps }) => steps.map(({ object }) => object),
}

export const appReceiptView: View<ApplicationReceipt> = {
  *blocks({ run, steps, purpose }, { style }): Generator<Block> {
    const done = steps.filter(({ state }) => state === 'done').length
    yield `${style.paint('green', style.glyphs.ok)} ${purpose}: ${done} of ${plural(steps.length, 'step')} done`
    yield style.paint('dim', `run ${run}; sparkops runs show ${run} tells it again`)
  },
  names: ({ steps }) => steps.map(({ id }) => id),
}
