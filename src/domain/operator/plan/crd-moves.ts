/**
 * What happens to each definition: `raise` where the target's schema brings something, `keep` on the way back and where
 * the live one already holds all that the target's does (definitions go up and stay up: an older controller writes no
 * spec, and loses nothing under a newer schema), `lower` only when it is asked for.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { digestOf } from '../../plan/json.ts'
import type { LiveCrd } from '../discover/crds.ts'
import { type CrdReading, readCrd } from '../schema/crd.ts'
import { diffSchemas } from '../schema/diff.ts'
import { schemaIdentity } from '../schema/identity.ts'
import type { SchemaInForce } from './foretell.ts'

export type CrdWish = 'auto' | 'keep' | 'raise' | 'lower'

export type CrdDecision =
  /** The cluster has none yet. */
  | 'create'
  | 'raise'
  | 'lower'
  /** The live one stays though the target has another. */
  | 'keep'
  /** Both have the same schema. */
  | 'same'
  /** The target has none of this kind; the live one stays. */
  | 'leave'

export interface CrdMove {
  name: string
  kind: string
  type: ResourceType
  decision: CrdDecision
  /** Why, in words. */
  why: string
  live: LiveCrd | undefined
  /** What is to be written; undefined where nothing is. */
  final: KubeObject | undefined
  now: SchemaInForce
  then: SchemaInForce
  /** Topmost fields that the target's schema has and the live one has not, and the other way. */
  added: readonly string[]
  removed: readonly string[]
  /** Versions that objects are stored in and that the target's definition does not have. */
  versionsToLeave: readonly string[]
}

/** Decides for every kind of the operator that is live or comes with the target, in the order in which they change. */
export function decideCrds(
  live: readonly LiveCrd[],
  target: readonly KubeObject[],
  options: { wish: CrdWish; direction: 'forward' | 'back'; group: string },
): CrdMove[] {
  const coming = target.map((object) => ({ object, reading: readCrd(object) }))
  const own = coming.filter(({ reading }) => reading.group === options.group)
  const names = [...new Set([...live.map(({ reading }) => reading.name), ...own.map(({ reading }) => reading.name)])]
  return names.sort(byKind).map((name) =>
    decide(
      live.find(({ reading }) => reading.name === name),
      own.find(({ reading }) => reading.name === name),
      options,
    ),
  )
}

const ORDER = ['sparkapplications', 'scheduledsparkapplications', 'sparkconnects']

function byKind(a: string, b: string): number {
  const rank = (name: string) => ORDER.indexOf(name.split('.')[0]!) >>> 0
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}

interface Coming {
  object: KubeObject
  reading: CrdReading
}

function decide(
  live: LiveCrd | undefined,
  coming: Coming | undefined,
  options: { wish: CrdWish; direction: 'forward' | 'back' },
): CrdMove {
  const now = inForce(live?.reading)
  if (coming === undefined) {
    return move(live!.reading, { live, decision: 'leave', why: 'the target has no such kind', now, then: now })
  }
  const then: SchemaInForce = { schema: storedOf(coming.reading)?.schema, preserveUnknownFields: false }
  const final = definitionOf(coming.object)
  if (live === undefined) {
    return move(coming.reading, { live, decision: 'create', why: 'the cluster has none', now, then, final })
  }
  const diff = diffSchemas(now.schema ?? {}, then.schema ?? {})
  const shared = { live, now, added: diff.addedRoots, removed: diff.removedRoots }
  const sameVersion = storedOf(live.reading)?.name === storedOf(coming.reading)?.name
  if (sameVersion && schemaIdentity(now.schema) === schemaIdentity(then.schema)) {
    return move(live.reading, { ...shared, decision: 'same', why: 'both have the same schema', then: now })
  }
  const { decision, why } = choose(options, diff.addedRoots.length, diff.removedRoots.length)
  if (decision === 'keep') return move(live.reading, { ...shared, decision, why, then: now })
  const offered = new Set(coming.reading.versions.map(({ name }) => name))
  const versionsToLeave = live.reading.storedVersions.filter((version) => !offered.has(version))
  // From here on objects are read in the version that the target stores them in.
  return move(coming.reading, { ...shared, decision, why, then, final, versionsToLeave })
}

