/** Plans and receipts of runs on applications. */
import type { ApplicationReceipt } from '../../domain/app/run/session.ts'
import type { Finding, Plan } from '../../domain/plan/plan.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { table } from '../table.ts'
import type { Block, View } from '../view.ts'
import { wrapText } from '../wrap.ts'

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
    for (const finding of findings) yield* findingBlocks(finding, style)
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

const SIGNS = { block: ['fail', 'red'], ack: ['warn', 'yellow'], auto: ['step', 'blue'] } as const

function* findingBlocks(
  { id, gate, title, detail, objects, fix }: Finding,
  { paint, glyphs, width }: Style,
): Generator<Block> {
  const [sign, tone] = SIGNS[gate]
  const lines = (text: string): string => wrapText(sanitize(text), { width, indent: '  ' }).join('\n')
  yield ''
  yield `${paint(tone, glyphs[sign])} ${paint('bold', sanitize(title))} ${paint('dim', `(${id})`)}`
  if (objects.length > 0) yield lines(objects.join(', '))
  if (detail !== '') yield lines(detail)
  if (fix !== '') yield lines(`${glyphs.step} ${fix}`)
}
