// Brings together, a page of reports at a time, what the verdict on each needs: the report, our sums, and the
// allocations on rounding edges.
import type { Cell, FactStore } from '../../../ports/fact-store.ts'
import { FACT } from '../facts.ts'
import { type UsageLedger } from '../ledger.ts'
import { uidOfKey } from '../outside/pod-list.ts'
import { type Kind, KINDS } from '../question.ts'
import { KIND } from '../reduce-sql.ts'
import { type SchedulerInstance } from '../timeline.ts'
import { addTimes, noUsage, type UsageByKind } from './amounts.ts'
import { type Bounds, noBounds } from './bounds.ts'
import { candidatesSql, edgesOfSql, reportsSql, sumsSql, UNREPORTED_SUMS } from './compare-sql.ts'
import { type SplitCandidate } from './kind-split.ts'
import { unpackReport } from './reported-usage.ts'
import { type Comparison, type SpanEdge } from './verdict.ts'

/** The run of an application in the scheduler that reported it. */
export interface ReportedRun {
  cluster: string
  instance: string
}

export interface PagedComparison extends Comparison {
  /** Where the report stands. */
  place: string
  /** Undefined: the dump knows no run of the application that the report can be about. */
  run: ReportedRun | undefined
  /** Allocations that were resized while they ran. */
  resized: number
}

/** Reads comparisons in order, as often as asked. */
export class ComparisonPages {
  readonly #ledger: UsageLedger
  readonly #vectors: ReadonlyMap<bigint, ReadonlyMap<string, bigint>>
  readonly #last: number

  constructor(ledger: UsageLedger, vectors: ReadonlyMap<bigint, ReadonlyMap<string, bigint>>, last: number) {
    this.#ledger = ledger
    this.#vectors = vectors
    this.#last = last
  }

  async *read(): AsyncGenerator<PagedComparison> {
    for (let after = 0; after < this.#last; after += PAGE) yield* await this.#page(after, after + PAGE)
  }

  /** At least, of applications that no report is about. */
  async unreportedUsage(): Promise<UsageByKind> {
    const usage = noUsage()
    for (const row of await this.#ledger.store.rows(UNREPORTED_SUMS)) {
      const [kind, res, seconds] = row as [number, bigint, bigint]
      addTimes(usage[kindOf(kind)], this.#vector(res), seconds)
    }
    return usage
  }

  async #page(after: number, upTo: number): Promise<PagedComparison[]> {
    const { store } = this.#ledger
    const reports = await store.rows(reportsSql(after, upTo))
    const own = await this.#sums('cmp_own', after, upTo)
    const whole = await this.#sums('cmp_whole', after, upTo)
    const edges = new Map<number, SpanEdge[]>()
    for (const [id, ...cells] of await store.rows(edgesOfSql(after, upTo))) {
      const list = edges.get(id as number) ?? []
      edges.set(id as number, list)
      list.push(this.#edge(cells))
    }
    return reports.map((row) => {
      const [id, packed, place, inc, inst, newTs, endTs, cluster] = row as ReportCells
      const report = unpackReport(packed)
      const instance = inst === null ? undefined : this.#ledger.timeline.instances[inst]
      const finish = endTs ?? (report.finishTime === null ? null : BigInt(report.finishTime) * 1_000_000n)
      const ownSums = own.get(id) ?? { bounds: noBounds(), resized: 0 }
      return {
        report,
        place,
        run: inc === null ? undefined : this.#run(instance, cluster),
        own: ownSums.bounds,
        whole: whole.get(id)?.bounds ?? noBounds(),
        edges: edges.get(id) ?? [],
        resized: ownSums.resized,
        dark: !isCovered(
          instance === undefined ? this.#ledger.timeline.instances : [instance],
          inc === null ? startOf(report) : newTs,
          finish,
        ),
        candidates: () => this.#candidates(id),
      }
    })
  }

  #run(instance: SchedulerInstance | undefined, cluster: number | null): ReportedRun {
    return { cluster: this.#ledger.timeline.clusters[cluster ?? -1] ?? '', instance: instance?.name ?? '' }
  }

  async #sums(
    table: 'cmp_own' | 'cmp_whole',
    after: number,
    upTo: number,
  ): Promise<Map<number, { bounds: Bounds; resized: number }>> {
    const found = new Map<number, { bounds: Bounds; resized: number }>()
    for (const row of await this.#ledger.store.rows(sumsSql(table, after, upTo))) {
      const [id, kindNumber, res, lower, upper, open, resized] = row as SumCells
      const one = found.get(id) ?? { bounds: noBounds(), resized: 0 }
      found.set(id, one)
      const kind = kindOf(kindNumber)
      const vector = this.#vector(res)
      addTimes(one.bounds.lower[kind], vector, lower)
      addTimes(one.bounds.upper[kind], vector, upper)
      if (open === 1) for (const resource of vector.keys()) one.bounds.open[kind].add(resource)
      one.resized += Number(resized)
    }
    return found
  }

  #edge(cells: readonly Cell[]): SpanEdge {
    const [k1, k2, name, kind, res, fraction] = cells as EdgeCells
    const above = fraction < HALF_SECOND
    return {
      allocation: name ?? uidOfKey(k1, k2),
      kind: kindOf(kind),
      shape: String(res),
      vector: this.#vector(res),
      step: above ? -1n : 1n,
      distance: above ? fraction : 2n * HALF_SECOND - fraction,
    }
  }

