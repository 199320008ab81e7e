/** What a snapshot keeps of a Secret and of what may hold one: never data, unless it was asked for. */
import { createHash } from 'node:crypto'
import type { KubeObject, ObjectMeta } from '../../ports/cluster.ts'
import type { SnapshotForm } from '../../ports/snapshot.ts'
import { keptRelease } from '../operator/discover/helm-release.ts'
import { at } from '../operator/discover/json.ts'

/** Where kubectl keeps a copy of the whole object, data included. */
const COPY = 'kubectl.kubernetes.io/last-applied-configuration'

const HELM_RECORD = 'helm.sh/release.v1'

export interface KeptForm {
  form: SnapshotForm
  /** Of the form `fields`. */
  fields?: readonly (readonly string[])[] | undefined
}

/** The object in the form that a snapshot keeps. */
export function keptOf(object: KubeObject, { form, fields = [] }: KeptForm, salt: string): KubeObject {
  if (form === 'whole') return object
  const { apiVersion, kind, type } = object
  const bare = { apiVersion, kind, metadata: withoutCopies(object.metadata) }
  if (form === 'metadata') return bare
  if (form === 'fields') return fields.reduce<KubeObject>((kept, path) => withField(kept, path, object), bare)
  return {
    ...bare,
    type,
    hashes: hashesOf(object, salt),
    ...certificatesOf(object),
    // Null where it is damaged: that is worth knowing too.
    ...(type === HELM_RECORD ? { release: keptRelease({ ...object, kind: 'Secret' }) ?? null } : {}),
  }
}

function withoutCopies(metadata: ObjectMeta): ObjectMeta {
  const { annotations = {}, managedFields: _fields, ...rest } = metadata
  const kept = Object.entries(annotations).filter(([name]) => name !== COPY)
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) }
}

/** The object with a field of another one, where that has it. */
function withField(object: KubeObject, path: readonly string[], from: KubeObject): KubeObject {
  const value = at(from, ...path)
  return value === undefined ? object : (put(object, path, value) as KubeObject)
}

function put(inside: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  const fields = (inside ?? {}) as Record<string, unknown>
  return { ...fields, [name]: put(fields[name], rest, value) }
}

function dataOf({ data }: KubeObject): [string, string][] {
  return Object.entries((data ?? {}) as Record<string, string>)
}

/** A hash for each name of the data, so that a change can be seen; the salt keeps two snapshots from being compared. */
function hashesOf(object: KubeObject, salt: string): Record<string, string> {
  return Object.fromEntries(
    dataOf(object).map(([name, value]) => [name, createHash('sha256').update(`${salt}\n${value}`).digest('hex')]),
  )
}

/** Values that are certificates and nothing else: a server shows them to whoever connects. */
function certificatesOf(object: KubeObject): { data?: Record<string, string> } {
  const shown = dataOf(object).filter(([, value]) => isCertificates(value))
  return shown.length === 0 ? {} : { data: Object.fromEntries(shown) }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g

function isCertificates(base64: string): boolean {
  const text = Buffer.from(base64, 'base64').toString('latin1')
  return text.includes('-----BEGIN CERTIFICATE-----') && text.replaceAll(CERTIFICATE, '').trim() === ''
}
