/** What is asked of the REST API beside the events, and when: docs/dump-format.md says what it is used for. */

/** Milliseconds between two askings of the same. */
export interface ListingIntervals {
  /** Applications that complete: YuniKorn shows their usage for 30 s. */
  completing: number
  /** Active applications and nodes. */
  listing: number
  /** All pods of the cluster. */
  pods: number
}

/** What can be asked for. */
export type Listing = { kind: 'scheduler'; path: string } | { kind: 'pods' }

/** A second listing follows so long after a restart or a gap: recovered pods are submitted within seconds. */
const AFTERWARDS_MS = 10_000

/** Says what is due. */
export class ListingSchedule {
  readonly #intervals: ListingIntervals
  readonly #withPods: boolean
  #partitions: readonly string[] = []
  /** When all is asked for once more. */
  #again: number | undefined
  readonly #dueAt = { completing: 0, listing: 0, pods: 0 }

  constructor(intervals: ListingIntervals, withPods: boolean) {
    this.#intervals = intervals
    this.#withPods = withPods
  }

  /** Whether the names of the partitions are not known. */
  get needsPartitions(): boolean {
    return this.#partitions.length === 0
  }

  setPartitions(names: readonly string[]): void {
    this.#partitions = names
  }

  /** After a restart or a gap: all is asked for now, and once more when what was there before has come back. */
  hurry(now: number): void {
    this.#partitions = []
    this.#dueAt.listing = now
    this.#dueAt.pods = now
    this.#again = now + AFTERWARDS_MS
  }

  /** What to ask for now; it counts as asked. */
  take(now: number): Listing[] {
    const due: Listing[] = []
    if (this.#again !== undefined && (now >= this.#again || this.#again - now > AFTERWARDS_MS)) {
      this.#dueAt.listing = now
      this.#dueAt.pods = now
      this.#again = undefined
    }
    if (this.#isDue('completing', now)) due.push(...this.#paths('applications/active?status=completing'))
    if (this.#isDue('listing', now)) due.push(...this.#paths('applications/active'), ...this.#paths('nodes'))
    if (this.#withPods && this.#isDue('pods', now)) due.push({ kind: 'pods' })
    return due
  }

  #isDue(what: keyof ListingIntervals, now: number): boolean {
    const wait = this.#dueAt[what] - now
    // Longer than it can be: the clock was set back.
    if (wait > 0 && wait <= this.#intervals[what]) return false
    this.#dueAt[what] = now + this.#intervals[what]
    return true
  }

  #paths(what: string): Listing[] {
    return this.#partitions.map((name) => ({
      kind: 'scheduler',
      path: `/ws/v1/partition/${encodeURIComponent(name)}/${what}`,
    }))
  }
}

/** The names in an answer of `/ws/v1/partitions`; YuniKorn's own default where it cannot be read. */
export function partitionNames(body: string): string[] {
  try {
    const list = JSON.parse(body) as unknown
    const names = (Array.isArray(list) ? list : []).flatMap((one) => {
      const name = (one as { name?: unknown } | null)?.name
      // Early versions write the cluster before it: "[rm:1]default".
      return typeof name === 'string' ? [name.replace(/^\[[^\]]*\]/, '')] : []
    })
    if (names.length > 0) return names
  } catch {
    // Not JSON: the default stands.
  }
  return ['default']
}

/** Which allocations a listing of active applications shows, as a text that is equal when they are. */
export function liveAllocations(listing: unknown): string {
  const keys = (Array.isArray(listing) ? listing : []).flatMap((application) => {
    const { allocations } = (application ?? {}) as { allocations?: unknown }
    return (Array.isArray(allocations) ? allocations : []).map((one) =>
      String((one as { allocationKey?: unknown } | null)?.allocationKey),
    )
  })
  return keys.sort().join(' ')
}
