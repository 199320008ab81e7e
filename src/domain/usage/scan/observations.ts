// What REST snapshots tell beside the events: users, groups and queues of applications, allocations that lived,
// pods' names and labels, nodes' instance types, and YuniKorn's own history of an application's usage.
import { FACT, type FactWriter, type Wide, type WideKey } from '../facts.ts'
import { podKey, type PodListing } from '../outside/evidence.ts'
import { listedPods } from '../outside/pod-list.ts'
import { isObject, type JsonObject, type JsonValue } from './json-event.ts'
import { LosslessNumber } from 'lossless-json'
import { nanosInto } from './event-facts.ts'
import { type Names } from './names.ts'
import { type Sources } from './sources.ts'

/** An application as the scheduler showed it. */
export interface SeenApplication {
  cluster: string
  app: string
  /** Nanoseconds; whole seconds on Kubernetes. */
  submittedAt: bigint
  user: string
  groups: string[]
  queue: string
  /** Usage as the scheduler itself had counted it while completing; by kind, instance type and resource. */
  history: JsonObject | undefined
  seenAt: bigint
}

/** An allocation as the scheduler showed it. */
export interface SeenAllocation {
  k1: bigint
  k2: bigint
  placeholder: boolean
  namespace: string
  podName: string
  labels: Record<string, string>
  node: string
}

/** A node as the scheduler or Kubernetes showed it. */
export interface SeenNode {
  node: string
  instanceType: string
  zone: string
}

const ACTIVE = /\/applications\/active$/
const APPLICATIONS = /\/applications\/(active|completed|rejected)(\?|$)/
const NODES = /\/nodes(\?|$)/
const PODS = /\/api\/v1\/(namespaces\/[^/]+\/)?pods(\?|$)/
const LABEL = 'kubernetes.io/label/'

/** What tells one run of an application from another. */
export function applicationKey({
  cluster,
  app,
  submittedAt,
}: Pick<SeenApplication, 'cluster' | 'app' | 'submittedAt'>): string {
  return `${cluster}\n${app}\n${submittedAt}`
}

/** Collects observations from snapshots. */
export class Observations {
  readonly applications = new Map<string, SeenApplication>()
  readonly allocations = new Map<string, SeenAllocation>()
  readonly nodes = new Map<string, SeenNode>()
  readonly listings: PodListing[] = []
  /** When a cluster's active applications were first listed, all of them; in nanoseconds. */
  readonly listed = new Map<string, bigint>()
  readonly #writer: FactWriter
  readonly #names: Names
  readonly #sources: Sources
  /** Allocations in the last full listing of active applications of a cluster, and when. */
  readonly #live = new Map<string, Map<string, { key: WideKey; at: bigint }>>()

  constructor(writer: FactWriter, names: Names, sources: Sources) {
    this.#writer = writer
    this.#names = names
    this.#sources = sources
  }

  /** Takes a snapshot; paths that say nothing about usage are passed over. */
  take(snapshot: { cluster: string; path: string; body: JsonValue; at: bigint }): void {
    const { path, body } = snapshot
    if (PODS.test(path)) {
      if (!isObject(body)) return
      const pods = listedPods(body)
      // A listing of one namespace, or of some labels, proves nothing about other pods.
      if (path.includes('/namespaces/') || path.includes('Selector=')) return
      const source = `the pod listing of ${iso(snapshot.at)}`
      const { at, cluster } = snapshot
      this.listings.push({ source, cluster, from: at, to: at, pods, nodeTypes: new Map() })
      return
    }
    if (!Array.isArray(body)) return
    if (APPLICATIONS.test(path)) {
      for (const one of body) if (isObject(one)) this.#application(one, snapshot)
      if (ACTIVE.test(path)) this.#active(body, snapshot)
    } else if (NODES.test(path)) {
      for (const one of body) if (isObject(one)) this.#node(one)
    }
  }

