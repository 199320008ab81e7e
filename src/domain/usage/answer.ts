// Answers a question from a ledger: usage by group, with bounds, units, windows, prices.
import { API_VERSION } from '../document.ts'
import { sumSql } from './answer-sql.ts'
import { prepareAttribution } from './attribution.ts'
import { idleItems } from './idle.ts'
import { type UsageLedger } from './ledger.ts'
import { costOf } from './cost.ts'
import { type Dimension, KINDS, type Question } from './question.ts'
import { summarize, type UsageSummary } from './summary.ts'
import { type Amount, amounts, type RawSum, readSum, type Status } from './sums.ts'
import { type WindowTable, windowTable } from './window-table.ts'
import { isoTime } from './windows.ts'
import { convert } from './units.ts'

/** One row of usage. `upper` is null when open. */
export interface UsageItem {
  by: Record<string, string>
  window?: { from: string; to: string }
  kind: string
  resource: string
  unit: string
  lower: Amount
  upper: Amount | null
  /** The part of it that rests on lifetimes seen from end to end. */
  exact: Amount
  status: Status
  allocations: number
  cost?: { currency: string; lower: Amount; upper: Amount | null }
}

/** The answer of `usage compute`. */
export interface UsageList {
  apiVersion: typeof API_VERSION
  kind: 'UsageList'
  items: UsageItem[]
  /** With `--by queue`: every queue of the tree with what lies below it. */
  rollup?: UsageItem[]
  summary: UsageSummary
}

/** Answers the question. */
export async function answer(ledger: UsageLedger, question: Question): Promise<UsageList> {
  const windows = await windowTable(ledger, question)
  const raw = await sums(ledger, question, windows)
  const idle = question.idle ? await idleItems(ledger, question, windows, raw) : []
  const all = idle.length === 0 ? raw : [...raw, ...idle]
  const wanted = question.resources.length === 0 ? all : all.filter((one) => question.resources.includes(one.resource))
  const kept = question.top === undefined ? wanted : topGroups(wanted, question.top)
  const present = (one: RawSum): UsageItem => toItem(one, question, windows)
  const list: UsageList = {
    apiVersion: API_VERSION,
    kind: 'UsageList',
    items: kept.map(present),
    summary: await summarize(ledger, question.units),
  }
  if (question.by.length === 1 && question.by[0] === 'queue' && question.top === undefined)
    list.rollup = rollUpQueues(wanted).map(present)
  return list
}

async function sums(ledger: UsageLedger, question: Question, windows: WindowTable | undefined): Promise<RawSum[]> {
  const { prices, by } = question
  const dimensions: Dimension[] =
    prices !== undefined && !by.includes('instanceType') ? [...by, 'instanceType'] : [...by]
  await prepareAttribution(ledger, dimensions)
  if (windows !== undefined) await windows.load(ledger.store)
  const kinds = question.kinds.map((kind) => KINDS.indexOf(kind))
  const options = { dimensions, windowed: windows !== undefined, kinds, billing: undefined }
  const rows = await collect(ledger, sumSql(options), dimensions)
  if (prices === undefined) return rows
  const billing = { minimum: prices.minimumSeconds, step: prices.stepSeconds }
  const billed = await collect(ledger, sumSql({ ...options, billing }), dimensions)
  for (const [index, row] of rows.entries()) Object.assign(row, costOf(billed[index]!, prices))
  return by.includes('instanceType') ? rows : mergeGroups(rows, by)
}

async function collect(ledger: UsageLedger, sql: string, dimensions: readonly Dimension[]): Promise<RawSum[]> {
  const all: RawSum[] = []
  for await (const rows of ledger.store.chunks(sql)) for (const row of rows) all.push(readSum(row, dimensions))
  return all
}

