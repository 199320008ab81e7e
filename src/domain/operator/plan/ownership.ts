/**
 * What Helm would do to live objects, foretold from what the target renders and what the release has now: Helm refuses
 * objects that are there and not the release's, deletes what the release had and the target lacks, and lets hooks delete
 * and make anew what they name. It says nothing of the latter two (helm.sh/helm/v3: pkg/action/validate.go,
 * pkg/kube/client.go Update, pkg/action/hooks.go).
 */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import { type Counterpart, groupOf } from '../discover/live-objects.ts'

export interface LiveObject {
  key: ObjectKey
  live: KubeObject
}

export interface HelmForecast {
  /** Helm ends with "exists and cannot be imported into the current release". */
  refused: LiveObject[]
  /** The release has them, the target does not: deleted, unless marked to be kept. */
  deleted: LiveObject[]
  /** Hooks delete them and make them anew: another uid, and tokens of an account die. */
  recreated: LiveObject[]
  /** Hooks make them anew, and Helm then deletes them as left over: the operator's account is gone afterwards. */
  recreatedAndDeleted: LiveObject[]
  /** What hooks of the release made, that the target makes by nothing: it stays, for Helm does not count it as its own. */
  outliving: LiveObject[]
  /** What hooks of the target will make, and no rollback and no uninstall takes away. */
  coming: ObjectKey[]
  /** Objects whose live state could not be seen. */
  unseen: string[]
}

export interface ForecastInput {
  release: { name: string; namespace: string }
  /** What the target renders, without hooks. */
  rendered: readonly Counterpart[]
  hooks: readonly Counterpart[]
  /** What the release has now, as Helm recorded it. */
  owned: readonly Counterpart[]
  /** What its hooks made. */
  pastHooks: readonly Counterpart[]
}

/** Foretells `helm upgrade` of a release to what the target renders. */
export function forecastHelm({ release, rendered, hooks, owned, pastHooks }: ForecastInput): HelmForecast {
  const coming = new Set(rendered.flatMap(({ key }) => (key === undefined ? [] : [idOf(key)])))
  const had = new Set(owned.flatMap(({ key }) => (key === undefined ? [] : [idOf(key)])))
  const hooked = new Set(hooks.flatMap(({ key }) => (key === undefined ? [] : [idOf(key)])))
  const refused = present(rendered).filter(({ key, live }) => !had.has(idOf(key)) && !isOwnedBy(live, release))
  const deleted = present(owned).filter(({ key, live }) => !coming.has(idOf(key)) && !isKept(live))
  const recreated = present(hooks.filter(({ object }) => isMadeAnew(object)))
  const gone = new Set(deleted.map(({ key }) => idOf(key)))
  return {
    refused,
    deleted,
    recreated,
    recreatedAndDeleted: recreated.filter(({ key }) => gone.has(idOf(key))),
    outliving: present(pastHooks).filter(({ key }) => ![coming, had, hooked].some((known) => known.has(idOf(key)))),
    coming: hooks.flatMap(({ object, key, live, seen }) =>
      key !== undefined && seen && live === undefined && isLeftByHooks(object) ? [key] : [],
    ),
    unseen: [...rendered, ...hooks, ...owned, ...pastHooks]
      .filter(({ seen }) => !seen)
      .map(({ key }) => (key ? idOf(key) : '')),
  }
}

/** The same for every version of an API: `apps deployments spark/controller`. */
export function idOf({ type, namespace, name }: ObjectKey): string {
  return `${type.group} ${type.resource} ${namespace ?? ''}/${name}`
}

function present(counterparts: readonly Counterpart[]): LiveObject[] {
  return counterparts.flatMap(({ key, live }) => (key === undefined || live === undefined ? [] : [{ key, live }]))
}

/** What `checkOwnership` of pkg/action/validate.go asks for. */
export function isOwnedBy({ metadata }: KubeObject, { name, namespace }: { name: string; namespace: string }): boolean {
  return (
    metadata.labels?.['app.kubernetes.io/managed-by'] === 'Helm' &&
    metadata.annotations?.['meta.helm.sh/release-name'] === name &&
    metadata.annotations['meta.helm.sh/release-namespace'] === namespace
  )
}

function isKept({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['helm.sh/resource-policy']?.trim() === 'keep'
}

/** Without a policy of its own a hook is deleted before it is made again. */
function isMadeAnew(object: KubeObject): boolean {
  const policy = hookPolicy(object)
  return isHookOfMoves(object) && (policy === undefined || policy.includes('before-hook-creation'))
}

/** Only success takes a hook's object away, and only where it says so. */
function isLeftByHooks(object: KubeObject): boolean {
  return isHookOfMoves(object) && hookPolicy(object)?.includes('hook-succeeded') !== true
}

function isHookOfMoves({ metadata }: KubeObject): boolean {
  const events = metadata.annotations?.['helm.sh/hook'] ?? ''
  return /(^|,)\s*(pre-upgrade|post-upgrade|pre-install|post-install)\s*(,|$)/.test(events)
}

function hookPolicy({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.['helm.sh/hook-delete-policy']
}

/** Kinds that an account's rights hang on. */
export function isRight(object: KubeObject): boolean {
  return (
    object.kind === 'ServiceAccount' ||
    (groupOf(object.apiVersion) === 'rbac.authorization.k8s.io' && /Role(Binding)?$/.test(object.kind))
  )
}
