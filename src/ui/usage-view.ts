/** Usage for people: one row a group, one column a resource, bounds as `lower..upper`. */
import type { UsageItem, UsageList } from '../domain/usage/answer.ts'
import type { UsageSummary } from '../domain/usage/summary.ts'
import { renderCsv, type CsvValue } from './csv.ts'
import { focusRows } from './focus.ts'
import { formatCount, plural } from './format.ts'
import { type Column, table, type TableBlock } from './table.ts'
import type { Block, View, ViewOptions } from './view.ts'

/** A group's amounts by resource. */
interface Line {
  by: Record<string, string>
  window: UsageItem['window']
  kind: string
  depth: number
  items: Map<string, UsageItem>
}

const FIRST_RESOURCES = ['vcore', 'memory']
const STATUS_ORDER = ['exact', 'bounded', 'open']

export const usageView: View<UsageList> = {
  *blocks(list, options): Generator<Block> {
    yield* summaryLines(list.summary, options)
    yield ''
    if (list.items.length === 0) yield 'Nothing was used in what was asked for.'
    else yield usageTable(list)
    yield* remarks(list.summary)
  },
  names: (list) => new Set(list.items.map((item) => Object.values(item.by).join('/'))),
  formats: {
    csv: (list) =>
      renderCsv(
        csvHeader(list),
        list.items.map((item) => csvRow(list, item)),
      ),
    focus: focusRows,
  },
}

/** The items as a table; queues as a tree. */
export function usageTable(list: UsageList): TableBlock {
  const lines = linesOf(list.rollup ?? list.items, list.rollup !== undefined)
  return table(columnsOf(list, lines), lines)
}

/** What was read and how sure it is: the first lines of every answer. */
export function* summaryLines(summary: UsageSummary, { style }: ViewOptions): Generator<string> {
  const { ghosts, survivors, stillOpen } = summary.allocations
  const restarts = summary.instances.length - summary.clusters.length
  yield `${summary.period.from} to ${summary.period.to}: ${plural(summary.events, 'event')} read, ${plural(summary.applications, 'application')}, ${plural(summary.allocations.total, 'allocation')}`
  const parts = [
    `${plural(restarts, 'restart')} of the scheduler`,
    `${formatCount(survivors)} allocations survived`,
    `${formatCount(ghosts.total)} ended unseen (${boundsText(ghosts)})`,
  ]
  if (restarts > 0 || ghosts.total > 0) yield parts.join(', ')
  if (stillOpen > 0) yield `${plural(stillOpen, 'allocation')} still open at the end: bounded below only`
  const totals = summary.totals.filter((total) => total.kind === 'used' && FIRST_RESOURCES.includes(total.resource))
  for (const total of totals)
    yield `${style.paint('bold', `${boundText(total)} ${total.unit}`)} used, ${format(total.exact)} of it exact`
}

function boundsText(ghosts: UsageSummary['allocations']['ghosts']): string {
  return [`${ghosts.proven} proven`, `${ghosts.rule} by rule`, `${ghosts.open} open`].join(', ')
}

function* remarks(summary: UsageSummary): Generator<string> {
  const { input, instances, allocations } = summary
  const gaps = instances.reduce((sum, instance) => sum + instance.gaps.length, 0)
  const lines = [
    gaps > 0 ? `${plural(gaps, 'gap')} in the events: see instances in -o json` : '',
    allocations.contradictions > 0
      ? `${plural(allocations.contradictions, 'allocation')} with contradicting evidence`
      : '',
    allocations.resized > 0
      ? `${plural(allocations.resized, 'allocation')} resized while running, charged at the last size as YuniKorn does`
      : '',
    input.passedOver.length > 0 ? `${plural(input.passedOver.length, 'file')} passed over, being no dumps` : '',
  ].filter((line) => line !== '')
  if (lines.length > 0) yield ''
  yield* lines
}

function linesOf(items: readonly UsageItem[], tree: boolean): Line[] {
  const lines = new Map<string, Line>()
  for (const item of items) {
    const key = JSON.stringify([item.by, item.window, item.kind])
    const depth = tree ? (item.by['queue'] ?? '').split('.').length - 1 : 0
    const line = lines.get(key) ?? {
      by: item.by,
      window: item.window,
      kind: item.kind,
      depth,
      items: new Map<string, UsageItem>(),
    }
    line.items.set(item.resource, item)
    lines.set(key, line)
  }
  return [...lines.values()]
}

