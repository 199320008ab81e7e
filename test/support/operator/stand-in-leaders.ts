/**
 * Replicas of an operator on a test cluster, small enough to read: each is a pod and a loop. They elect a leader as
 * client-go does (leaderelection.go: write only over what was read, wait a whole lease after the last change that was
 * seen, give up after the renew deadline), and the leader reconciles as 1.x and 2.x do. The parts of kubelet and
 * ReplicaSet that a failover needs are here, too: a deleted pod's loop ends, and another one is made.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import type { TestCluster } from '../lab/cluster.ts'
import { reconcileOnce } from './stand-in-reconciler.ts'

export type Fault =
  /** The next leader deletes every live driver and submits anew. */
  | 'resubmits'
  /** The next leader never looks at what was made before it led. */
  | 'loses'
  /** The next leader fires a schedule that was due once more. */
  | 'fires twice'

export interface Leaders {
  namespace: string
  /** Labels by which the Deployment knows its pods. */
  labels: Record<string, string>
  lock: { name: string; kinds: readonly ('Lease' | 'ConfigMap')[] }
  generation: '1.x' | '2.x'
  /** Watched namespaces. */
  jobs: readonly string[] | 'all'
  fault?: Fault
  /** Whole seconds, since a Lease knows no parts of one; 2 unless given. */
  leaseSeconds?: number
}

const LEASE_SECONDS = 2
const RENEW_DEADLINE_MS = 1300
const RETRY_MS = 250
/** What a leader that is asked to end still takes. */
const GRACE_MS = 400
const ANNOTATION = 'control-plane.alpha.kubernetes.io/leader'

export async function startLeaders(lab: TestCluster, options: Leaders, replicas = 2) {
  const state = { isOver: false }
  const loops = new Set<Promise<void>>()
  let made = 0
  const pods = `/api/v1/namespaces/${options.namespace}/pods`
  const addReplica = async (): Promise<void> => {
    made += 1
    const name = `operator-${made}-${Math.random().toString(36).slice(2, 7)}`
    const spec = { nodeName: 'node', containers: [{ name: 'operator', image: 'operator' }] }
    const pod = (await lab.request('POST', pods, { metadata: { name, labels: options.labels }, spec })) as KubeObject
    await sayReady(lab, `${pods}/${name}`, 0)
    const loop = replica(lab, pod, options, state).finally(async () => {
      loops.delete(loop)
      if (!state.isOver) await addReplica()
    })
    loops.add(loop)
  }
  for (let count = 0; count < replicas; count += 1) await addReplica()
  return {
    stop: async () => {
      state.isOver = true
      while (loops.size > 0) await Promise.all(loops)
    },
  }
}

/** One pod from its beginning to its end. Its container starts anew when it loses the lock. */
async function replica(lab: TestCluster, pod: KubeObject, options: Leaders, state: { isOver: boolean }) {
  const { name, uid = '' } = pod.metadata
  const path = `/api/v1/namespaces/${options.namespace}/pods/${name}`
  let elector = new Elector(lab, options, options.generation === '1.x' ? name : `${name}_${uid}`)
  let restarts = 0
  let endAt = Infinity
  while (!state.isOver && Date.now() < endAt) {
    const live = (await lab.request('GET', path).catch(() => undefined)) as KubeObject | undefined
    if (live?.metadata.uid !== uid) return
    if (live.metadata.deletionTimestamp !== undefined && endAt === Infinity) endAt = Date.now() + GRACE_MS
    const was = await elector.step()
    if (was === 'lost') {
      restarts += 1
      await sayReady(lab, path, restarts)
      elector = new Elector(lab, options, elector.identity)
    }
    if (was === 'leading') {
      const since = elector.leadsSince
      await reconcileOnce(lab, options, { since, tookOver: elector.tookOver }).catch(() => undefined)
      elector.tookOver = false
    }
    await sleep(was === 'leading' ? 50 : RETRY_MS)
  }
  if (!state.isOver) await lab.request('DELETE', `${path}?gracePeriodSeconds=0`).catch(() => undefined)
}

async function sayReady(lab: TestCluster, path: string, restartCount: number): Promise<void> {
  const container = { name: 'operator', image: 'operator', imageID: 'x', ready: true, restartCount }
  const status = { phase: 'Running', containerStatuses: [container] }
  await lab.request('PATCH', `${path}/status`, { status }, 'application/merge-patch+json')
}

