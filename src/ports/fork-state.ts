/** What a run keeps beside refs: its ledger, a lock, and the directory in which a person resolves conflicts. */
import type { FileVersion, Oid } from './git.ts'

/** Files of runs, in the git directory that all worktrees share. */
export interface ForkStateStore {
  /** Held until released; throws `SO_LOCKED` (stale) while another process has it. A dead process's lock is taken over. */
  lock(options?: { takeOver?: boolean }): Promise<() => Promise<void>>
  /** Runs that have a ledger file. */
  ids(): Promise<string[]>
  /** The ledger's whole lines; a last line without its end, cut by a crash, is left out. Undefined where there is none. */
  readLedger(id: string): Promise<string[] | undefined>
  /** Adds lines and waits until they are on the disk. */
  appendLedger(id: string, lines: readonly string[]): Promise<void>
  /** Puts a ledger back that was lost. */
  restoreLedger(id: string, lines: readonly string[]): Promise<void>
  /** Moves a run's files aside under a name; nothing is deleted. */
  archive(id: string, name: string): Promise<void>
}

/** A file as a person left it. */
export interface EditedFile {
  path: string
  mode: FileVersion['mode']
  bytes: Uint8Array
}

export interface WorkbenchState {
  directory: string
  /** The tree it was laid out from. */
  tree: Oid
  /** Paths that are still in conflict in its index. */
  unmerged: readonly string[]
  /** Paths edited after they were added, or never added. */
  unstaged: readonly string[]
  untracked: readonly string[]
  /** What its index has otherwise than the tree it was laid out from; submodules come as versions. */
  edits: ReadonlyMap<string, EditedFile | FileVersion | null>
}

export interface WorkbenchConflict {
  path: string
  base: FileVersion | undefined
  ours: FileVersion | undefined
  theirs: FileVersion | undefined
  /** What stands in the file for the person to edit; undefined: the merged tree's own. */
  shown: FileVersion | null | undefined
}

/** A repository of our own, over the same objects, in which conflicts are edited with any tool. */
export interface Workbench {
  /** Its directory, whether it is there or not. */
  directory(id: string): string
  /** Lays out a tree and its conflicts. Files of an earlier layout go; what a person added beside stays. */
  layOut(id: string, request: { commit: Oid; tree: Oid; conflicts: readonly WorkbenchConflict[] }): Promise<void>
  /** Undefined where it is not there. */
  look(id: string): Promise<WorkbenchState | undefined>
  /** Settles a path in its index, and in its file. `edited`: as the file stands now. */
  settle(id: string, path: string, how: 'edited' | FileVersion | null): Promise<void>
  /** Bytes of a file as it stands there; undefined where it does not. */
  readFile(id: string, path: string): Promise<Uint8Array | undefined>
}
