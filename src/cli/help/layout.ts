/** Sections, wrapped text and two-column lists within 80 columns. */
import type { Paint } from '../../ui/color.ts'

export const HELP_WIDTH = 80
const INDENT = '  '
const LEFT_AT_MOST = 26

/** A heading and its lines; nothing when there are none. */
export function section(title: string, lines: readonly string[], paint: Paint): string {
  return lines.length === 0 ? '' : `\n${paint('bold', title)}\n${lines.map((line) => `${line}\n`).join('')}`
}

/** Paragraphs broken into lines that fit, each behind the indent. */
export function paragraphs(text: string, indent = INDENT): string[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => wrap(line, HELP_WIDTH - indent.length).map((part) => (indent + part).trimEnd()))
}

/** Names to the left, what they mean to the right; a long name gets a line of its own. */
export function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const left = Math.min(LEFT_AT_MOST, Math.max(0, ...rows.map(([name]) => name.length)))
  const column = INDENT.length + left + 2
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, HELP_WIDTH - column)
    const padding = ' '.repeat(column)
    if (name.length > left) return [INDENT + name, ...lines.map((line) => padding + line)]
    return lines.map((line, index) =>
      index === 0 ? `${INDENT}${name.padEnd(left)}  ${line}`.trimEnd() : padding + line,
    )
  })
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