function choose(
  { wish, direction }: { wish: CrdWish; direction: 'forward' | 'back' },
  added: number,
  removed: number,
): { decision: 'keep' | 'raise' | 'lower'; why: string } {
  const isLower = removed > 0 && added === 0
  if (wish === 'keep') return { decision: 'keep', why: 'as asked' }
  if (wish !== 'auto') return { decision: isLower ? 'lower' : wish, why: 'as asked' }
  if (direction === 'back') return { decision: 'keep', why: 'an older operator loses nothing under the newer schema' }
  if (isLower) return { decision: 'keep', why: 'the live schema holds all that the target’s does, and more' }
  return { decision: 'raise', why: 'the target’s schema brings something' }
}

type Outcome = Pick<CrdMove, 'decision' | 'why' | 'live' | 'now' | 'then'> & Partial<CrdMove>

function move(reading: CrdReading, outcome: Outcome): CrdMove {
  const version = storedOf(reading)?.name ?? reading.versions[0]?.name ?? ''
  return {
    name: reading.name,
    kind: reading.kind,
    type: {
      group: reading.group,
      version,
      resource: reading.plural,
      kind: reading.kind,
      namespaced: reading.namespaced,
    },
    final: undefined,
    added: [],
    removed: [],
    versionsToLeave: [],
    ...outcome,
  }
}

/** The schema that objects are stored under, by a definition. */
export function inForce(reading: CrdReading | undefined): SchemaInForce {
  return {
    schema: reading && storedOf(reading)?.schema,
    preserveUnknownFields: reading?.preserveUnknownFields ?? false,
  }
}

function storedOf(reading: CrdReading) {
  return reading.versions.find(({ storage }) => storage)
}

/**
 * The definition as it is written: without a status, and explicit about unknown fields, since leaving that out keeps
 * what is there with one client and turns it off with another.
 */
function definitionOf(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object
  const { labels = {}, annotations = {}, name } = object.metadata
  const kept = Object.entries(annotations).filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
  return {
    ...rest,
    metadata: { name, labels, annotations: Object.fromEntries(kept) },
    spec: { ...(object.spec as object), preserveUnknownFields: false },
  }
}

/**
 * Serves the versions to leave beside the target's, so that objects can be written out of them. What is stored is pruned
 * by the schema of the version that it is stored in before it is converted (apiextensions-apiserver,
 * schemaCoercingDecoder): where unknown fields were kept until now, the version to leave must go on to keep them, or
 * what only the target's schema names would be gone before it is read. A webhook that converts goes on to convert.
 */
export function servingBoth({ final, live, now, versionsToLeave }: CrdMove): KubeObject | undefined {
  if (final === undefined || live === undefined || versionsToLeave.length === 0) return undefined
  const spec = final.spec as { versions: object[] }
  const liveSpec = live.object.spec as { versions: { name: string; schema?: unknown }[]; conversion?: unknown }
  const leaving = liveSpec.versions
    .filter(({ name }) => versionsToLeave.includes(name))
    .map((version) => ({
      ...version,
      ...(now.preserveUnknownFields || version.schema === undefined ? { schema: ANYTHING } : {}),
      served: true,
      storage: false,
    }))
  const conversion = live.reading.conversion === 'Webhook' ? { conversion: liveSpec.conversion } : {}
  return { ...final, spec: { ...spec, ...conversion, versions: [...spec.versions, ...leaving] } }
}

const ANYTHING = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }

/** Digest of a live definition's spec; `absent` where there is none. */
export function specDigest(live: LiveCrd | undefined): string {
  return live === undefined ? 'absent' : digestOf(live.object.spec)
}
