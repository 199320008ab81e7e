/** Answers about pods for people: each shape of pods, what counts against it and why, and the outcome in one line. */
import type { ShapeSummary } from '../domain/pods/answer.ts'
import type { FieldRow, Verdict } from '../domain/pods/rows.ts'
import type { PodsAnswer } from './pods-answer.ts'
import type { Tone } from './color.ts'
import { plural } from './format.ts'
import { podsJunit } from './pods-junit.ts'
import { podsMarkdown } from './pods-markdown.ts'
import { jsonLine } from './json.ts'
import { sanitize } from './sanitize.ts'
import type { Glyphs, Style } from './style.ts'
import type { Block, View } from './view.ts'

const SIGNS: Readonly<Record<Verdict, readonly [sign: keyof Glyphs, tone: Tone]>> = {
  same: ['ok', 'green'],
  equivalent: ['ok', 'green'],
  different: ['fail', 'red'],
  missing: ['fail', 'red'],
  extra: ['warn', 'yellow'],
  duplicate: ['fail', 'red'],
  unmappable: ['fail', 'red'],
  undecided: ['wait', 'yellow'],
  noise: ['ok', 'dim'],
}
const NARROW = 78
const MOST_NAMES = 3
const INDENT = ' '.repeat(15)

export const podsView: View<PodsAnswer> = {
  *blocks(answer, { style }): Generator<Block> {
    const held = answer.truth ?? `the pods of ${answer.expected ?? ''}`
    yield sanitize(`held against ${held}`)
    for (const note of answer.notes ?? []) yield `${style.glyphs.warn} ${sanitize(note)}`
    for (const shape of answer.shapes) yield* shapeBlocks(shape, answer.fields, style)
    yield ''
    for (const unseen of answer.unseen)
      yield `${style.paint('yellow', style.glyphs.wait)} not seen: ${sanitize(unseen)}`
    yield outcome(answer, style)
  },
  names: ({ fields }) => fields.map(({ role, path }) => `${role}:${path}`),
  formats: { junit: podsJunit, markdown: podsMarkdown },
}

function* shapeBlocks(
  { role, shape, pods, sparkVersion, application }: ShapeSummary,
  fields: readonly FieldRow[],
  style: Style,
): Generator<Block> {
  const rows = fields.filter((row) => row.role === role && row.shape === shape)
  const spark = sparkVersion === undefined ? '' : `, Spark ${sparkVersion}`
  yield ''
  const names = pods.slice(0, MOST_NAMES).join(', ') + (pods.length > MOST_NAMES ? `, ${style.glyphs.ellipsis}` : '')
  const head = sanitize(`${role} of ${application}: ${plural(pods.length, 'pod')} of shape ${shape}${spark} (${names})`)
  yield words(head, style.width ?? Infinity).join('\n  ')
  if (rows.length === 0) yield '  nothing to tell'
  for (const row of rows) yield rowText(row, style)
}

function rowText(row: FieldRow, style: Style): string {
  const [sign, tone] = row.accepted === undefined ? SIGNS[row.verdict] : (['ok', 'yellow'] as const)
  const head = `  ${style.paint(tone, style.glyphs[sign])} ${row.verdict.padEnd(11)}`
  const lines = [`${head}${wrapped(sanitize(row.path || '(all of it)'), style).join(`\n${INDENT}`)}`]
  for (const [label, text] of details(row)) lines.push(detail(label, text, style))
  return lines.join('\n')
}

function details(row: FieldRow): [string, string][] {
  const texts: [string, string | undefined][] = [
    ['expected', row.expected === undefined ? undefined : valueText(row.expected)],
    ['found', row.actual === undefined ? undefined : valueText(row.actual)],
    ['asked by', row.source],
    ['set by', row.provenance && `${row.provenance.by}: ${row.provenance.detail}`],
    ['why', row.reason && (row.rule === undefined ? row.reason : `${row.reason} (${row.rule})`)],
    ['rule', row.reason === undefined ? row.rule : undefined],
    ['accepted', row.accepted],
  ]
  return texts.flatMap(([label, text]) =>
    text === undefined || text === '' ? [] : [[label, text] as [string, string]],
  )
}

/** A value on one line; cut where a terminal ends, whole in a pipe. */
function detail(label: string, text: string, { width, glyphs, paint }: Style): string {
  const room = width === undefined ? Infinity : Math.max(20, width - INDENT.length - 9)
  const isWords = label === 'why' || label === 'set by' || label === 'accepted'
  const line = sanitize(text)
  if (isWords && line.length > room)
    return words(line, room)
      .map((part, index) => `${INDENT}${paint('dim', index === 0 ? label.padEnd(9) : ' '.repeat(9))}${part}`)
      .join('\n')
  const cut = line.length > room ? `${line.slice(0, room - glyphs.ellipsis.length)}${glyphs.ellipsis}` : line
  return `${INDENT}${paint('dim', label.padEnd(9))}${cut}`
}

function words(text: string, room: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.pop()!
    if (line !== '' && line.length + 1 + word.length > room) lines.push(line, word)
    else lines.push(line === '' ? word : `${line} ${word}`)
  }
  return lines
}

/** A long path, broken before a field. */
function wrapped(path: string, { width }: Style): string[] {
  const room = width === undefined ? Infinity : Math.min(width, NARROW) - INDENT.length
  const lines = ['']
  for (const part of path.split(/(?=[.[])/)) {
    const line = lines.pop()!
    if (line !== '' && line.length + part.length > room) lines.push(line, part)
    else lines.push(line + part)
  }
  return lines
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : jsonLine(value)
}

function outcome({ exit, summary, kind }: PodsAnswer, { paint, glyphs }: Style): string {
  const counts = Object.entries(summary)
    .filter(([verdict]) => verdict !== 'noise')
    .map(([verdict, count]) => `${count} ${verdict}`)
    .join(', ')
  const said = counts === '' ? 'nothing to compare' : counts
  if (exit === 'ok') return `${paint('green', glyphs.ok)} ${kind === 'PodDiff' ? 'no difference' : 'proven'}: ${said}`
  if (exit === 'findings')
    return `${paint('red', glyphs.fail)} ${kind === 'PodDiff' ? 'different' : 'not as it should be'}: ${said}`
  return `${paint('yellow', glyphs.wait)} not proven: ${said}`
}
