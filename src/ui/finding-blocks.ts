/** A finding, as lines for people. */
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import type { Block } from './view.ts'
import { wrapText } from './wrap.ts'

/** Signs of findings, by what a plan does about them or by how bad they are. */
const SIGNS = {
  block: ['fail', 'red'],
  ack: ['warn', 'yellow'],
  auto: ['step', 'blue'],
  broken: ['fail', 'red'],
  warning: ['warn', 'yellow'],
  note: ['step', 'blue'],
} as const

interface ShownFinding {
  id: string
  title: string
  detail: string
  /** What it is about, by name. */
  objects: readonly string[]
  fix: string
}

/** Names at most so many of its objects, and counts the rest. */
export function* findingBlocks(
  { id, title, detail, objects, fix }: ShownFinding,
  sign: keyof typeof SIGNS,
  { paint, glyphs, width }: Style,
  mostObjects = Infinity,
): Generator<Block> {
  const [glyph, tone] = SIGNS[sign]
  const lines = (text: string): string => wrapText(sanitize(text), { width, indent: '  ' }).join('\n')
  yield ''
  yield `${paint(tone, glyphs[glyph])} ${paint('bold', sanitize(title))} ${paint('dim', `(${id})`)}`
  const more = objects.length > mostObjects ? `, and ${objects.length - mostObjects} more` : ''
  if (objects.length > 0) yield lines(`${objects.slice(0, mostObjects).join(', ')}${more}`)
  if (detail !== '') yield lines(detail)
  if (fix !== '') yield lines(`${glyphs.step} ${fix}`)
}