  /** Ends the reading: what was last seen alive is told. */
  finish(): void {
    for (const [cluster, live] of this.#live)
      for (const { key, at } of live.values()) this.#tell(cluster, FACT.alive, key, at)
    this.#live.clear()
  }

  #application(one: JsonObject, { cluster, at }: { cluster: string; at: bigint }): void {
    const app = text(one['applicationID'])
    const submittedAt = integer(one['submissionTime'])
    const key = applicationKey({ cluster, app, submittedAt })
    const known = this.applications.get(key)
    const history =
      isObject(one['resourceHistory']) && Object.keys(one['resourceHistory']).length > 0
        ? one['resourceHistory']
        : undefined
    const completing = text(one['applicationState']) === 'Completing'
    this.applications.set(key, {
      cluster,
      app,
      submittedAt,
      user: text(one['user']) || (known?.user ?? ''),
      groups: Array.isArray(one['groups']) ? one['groups'].map(text) : (known?.groups ?? []),
      queue: known?.queue ?? text(one['queueName']),
      history: completing && history !== undefined ? history : known?.history,
      seenAt: at,
    })
    for (const allocation of list(one['allocations'])) this.#allocation(allocation)
  }

  #allocation(one: JsonObject): void {
    const key = this.#key(one)
    if (key === undefined) return
    const tags = isObject(one['allocationTags']) ? one['allocationTags'] : {}
    const labels: Record<string, string> = {}
    for (const [name, value] of Object.entries(tags))
      if (name.startsWith(LABEL)) labels[name.slice(LABEL.length)] = text(value)
    const { k1, k2 } = wide(key)
    this.allocations.set(podKey(k1, k2), {
      k1,
      k2,
      placeholder: one['placeholder'] === true,
      namespace: text(tags['kubernetes.io/meta/namespace']),
      podName: text(tags['kubernetes.io/meta/podName']),
      labels,
      node: text(one['nodeId']),
    })
  }

  #node(one: JsonObject): void {
    const node = text(one['nodeID'])
    const attributes = isObject(one['attributes']) ? one['attributes'] : {}
    this.nodes.set(node, {
      node,
      instanceType: text(attributes['si/instance-type']) || text(attributes['node.kubernetes.io/instance-type']),
      zone: text(attributes['topology.kubernetes.io/zone']),
    })
    for (const allocation of list(one['allocations'])) this.#allocation(allocation)
  }

  /** A full listing of what is active: who is in it lives, who was in the one before and no longer is has ended. */
  #active(body: readonly JsonValue[], { cluster, at }: { cluster: string; at: bigint }): void {
    const now = new Map<string, { key: WideKey; at: bigint }>()
    const first = this.listed.get(cluster)
    if (first === undefined || at < first) this.listed.set(cluster, at)
    for (const one of body) {
      if (!isObject(one)) continue
      for (const allocation of list(one['allocations'])) {
        const key = this.#key(allocation)
        if (key !== undefined) now.set(text(allocation['allocationKey']), { key: { ...key }, at })
      }
    }
    for (const [name, before] of this.#live.get(cluster) ?? []) {
      if (now.has(name) || before.at > at) continue
      this.#tell(cluster, FACT.alive, before.key, before.at)
      this.#tell(cluster, FACT.absent, before.key, at)
    }
    this.#live.set(cluster, now)
  }

  #tell(cluster: string, code: number, key: WideKey, at: bigint): void {
    const ts: Wide = { hi: 0, lo: 0 }
    nanosInto(ts, Number(at / 1_000_000_000n), Number(at % 1_000_000_000n))
    const nothing = { hi: 0, lo: 0 }
    this.#writer.write(this.#sources.observations(cluster).src, code, ts, nothing, key, nothing)
  }

  #key(one: JsonObject): WideKey | undefined {
    const name = text(one['allocationKey'])
    if (name === '') return undefined
    const key: WideKey = { hi1: 0, lo1: 0, hi2: 0, lo2: 0 }
    const bytes = Buffer.from(name, 'utf8').toString('latin1')
    this.#names.key(key, bytes, 0, bytes.length)
    return key
  }
}

function wide(key: WideKey): { k1: bigint; k2: bigint } {
  return {
    k1: (BigInt(key.hi1) << 32n) | BigInt(key.lo1 >>> 0),
    k2: (BigInt(key.hi2) << 32n) | BigInt(key.lo2 >>> 0),
  }
}

function list(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function integer(value: JsonValue | undefined): bigint {
  return value instanceof LosslessNumber && /^-?\d+$/.test(value.value) ? BigInt(value.value) : 0n
}

function iso(at: bigint): string {
  return new Date(Number(at / 1_000_000n)).toISOString()
}
