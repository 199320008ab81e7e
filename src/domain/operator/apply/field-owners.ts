/** Who wrote which fields of an object (`metadata.managedFields`), and how they pass to another manager. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isFields } from './compare.ts'

type ManagedFields = NonNullable<KubeObject['metadata']['managedFields']>[number]

/** Tools that apply manifests. What controllers and people write by hand is not taken from them. */
const APPLIERS =
  /^(kubectl(-client-side-apply|-create|-replace|-rollout)?|before-first-apply|kustomize|kustomize-controller|helm|helm-controller|argocd-controller|argocd-application-controller|kapp-server)$/

/** The entries with what appliers own given to one manager; undefined where nothing passes. */
export function withManager(entries: readonly ManagedFields[], manager: string): ManagedFields[] | undefined {
  const isTaken = (entry: ManagedFields): boolean =>
    (entry.subresource ?? '') === '' && entry.manager !== manager && APPLIERS.test(entry.manager ?? '')
  const taken = entries.filter(isTaken)
  if (taken.length === 0) return undefined
  const own = entries.find((entry) => entry.manager === manager && entry.operation === 'Apply')
  const fieldsV1 = [...(own === undefined ? [] : [own]), ...taken].reduce<unknown>(
    (fields, entry) => union(fields, entry.fieldsV1),
    {},
  )
  const { apiVersion } = own ?? taken[0]!
  const passed = { apiVersion, fieldsType: 'FieldsV1', manager, operation: 'Apply', fieldsV1 } as ManagedFields
  return [...entries.filter((entry) => entry !== own && !isTaken(entry)), passed]
}

/** Sets of fields are written as nested objects. */
function union(one: unknown, other: unknown): unknown {
  if (!isFields(one) || !isFields(other)) return isFields(one) ? one : (other ?? {})
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries([...names].map((name) => [name, union(one[name], other[name])]))
}
