/**
 * Who leads, who stands by, and what keeps a failover from being tried: from what is there, before anything is done.
 */
import { flagText } from '../behaviour/arguments.ts'
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import type { Discovery, FoundInstallation } from '../discover/discover.ts'
import type { Sight } from '../discover/sight.ts'
import { type LockKind, type LockObject, podOfHolder, readLockObjects } from './locks.ts'

export interface Leadership {
  installation: FoundInstallation
  behaviour: OperatorBehaviour
  /** The objects that are renewed; more than one for a lock that is several at once. */
  lock: LockObject[]
  holder: string
  leader: { name: string; uid: string }
  standbys: string[]
  timing: ElectionTiming
}

/** Seconds. */
export interface ElectionTiming {
  lease: number
  renewDeadline: number
  retry: number
}

/** Why it cannot be tried: ids are stable, for programs. */
export interface Hindrance {
  id:
    | 'FO-NO-OPERATOR'
    | 'FO-SEVERAL-OPERATORS'
    | 'FO-NO-ELECTION'
    | 'FO-ONE-REPLICA'
    | 'FO-NO-LOCK'
    | 'FO-NO-HOLDER'
    | 'FO-UNKNOWN-HOLDER'
    | 'FO-OPERATOR-RIGHTS'
  title: string
  detail: string
  fix: string
  objects: string[]
}

/** The installation that is meant; a hindrance where that cannot be told. */
export function chooseInstallation(discovery: Discovery, asked: string | undefined): FoundInstallation | Hindrance {
  const candidates = discovery.installations.filter(
    ({ id, behaviour }) => behaviour !== undefined && (asked === undefined || id === asked),
  )
  const names = discovery.installations.map(({ id }) => id)
  const [only] = candidates
  if (only !== undefined && candidates.length === 1) return only
  if (only !== undefined) {
    return {
      id: 'FO-SEVERAL-OPERATORS',
      title: 'there are several operators',
      detail: 'each has a leader of its own',
      fix: `name one: --operator ${candidates[0]!.id}`,
      objects: names,
    }
  }
  return {
    id: 'FO-NO-OPERATOR',
    title: asked === undefined ? 'there is no operator' : `there is no operator ${asked}`,
    detail: names.length === 0 ? 'nothing in this cluster runs one' : 'those that are there are called otherwise',
    fix: 'sparkops operator status shows what is there',
    objects: names,
  }
}

/** Who leads, or every reason why that cannot be told or nobody could take over. */
export async function findLeadership(
  discovery: Discovery,
  installation: FoundInstallation,
  { sight, sleep, now }: { sight: Sight; sleep: (milliseconds: number) => Promise<void>; now: () => number },
): Promise<Leadership | Hindrance[]> {
  const behaviour = installation.behaviour!
  const hindrances = replicaHindrances(installation, behaviour)
  if (!behaviour.leader.enabled) return [...hindrances, noElection(installation, behaviour)]
  const lock = await readLiveLock(sight, behaviour, { sleep, now })
  if (!Array.isArray(lock)) return [...hindrances, lock]
  const kinds = [...new Set(lock.map(({ kind }) => kind))]
  hindrances.push(...rightsHindrances(discovery, installation, behaviour, kinds))
  const pods = installation.controller?.pods.map(({ name }) => name) ?? []
  const { holder } = lock[0]!.record
  const name = podOfHolder(holder, pods)
  if (name === undefined) return [...hindrances, unknownHolder(holder, behaviour, pods)]
  if (hindrances.length > 0) return hindrances
  const pod = await sight.get({ type: POD_TYPE, namespace: installation.namespace, name })
  if (pod?.metadata.uid === undefined) return [unknownHolder(holder, behaviour, pods)]
  return {
    ...{ installation, behaviour, lock, holder },
    leader: { name, uid: pod.metadata.uid },
    standbys: installation.controller!.pods.filter((one) => one.ready && one.name !== name).map((one) => one.name),
    timing: timingOf(behaviour, lock[0]!),
  }
}

const POD_TYPE = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true }

/**
 * Whether the lock is renewed is told by it being renewed, not by the time in it: clocks differ. Where it looks lapsed
 * it is looked at again after as long as a lease lasts.
 */
async function readLiveLock(
  sight: Sight,
  { leader }: OperatorBehaviour,
  { sleep, now }: { sleep: (milliseconds: number) => Promise<void>; now: () => number },
): Promise<LockObject[] | Hindrance> {
  const first = await readLockObjects(sight, leader)
  const named = `${leader.namespace}/${leader.name}`
  if (first.length === 0) return noLock(named, sight)
  let live = first.filter((one) => isFresh(one, now()))
  if (live.length === 0) {
    await sleep(Math.max(...first.map(({ record }) => record.durationSeconds ?? 15)) * 1000)
    const second = await readLockObjects(sight, leader)
    live = second.filter(({ kind, record }) => {
      const before = first.find((one) => one.kind === kind)
      return before === undefined || before.record.renewedAt !== record.renewedAt
    })
  }
  live = live.filter(({ record }) => record.holder !== '')
  return live.length > 0 ? live : noHolder(named, first)
}

function isFresh({ record: { holder, renewedAt, durationSeconds } }: LockObject, now: number): boolean {
  const age = now - Date.parse(renewedAt ?? '')
  return holder !== '' && Math.abs(age) <= (durationSeconds ?? 15) * 1000
}

