/** Copies of a cluster's objects in a directory. */
import type { ObjectKey, ResourceType } from './cluster.ts'

export interface SnapshotQuestion {
  directory: string
  types: readonly ResourceType[]
  crds: readonly string[]
  install: readonly ObjectKey[]
  tell: (detail: string) => void
  signal: AbortSignal
}

export interface SnapshotTaken {
  directory: string
  /** Of the manifest that names every file with its own digest. */
  sha256: string
  objects: number
  bytes: number
}

export interface SnapshotTaker {
  /** Copies, flushes to the disk, reads everything back and compares. Throws where any of it fails. */
  take(question: SnapshotQuestion): Promise<SnapshotTaken>
  /** Whether a snapshot is still whole: undefined, or what is wrong with it. */
  verify(directory: string): Promise<string | undefined>
}
