/** The plan of a trial: what speaks against it first, then its steps. */
import type { Finding, Plan } from '../../domain/plan/plan.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { table } from '../table.ts'
import type { Block, View } from '../view.ts'
import { wrapText } from '../wrap.ts'

export const trialPlanView: View<Plan> = {
  *blocks({ steps, findings, digest, target }, { style }): Generator<Block> {
    yield `on ${sanitize(target.name)}`
    for (const finding of findings) yield* findingBlocks(finding, style)
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

const SIGNS = { block: ['fail', 'red'], ack: ['warn', 'yellow'], auto: ['step', 'blue'] } as const
/** More names than this say less than their number. */
const MOST_OBJECTS = 5

function* findingBlocks(
  { id, gate, title, detail, objects, fix }: Finding,
  { paint, glyphs, width }: Style,
): Generator<Block> {
  const [sign, tone] = SIGNS[gate]
  const lines = (text: string): string => wrapText(sanitize(text), { width, indent: '  ' }).join('\n')
  yield ''
  yield `${paint(tone, glyphs[sign])} ${paint('bold', sanitize(title))} ${paint('dim', `(${id})`)}`
  const more = objects.length > MOST_OBJECTS ? `, and ${objects.length - MOST_OBJECTS} more` : ''
  if (objects.length > 0) yield lines(`${objects.slice(0, MOST_OBJECTS).join(', ')}${more}`)
  if (detail !== '') yield lines(detail)
  if (fix !== '') yield lines(`${glyphs.step} ${fix}`)
}
