/** Breaks text into lines that fit. Words longer than a line keep their length: a name cut in two is no name. */
import { displayWidth } from './display-width.ts'

/** Columns that prose is broken at where nothing else limits them. */
export const PROSE_WIDTH = 80

/** Lines of one paragraph, each behind `indent`; those after the first behind `hang`, which is `indent` unless given. */
export function wrapText(
  text: string,
  options: { width?: number | undefined; indent?: string; hang?: string },
): string[] {
  const { width = PROSE_WIDTH, indent = '', hang = indent } = options
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/[ \t\n]+/).filter((part) => part !== '')) {
    const before = lines.length === 0 ? indent : hang
    if (
      line !== '' &&
      displayWidth(before) + displayWidth(line) + 1 + displayWidth(word) > Math.min(width, PROSE_WIDTH)
    ) {
      lines.push(before + line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return line === '' ? lines : [...lines, (lines.length === 0 ? indent : hang) + line]
}
