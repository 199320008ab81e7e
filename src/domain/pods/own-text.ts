/** Texts that hold on to nothing else. */
import { Buffer } from 'node:buffer'

const ASCII = /^[ -~]*$/

/** The same text without what it was cut from: V8 would keep all of a file for a name in it. */
export function apart(text: string): string {
  // Names are ASCII nearly always, and then take half the room.
  const encoding = ASCII.test(text) ? 'latin1' : 'utf16le'
  return Buffer.from(text, encoding).toString(encoding)
}
