/** Go's own versions: `1.19`, `1.22.12`, `1.23rc1`. Which is higher, and which a merge takes. */

const GO_VERSION = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:(beta|rc)(\d+))?$/

/** Whether a word is a Go version. */
export function isGoVersion(word: string): boolean {
  return GO_VERSION.test(word)
}

/** Negative, zero or positive, as `a` is older than, as old as, or newer than `b`. A missing patch level counts as 0. */
export function compareGo(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)]
  for (const [i, n] of left.entries()) if (n !== right[i]) return n - right[i]!
  return 0
}

/**
 * The version a merge takes: the wished one where there is a wish, else the higher. Upstream's own code may need what it
 * asks for, and a company raises for security: the higher serves both.
 */
export function higherGo(ours: string, theirs: string, wish: string | undefined): string {
  if (wish !== undefined) return wish
  return compareGo(theirs, ours) > 0 ? theirs : ours
}

/** Numbers in order of weight; a release is above its candidates (Go's own rule, golang.org/toolchain). */
function parts(version: string): number[] {
  const match = GO_VERSION.exec(version)
  if (match === null) return [0, 0, 0, 0, 0]
  const stage = match[4] === 'beta' ? -2 : match[4] === 'rc' ? -1 : 0
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0), stage, Number(match[5] ?? 0)]
}
