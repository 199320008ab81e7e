/** What a snapshot keeps of a Secret and of what may hold one: never data, unless it was asked for. */
import { createHash } from 'node:crypto'
import type { KubeObject, ObjectMeta } from '../../ports/cluster.ts'
import type { SnapshotForm } from '../../ports/snapshot.ts'

/** Where kubectl keeps a copy of the whole object, data included. */
const COPY = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object in the form that a snapshot keeps. */
export function keptOf(object: KubeObject, form: SnapshotForm, salt: string): KubeObject {
  if (form === 'whole') return object
  const { apiVersion, kind, type } = object
  const bare = { apiVersion, kind, metadata: withoutCopies(object.metadata) }
  if (form === 'metadata') return bare
  return { ...bare, type, hashes: hashesOf(object, salt) }
}

function withoutCopies(metadata: ObjectMeta): ObjectMeta {
  const { annotations = {}, managedFields: _fields, ...rest } = metadata
  const kept = Object.entries(annotations).filter(([name]) => name !== COPY)
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) }
}

/** A hash for each name of the data, so that a change can be seen; the salt keeps two snapshots from being compared. */
function hashesOf({ data }: KubeObject, salt: string): Record<string, string> {
  const entries = Object.entries((data ?? {}) as Record<string, string>)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, createHash('sha256').update(`${salt}\n${value}`).digest('hex')]),
  )
}