interface Election {
  holderIdentity?: string
  leaseDurationSeconds?: number
  renewTime?: string
  acquireTime?: string
}

class Elector {
  readonly identity: string
  leadsSince = Infinity
  /** True for the first look of a leader that took over from another one. */
  tookOver = false
  private readonly lab: TestCluster
  private readonly options: Leaders
  private readonly seen = { text: '', at: Date.now() }
  private lastTry = 0
  private lastSuccess = 0

  constructor(lab: TestCluster, options: Leaders, identity: string) {
    this.lab = lab
    this.options = options
    this.identity = identity
  }

  async step(): Promise<'standing by' | 'leading' | 'lost'> {
    const isLeading = this.leadsSince !== Infinity
    if (isLeading && Date.now() - this.lastTry < RETRY_MS) return 'leading'
    this.lastTry = Date.now()
    if (await this.attempt().catch(() => false)) {
      this.lastSuccess = Date.now()
      return 'leading'
    }
    if (!isLeading) return 'standing by'
    return Date.now() - this.lastSuccess > RENEW_DEADLINE_MS ? 'lost' : 'leading'
  }

  /** tryAcquireOrRenew, with MultiLock: two locks that name two holders are held by somebody unknown. */
  private async attempt(): Promise<boolean> {
    const { namespace, lock, leaseSeconds = LEASE_SECONDS } = this.options
    const read = await Promise.all(lock.kinds.map((kind) => readLock(this.lab, kind, namespace, lock.name)))
    const holders = [...new Set(read.map((one) => one?.record.holderIdentity ?? ''))]
    const holder = holders.length === 1 ? holders[0]! : 'leaderelection.k8s.io/unknown'
    const text = JSON.stringify(read.map((one) => one?.record))
    if (text !== this.seen.text) Object.assign(this.seen, { text, at: Date.now() })
    const seconds = read[0]?.record.leaseDurationSeconds ?? leaseSeconds
    const isFree = holder === '' || Date.now() - this.seen.at > seconds * 1000
    if (holder !== this.identity && !isFree) return false
    const place = { namespace, name: lock.name, identity: this.identity, leaseSeconds }
    for (const [index, kind] of lock.kinds.entries()) await writeLock(this.lab, kind, place, read[index])
    if (this.leadsSince === Infinity) {
      this.leadsSince = Date.now()
      this.tookOver = holder !== '' && holder !== this.identity
    }
    return true
  }
}

interface LockRead {
  object: KubeObject
  record: Election
}

function lockPath(kind: 'Lease' | 'ConfigMap', namespace: string): string {
  return kind === 'Lease'
    ? `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
    : `/api/v1/namespaces/${namespace}/configmaps`
}

async function readLock(
  lab: TestCluster,
  kind: 'Lease' | 'ConfigMap',
  namespace: string,
  name: string,
): Promise<LockRead | undefined> {
  const object = (await lab.request('GET', `${lockPath(kind, namespace)}/${name}`).catch((error: unknown) => {
    if (String(error).includes('404')) return undefined
    throw error
  })) as KubeObject | undefined
  if (object === undefined) return undefined
  const text = object.metadata.annotations?.[ANNOTATION] ?? '{}'
  const record = kind === 'Lease' ? object.spec : (JSON.parse(text) as unknown)
  return { object, record: record as Election }
}

async function writeLock(
  lab: TestCluster,
  kind: 'Lease' | 'ConfigMap',
  {
    namespace,
    name,
    identity,
    leaseSeconds,
  }: { namespace: string; name: string; identity: string; leaseSeconds: number },
  was: LockRead | undefined,
): Promise<void> {
  const now = kind === 'Lease' ? `${new Date().toISOString().slice(0, -1)}000Z` : new Date().toISOString()
  const acquireTime = was?.record.holderIdentity === identity ? was.record.acquireTime : now
  const record = { holderIdentity: identity, leaseDurationSeconds: leaseSeconds, renewTime: now, acquireTime }
  const body =
    kind === 'Lease' ? { spec: record } : { metadata: { annotations: { [ANNOTATION]: JSON.stringify(record) } } }
  if (was === undefined) {
    await lab.request('POST', lockPath(kind, namespace), { ...body, metadata: { ...body.metadata, name } })
    return
  }
  const { resourceVersion } = was.object.metadata
  const metadata = { ...body.metadata, resourceVersion }
  await lab.request(
    'PATCH',
    `${lockPath(kind, namespace)}/${name}`,
    { ...body, metadata },
    'application/merge-patch+json',
  )
}
