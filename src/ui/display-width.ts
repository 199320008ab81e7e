/**
 * How many columns a text takes on a terminal. What measures beyond ASCII prepares for some 30 ms, a fifth of the start of
 * a command: it is loaded where text is laid out, and not for JSON, names or an error.
 */
let measure: ((text: string) => number) | undefined

/** To be awaited before anything is laid out; until then characters are counted. */
export async function loadDisplayWidth(): Promise<void> {
  measure ??= (await import('string-width')).default
}

// Printable ASCII is as wide as it is long; to measure every cell would cost most of a long table's time.
const PLAIN = /^[ -~]*$/

/** Columns of a text: wide characters take two, combining ones and colours none. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  return measure === undefined ? Array.from(text).length : measure(text)
}
