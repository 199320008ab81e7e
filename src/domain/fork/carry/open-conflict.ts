import type { ConflictedFile } from '../../../ports/git.ts'

/** A path that no rule settles. */
export interface OpenConflict extends ConflictedFile {
  /** git's own name of the kind: `CONFLICT (contents)`. */
  type: string
  /** What the rules that were asked say. */
  why: readonly string[]
  hints: readonly string[]
}