  async #candidates(id: number): Promise<SplitCandidate[]> {
    const rows = await this.#ledger.store.rows(candidatesSql(id))
    return rows.map((row) => {
      const [k1, k2, name, kindNumber, res, code, seconds, seenPlaceholder] = row as CandidateCells
      const kind = kindOf(kindNumber)
      const amounts = new Map<string, bigint>()
      addTimes(amounts, this.#vector(res), seconds)
      return { allocation: name ?? uidOfKey(k1, k2), kind, others: otherKinds(kind, code, seenPlaceholder), amounts }
    })
  }

  #vector(res: bigint): ReadonlyMap<string, bigint> {
    return this.#vectors.get(res) ?? NO_VECTOR
  }
}

type ReportCells = [number, string, string, number | null, number | null, bigint | null, bigint | null, number | null]
type SumCells = [number, number, bigint, bigint, bigint, number, bigint]
type EdgeCells = [bigint, bigint, string | null, number, bigint, bigint]
type CandidateCells = [bigint, bigint, string | null, number, bigint, number, bigint, number | null]

const PAGE = 4096
const HALF_SECOND = 500_000_000n
const NO_VECTOR: ReadonlyMap<string, bigint> = new Map()
const KIND_NAMES = new Map<number, Kind>(KINDS.map((kind) => [KIND[kind], kind]))

/** The pages of a comparison whose tables have been made. */
export async function pagesOf(ledger: UsageLedger): Promise<ComparisonPages> {
  const [row] = await ledger.store.rows('SELECT max(id) FROM cmp_reports')
  return new ComparisonPages(ledger, await resourceVectors(ledger.store), Number(row?.[0] ?? 0))
}

/** The distinct resource vectors of a dump: few, whatever its length. */
async function resourceVectors(store: FactStore): Promise<Map<bigint, Map<string, bigint>>> {
  const vectors = new Map<bigint, Map<string, bigint>>()
  for (const row of await store.rows('SELECT res, name, value FROM vectors')) {
    const [res, name, value] = row as [bigint, string, bigint]
    const vector = vectors.get(res) ?? new Map<string, bigint>()
    vectors.set(res, vector.set(name, value))
  }
  return vectors
}

function kindOf(kind: number): Kind {
  return KIND_NAMES.get(kind) ?? 'used'
}

/** 501, 502 and 503 tell what an allocation was, and so does REST or a pod's own mark. */
function otherKinds(kind: Kind, code: number, seenPlaceholder: number | null): Kind[] {
  if (code === FACT.preempted) return []
  const isPlaceholder = code === FACT.timedOut || code === FACT.replaced || seenPlaceholder === 1
  const impossible = isPlaceholder ? 'used' : seenPlaceholder === 0 ? 'placeholder' : undefined
  return KINDS.filter((other) => other !== kind && other !== impossible)
}

/** The moment at which an application that no event shows began to run. */
function startOf({ startTime }: { startTime: number | null }): bigint | null {
  return startTime === null ? null : BigInt(startTime) * 1_000_000n
}

/** Whether the dump holds everything that one of the instances did in that time. */
function isCovered(instances: readonly SchedulerInstance[], begin: bigint | null, end: bigint | null): boolean {
  if (begin === null) return false
  const covers = instances.flatMap((instance) => instance.covers)
  return covers.some((cover) => cover.from <= begin && (end ?? begin) <= cover.to)
}
