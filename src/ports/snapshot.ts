/** A snapshot of a cluster: a directory that holds objects as the server sent them, and says what it holds. */
import type { ClusterIdentity, KubeObject, ResourceType, ServerVersion } from './cluster.ts'

/** The version of the directory's form. */
export type SnapshotFormat = 1

/** How much of an object is kept. */
export type SnapshotForm =
  /** As the server sent it. */
  | 'whole'
  /** Its metadata alone. */
  | 'metadata'
  /** Its metadata, and some fields, which `selection` names. */
  | 'fields'
  /** Its metadata, and of its data the names and salted hashes; certificates, and what a release of Helm consists of. */
  | 'hashed'

export interface SnapshotType extends ResourceType {
  form: SnapshotForm
  /** Which objects of the type: `all`, or the rule they were chosen by. */
  selection: string
  objects: number
  /** Namespaces of which every name is known: what was not taken there is in `leftOut`, as `namespace/name`, or is not. */
  namedIn?: readonly string[]
  leftOut?: readonly string[]
  /** The moment of the list; types are listed one after the other. */
  resourceVersion: string
}

/** A type that was asked for and could not be had. */
export interface SnapshotGap {
  group: string
  resource: string
  why: 'not served' | 'not allowed'
}

export interface SnapshotManifest {
  format: SnapshotFormat
  tool: { name: 'sparkops'; version: string }
  /** RFC 3339, UTC. */
  takenAt: string
  cluster: ClusterIdentity
  serverVersion: ServerVersion
  types: readonly SnapshotType[]
  missing: readonly SnapshotGap[]
  /** Of the hashes of Secrets; hex. */
  salt: string
  /** Of the list of all files' sums, hex; the writer fills it in. */
  sha256sums?: string
}

/** Writes one snapshot. */
export interface SnapshotWriter {
  /** Where it is written. */
  readonly directory: string
  /** Adds an object; it is on the disk when `finish` returns. */
  add(type: ResourceType, object: KubeObject): Promise<void>
  /** Flushes all to the disk, reads it back, compares, and only then writes the manifest that makes it a snapshot. */
  finish(manifest: SnapshotManifest): Promise<void>
  /** Removes what was written so far; does nothing to a snapshot that is finished. */
  abandon(): Promise<void>
}
