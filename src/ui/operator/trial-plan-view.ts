/** The plan of a trial: what speaks against it first, then its steps. */
import type { Plan } from '../../domain/plan/plan.ts'
import { findingBlocks } from '../finding-blocks.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import { table } from '../table.ts'
import type { Block, View } from '../view.ts'

export const trialPlanView: View<Plan> = {
  *blocks({ steps, findings, digest, target }, { style }): Generator<Block> {
    yield `on ${sanitize(target.name)}`
    for (const finding of findings) yield* findingBlocks(finding, finding.gate, style, MOST_OBJECTS)
    if (steps.length === 0) return
    yield ''
    yield table(
      [
        { header: 'step', value: (step) => step.id, wide: true },
        { header: 'what', value: (step) => step.title, shrink: 'end' },
        { header: 'object', value: (step) => step.object, wide: true },
      ],
      steps,
    )
    yield style.paint('dim', `${plural(steps.length, 'step')}; plan ${digest.slice(7, 19)}; nothing was done`)
  },
  names: ({ steps }) => steps.map(({ object }) => object),
}

/** More names than this say less than their number. */
const MOST_OBJECTS = 5
