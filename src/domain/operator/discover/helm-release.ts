/**
 * What Helm recorded of a release: which chart, which revision, in which state, and the objects it believes it owns.
 *
 * A record is gzip in base64 (in a Secret, in base64 once more: helm.sh/helm/v3/pkg/storage/driver/util.go). It also
 * holds values and rendered Secrets. Values stay in memory for the plan that translates them, the contents of rendered
 * Secrets are dropped here, and neither is ever put into a document.
 */
import { gunzipSync } from 'node:zlib'
import { loadAll } from 'js-yaml'
import type { KubeObject } from '../../../ports/cluster.ts'
import { at, type Fields, fieldsAt, isFields, numberAt, textAt } from './json.ts'
import { CONFIG_MAP, nameOf, SECRET } from './kinds.ts'
import type { Sight } from './sight.ts'

export interface HelmRelease {
  name: string
  namespace: string
  revision: number
  /** `deployed`, `failed`, `pending-upgrade`, …: Helm's own words. */
  status: string
  /** The latest revision. It is another one where that failed or has not ended. */
  newest: { revision: number; status: string }
  chart: { name: string; version: string; appVersion: string | undefined }
  /** What the user gave; never printed. Undefined where a snapshot keeps none. */
  values: Fields | undefined
  /** The chart's own values beneath them; never printed. */
  chartValues: Fields
  /** What Helm believes it owns. Contents of Secrets are left out. */
  objects: readonly KubeObject[]
  /** Objects that hooks make: Helm forgets them once the hook has run. */
  hookObjects: readonly KubeObject[]
}

/** A release that is there and cannot be read whole. */
export interface HelmHistory {
  releases: HelmRelease[]
  /** Records that could not be decoded, by name. */
  unreadable: string[]
}

/** A gzip bomb in a Secret of 1 MiB would fill memory; no honest release record is nearly so large. */
const LARGEST_RECORD = 64 << 20

/**
 * The deployed revision of each release that has to do with the operator: the one that Helm compares with when it
 * upgrades (pkg/action/upgrade.go); the latest where none is. Of every release in the namespaces (all when undefined)
 * whose chart or objects mention the operator's group.
 */
export async function readHelmReleases(
  sight: Sight,
  scope: { namespaces: readonly string[] | undefined; group: string },
): Promise<HelmHistory> {
  const latest = new Map<string, Records>()
  const unreadable: string[] = []
  for (const namespace of scope.namespaces ?? [undefined]) {
    for (const type of [SECRET, CONFIG_MAP]) {
      for await (const record of sight.each(type, { namespace, labelSelector: 'owner=helm' })) {
        keepRecord(latest, record)
      }
    }
  }
  const releases: HelmRelease[] = []
  for (const { newest, deployed } of latest.values()) {
    const { record } = deployed ?? newest
    if (record.data === undefined && !('release' in record)) {
      // A snapshot holds no contents of Secrets.
      sight.miss(`contents of Helm's record ${nameOf(record)}`, 'the snapshot keeps none')
      continue
    }
    const release = decodeHelmRelease(record)
    if (release === undefined) unreadable.push(nameOf(record))
    else if (concernsGroup(release, scope.group)) releases.push({ ...release, newest: stateOf(newest, release) })
  }
  releases.sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1))
  return { releases, unreadable: unreadable.sort() }
}

interface Numbered {
  revision: number
  record: KubeObject
}

interface Records {
  newest: Numbered
  deployed: Numbered | undefined
}

function keepRecord(records: Map<string, Records>, record: KubeObject): void {
  const { labels = {}, namespace = '' } = record.metadata
  const revision = Number(labels.version)
  if (labels.name === undefined || !Number.isInteger(revision)) return
  const id = `${namespace}/${labels.name}`
  const one = { revision, record }
  const { newest = one, deployed } = records.get(id) ?? {}
  const isDeployed = labels.status === 'deployed' && (deployed?.revision ?? 0) < revision
  records.set(id, {
    newest: newest.revision < revision ? one : newest,
    deployed: isDeployed ? one : deployed,
  })
}

/** Helm labels its records with their state. */
function stateOf({ revision, record }: Numbered, release: HelmRelease): HelmRelease['newest'] {
  if (revision === release.revision) return { revision, status: release.status }
  return { revision, status: record.metadata.labels?.status ?? 'unknown' }
}

