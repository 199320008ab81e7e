/**
 * What a cluster has of the operator: everything `status` tells and a plan starts from, read once. Works on a snapshot
 * as on a live cluster, and changes neither.
 */
import type { ClusterIdentity, ClusterReader, KubeObject, ServerVersion } from '../../../ports/cluster.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { effectiveBehaviour, type OperatorBehaviour } from '../behaviour/behaviour.ts'
import {
  type Application,
  type ApplicationCase,
  applicationFrom,
  pairDrivers,
  type Schedule,
  scheduleFrom,
  type ServedKinds,
} from './applications.ts'
import { type DriverPod, readPods } from './driver-pods.ts'

import { type LiveCrds, readCrds } from './crds.ts'
import { findGitOpsOwners, type GitOpsOwner } from './gitops.ts'
import { type HelmHistory, readHelmReleases } from './helm-release.ts'
import { type Installation, joinInstallations, releaseNameOf } from './installations.ts'
import { NAMESPACE, nameOf, SERVICE_ACCOUNT } from './kinds.ts'
import { findCounterparts } from './live-objects.ts'
import { type LeaderLock, readLocks } from './leases.ts'
import { readRights, type Rights } from './rights.ts'
import { Sight, type Unseen } from './sight.ts'
import { readWebhooks, type WebhookConfiguration } from './webhooks.ts'
import { findWorkloads, type Workload } from './workloads.ts'

export interface Discovery {
  cluster: ClusterIdentity
  server: ServerVersion
  group: string
  /** Only this namespace's applications were asked for. */
  namespace: string | undefined
  crds: LiveCrds
  installations: FoundInstallation[]
  /** Workloads that write applications and are not known as operators. */
  otherWriters: Workload[]
  releases: HelmHistory
  webhooks: WebhookConfiguration[]
  locks: LeaderLock[]
  rights: Rights
  kinds: ServedKinds
  cases: ApplicationCase[]
  orphanDrivers: DriverPod[]
  schedules: Schedule[]
  /** SparkConnect objects, as `namespace/name`. */
  connects: string[]
  /** Labels of namespaces, where they may be read: selectors of namespaces are judged by them. */
  namespaces: ReadonlyMap<string, Readonly<Record<string, string>>> | undefined
  /** Every service account, as `namespace/name`; undefined where they may not be listed. */
  serviceAccounts: ReadonlySet<string> | undefined
  unseen: Unseen[]
}

export interface FoundInstallation extends Installation {
  /** Undefined where no controller is among its workloads. */
  behaviour: OperatorBehaviour | undefined
  /** What Helm's record says it owns and the cluster does not have, as `Kind namespace/name`. */
  missing: string[]
}

export interface DiscoverOptions {
  /** Of the operator's kinds; found by the definitions unless given. */
  group?: string | undefined
  /** Applications of this namespace only; installations are looked for everywhere. */
  namespace?: string | undefined
  /** Milliseconds since the epoch: certificates and leases are judged by it. */
  now: number
  /** What was read before with the same account of what could not be seen. */
  sight?: Sight | undefined
  signal?: AbortSignal | undefined
  report?: ReportProgress | undefined
  /** Is shown every object of the operator's kinds as it is read, so that it is read once. */
  onObject?: ((object: KubeObject, kind: keyof ServedKinds) => Promise<void> | void) | undefined
}

/** Reads what a cluster has of the operator. */
export async function discover(reader: ClusterReader, options: DiscoverOptions): Promise<Discovery> {
  const sight = options.sight ?? new Sight(reader, options.signal)
  options.report?.({ phase: 'looking for operators' })
  const crds = await readCrds(sight, options.group)
  const { group } = crds
  const rights = await readRights(sight)
  const workloads = await findWorkloads(sight, { writers: rights.statusWriters(group) })
  const releases = await readHelmReleases(sight, { namespaces: namespacesOf(workloads), group })
  const owners = await ownersOf(sight, workloads)
  const installations: FoundInstallation[] = []
  for (const one of joinInstallations(workloads, releases.releases, owners)) {
    installations.push({ ...one, behaviour: behaviourOf(one, []), missing: await missingOf(sight, one) })
  }
  const webhooks = await readWebhooks(sight, webhookScope(group, installations, options.now))
  const configurations = webhooks.map(({ object }) => object)
  for (const one of installations) one.behaviour = behaviourOf(one, configurations)
  const locks = await readLocks(sight, lockScope(installations, options.now))
  const objects = await readObjects(sight, group, options)
  const pods = await readPods(sight, options.namespace)
  const { cases, orphans } = pairDrivers(objects.applications, pods)
  return {
    cluster: reader.identity,
    server: await reader.serverVersion(),
    group,
    namespace: options.namespace,
    crds,
    installations,
    otherWriters: workloads.filter(({ isCertain }) => !isCertain),
    releases,
    webhooks,
    locks,
    rights,
    kinds: objects.kinds,
    cases,
    orphanDrivers: orphans,
    schedules: objects.schedules,
    connects: objects.connects,
    namespaces: await readNamespaces(sight),
    serviceAccounts: await readServiceAccounts(sight, options.namespace),
    unseen: sight.unseen,
  }
}

