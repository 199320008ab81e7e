/** The user's own build or test, run on a tree: given on the command line, never taken from a repository. */
import type { Oid } from './git.ts'

export interface UserBuild {
  /** As the user gave it; a shell reads it, as `git rebase --exec` does. */
  readonly command: string
  /** After each carried commit, or once on the finished series. */
  readonly when: 'each' | 'last'
  /** Runs it on the plain files of a tree. `said` is the end of its output. */
  run(tree: Oid): Promise<{ ok: boolean; said: string; milliseconds: number }>
  close(): Promise<void>
}
