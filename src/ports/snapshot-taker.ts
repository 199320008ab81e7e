/** Copies of what a move may touch, in a directory of the run. */

export interface SnapshotTaken {
  directory: string
  objects: number
  /** Types that the login may not read: `group/resource`. */
  notAllowed: readonly string[]
}

export interface SnapshotTaker {
  /** Copies, flushes to the disk, reads everything back and compares. Throws where any of it fails. */
  take(question: { directory: string; tell: (detail: string) => void; signal: AbortSignal }): Promise<SnapshotTaken>
  /** Whether a snapshot is still whole: undefined, or what is wrong with it. */
  verify(directory: string): Promise<string | undefined>
}
