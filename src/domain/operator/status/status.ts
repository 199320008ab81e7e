/** The document of `operator status`: a discovery without what is secret or only of use to a plan. */
import { API_VERSION, type Document } from '../../document.ts'
import type { ExitName } from '../../errors.ts'
import type { LiveCrd } from '../discover/crds.ts'
import type { Discovery } from '../discover/discover.ts'
import type { LeaderLock } from '../discover/leases.ts'
import type { Unseen } from '../discover/sight.ts'
import type { Webhook } from '../discover/webhooks.ts'
import { APPLICATION_RULES } from './application-rules.ts'
import { CLUSTER_RULES } from './cluster-rules.ts'
import { INSTALL_RULES } from './install-rules.ts'
import { installationStatus, type InstallationStatus, isRunning } from './installation-status.ts'
import type { Remark } from './remarks.ts'

export interface OperatorStatus extends Document {
  kind: 'OperatorStatus'
  cluster: { uid: string; context: string | null; server: string; version: string }
  /** The namespace that was asked for; null for all. */
  namespace: string | null
  installations: InstallationStatus[]
  crds: CrdStatus[]
  /** Definitions of the same kinds in other groups. */
  foreignCrds: string[]
  webhooks: WebhookStatus[]
  locks: LockStatus[]
  applications: {
    total: number
    /** `New` stands for the state that nobody has set. */
    byState: Record<string, number>
    /** Those with a driver pod that has not ended. */
    running: RunningApplication[]
    schedules: number
    suspendedSchedules: number
    connects: number
  }
  remarks: Remark[]
  unseen: Unseen[]
}

export interface CrdStatus {
  name: string
  identity: string
  /** Releases with this schema, newest last; empty for a schema of nobody's we know. */
  releases: string[]
  served: string[]
  stored: string[]
  preserveUnknownFields: boolean
  conversion: string
  established: boolean
  managers: string[]
}

export interface WebhookStatus {
  configuration: string
  kind: string
  name: string
  resources: string[]
  failurePolicy: string
  service: string | null
  readyEndpoints: number | null
  reach: Webhook['reach']
  problems: string[]
  certificateEnds: string | null
}

export interface LockStatus {
  kind: LeaderLock['kind']
  name: string
  holder: string
  held: boolean
  known: boolean
  renewedAt: string | null
}

export interface RunningApplication {
  name: string
  state: string
  driver: string
  phase: string
  restarts: number
  executors: number
}

/** Names the releases whose SparkApplication (or other kind's) schema has this identity. */
export type KnownSchemas = (kind: string, identity: string) => readonly string[]

/** Judges a discovery. `now` in milliseconds since the epoch. */
export function operatorStatus(discovery: Discovery, now: number, known: KnownSchemas): OperatorStatus {
  const { cluster, cases } = discovery
  const byState: Record<string, number> = {}
  for (const { application } of cases) {
    const state = application.state || 'New'
    byState[state] = (byState[state] ?? 0) + 1
  }
  const rules = [...INSTALL_RULES, ...CLUSTER_RULES, ...APPLICATION_RULES]
  return {
    apiVersion: API_VERSION,
    kind: 'OperatorStatus',
    cluster: {
      uid: cluster.uid,
      context: cluster.context ?? null,
      server: cluster.server,
      version: discovery.server.gitVersion,
    },
    namespace: discovery.namespace ?? null,
    installations: discovery.installations.map((one) => installationStatus(one, discovery)),
    crds: discovery.crds.own.map((crd) => crdStatus(crd, known)),
    foreignCrds: discovery.crds.foreign,
    webhooks: webhookStatuses(discovery),
    locks: discovery.locks.map(lockStatus),
    applications: {
      total: cases.length,
      byState: Object.fromEntries(Object.entries(byState).sort(([a], [b]) => (a < b ? -1 : 1))),
      running: runningApplications(discovery),
      schedules: discovery.schedules.length,
      suspendedSchedules: discovery.schedules.filter(({ suspend }) => suspend).length,
      connects: discovery.connects.length,
    },
    remarks: rules.flatMap((rule) => rule(discovery, now)).sort(bySeverity),
    unseen: discovery.unseen,
  }
}

/** How the command ends: what is broken counts more than what was not seen. */
export function statusExit({ remarks, unseen }: OperatorStatus): ExitName {
  if (remarks.some(({ severity }) => severity === 'broken')) return 'findings'
  return unseen.length > 0 ? 'inconclusive' : 'ok'
}

const ORDER: Readonly<Record<Remark['severity'], number>> = { broken: 0, warning: 1, note: 2 }

function bySeverity(a: Remark, b: Remark): number {
  return ORDER[a.severity] - ORDER[b.severity]
}

function crdStatus({ reading, identity, isEstablished, managers }: LiveCrd, known: KnownSchemas): CrdStatus {
  return {
    name: reading.name,
    identity,
    releases: [...known(reading.kind, identity)],
    served: reading.versions.filter(({ served }) => served).map(({ name }) => name),
    stored: [...reading.storedVersions],
    preserveUnknownFields: reading.preserveUnknownFields,
    conversion: reading.conversion,
    established: isEstablished,
    managers,
  }
}

function webhookStatuses({ webhooks }: Discovery): WebhookStatus[] {
  return webhooks.flatMap(({ kind, name: configuration, webhooks: entries }) =>
    entries.map((webhook) => ({
      configuration,
      kind,
      name: webhook.name,
      resources: webhook.resources,
      failurePolicy: webhook.failurePolicy,
      service:
        webhook.service === undefined ? (webhook.url ?? null) : `${webhook.service.namespace}/${webhook.service.name}`,
      readyEndpoints: webhook.readyEndpoints,
      reach: webhook.reach,
      problems: webhook.problems,
      certificateEnds: webhook.certificate?.notAfter ?? null,
    })),
  )
}

function lockStatus(lock: LeaderLock): LockStatus {
  return {
    kind: lock.kind,
    name: `${lock.namespace}/${lock.name}`,
    holder: lock.holder,
    held: lock.isHeld,
    known: lock.holderPod !== undefined,
    renewedAt: lock.renewedAt ?? null,
  }
}

function runningApplications({ cases }: Discovery): RunningApplication[] {
  return cases.filter(isRunning).flatMap(({ application, driver, executors }) => {
    if (driver === undefined) return []
    return [
      {
        name: `${application.namespace}/${application.name}`,
        state: application.state || 'New',
        driver: driver.name,
        phase: driver.phase,
        restarts: driver.restarts,
        executors,
      },
    ]
  })
}
