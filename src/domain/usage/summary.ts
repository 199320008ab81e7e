// What a ledger says about itself: what was read, what is covered, how sure its figures are.
import { sumSql } from './answer-sql.ts'
import { prepareAttribution } from './attribution.ts'
import { type UsageLedger } from './ledger.ts'
import { amounts, type Amounts, readSum } from './sums.ts'
import { type UnitSystem } from './units.ts'
import { coveredPeriod } from './window-table.ts'
import { isoTime } from './windows.ts'

/** A sum over everything. */
export type UsageTotal = Amounts & { kind: string; resource: string }

export interface InstanceSummary {
  cluster: string
  instance: string
  from: string
  to: string
  /** Stretches in which no event of it is held. */
  gaps: { from: string; to: string }[]
  /** Its beginning is held. */
  fromBeginning: boolean
}

export interface UsageSummary {
  period: { from: string; to: string }
  clusters: string[]
  instances: InstanceSummary[]
  events: number
  applications: number
  allocations: {
    total: number
    /** Seen from beginning to end by one scheduler. */
    closed: number
    /** Seen to go on after a restart. */
    survivors: number
    ghosts: { total: number; proven: number; rule: number; open: number }
    stillOpen: number
    lateStart: number
    bindLost: number
    /** Resized while they ran: charged, as YuniKorn does, at their last size. */
    resized: number
    contradictions: number
  }
  totals: UsageTotal[]
  input: {
    files: number
    passedOver: string[]
    cut: { file: string; bytes: number }[]
    broken: { file: string; line: number; why: string }[]
    brokenCount: number
  }
}

/** Sums up a ledger. */
export async function summarize(ledger: UsageLedger, units: UnitSystem): Promise<UsageSummary> {
  const { store, timeline, judged } = ledger
  await prepareAttribution(ledger, [])
  const [counts] = await store.rows('SELECT count(*), count(DISTINCT inc), sum(resized) FROM spans')
  const [total, applications, resized] = (counts ?? []).map((cell) => Number(cell ?? 0))
  const period = coveredPeriod(ledger)
  const count = (of: (span: (typeof judged)[number]) => boolean): number => judged.filter(of).length
  const ghosts = judged.filter((span) => span.case === 'ghost')
  return {
    period: { from: isoTime(period.from), to: isoTime(period.to) },
    clusters: timeline.clusters,
    instances: timeline.instances.map(instanceSummary),
    events: ledger.events,
    applications: applications ?? 0,
    allocations: {
      total: total ?? 0,
      closed: (total ?? 0) - judged.length + count((span) => span.case === 'closed'),
      survivors: count((span) => span.lifetime.sightings.length > 1 && !span.lifetime.addTwice),
      ghosts: {
        total: ghosts.length,
        proven: ghosts.filter((span) => span.proof === 'proven').length,
        rule: ghosts.filter((span) => span.proof === 'rule').length,
        open: ghosts.filter((span) => span.proof === 'open').length,
      },
      stillOpen: count((span) => span.case === 'open'),
      lateStart: count((span) => span.s1 !== span.s2),
      bindLost: count((span) => span.case === 'bind-lost'),
      resized: resized ?? 0,
      contradictions: count((span) => span.contradiction),
    },
    totals: await totals(ledger, units),
    input: inputSummary(ledger),
  }
}

/** How the dumps were read. */
export function inputSummary({ inputs, broken }: UsageLedger): UsageSummary['input'] {
  return {
    files: inputs.length,
    passedOver: inputs.filter((input) => input.foreign !== undefined).map((input) => input.file),
    cut: inputs.filter((input) => input.cutBytes > 0).map((input) => ({ file: input.file, bytes: input.cutBytes })),
    broken,
    brokenCount: inputs.reduce((sum, input) => sum + input.brokenCount, 0),
  }
}

function instanceSummary(instance: UsageLedger['timeline']['instances'][number]): InstanceSummary {
  const { covers } = instance
  const first = covers[0]
  return {
    cluster: instance.cluster,
    instance: instance.name,
    from: isoTime(instance.from),
    to: isoTime(covers.at(-1)?.to ?? instance.from),
    gaps: covers.slice(1).map((cover, index) => ({ from: isoTime(covers[index]!.to), to: isoTime(cover.from) })),
    fromBeginning: first !== undefined && (first.boot || first.firstId === 0),
  }
}

async function totals(ledger: UsageLedger, units: UnitSystem): Promise<UsageTotal[]> {
  const rows = await ledger.store.rows(
    sumSql({ dimensions: [], windowed: false, kinds: [0, 1, 2], billing: undefined }),
  )
  return rows.map((row) => {
    const sum = readSum(row, [])
    return { kind: sum.kind, resource: sum.resource, ...amounts(sum, units) }
  })
}
