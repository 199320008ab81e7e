// The scheduler instances of each cluster in order of time, and what of each is covered (docs/usage-rules.md §2).
import { compareText } from '../order.ts'
import { type Stretch } from './scan/coverage.ts'
import { type Heartbeat, momentToNanos, type SourceRecord } from './scan/sources.ts'

/** Time from the making of an event to its having an id that a poll can see; the events' channel is drained at once. */
export const INTAKE_DELAY_NS = 10_000_000n

/** A stretch of one instance in which every event is held; times in Unix nanoseconds. */
export interface Cover {
  from: bigint
  to: bigint
  firstId: number | null
  lastId: number | null
  boot: boolean
}

/** One process of the scheduler. */
export interface SchedulerInstance {
  /** Position among all instances of all clusters; within a cluster in order of time. */
  index: number
  cluster: string
  /** Its InstanceUUID, or a name of ours where the dump does not say. */
  name: string
  named: boolean
  /** In order of time; empty for an instance known only by a heartbeat. */
  covers: Cover[]
  /** First time known of it. */
  from: bigint
  /** Times of the heartbeat that saw its newest id, if that is the last id held. */
  confirmedUntil: bigint | undefined
}

/** All instances, and the instance of each source. */
export interface Timeline {
  instances: SchedulerInstance[]
  /** Instance index of each source number; sources that belong to no instance are absent. */
  instanceOf: Map<number, number>
  clusters: string[]
}

interface Draft {
  cluster: string
  name: string
  named: boolean
  covers: Cover[]
  sources: number[]
  seenAt: bigint | undefined
}

/** Decides which instance every source belongs to, and joins their stretches. */
export function buildTimeline(sources: readonly SourceRecord[], heartbeats: readonly Heartbeat[]): Timeline {
  const cluster = clusterNames(sources, heartbeats)
  const drafts = namedDrafts(sources, heartbeats, cluster)
  placeUnnamed(sources, drafts, cluster)
  const ordered = drafts.filter((draft) => draft.covers.length > 0 || draft.seenAt !== undefined)
  for (const draft of ordered) draft.covers = joinCovers(draft.covers)
  ordered.sort((a, b) => compareText(a.cluster, b.cluster) || compareTime(beginOf(a), beginOf(b)))
  const instanceOf = new Map<number, number>()
  const instances = ordered.map((draft, index) => {
    for (const src of draft.sources) instanceOf.set(src, index)
    return finish(draft, index, heartbeats)
  })
  for (const { src, sameAs } of sources) {
    const inst = sameAs === undefined ? undefined : instanceOf.get(sameAs)
    if (inst !== undefined) instanceOf.set(src, inst)
  }
  return { instances, instanceOf, clusters: [...new Set(sources.map(cluster))].sort() }
}

/** The end of the stretch that holds the moment, raised by a heartbeat; undefined when no stretch holds it. */
export function coverEnd(instance: SchedulerInstance, at: bigint): bigint | undefined {
  const cover = instance.covers.find((one) => one.from <= at && at <= one.to)
  if (cover === undefined) return undefined
  if (cover !== instance.covers.at(-1) || instance.confirmedUntil === undefined) return cover.to
  return later(cover.to, instance.confirmedUntil)
}

/** Whether the first event of the instance is held. */
export function coversBeginning(instance: SchedulerInstance): boolean {
  const first = instance.covers[0]
  return first !== undefined && (first.boot || first.firstId === 0)
}

/** Whether everything from the instance's beginning to the moment is held. */
export function coveredFromBeginning(instance: SchedulerInstance, until: bigint): boolean {
  const first = instance.covers[0]
  if (first === undefined || !coversBeginning(instance)) return false
  return until <= (coverEnd(instance, first.from) ?? first.to)
}

export function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

