/** How text looks on one stream: colour or not, drawn signs or ASCII, and how wide. */
import { paintFor, type Paint } from './color.ts'

const DRAWN = {
  step: '►',
  ok: '✔',
  fail: '✗',
  warn: '!',
  wait: '◎',
  ellipsis: '…',
  dash: '–',
  times: '×',
  atMost: '≤',
  atLeast: '≥',
  bar: '█',
  gap: '░',
}
export type Glyphs = Record<keyof typeof DRAWN, string>

const ASCII: Glyphs = {
  step: '>',
  ok: 'ok',
  fail: 'x',
  warn: '!',
  wait: 'o',
  ellipsis: '...',
  dash: '-',
  times: 'x',
  atMost: '<=',
  atLeast: '>=',
  bar: '#',
  gap: '.',
}

export interface Style {
  paint: Paint
  glyphs: Glyphs
  /** Columns to fit into; undefined where nothing limits them (a pipe or a file). */
  width: number | undefined
}

/** A style from decisions already taken. */
export function styleOf(options: { color: boolean; ascii: boolean; width?: number | undefined }): Style {
  return { paint: paintFor(options.color), glyphs: options.ascii ? ASCII : DRAWN, width: options.width }
}

/** Whether only ASCII is safe: asked for, or the locale says it is not UTF-8 (none set counts as UTF-8, as in containers). */
export function wantsAscii(asked: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  return asked || (locale !== undefined && locale !== '' && !/utf-?8/i.test(locale))
}

/** The width to fit tables into: $COLUMNS, else the terminal's own, else no limit. */
export function widthOf(
  stream: { isTTY?: boolean; columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const asked = Number(env.COLUMNS)
  if (Number.isInteger(asked) && asked > 0) return asked
  return stream.isTTY ? stream.columns || 80 : undefined
}
