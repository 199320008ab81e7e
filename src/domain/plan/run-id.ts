/** Names of runs: they sort by time, and can be typed. */

/** `20261123T003412Z-3fa9c1`, from the time and six random hex digits. */
export function newRunId(milliseconds: number, random: string): string {
  const stamp = new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '')
  return `${stamp}-${random}`
}

/** Whether a text can be the name of a run: nothing else becomes a path. */
export function isRunId(text: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(text)
}
