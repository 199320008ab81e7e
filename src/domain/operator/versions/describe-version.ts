/** What was read of one version, from wherever it was given, as one document. No values: they may be secrets. */
import { API_VERSION } from '../../document.ts'
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import { describeScope } from '../behaviour/namespaces.ts'
import { findRelease } from '../releases/find-release.ts'
import { traitsOf } from '../releases/traits.ts'
import type { RenderedTarget } from '../source/target.ts'
import type { Definition } from '../source/rendered-parts.ts'

export interface OperatorVersion {
  apiVersion: typeof API_VERSION
  kind: 'OperatorVersion'
  source: { given: string; kind: RenderedTarget['origin']['kind']; digest: string; commit: string | null }
  chart: { name: string; version: string; appVersion: string } | null
  /** Null where nothing tells. */
  version: string | null
  versionFrom: string | null
  /** The release of that number, or the one that a fork of that number was made from. */
  known: { version: string; exact: boolean } | null
  definitions: DescribedDefinition[]
  operators: DescribedOperator[]
  hooks: { kind: string; name: string; events: string[] }[]
  /** How many objects of each kind, hooks and definitions not counted. */
  objects: Record<string, number>
  /** `rendered`: seen in what is rendered. `known`: only what the number promises. */
  traits: { name: string; value: string | boolean | null; from: 'rendered' | 'known' }[]
}

export interface DescribedDefinition {
  name: string
  kind: string
  from: Definition['from']
  bytes: number
  preserveUnknownFields: boolean
  versions: {
    name: string
    storage: boolean
    identity: string
    /** The known set with this schema; null for one that no release had. */
    same: string | null
    releases: string[]
  }[]
}

export interface DescribedOperator {
  generation: OperatorBehaviour['generation']
  workload: string
  image: string
  replicas: number
  serviceAccount: string
  /** In words, beside the exact form. */
  watches: string
  namespaces: { all: boolean; names: string[]; selector: string | null }
  labelSelector: string
  leader: OperatorBehaviour['leader']
  webhook: DescribedWebhook | null
  metrics: { port: number; endpoint: string; prefix: string } | null
  batchScheduler: { enabled: boolean; default: string; kubeSchedulerNames: string[] }
  uiService: boolean
  ingressUrlFormat: string
  resourceQuotaEnforcement: boolean
  threads: number
  /** How fast its controller takes up what waits; `maxDelay` as Go writes durations, null without a limit. */
  queue: { perSecond: number; burst: number; maxDelay: string | null }
  featureGates: string[]
  defaultTimeToLiveSeconds: number
  /** Arguments whose value only the running container knows. */
  unresolved: string[]
}

export interface DescribedWebhook {
  workload: string
  port: number
  service: string
  secret: string
  configurations: string[]
  registeredBy: 'self' | 'manifests'
  failurePolicy: 'Fail' | 'Ignore' | null
  timeoutSeconds: number | null
  namespaceSelector: string
  objectSelector: string
  watches: string
  certManager: boolean
}

/** Describes a rendered version. */
export function describeVersion(target: RenderedTarget): OperatorVersion {
  const { origin, chart, version, versionFrom, definitions, behaviours, hooks } = target
  const known = version === undefined ? undefined : findRelease(version)
  return {
    apiVersion: API_VERSION,
    kind: 'OperatorVersion',
    source: { given: origin.given, kind: origin.kind, digest: origin.digest, commit: origin.commit ?? null },
    chart: chart === undefined ? null : { name: chart.name, version: chart.version, appVersion: chart.appVersion },
    version: version ?? null,
    versionFrom: versionFrom ?? null,
    known: known === undefined ? null : { version: known.release.version, exact: known.exact },
    definitions: definitions.map((definition) => describeDefinition(definition, target)),
    operators: behaviours.map(describeOperator),
    hooks: hooks.map(({ object, events }) => ({ kind: object.kind, name: object.metadata.name, events: [...events] })),
    objects: countKinds(target),
    traits: describeTraits(target),
  }
}

function describeDefinition({ object, reading, from }: Definition, { schemas }: RenderedTarget): DescribedDefinition {
  return {
    name: reading.name,
    kind: reading.kind,
    from,
    bytes: Buffer.byteLength(JSON.stringify(object)),
    preserveUnknownFields: reading.preserveUnknownFields,
    versions: reading.versions.map(({ name, storage }) => {
      const match = schemas.find(({ kind, version }) => kind === reading.kind && version === name)
      return {
        name,
        storage,
        identity: match?.identity ?? '',
        same: match?.set ?? null,
        releases: [...(match?.releases ?? [])],
      }
    }),
  }
}

function describeOperator(behaviour: OperatorBehaviour): DescribedOperator {
  const { controller, namespaces, webhook, batchScheduler, metrics } = behaviour
  return {
    generation: behaviour.generation,
    workload: `${controller.kind} ${controller.namespace}/${controller.name}`,
    image: controller.image,
    replicas: controller.replicas,
    serviceAccount: controller.serviceAccount,
    watches: describeScope(namespaces),
    namespaces: { all: namespaces.all, names: [...namespaces.names], selector: namespaces.selector ?? null },
    labelSelector: behaviour.labelSelector,
    leader: behaviour.leader,
    webhook: webhook === undefined ? null : describeWebhook(webhook),
    metrics: metrics ?? null,
    batchScheduler: { ...batchScheduler, kubeSchedulerNames: [...batchScheduler.kubeSchedulerNames] },
    uiService: behaviour.uiService,
    ingressUrlFormat: behaviour.ingressUrlFormat,
    resourceQuotaEnforcement: behaviour.resourceQuotaEnforcement,
    threads: behaviour.threads,
    queue: { ...behaviour.queue, maxDelay: behaviour.queue.maxDelay ?? null },
    featureGates: [...behaviour.featureGates],
    defaultTimeToLiveSeconds: behaviour.defaultTimeToLiveSeconds,
    unresolved: [...behaviour.unresolved],
  }
}

function describeWebhook(webhook: NonNullable<OperatorBehaviour['webhook']>): DescribedWebhook {
  return {
    workload: `${webhook.workload.kind} ${webhook.workload.namespace}/${webhook.workload.name}`,
    port: webhook.port,
    service: `${webhook.service.namespace}/${webhook.service.name}`,
    secret: `${webhook.secret.namespace}/${webhook.secret.name}`,
    configurations: [...webhook.configurations],
    registeredBy: webhook.registeredBy,
    failurePolicy: webhook.failurePolicy ?? null,
    timeoutSeconds: webhook.timeoutSeconds ?? null,
    namespaceSelector: webhook.namespaceSelector,
    objectSelector: webhook.objectSelector,
    watches: describeScope(webhook.namespaces),
    certManager: webhook.certManager,
  }
}

function countKinds({ objects }: RenderedTarget): Record<string, number> {
  const counts = new Map<string, number>()
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function describeTraits({ traits, seen, version }: RenderedTarget): OperatorVersion['traits'] {
  const known = version === undefined ? {} : traitsOf(version)
  return Object.entries({ ...known, ...traits }).map(([name, value]) => ({
    name,
    value: value ?? null,
    from: name in seen ? 'rendered' : 'known',
  }))
}
