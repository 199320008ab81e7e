/** How long work tells how far it is. The domain reports as often as it likes; the terminal decides what to draw. */

export interface ProgressReading {
  /** What is being done, in the present tense: `reading`, `sorting`. */
  phase: string
  bytesDone?: number
  bytesTotal?: number
  /** Things counted so far, and their noun. */
  count?: number
  noun?: string
}

export type ReportProgress = (reading: ProgressReading) => void