/** A release as a snapshot keeps it: nothing of values and of what Secrets and ConfigMaps hold. */
export type KeptRelease = Omit<HelmRelease, 'values' | 'chartValues' | 'newest'>

/** What a snapshot keeps of a record of Helm's; undefined where it is none. */
export function keptRelease(record: KubeObject): KeptRelease | undefined {
  const release = decodeHelmRelease(record)
  if (release === undefined) return undefined
  const { values: _values, chartValues: _chart, newest: _newest, ...rest } = release
  return { ...rest, objects: rest.objects.map(withoutData), hookObjects: rest.hookObjects.map(withoutData) }
}

function withoutData(object: KubeObject): KubeObject {
  const { data: _data, binaryData: _binary, ...rest } = object
  return object.kind === 'ConfigMap' ? rest : object
}

/** The release behind a Secret or ConfigMap of Helm's storage; undefined when it is no such thing or is damaged. */
export function decodeHelmRelease(record: KubeObject): HelmRelease | undefined {
  const stored = textAt(record, 'data', 'release')
  if (stored === undefined)
    return isFields(record.release) ? fromKept(record.release as unknown as KeptRelease) : undefined
  try {
    const inner = record.kind === 'Secret' ? Buffer.from(stored, 'base64').toString('latin1') : stored
    const packed = Buffer.from(inner, 'base64')
    const isGzip = packed[0] === 0x1f && packed[1] === 0x8b
    const json = isGzip ? gunzipSync(packed, { maxOutputLength: LARGEST_RECORD }) : packed
    return releaseFrom(JSON.parse(json.toString('utf8')) as unknown, record)
  } catch {
    return undefined
  }
}

function fromKept(kept: KeptRelease): HelmRelease {
  const { revision, status } = kept
  return { ...kept, values: undefined, chartValues: {}, newest: { revision, status } }
}

function releaseFrom(release: unknown, record: KubeObject): HelmRelease | undefined {
  const name = textAt(release, 'name')
  const chart = fieldsAt(release, 'chart', 'metadata')
  if (name === undefined) return undefined
  const hooks = at(release, 'hooks')
  const state = {
    revision: numberAt(release, 'version') ?? 0,
    status: textAt(release, 'info', 'status') ?? 'unknown',
  }
  return {
    name,
    namespace: textAt(release, 'namespace') ?? record.metadata.namespace ?? '',
    ...state,
    newest: state,
    chart: {
      name: textAt(chart, 'name') ?? '',
      version: textAt(chart, 'version') ?? '',
      appVersion: textAt(chart, 'appVersion'),
    },
    values: fieldsAt(release, 'config'),
    chartValues: fieldsAt(release, 'chart', 'values'),
    objects: parseManifest(textAt(release, 'manifest') ?? ''),
    hookObjects: (Array.isArray(hooks) ? (hooks as unknown[]) : []).flatMap((hook) =>
      parseManifest(textAt(hook, 'manifest') ?? ''),
    ),
  }
}

/** Kubernetes objects of a stream of YAML documents; what is none is left out, and so are contents of Secrets. */
function parseManifest(text: string): KubeObject[] {
  const objects: KubeObject[] = []
  for (const document of loadAll(text)) {
    if (
      !isFields(document) ||
      typeof document.kind !== 'string' ||
      textAt(document, 'metadata', 'name') === undefined
    ) {
      continue
    }
    const { data: _data, stringData: _stringData, ...rest } = document
    objects.push((document.kind === 'Secret' ? rest : document) as unknown as KubeObject)
  }
  return objects
}

function concernsGroup({ chart, objects, hookObjects }: HelmRelease, group: string): boolean {
  if (/(^|[^a-z])spark-operator([^a-z]|$)/.test(chart.name)) return true
  return [...objects, ...hookObjects].some((object) => speaksOf(object, group))
}

/** An operator's chart renders rights over the group, webhooks for it or its CRDs; applications alone make none. */
function speaksOf(object: KubeObject, group: string): boolean {
  if (!/Role$|WebhookConfiguration$|^CustomResourceDefinition$/.test(object.kind)) return false
  return JSON.stringify(object).includes(`"${group}"`)
}
