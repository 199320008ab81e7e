/**
 * Text as lines that keep their endings, so that what is put together again is the same to the byte: CRLF stays CRLF,
 * a missing final newline stays missing, a byte order mark stays where it is.
 */
import { Buffer } from 'node:buffer'

/** The lines of a text, each with its ending. The empty text has no line. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** A line without its ending. */
export function bare(line: string): string {
  return line.replace(/\r?\n$/, '')
}

/** The white space a line begins with. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)![0]
}

/** The text of a file, or undefined where it is none: a NUL byte, or bytes that are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined
  const text = Buffer.from(bytes).toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined
}

/** The file that a text is. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

const MARKER = /^(<{7}|\|{7}|>{7})( |\r?$)|^={7}\r?$/

/** The numbers of lines, from 1, that look like what git leaves in a conflict. */
export function markerLines(text: string): number[] {
  return splitLines(text).flatMap((line, i) => (MARKER.test(line.replace(/\n$/, '')) ? [i + 1] : []))
}
