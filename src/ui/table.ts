/**
 * Tables as kubectl's users know them: no borders, upper-case headers, two spaces between columns, numbers to the
 * right. Fits the terminal by shortening text; in a pipe nothing is ever shortened.
 */
import type { Tone } from './color.ts'
import { displayWidth, loadDisplayWidth } from './display-width.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'

/** One value; `tone` colours it. Text is made harmless here, so callers pass names as they came. */
export type Cell = string | number | bigint | null | undefined | { text: string; tone: Tone }

export interface Column<Row> {
  header: string
  value: (row: Row) => Cell
  /** `right` for formatted numbers; numbers and bigints go right by themselves. */
  align?: 'left' | 'right'
  /** Only with `-o wide`. */
  wide?: boolean
  /** Where to cut when the terminal is too narrow; text columns give way at their end unless said. `never` keeps all. */
  shrink?: 'end' | 'middle' | 'never'
}

/** A table ready to print: what its rows are is settled. */
export interface TableBlock {
  columns: readonly Omit<Column<never>, 'value'>[]
  rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>
}

/** Joins columns and rows. Rows may be an async stream: widths are then taken from the first ones. */
export function table<Row>(columns: readonly Column<Row>[], rows: Iterable<Row> | AsyncIterable<Row>): TableBlock {
  const toCells = (row: Row): Cell[] => columns.map((column) => column.value(row))
  return { columns, rows: Symbol.asyncIterator in rows ? mapAsync(rows, toCells) : mapSync(rows, toCells) }
}

export interface TableOptions {
  style: Style
  headers: boolean
  wide: boolean
}

interface Layout {
  /** Index into a row's cells. */
  source: number
  header: string
  width: number
  right: boolean
  shrink: 'end' | 'middle' | 'never'
  /** Whether it gave way. One that did not lets a longer text of a later row stand out instead of losing its end. */
  isCut: boolean
}

const SAMPLE_ROWS = 1000
const GAP = '  '
const NARROWEST = 8
/** Characters given at once: an await for each row would cost more than the row. */
const PIECE = 8192

/** The table's lines, each with its line break. Prints nothing for no rows: the caller says in words what is missing. */
export async function* renderTable(block: TableBlock, options: TableOptions): AsyncGenerator<string> {
  await loadDisplayWidth()
  const layoutAndWrite = function* (sample: (readonly Cell[])[]): Generator<string, Layout[]> {
    const layout = layOut(block, sample, options)
    if (options.headers) yield headerLine(layout, options.style)
    for (const row of sample) yield rowLine(row, layout, options.style)
    return layout
  }
  let sample: (readonly Cell[])[] = []
  let layout: Layout[] | undefined
  let lines = ''
  for await (const row of block.rows) {
    if (layout) {
      lines += rowLine(row, layout, options.style)
      if (lines.length < PIECE) continue
      yield lines
      lines = ''
      continue
    }
    sample.push(row)
    if (sample.length < SAMPLE_ROWS) continue
    layout = yield* layoutAndWrite(sample)
    sample = []
  }
  if (lines !== '') yield lines
  if (!layout && sample.length > 0) yield* layoutAndWrite(sample)
}

function layOut(block: TableBlock, sample: (readonly Cell[])[], options: TableOptions): Layout[] {
  const layout: Layout[] = []
  for (const [source, column] of block.columns.entries()) {
    if (column.wide && !options.wide) continue
    const cells = sample.map((row) => row[source])
    const right = column.align ? column.align === 'right' : cells.some(isNumber) && cells.every(isNumberOrNothing)
    const header = column.header.toUpperCase()
    const least = options.headers ? displayWidth(header) : 0
    const width = cells.reduce<number>((most, cell) => Math.max(most, displayWidth(plainText(cell))), least)
    layout.push({ source, header, width, right, shrink: column.shrink ?? (right ? 'never' : 'end'), isCut: false })
  }
  if (options.style.width !== undefined && !options.wide) fitInto(layout, options.style.width)
  return layout
}

/** Takes from the widest column that may give way, until the line fits or all are at their least. */
function fitInto(layout: Layout[], width: number): void {
  const gaps = GAP.length * (layout.length - 1)
  let excess = layout.reduce((sum, column) => sum + column.width, gaps) - width
  const flexible = layout.filter((column) => column.shrink !== 'never')
  while (excess > 0) {
    const widest = flexible.reduce<Layout | undefined>(
      (most, column) => (most && most.width >= column.width ? most : column),
      undefined,
    )
    if (!widest || widest.width <= NARROWEST) return
    widest.width -= 1
    widest.isCut = true
    excess -= 1
  }
}

function headerLine(layout: readonly Layout[], style: Style): string {
  const cells = layout.map((column) => pad(cut(column.header, column, style), column))
  return `${style.paint('bold', cells.join(GAP).trimEnd())}\n`
}

function rowLine(row: readonly Cell[], layout: readonly Layout[], style: Style): string {
  let line = ''
  for (const [index, column] of layout.entries()) {
    const cell = row[column.source]
    const padded = pad(cut(plainText(cell), column, style), column)
    const last = index === layout.length - 1
    const text = last && !column.right ? padded.trimEnd() : padded
    line += (index > 0 ? GAP : '') + (isToned(cell) ? style.paint(cell.tone, text) : text)
  }
  return `${line.trimEnd()}\n`
}

function pad(text: string, column: Layout): string {
  const missing = ' '.repeat(Math.max(0, column.width - displayWidth(text)))
  return column.right ? missing + text : text + missing
}

function cut(text: string, column: Layout, style: Style): string {
  if (!column.isCut || displayWidth(text) <= column.width) return text
  const { ellipsis } = style.glyphs
  const room = column.width - displayWidth(ellipsis)
  if (column.shrink === 'end') return takeWidth(Array.from(text), room) + ellipsis
  const tail = Math.floor(room / 2)
  const ending = Array.from(takeWidth(Array.from(text).reverse(), tail))
    .reverse()
    .join('')
  return takeWidth(Array.from(text), room - tail) + ellipsis + ending
}

function takeWidth(characters: readonly string[], room: number): string {
  let taken = ''
  for (const character of characters) {
    if (displayWidth(taken + character) > room) return taken
    taken += character
  }
  return taken
}

function plainText(cell: Cell): string {
  if (cell === null || cell === undefined) return '-'
  return sanitize(isToned(cell) ? cell.text : String(cell))
}

function isToned(cell: Cell): cell is { text: string; tone: Tone } {
  return typeof cell === 'object' && cell !== null
}

function isNumber(cell: Cell): boolean {
  return typeof cell === 'number' || typeof cell === 'bigint'
}

function isNumberOrNothing(cell: Cell): boolean {
  return isNumber(cell) || cell === null || cell === undefined
}

function* mapSync<In, Out>(items: Iterable<In>, change: (item: In) => Out): Generator<Out> {
  for (const item of items) yield change(item)
}

async function* mapAsync<In, Out>(items: AsyncIterable<In>, change: (item: In) => Out): AsyncGenerator<Out> {
  for await (const item of items) yield change(item)
}
