/** Names of runs: they sort by time, and can be typed. */

/**
 * `20261123T003412Z-3e7a9c`: the second, then its millisecond and three of the random digits, in hex. Two runs of one
 * second sort as they began, too: "the last run" is the newest.
 */
export function newRunId(milliseconds: number, random: string): string {
  const stamp = new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '')
  const within = (milliseconds % 1000).toString(16).padStart(3, '0')
  return `${stamp}-${within}${random.slice(-3)}`
}

/** Whether a text can be the name of a run: nothing else becomes a path. */
export function isRunId(text: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(text)
}