function columnsOf(list: UsageList, lines: readonly Line[]): Column<Line>[] {
  const columns: Column<Line>[] = Object.keys(list.items[0]?.by ?? {}).map((name) => ({
    header: name,
    value: (line) =>
      name === 'queue' ? `${'  '.repeat(line.depth)}${line.by[name] || '(unknown)'}` : line.by[name] || '(unknown)',
  }))
  if (lines.some((line) => line.window !== undefined))
    columns.push({
      header: 'window',
      value: (line) => (line.window?.from ?? '').replace(/:00\.000Z$/, 'Z'),
      shrink: 'never',
    })
  columns.push({ header: 'kind', value: (line) => line.kind, shrink: 'never' })
  for (const resource of resourcesOf(lines)) {
    const unit = lines.find((line) => line.items.has(resource))?.items.get(resource)?.unit ?? resource
    columns.push({
      header: unit,
      value: (line) => cell(line.items.get(resource)),
      align: 'right',
      shrink: 'never',
      wide: isMinor(resource),
    })
  }
  if (list.items.some((item) => item.cost !== undefined)) columns.push(costColumn(list))
  columns.push({ header: 'status', value: (line) => statusCell(line), shrink: 'never' })
  return columns
}

function isMinor(resource: string): boolean {
  return resource === 'pods' || resource === 'ephemeral-storage'
}

function resourcesOf(lines: readonly Line[]): string[] {
  const all = [...new Set(lines.flatMap((line) => [...line.items.keys()]))]
  return [
    ...FIRST_RESOURCES.filter((name) => all.includes(name)),
    ...all.filter((name) => !FIRST_RESOURCES.includes(name)).sort(),
  ]
}

function costColumn(list: UsageList): Column<Line> {
  const currency = list.items.find((item) => item.cost !== undefined)?.cost?.currency ?? ''
  return { header: currency, align: 'right', shrink: 'never', value: (line) => costText(line) }
}

function costText(line: Line): string {
  const costs = [...line.items.values()].flatMap((item) => item.cost ?? [])
  const lower = costs.reduce((sum, cost) => sum + Number(cost.lower), 0)
  const open = costs.some((cost) => cost.upper === null)
  const upper = costs.reduce((sum, cost) => sum + Number(cost.upper ?? 0), 0)
  if (open) return `>=${lower.toFixed(2)}`
  return lower.toFixed(2) === upper.toFixed(2) ? lower.toFixed(2) : `${lower.toFixed(2)}..${upper.toFixed(2)}`
}

function statusCell(line: Line): { text: string; tone: 'green' | 'yellow' | 'red' } {
  const worst = Math.max(...[...line.items.values()].map((item) => STATUS_ORDER.indexOf(item.status)))
  return { text: STATUS_ORDER[worst] ?? 'exact', tone: worst === 0 ? 'green' : worst === 1 ? 'yellow' : 'red' }
}

function cell(item: UsageItem | undefined): string {
  return item === undefined ? '' : boundText(item)
}

/** `12.5`, `12.5..13.1`, or `>=12.5`. */
export function boundText(item: Pick<UsageItem, 'lower' | 'upper' | 'status'>): string {
  if (item.upper === null) return `>=${format(item.lower)}`
  const lower = format(item.lower)
  const upper = format(item.upper)
  return lower === upper ? lower : `${lower}..${upper}`
}

function format(amount: UsageItem['lower']): string {
  if (typeof amount !== 'number') return formatCount(typeof amount === 'string' ? Math.round(Number(amount)) : amount)
  const digits = amount >= 100 ? 1 : amount >= 1 ? 2 : 3
  return formatCount(Number.isInteger(amount) ? (String(amount) === '0' ? 0 : amount) : Number(amount.toFixed(digits)))
}

function csvHeader(list: UsageList): string[] {
  const first = list.items[0]
  const cost = first?.cost === undefined ? [] : ['currency', 'cost_lower', 'cost_upper']
  return [
    ...Object.keys(first?.by ?? {}),
    'window_from',
    'window_to',
    'kind',
    'resource',
    'unit',
    'lower',
    'upper',
    'exact',
    'status',
    'allocations',
    ...cost,
  ]
}

function csvRow(_list: UsageList, item: UsageItem): CsvValue[] {
  const cost = item.cost === undefined ? [] : [item.cost.currency, item.cost.lower, item.cost.upper]
  return [
    ...Object.values(item.by),
    item.window?.from,
    item.window?.to,
    item.kind,
    item.resource,
    item.unit,
    item.lower,
    item.upper,
    item.exact,
    item.status,
    item.allocations,
    ...cost,
  ]
}