export function earlier(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

/** An instance's name is unique in the world: a file that names its cluster tells for those that do not. */
function clusterNames(
  sources: readonly SourceRecord[],
  heartbeats: readonly Heartbeat[],
): (of: { cluster: string; instance: string | undefined }) => string {
  const byInstance = new Map<string, string>()
  for (const { cluster, instance } of [...sources, ...heartbeats]) {
    if (instance !== undefined && cluster !== '') byInstance.set(instance, cluster)
  }
  const names = new Set([...sources, ...heartbeats].map((one) => one.cluster).filter((name) => name !== ''))
  const only = names.size === 1 ? [...names][0]! : ''
  return ({ cluster, instance }) => cluster || (instance === undefined ? only : (byInstance.get(instance) ?? only))
}

function namedDrafts(
  sources: readonly SourceRecord[],
  heartbeats: readonly Heartbeat[],
  clusterOf: (of: SourceRecord | Heartbeat) => string,
): Draft[] {
  const drafts = new Map<string, Draft>()
  const draftOf = (cluster: string, name: string): Draft => {
    const key = `${cluster}\n${name}`
    const draft = drafts.get(key) ?? { cluster, name, named: true, covers: [], sources: [], seenAt: undefined }
    drafts.set(key, draft)
    return draft
  }
  for (const source of sources) {
    if (source.instance === undefined || source.stretches === undefined) continue
    const draft = draftOf(clusterOf(source), source.instance)
    draft.covers.push(...source.stretches.map(toCover))
    draft.sources.push(source.src)
  }
  for (const beat of heartbeats) draftOf(clusterOf(beat), beat.instance).seenAt = beat.at
  return [...drafts.values()]
}

/** Connections that do not say whose they are: by the same beginning, by overlap, else after the last that began before. */
function placeUnnamed(
  sources: readonly SourceRecord[],
  drafts: Draft[],
  clusterOf: (of: SourceRecord) => string,
): void {
  const unnamed = sources
    .filter((source) => source.instance === undefined && source.stretches !== undefined)
    .map((source) => ({ source, covers: source.stretches!.map(toCover), cluster: clusterOf(source) }))
    .filter(({ covers }) => covers.length > 0)
    .sort((a, b) => compareTime(a.covers[0]!.from, b.covers[0]!.from))
  for (const { source, covers, cluster } of unnamed) {
    const own = covers[0]!
    const candidates = drafts.filter((draft) => draft.cluster === cluster && draft.covers.length > 0)
    const home = own.boot
      ? candidates.find((draft) => draft.covers.some((c) => c.boot && c.from === own.from))
      : continued(candidates, own)
    if (home === undefined) {
      const name = `unnamed@${own.from}`
      drafts.push({ cluster, name, named: false, covers, sources: [source.src], seenAt: undefined })
    } else {
      home.covers.push(...covers)
      home.sources.push(source.src)
    }
  }
}

function continued(candidates: readonly Draft[], own: Cover): Draft | undefined {
  const overlapping = candidates.find((draft) => draft.covers.some((c) => c.from <= own.to && own.from <= c.to))
  if (overlapping !== undefined) return overlapping
  const before = candidates
    .filter((draft) => beginOf(draft) <= own.from)
    .sort((a, b) => compareTime(beginOf(a), beginOf(b)))
  return before.at(-1)
}

function beginOf(draft: Draft): bigint {
  return draft.covers.reduce((first, c) => earlier(first, c.from), draft.covers[0]?.from ?? draft.seenAt ?? 0n)
}

function toCover(stretch: Stretch): Cover {
  const { firstId, lastId, boot } = stretch
  return { from: momentToNanos(stretch.from), to: momentToNanos(stretch.to), firstId, lastId, boot }
}

/** Joins stretches that overlap in time, or whose ids adjoin. */
function joinCovers(covers: readonly Cover[]): Cover[] {
  const joined: Cover[] = []
  for (const cover of [...covers].sort((a, b) => compareTime(a.from, b.from))) {
    const last = joined.at(-1)
    if (last === undefined || !(overlaps(last, cover) || adjoins(last, cover))) {
      joined.push({ ...cover })
      continue
    }
    if (cover.to >= last.to) last.lastId = maxId(cover.lastId, cover.to > last.to ? null : last.lastId)
    last.firstId = last.firstId ?? (cover.from === last.from ? cover.firstId : null)
    last.boot ||= cover.boot && cover.from === last.from
    last.to = later(last.to, cover.to)
  }
  return joined
}

/**
 * Whether a stretch begins inside the one before. Times of neighbours may be inverted by a millisecond, so ids decide where both
 * have them: a missing id is a gap, whatever the times.
 */
function overlaps(left: Cover, right: Cover): boolean {
  if (left.lastId !== null && right.firstId !== null && right.firstId > left.lastId + 1) return false
  return right.from < left.to || right.from === left.from
}

function adjoins(left: Cover, right: Cover): boolean {
  return left.lastId !== null && right.firstId !== null && right.firstId <= left.lastId + 1
}

function maxId(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}

function finish(draft: Draft, index: number, heartbeats: readonly Heartbeat[]): SchedulerInstance {
  const lastId = draft.covers.at(-1)?.lastId ?? null
  const beat = heartbeats.find((one) => one.instance === draft.name && one.highest === lastId)
  return {
    index,
    cluster: draft.cluster,
    name: draft.name,
    named: draft.named,
    covers: draft.covers,
    from: beginOf(draft),
    confirmedUntil: beat === undefined ? undefined : beat.at - INTAKE_DELAY_NS,
  }
}

function compareTime(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
