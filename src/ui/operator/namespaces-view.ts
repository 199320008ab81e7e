/** The matrix for people: a row for each namespace, then where the columns do not agree. */
import type { NamespaceMatrix, NamespaceRow } from '../../domain/operator/namespaces/document.ts'
import type { Tone } from '../color.ts'
import { plural } from '../format.ts'
import { findingBlocks } from '../finding-blocks.ts'
import { sanitize } from '../sanitize.ts'
import { outcomeLine } from '../steps.ts'
import type { Style } from '../style.ts'
import { type Cell, type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'

export const namespaceMatrixView: View<NamespaceMatrix> = {
  *blocks(matrix, { style }): Generator<Block> {
    const { operator, meant, declared, rows, findings, probe, unseen } = matrix
    const chart = operator.chart === null ? '' : `, chart ${operator.chart}`
    yield `${style.paint('bold', sanitize(operator.id))} ${sanitize(operator.version ?? operator.generation)}${sanitize(chart)}`
    yield `  meant     ${sanitize(meantText(meant))}`
    yield `  declared  ${sanitize(declared)}`
    yield* ['', table(COLUMNS, rows), '']
    yield verdict(matrix, style)
    for (const { namespaces: objects, level, ...finding } of findings)
      yield* findingBlocks({ ...finding, objects }, level, style, MOST_NAMES)
    if (probe === null) yield style.paint('dim', 'nothing was observed: --probe makes a probe in each namespace')
    for (const what of unseen) yield `${style.paint('yellow', style.glyphs.wait)} not seen: ${sanitize(what)}`
  },
  names: ({ rows }) => rows.map(({ namespace }) => namespace),
}

function meantText(meant: NamespaceMatrix['meant']): string {
  if (meant === null) return 'not seen'
  const names = meant.names.length === 0 && meant.selector === null ? ['all namespaces'] : meant.names
  const labelled = meant.selector === null ? [] : [`those labelled ${meant.selector}`]
  const key =
    meant.key === null ? meant.from : `${meant.from}: ${meant.key}${meant.isIgnored ? ', unknown to the chart' : ''}`
  return `${[...names, ...labelled].join(', ')} (${key})`
}

function verdict({ exit, findings, probe }: NamespaceMatrix, style: Style): string {
  const harmful = findings.filter(({ level }) => level !== 'note').length
  if (harmful > 0) return outcomeLine('fail', plural(harmful, 'difference'), style)
  if (exit === 'inconclusive') return outcomeLine('wait', 'not proven: something that would decide was not seen', style)
  return outcomeLine(
    'ok',
    probe === null
      ? 'what is declared, permitted and covered agrees'
      : 'it acts where it was meant to, and nowhere else',
    style,
  )
}

const COLUMNS: Column<NamespaceRow>[] = [
  { header: 'namespace', value: ({ namespace }) => (namespace === '*' ? '* (others)' : namespace), shrink: 'middle' },
  { header: 'meant', value: ({ meant }) => word(meant), shrink: 'never' },
  { header: 'declared', value: ({ declared }) => word(declared), shrink: 'never' },
  { header: 'permitted', value: ({ permitted }) => toned(permitted), shrink: 'never' },
  { header: 'webhook', value: ({ webhook }) => toned(webhook), shrink: 'never' },
  { header: 'observed', value: ({ observed }) => toned(observed), shrink: 'never' },
  { header: 'open apps', value: ({ applications }) => applications, wide: true },
  { header: 'detail', value: ({ detail }) => detail },
]

const TONES: Readonly<Record<string, Tone>> = {
  yes: 'green',
  'taken up': 'green',
  partly: 'yellow',
  'not seen': 'yellow',
  unclear: 'yellow',
  broken: 'red',
  refused: 'red',
}

function toned(text: string): Cell {
  const tone = TONES[text]
  return tone === undefined ? text : { text, tone }
}

function word(value: boolean | null): Cell {
  return toned(value === null ? 'not seen' : value ? 'yes' : 'no')
}

/** More names than this say less than their number. */
const MOST_NAMES = 5
