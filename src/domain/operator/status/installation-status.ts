/** What `operator status` says of one installation. */
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import { describeScope } from '../behaviour/namespaces.ts'
import type { ApplicationCase } from '../discover/applications.ts'
import { isFinished } from '../discover/driver-pods.ts'
import type { Discovery, FoundInstallation } from '../discover/discover.ts'
import type { GitOpsOwner } from '../discover/gitops.ts'
import { takesUp } from '../discover/watching.ts'
import type { WorkloadPod } from '../discover/workloads.ts'

export interface InstallationStatus {
  id: string
  version: string | null
  versionFrom: string | null
  /** `Helm release ns/name (chart 1.1.27, revision 3, deployed)`, `Argo CD …`, `manifests`. */
  owner: string
  gitOps: GitOpsOwner[]
  workloads: {
    kind: string
    name: string
    namespace: string
    role: string
    image: string
    replicas: { wanted: number; ready: number }
    pods: (Omit<WorkloadPod, 'waiting' | 'imageId'> & { waiting: string | null; imageId: string | null })[]
    evidence: string[]
  }[]
  /** Null where there is no controller. */
  behaviour: {
    generation: string
    /** For people: `all namespaces`, `a, b`. */
    watches: string
    namespaces: string[]
    allNamespaces: boolean
    namespaceSelector: string | null
    labelSelector: string | null
    webhook: { service: string; configurations: string[]; registeredBy: string; failurePolicy: string | null } | null
    /** The lock; null where no leader is elected. */
    lock: string | null
    resourceQuota: boolean
    batchScheduler: { enabled: boolean; default: string | null }
    threads: number
    /** How fast its controller takes up what waits; `maxDelay` as Go writes durations, null without a limit. */
    queue: { perSecond: number; burst: number; maxDelay: string | null }
    featureGates: string[]
    /** Words whose value only the running container knows. */
    unresolved: string[]
  } | null
  rights: { serviceAccount: string; bindings: string[] } | null
  /** What it takes up, and how many of those have a driver that has not ended; null where there is no controller. */
  applications: { total: number; running: number } | null
}

/** Gives the facts of one installation, apart from those of others. */
export function installationStatus(installation: FoundInstallation, discovery: Discovery): InstallationStatus {
  const { controller, version } = installation
  const account = controller?.serviceAccount
  return {
    id: installation.id,
    version: version.value ?? null,
    versionFrom: version.from ?? null,
    owner: ownerOf(installation),
    gitOps: installation.owners,
    workloads: installation.workloads.map(({ object, role, container, replicas, pods, evidence }) => ({
      kind: object.kind,
      name: object.metadata.name,
      namespace: object.metadata.namespace ?? '',
      role,
      image: container.image,
      replicas,
      pods: pods.map((pod) => ({ ...pod, waiting: pod.waiting ?? null, imageId: pod.imageId ?? null })),
      evidence,
    })),
    behaviour: behaviourStatus(installation.behaviour),
    rights:
      account === undefined
        ? null
        : { serviceAccount: `${account.namespace}/${account.name}`, bindings: discovery.rights.bindings(account) },
    applications: installation.behaviour === undefined ? null : takenUpBy(installation.behaviour, discovery),
  }
}

function takenUpBy(behaviour: OperatorBehaviour, { cases, namespaces }: Discovery): { total: number; running: number } {
  const own = cases.filter(({ application }) => takesUp(behaviour, application, namespaces) === true)
  return { total: own.length, running: own.filter(isRunning).length }
}

function ownerOf({ release, releaseName, owners, managers }: FoundInstallation): string {
  if (release !== undefined) {
    const { name, namespace, chart, revision, status } = release
    return `Helm release ${namespace}/${name} (chart ${chart.name} ${chart.version}, revision ${revision}, ${status})`
  }
  if (releaseName !== undefined) return `Helm release ${releaseName.namespace}/${releaseName.name} (no record found)`
  const [owner] = owners
  if (owner !== undefined) return `${owner.tool} ${owner.by}`
  return managers.length === 0 ? 'manifests' : `manifests (by ${managers.join(', ')})`
}

function behaviourStatus(behaviour: OperatorBehaviour | undefined): InstallationStatus['behaviour'] {
  if (behaviour === undefined) return null
  const { webhook, batchScheduler, namespaces, leader, queue } = behaviour
  return {
    generation: behaviour.generation,
    watches: describeScope(namespaces),
    namespaces: [...namespaces.names],
    allNamespaces: namespaces.all,
    namespaceSelector: namespaces.selector ?? null,
    labelSelector: behaviour.labelSelector || null,
    webhook:
      webhook === undefined
        ? null
        : {
            service: `${webhook.service.namespace}/${webhook.service.name}`,
            configurations: [...webhook.configurations],
            registeredBy: webhook.registeredBy,
            failurePolicy: webhook.failurePolicy ?? null,
          },
    lock: leader.enabled ? `${leader.namespace}/${leader.name}` : null,
    resourceQuota: behaviour.resourceQuotaEnforcement,
    batchScheduler: { enabled: batchScheduler.enabled, default: batchScheduler.default || null },
    threads: behaviour.threads,
    queue: { ...queue, maxDelay: queue.maxDelay ?? null },
    featureGates: [...behaviour.featureGates],
    unresolved: [...behaviour.unresolved],
  }
}

/** Whether a driver is there that has not ended. */
export function isRunning({ driver }: ApplicationCase): boolean {
  return driver !== undefined && !isFinished(driver.phase)
}
