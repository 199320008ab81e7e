/** The order of texts that is the same on every machine. */

/** By code units, as `Array.sort` does, for `sort`. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