/** Where releases are looked for: beside the workloads and where they say their release is; everywhere without any. */
function namespacesOf(workloads: readonly Workload[]): string[] | undefined {
  if (workloads.length === 0) return undefined
  const named = workloads.flatMap(({ object }) => [
    object.metadata.namespace ?? '',
    releaseNameOf(object)?.namespace ?? '',
  ])
  return [...new Set(named)].filter((name) => name !== '').sort()
}

async function ownersOf(sight: Sight, workloads: readonly Workload[]): Promise<Map<string, GitOpsOwner[]>> {
  const owners = new Map<string, GitOpsOwner[]>()
  for (const { object } of workloads) {
    owners.set(`${object.kind} ${nameOf(object)}`, await findGitOpsOwners(sight, [object]))
  }
  return owners
}

/** What its arguments say, and, of its webhooks, what their configurations do. */
function behaviourOf(
  { namespace, controller, workloads }: Installation,
  configurations: readonly KubeObject[],
): OperatorBehaviour | undefined {
  const objects = [...workloads.map(({ object }) => object), ...configurations]
  return effectiveBehaviour(objects, namespace).find(
    ({ controller: { name, kind } }) => name === controller?.object.metadata.name && kind === controller.object.kind,
  )
}

function webhookScope(group: string, installations: readonly FoundInstallation[], now: number) {
  const configurations = new Set<string>()
  const secretOfService = new Map<string, { namespace: string; name: string }>()
  for (const { behaviour } of installations) {
    for (const name of behaviour?.webhook?.configurations ?? []) configurations.add(name)
    const { service, secret } = behaviour?.webhook ?? {}
    if (service !== undefined && secret !== undefined) {
      secretOfService.set(`${service.namespace}/${service.name}`, secret)
    }
  }
  return { group, services: new Set(secretOfService.keys()), configurations, secretOfService, now }
}

function lockScope(installations: readonly FoundInstallation[], now: number) {
  const locks = installations.flatMap(({ behaviour }) => (behaviour?.leader.enabled === true ? [behaviour.leader] : []))
  const named = new Set(locks.map(({ namespace, name }) => `${namespace}/${name}`))
  const namespaces = new Set([
    ...installations.map(({ namespace }) => namespace),
    ...locks.map(({ namespace }) => namespace),
  ])
  const pods = installations.flatMap(({ workloads }) => workloads.flatMap((one) => one.pods.map(({ name }) => name)))
  return { namespaces: [...namespaces].sort(), named, pods, now }
}

interface SparkObjects {
  kinds: ServedKinds
  applications: Application[]
  schedules: Schedule[]
  connects: string[]
}

async function readObjects(sight: Sight, group: string, options: DiscoverOptions): Promise<SparkObjects> {
  const find = async (kind: string) => await sight.findType({ group, kind })
  const kinds: ServedKinds = {
    application: await find('SparkApplication'),
    scheduled: await find('ScheduledSparkApplication'),
    connect: await find('SparkConnect'),
  }
  const found: SparkObjects = { kinds, applications: [], schedules: [], connects: [] }
  let count = 0
  const take: Record<keyof ServedKinds, (object: KubeObject) => unknown> = {
    application: (object) => found.applications.push(applicationFrom(object)),
    scheduled: (object) => found.schedules.push(scheduleFrom(object)),
    connect: (object) => found.connects.push(nameOf(object)),
  }
  for (const [kind, type] of Object.entries(kinds) as [keyof ServedKinds, ServedKinds[keyof ServedKinds]][]) {
    if (type === undefined) continue
    for await (const object of sight.each(type, { namespace: options.namespace })) {
      take[kind](object)
      await options.onObject?.(object, kind)
      count += 1
      options.report?.({ phase: 'reading applications', count, noun: 'object' })
    }
  }
  const byName = (a: { namespace: string; name: string }, b: { namespace: string; name: string }) =>
    nameOf({ metadata: a }) < nameOf({ metadata: b }) ? -1 : 1
  found.applications.sort(byName)
  found.schedules.sort(byName)
  found.connects.sort()
  return found
}

/** A rollback across a change of ownership deletes what the older chart's hooks made, and reports success. */
async function missingOf(sight: Sight, { release }: Installation): Promise<string[]> {
  if (release === undefined) return []
  const counterparts = await findCounterparts(sight, release.objects, release.namespace)
  return counterparts
    .filter(({ live, seen }) => live === undefined && seen)
    .map(({ object, key }) => `${object.kind} ${nameOf({ metadata: { ...object.metadata, ...namespaceOf(key) } })}`)
}

function namespaceOf(key: { namespace?: string | undefined } | undefined): { namespace?: string } {
  return key?.namespace === undefined ? {} : { namespace: key.namespace }
}

async function readServiceAccounts(sight: Sight, namespace: string | undefined): Promise<Discovery['serviceAccounts']> {
  const names = new Set<string>()
  for await (const account of sight.each(SERVICE_ACCOUNT, { namespace })) names.add(nameOf(account))
  return sight.couldList(SERVICE_ACCOUNT, namespace) ? names : undefined
}

async function readNamespaces(sight: Sight): Promise<Discovery['namespaces']> {
  const list = await sight.list(NAMESPACE)
  if (!sight.couldList(NAMESPACE)) return undefined
  return new Map(list.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]))
}
