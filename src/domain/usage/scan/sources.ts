// Where facts come from: one source for every instance known by name, and one for every connection that does not
// say whose it is. Facts carry the source's number; which instance that is can be decided when all is read.
import { type MarkBlocks } from './content-marks.ts'
import { IdCoverage, type Moment, type Page, PageCoverage, StreamCoverage, type Stretch } from './coverage.ts'

/** The covered part of one source. */
export type Coverage = IdCoverage | PageCoverage | StreamCoverage

/** One source of facts, while it is being read. */
export interface Source {
  readonly src: number
  readonly cluster: string
  /** The scheduler's InstanceUUID; undefined where the dump does not say. */
  readonly instance: string | undefined
  readonly coverage: Coverage | undefined
  /** The file, for connections and pages. */
  readonly origin: string
  /** It begins where its part of the file begins, without saying whose it is. */
  readonly headless: boolean
  /** Its first event is the first that a scheduler writes. */
  readonly boot: boolean
}

/** A source that has been read to its end, as it can be sent from thread to thread. */
export interface SourceRecord {
  src: number
  cluster: string
  instance: string | undefined
  origin: string
  /** Undefined for observations, which cover nothing. */
  stretches: readonly Stretch[] | undefined
  /** Marks of the events by id, where they carry ids: the same id must not come with another event. */
  marks: MarkBlocks | undefined
  /** Its pages, for sources of pages: their coverage goes on from file to file. */
  pages: readonly Page[] | undefined
  /** Lines of a connection, which another part may continue; undefined for other sources. */
  connectionLines: number | undefined
  /** It begins where its part of the file begins, without saying whose it is. */
  headless: boolean
  /** Its first event is the first that a scheduler writes. */
  boot: boolean
  /** The source whose connection this one continues: both are of one instance. */
  sameAs: number | undefined
}

/** What a heartbeat proves: at `at` the scheduler's newest id was `highest`. */
export interface Heartbeat {
  cluster: string
  instance: string
  highest: number
  at: bigint
}

/** Gives every source its number. */
export class Sources {
  readonly #all: Source[] = []
  readonly #pages: Map<string, PageCoverage>
  readonly #byInstance = new Map<string, Source>()
  readonly #heartbeats = new Map<string, Heartbeat>()

  /** `pages`: coverage by pages, shared by files that are read one after the other: pages go on from file to file. */
  constructor(pages = new Map<string, PageCoverage>()) {
    this.#pages = pages
  }

  /** The source of an instance's events that carry ids. */
  identified(cluster: string, instance: string): Source & { coverage: IdCoverage } {
    const key = `ids\n${cluster}\n${instance}`
    const found = this.#byInstance.get(key)
    if (found !== undefined) return found as Source & { coverage: IdCoverage }
    const source = this.#register(cluster, instance, new IdCoverage(), 'envelope')
    this.#byInstance.set(key, source)
    return source
  }

  /** The source of an instance's pages in one file. */
  pages(cluster: string, instance: string, file: string): Source & { coverage: PageCoverage } {
    const key = `pages\n${cluster}\n${instance}\n${file}`
    const found = this.#byInstance.get(key)
    if (found !== undefined) return found as Source & { coverage: PageCoverage }
    const shared = `${cluster}\n${instance}`
    const coverage = this.#pages.get(shared) ?? new PageCoverage()
    this.#pages.set(shared, coverage)
    const source = this.#register(cluster, instance, coverage, file)
    this.#byInstance.set(key, source)
    return source
  }

  /** A new source for one connection of the event stream. */
  connection(
    cluster: string,
    instance: string | undefined,
    file: string,
    begin: { headless: boolean; boot: boolean },
  ): Source & { coverage: StreamCoverage } {
    return this.#register(cluster, instance, new StreamCoverage(), file, begin)
  }

  /** The source of what REST snapshots and listings of a cluster show. */
  observations(cluster: string): Source {
    const key = `seen\n${cluster}`
    const found = this.#byInstance.get(key)
    if (found !== undefined) return found
    const source = this.#register(cluster, undefined, undefined, 'observations')
    this.#byInstance.set(key, source)
    return source
  }

  /** Keeps, of an instance's heartbeats, the last at its highest id. */
  heartbeat(beat: Heartbeat): void {
    const known = this.#heartbeats.get(beat.instance)
    if (
      known !== undefined &&
      (known.highest > beat.highest || (known.highest === beat.highest && known.at >= beat.at))
    )
      return
    this.#heartbeats.set(beat.instance, beat)
  }

  /** All sources as they have been read. */
  records(): SourceRecord[] {
    return this.#all.map(({ src, cluster, instance, coverage, origin, headless, boot }) => ({
      ...{ src, cluster, instance, origin, headless, boot, sameAs: undefined },
      stretches: coverage?.stretches(),
      marks: coverage instanceof IdCoverage ? coverage.marks.blocks : undefined,
      pages: coverage instanceof PageCoverage ? coverage.takePages() : undefined,
      connectionLines: coverage instanceof StreamCoverage ? coverage.lines : undefined,
    }))
  }

  heartbeats(): Heartbeat[] {
    return [...this.#heartbeats.values()]
  }

  #register<C extends Coverage | undefined>(
    cluster: string,
    instance: string | undefined,
    coverage: C,
    origin: string,
    begin = { headless: false, boot: false },
  ): Source & { coverage: C } {
    const source = { src: this.#all.length, cluster, instance, coverage, origin, ...begin }
    this.#all.push(source)
    return source
  }
}

/** Nanoseconds of a moment. */
export function momentToNanos(moment: Moment): bigint {
  return BigInt(moment.seconds) * 1_000_000_000n + BigInt(moment.nanos)
}
