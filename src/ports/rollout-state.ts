/** Where the state of a rollout lives. Two who write at once: one wins, the other is told. */
import type { RolloutEntry } from '../domain/rollout/state/entries.ts'

export interface RolloutStore {
  /** As people read it: `ConfigMap ops/sparkops-rollout-x`. */
  readonly place: string
  read(): Promise<StoredEntries>
  /**
   * Adds an entry to what was read. Throws (exit 5) where something was added since. With `seen.version` the write is
   * bound to that very reading.
   */
  append(entry: RolloutEntry, seen: StoredEntries): Promise<StoredEntries>
  /** Ends what a process that was killed left half written beside the entries. Changes none of them. */
  settle(): Promise<void>
}

export interface StoredEntries {
  entries: readonly RolloutEntry[]
  version: string
}