/** Flags and their defaults: main.go of 1.6.2 (15, 14, 4 s), cmd/operator of 2.5.2 (15, 10, 2 s). */
function timingOf({ generation, controller: { given } }: OperatorBehaviour, lock: LockObject): ElectionTiming {
  const [renewDeadline, retry] = generation === '1.x' ? ['14s', '4s'] : ['10s', '2s']
  const flag = (name: string, unless: string): number => goSeconds(flagText(given, `leader-election-${name}`, unless))
  return {
    lease: lock.record.durationSeconds ?? flag('lease-duration', '15s'),
    renewDeadline: flag('renew-deadline', renewDeadline),
    retry: flag('retry-period', retry),
  }
}

/** Seconds of a Go duration such as `1m30s` or `500ms`; NaN where it is none. */
export function goSeconds(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return Number.NaN
  const sizes: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * sizes[unit!]!, 0)
}

function replicaHindrances({ controller, id }: FoundInstallation, { leader }: OperatorBehaviour): Hindrance[] {
  const { wanted = 0 } = controller?.replicas ?? {}
  const ready = controller?.pods.filter((pod) => pod.ready && pod.phase === 'Running').length ?? 0
  if (wanted >= 2 && ready >= 2) return []
  const why =
    wanted < 2
      ? `it asks for ${wanted === 1 ? 'one replica' : 'no replica'}: there is nobody who could take over`
      : `of its ${wanted} replicas ${ready} are ready: nobody stands by`
  return [
    {
      id: 'FO-ONE-REPLICA',
      title: wanted < 2 ? 'the operator has one replica' : 'only one replica of the operator is ready',
      detail: why,
      fix: leader.enabled
        ? 'raise the replicas, wait until all are ready, and try again'
        : 'raise the replicas, with leader election switched on, and try again',
      objects: [id],
    },
  ]
}

function noElection({ id }: FoundInstallation, { generation }: OperatorBehaviour): Hindrance {
  return {
    id: 'FO-NO-ELECTION',
    title: 'the operator elects no leader',
    detail: 'its arguments switch leader election off, so there is no lock and nobody stands by',
    fix:
      generation === '1.x'
        ? 'the charts of 1.x switch it on with replicaCount above 1'
        : 'set controller.leaderElection.enable, and two replicas',
    objects: [id],
  }
}

function noLock(named: string, sight: Sight): Hindrance {
  const unseen = sight.unseen.filter(({ what }) => what.endsWith(`/${named}`))
  return {
    id: 'FO-NO-LOCK',
    title: `there is no lock ${named}`,
    detail:
      unseen.length > 0
        ? `this login may not read ${unseen.map(({ what }) => what).join(', ')}`
        : 'neither a Lease nor a ConfigMap nor an Endpoints of that name is a lock: no replica has ever led',
    fix: unseen.length > 0 ? 'docs/rbac.md lists what this command reads' : 'look into the logs of the controllers',
    objects: [named],
  }
}

function noHolder(named: string, found: readonly LockObject[]): Hindrance {
  const said = found.map(
    ({ kind, record }) => `${kind}: ${record.holder || 'nobody'}, renewed ${record.renewedAt ?? '?'}`,
  )
  return {
    id: 'FO-NO-HOLDER',
    title: `nobody holds the lock ${named}`,
    detail: `it is not renewed (${said.join('; ')})`,
    fix: 'there is no leader to take away; look into the logs of the controllers',
    objects: [named],
  }
}

function unknownHolder(holder: string, { leader }: OperatorBehaviour, pods: readonly string[]): Hindrance {
  return {
    id: 'FO-UNKNOWN-HOLDER',
    title: `the lock is held by ${holder}, which is no pod of this operator`,
    detail: `pods of the operator: ${pods.length === 0 ? 'none were seen' : pods.join(', ')}`,
    fix: 'another controller elects by the same name, or the leader’s pod is gone: see sparkops operator status',
    objects: [`${leader.namespace}/${leader.name}`],
  }
}

/** A standby that may not write the lock never leads, and that shows only when it should. */
function rightsHindrances(
  { rights }: Discovery,
  { controller, id }: FoundInstallation,
  { leader }: OperatorBehaviour,
  kinds: readonly LockKind[],
): Hindrance[] {
  if (controller === undefined) return []
  const resources = { Lease: 'leases', ConfigMap: 'configmaps', Endpoints: 'endpoints' }
  const missing = kinds.flatMap((kind) => {
    const group = kind === 'Lease' ? 'coordination.k8s.io' : ''
    return ['get', 'update']
      .filter((verb) => {
        const right = { verb, group, resource: resources[kind], name: leader.name }
        return rights.may(controller.serviceAccount, right, leader.namespace) === false
      })
      .map((verb) => `${verb} ${resources[kind]} ${leader.namespace}/${leader.name}`)
  })
  if (missing.length === 0) return []
  return [
    {
      id: 'FO-OPERATOR-RIGHTS',
      title: 'the operator’s service account has no rights to the lock',
      detail: `${controller.serviceAccount.namespace}/${controller.serviceAccount.name} may not ${missing.join(', ')}`,
      fix: 'give its role these rights; the next leader would never lead',
      objects: [id],
    },
  ]
}