/** Sums up rows that differ only in dimensions that were not asked for. */
function mergeGroups(rows: readonly RawSum[], by: readonly Dimension[]): RawSum[] {
  const merged = new Map<string, RawSum>()
  for (const row of rows)
    addTo(merged, { ...row, by: Object.fromEntries(by.map((dimension) => [dimension, row.by[dimension] ?? ''])) })
  return [...merged.values()]
}

function addTo(sums: Map<string, RawSum>, row: RawSum): void {
  const key = JSON.stringify([row.by, row.win, row.kind, row.resource])
  const known = sums.get(key)
  if (known === undefined) {
    sums.set(key, { ...row })
    return
  }
  known.lower += row.lower
  known.upper = add(known.upper, row.upper)
  known.exact += row.exact
  known.allocations += row.allocations
  known.costLower += row.costLower
  known.costUpper = add(known.costUpper, row.costUpper)
}

function add(a: bigint | null, b: bigint | null): bigint | null {
  return a === null || b === null ? null : a + b
}

/** Keeps the groups with the largest sums (of vcore if there is any), and sums up the others. */
function topGroups(rows: readonly RawSum[], top: number): RawSum[] {
  const measure = rows.some((row) => row.resource === 'vcore') ? 'vcore' : (rows[0]?.resource ?? '')
  const sizes = new Map<string, bigint>()
  for (const row of rows) {
    const group = JSON.stringify(row.by)
    const size = row.resource === measure && row.kind === 'used' ? (row.upper ?? row.lower) : 0n
    sizes.set(group, (sizes.get(group) ?? 0n) + size)
  }
  const largest = [...sizes]
    .sort(([, a], [, b]) => (a > b ? -1 : a < b ? 1 : 0))
    .slice(0, top)
    .map(([group]) => group)
  const place = new Map(largest.map((group, index) => [group, index]))
  const kept = rows
    .filter((row) => place.has(JSON.stringify(row.by)))
    .sort((a, b) => place.get(JSON.stringify(a.by))! - place.get(JSON.stringify(b.by))!)
  const others = new Map<string, RawSum>()
  for (const row of rows) {
    if (place.has(JSON.stringify(row.by))) continue
    addTo(others, { ...row, by: Object.fromEntries(Object.keys(row.by).map((dimension) => [dimension, '(other)'])) })
  }
  return [...kept, ...others.values()]
}

/** Every queue above and including those that have usage, with the sum of what lies below. */
function rollUpQueues(rows: readonly RawSum[]): RawSum[] {
  const tree = new Map<string, RawSum>()
  for (const row of rows) {
    const parts = (row.by['queue'] || '(unknown)').split('.')
    for (let depth = 1; depth <= parts.length; depth++)
      addTo(tree, { ...row, by: { queue: parts.slice(0, depth).join('.') } })
  }
  return [...tree.values()].sort((a, b) => compareQueues(a.by['queue']!, b.by['queue']!))
}

function compareQueues(a: string, b: string): number {
  const left = a.split('.')
  const right = b.split('.')
  for (let depth = 0; depth < Math.min(left.length, right.length); depth++) {
    if (left[depth] !== right[depth]) return left[depth]! < right[depth]! ? -1 : 1
  }
  return left.length - right.length
}

function toItem(row: RawSum, question: Question, windows: WindowTable | undefined): UsageItem {
  const { unit, lower, upper, exact, status } = amounts(row, question.units)
  const { by, kind, resource, allocations } = row
  const item: UsageItem = { by, kind, resource, unit, lower, upper, exact, status, allocations }
  const window = windows?.windows[row.win]
  if (window !== undefined) item.window = { from: isoTime(window.from), to: isoTime(window.to) }
  if (question.prices !== undefined) {
    const upper = row.costUpper === null ? null : convert(row.costUpper, COST_SCALE, 'up')
    item.cost = { currency: question.prices.currency, lower: convert(row.costLower, COST_SCALE, 'down'), upper }
  }
  return item
}

const COST_SCALE = 1_000_000n
