/** A rehearsal for people: what was loaded, what became of every object on the way there and back, and the plan's page. */
import type { Passage, Rehearsal } from '../domain/operator/rehearse/rehearse.ts'
import { formatCount, plural } from './format.ts'
import { operatorPlanView } from './operator-plan-view.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import type { Block, View, ViewOptions } from './view.ts'
import { wrapText } from './wrap.ts'

export const operatorRehearsalView: View<Rehearsal> = {
  async *blocks(rehearsal, options): AsyncGenerator<Block> {
    const { style } = options
    const { server, loaded, forward, back, wayBack, plan } = rehearsal
    yield style.paint('bold', 'Rehearsed on a throwaway control plane')
    if (server.rehearsal !== server.snapshot) {
      yield* lines(
        `it is Kubernetes ${server.rehearsal}, your cluster ${server.snapshot}: what they refuse may differ`,
        style,
        '  ',
      )
    }
    yield* lines(
      `loaded: ${loaded.map(({ resource, count }) => `${formatCount(count)} ${resource}`).join(', ')}`,
      style,
      '  ',
    )
    yield* named(
      'would not be taken by such a cluster',
      loaded.flatMap(({ refused }) => refused.map(({ object, why }) => `${object}: ${why}`)),
      options,
    )
    yield* passage('There', forward, options)
    yield* passage('And back', back, options)
    for (const { what, why } of rehearsal.unseen) yield* lines(`not in the snapshot: ${what} (${why})`, style, '  ')
    yield ''
    yield* operatorPlanView.blocks(plan, options)
    yield* wayBackBlocks(wayBack, options)
  },
}

function* passage(
  title: string,
  { definitions, objects, changed, refused, mistaken }: Passage,
  options: ViewOptions,
): Generator<Block> {
  const { style } = options
  yield ''
  yield style.paint('bold', title)
  const what =
    definitions.length === 0
      ? 'no definition changed'
      : `changed: ${definitions.map((name) => name.split('.')[0]!).join(', ')}`
  yield* lines(`${what}; ${plural(objects, 'object')} read back`, style, '  ')
  const isSound = changed.length + refused.length + mistaken.length === 0
  if (isSound) yield `  ${style.paint('green', style.glyphs.ok)} every object reads as before and can be written`
  yield* named(
    'read otherwise',
    changed.map(({ object, paths }) => `${object}: ${paths.join(', ')}`),
    options,
  )
  yield* named(
    'could no longer be edited',
    refused.map(({ object, why }) => `${object}: ${why}`),
    options,
  )
  yield* named('read otherwise than the plan foretold', mistaken, options)
}

/** The plan's page tells the way there; this is the way back, as `revert` goes it. */
function* wayBackBlocks({ steps, findings }: Rehearsal['wayBack'], { style }: ViewOptions): Generator<Block> {
  if (steps.length === 0) return
  yield ''
  yield style.paint('bold', `The way back from its end, with definitions: ${plural(steps.length, 'step')}`)
  for (const [index, { title }] of steps.entries()) {
    yield* lines(title, style, `  ${String(index + 1).padStart(2)} `, '     ')
  }
  for (const { title, detail } of findings)
    yield* lines(`${title}: ${detail}`, style, `  ${style.glyphs.warn} `, '    ')
}

const MOST_NAMES = 5

function* named(title: string, names: readonly string[], { style, wide }: ViewOptions): Generator<Block> {
  if (names.length === 0) return
  yield `  ${style.paint('yellow', style.glyphs.warn)} ${formatCount(names.length)} ${title}:`
  for (const name of wide ? names : names.slice(0, MOST_NAMES)) yield* lines(name, style, '    - ', '      ')
  if (!wide && names.length > MOST_NAMES) yield `    - and ${formatCount(names.length - MOST_NAMES)} more`
}

function* lines(text: string, style: Style, indent: string, hang = indent): Generator<string> {
  yield* wrapText(sanitize(text), { width: style.width, indent, hang })
}
