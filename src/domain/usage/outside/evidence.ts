// What is given beside the events about pods: listings of pods and Spark's event logs (docs/usage-rules.md §6).
import type { UpperBound } from '../judge/bounds.ts'
import { type Key } from '../judge/history.ts'
import { earlier, later } from '../timeline.ts'

/** Seconds that containers' times are cut to. */
const WHOLE_SECOND_NS = 1_000_000_000n
/** How long executors may take to leave after Spark says that they are gone. */
const SPARK_SLACK_NS = 60n * WHOLE_SECOND_NS

/** One pod in a listing; times in Unix nanoseconds, cut to whole seconds by Kubernetes. */
export interface ListedPod {
  k1: bigint
  k2: bigint
  namespace: string
  name: string
  labels: Readonly<Record<string, string>>
  nodeName: string
  placeholder: boolean | undefined
  createdAt: bigint | undefined
  startedAt: bigint | undefined
  /** All containers have ended by this time; undefined while one runs. */
  finishedAt: bigint | undefined
  terminated: boolean
  /** Its phase is Running. */
  running: boolean
}

/** A listing of pods: taken not before `from` and not after `to`. */
export interface PodListing {
  source: string
  /** The cluster, where the listing came in a dump that names it. */
  cluster?: string
  from: bigint
  to: bigint
  pods: ReadonlyMap<string, ListedPod>
  /** Instance types by node, where the listing holds nodes too. */
  nodeTypes: ReadonlyMap<string, string>
}

/** What a Spark event log says about an application's end: executors by id, and the whole. */
export interface SparkLog {
  app: bigint
  ended: bigint | undefined
  /** Ends of executors by executor id. */
  removed: ReadonlyMap<string, bigint>
}

export function podKey(k1: bigint, k2: bigint): string {
  return `${k1}/${k2}`
}

/** Everything given from outside, asked by allocation. */
export class OutsideEvidence {
  readonly listings: readonly PodListing[]
  readonly #logs: readonly SparkLog[]

  constructor(listings: readonly PodListing[], logs: readonly SparkLog[]) {
    this.listings = listings
    this.#logs = logs
  }

  /** Whether a listing says that the pod is a placeholder. */
  placeholder(key: Key): boolean | undefined {
    return this.#pods(key).find(({ pod }) => pod.placeholder !== undefined)?.pod.placeholder
  }

  /** The pod cannot have been bound before this. */
  startedAt(key: Key): bigint | undefined {
    const times = this.#pods(key).flatMap(({ pod }) => pod.createdAt ?? [])
    return times.length === 0 ? undefined : times.reduce(later)
  }

  /** The last time the pod is known to have run, after it was seen. A pod whose node is gone says Running until it is collected. */
  aliveUntil(key: Key, seen: bigint, isNodeThere: (at: bigint) => boolean): bigint | undefined {
    const times = this.#pods(key).flatMap(({ pod, listing }) => {
      if (pod.finishedAt !== undefined) return [pod.finishedAt]
      return pod.running && isNodeThere(listing.from) ? [listing.from] : []
    })
    const known = times.filter((time) => time > seen)
    return known.length === 0 ? undefined : known.reduce(later)
  }

  /** Bounds of the end from above. */
  ends(key: Key, app: bigint, seen: bigint): UpperBound[] {
    const bounds: UpperBound[] = []
    for (const listing of this.listings) {
      if (listing.to < seen) continue
      const pod = listing.pods.get(podKey(key.k1, key.k2))
      if (pod === undefined) {
        // A listing that began before the pod was seen may have been made before the pod was.
        if (listing.from >= seen)
          bounds.push({
            ts: listing.to,
            rule: 'pod-absent',
            evidence: `${listing.source} no longer lists the pod`,
            proven: true,
          })
      } else if (pod.terminated) bounds.push(terminatedBound(pod, listing))
    }
    return [...bounds, ...this.#sparkBounds(key, app, seen)]
  }

  #sparkBounds(key: Key, app: bigint, seen: bigint): UpperBound[] {
    const executor = this.#pods(key)[0]?.pod.labels['spark-exec-id']
    return this.#logs.flatMap((log) => {
      if (log.app !== app) return []
      const removed = executor === undefined ? undefined : log.removed.get(executor)
      const known = [removed, log.ended].filter((ts) => ts !== undefined && ts >= seen) as bigint[]
      if (known.length === 0) return []
      const ts = known.reduce(earlier) + SPARK_SLACK_NS
      return [
        {
          ts,
          rule: 'spark-log',
          evidence: 'the Spark event log says that it was gone, give or take a minute',
          proven: false,
        },
      ]
    })
  }

  #pods(key: Key): { pod: ListedPod; listing: PodListing }[] {
    const wanted = podKey(key.k1, key.k2)
    return this.listings.flatMap((listing) => {
      const pod = listing.pods.get(wanted)
      return pod === undefined ? [] : [{ pod, listing }]
    })
  }
}

function terminatedBound(pod: ListedPod, listing: PodListing): UpperBound {
  const finished = pod.finishedAt
  const ts = finished === undefined ? listing.to : earlier(finished + WHOLE_SECOND_NS, listing.to)
  return { ts, rule: 'pod-ended', evidence: `${listing.source} shows the pod as ended`, proven: true }
}
