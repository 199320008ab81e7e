/** A comparison for people: what the verdicts are in sum, then every application that is not simply equal. */
import type { ComparedItem } from '../domain/usage/compare/compared-item.ts'
import type { UsageComparison } from '../domain/usage/compare/compare-usage.ts'
import type { ComparisonSummary } from '../domain/usage/compare/tally.ts'
import type { UnreportedItem, UnreportedReason } from '../domain/usage/compare/unreported.ts'
import type { Tone } from './color.ts'
import { type CsvValue, renderCsv } from './csv.ts'
import { formatCount, plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { type Column, table } from './table.ts'
import type { Block, View, ViewOptions } from './view.ts'

const KINDS = ['used', 'placeholder', 'preempted'] as const
const VERDICTS = ['equal', 'reconciled', 'ambiguous', 'explained', 'different'] as const
const TONES: Readonly<Record<(typeof VERDICTS)[number], Tone>> = {
  equal: 'green',
  reconciled: 'green',
  ambiguous: 'yellow',
  explained: 'cyan',
  different: 'red',
}
const REASONS: Readonly<Record<UnreportedReason, string>> = {
  'still-running': 'still running when the dump ends',
  'never-running': 'never entered RUNNING',
  rejected: 'rejected',
  removed: 'removed by the resource manager',
  'died-with-scheduler': 'died with the scheduler',
  failed: 'failed, so never completing',
  'not-seen-completing': 'not seen while completing',
  'outside-log': 'over when the log had not begun or had ended',
  missing: 'over, but missing in the log',
}
const MOST_NAMES = 3

export const usageCompareView: View<UsageComparison> = {
  *blocks({ summary, items, withoutSummary }, options): Generator<Block> {
    yield* summaryLines(summary, options)
    const shown = options.wide ? summary.total : summary.total - summary.equal
    if (shown > 0) {
      yield ''
      yield table(columnsOf(options), options.wide ? items : unequal(items))
    }
    if (!options.wide || Object.keys(summary.withoutSummary).length === 0) return
    yield ''
    yield table(UNREPORTED_COLUMNS, withoutSummary)
  },
  names: ({ items }) => namesOf(items),
  formats: { csv: ({ items }) => renderCsv(FIELDS, rowsOf(items)) },
}

function* summaryLines(summary: ComparisonSummary, { style, wide }: ViewOptions): Generator<string> {
  const counts = VERDICTS.filter((verdict) => summary[verdict] > 0).map((verdict) => `${summary[verdict]} ${verdict}`)
  yield style.paint('bold', `${plural(summary.total, 'report')} compared: ${counts.join(', ') || 'none'}`)
  if (summary.unexplained > 0) yield style.paint('red', `Not explained: ${findings(summary)}`)
  yield* forgottenLines(summary)
  const reasons = Object.entries(summary.withoutSummary) as [UnreportedReason, number][]
  if (reasons.length > 0) {
    yield `No report of ${plural(
      reasons.reduce((sum, [, count]) => sum + count, 0),
      'application',
    )}:`
    for (const [reason, count] of reasons) yield `  ${count} ${REASONS[reason]}`
  }
  const { unknownInstanceType } = summary
  if (unknownInstanceType > 0)
    yield `${plural(unknownInstanceType, 'report')} with instance type UNKNOWN; types are summed up before comparing`
  if (summary.equal > 0 && !wide) yield style.paint('dim', 'Equal ones are listed by -o wide.')
}

function* forgottenLines({ forgotten, totals }: ComparisonSummary): Generator<string> {
  const { applications, byResource, worst } = forgotten
  if (applications === 0 || worst === null) return
  const atLeast = totals.oursUpper === undefined ? '' : 'at least '
  const shares = ['vcore', 'memory'].flatMap((name) => {
    const share = byResource[name]
    return share === undefined ? [] : [`${share} % of ${name}`]
  })
  yield `At restarts YuniKorn forgot a part of ${plural(applications, 'application')}:`
  if (shares.length > 0) yield `  ${atLeast}${shares.join(' and ')} of all that was compared`
  yield `  ${atLeast}${worst.percent} % of ${sanitize(worst.application)}, which lost most`
}

function findings({ findings: names, unexplained }: ComparisonSummary): string {
  const listed = names.slice(0, MOST_NAMES).map(sanitize).join(', ')
  return unexplained > MOST_NAMES ? `${listed} and ${unexplained - MOST_NAMES} more` : listed
}

function columnsOf({ style }: ViewOptions): Column<ComparedItem>[] {
  return [
    { header: 'application', value: (item) => item.application, shrink: 'middle' },
    { header: 'submitted', value: (item) => new Date(item.submissionTime).toISOString(), shrink: 'never', wide: true },
    { header: 'verdict', value: ({ verdict }) => ({ text: verdict, tone: TONES[verdict] }), shrink: 'never' },
    { header: 'forgot', value: (item) => forgotText(item, style), align: 'right', shrink: 'never' },
    ...numberColumns('vcore', 'mcore-s'),
    ...numberColumns('memory', 'B-s'),
    { header: 'queue', value: (item) => item.queue, wide: true },
    { header: 'why', value: (item) => item.why },
  ]
}

/** All kinds in one: ours of the whole run, ours of what the scheduler could see, and theirs. */
function numberColumns(resource: string, unit: string): Column<ComparedItem>[] {
  const column = (name: string, usage: (item: ComparedItem) => SidedUsage | null): Column<ComparedItem> => ({
    header: `${name} ${resource} ${unit}`,
    value: (item) => sumText(usage(item), resource),
    align: 'right',
    wide: true,
  })
  return [
    column('our', (item) => item.ours),
    column('our own-span', (item) => item.oursOwnSpan),
    column('their', (item) => item.theirs),
  ]
}

type SidedUsage = Record<(typeof KINDS)[number], Record<string, bigint> | null>

function sumText(usage: SidedUsage | null, resource: string): string | null {
  return usage === null ? null : formatCount(KINDS.reduce((sum, kind) => sum + (usage[kind]?.[resource] ?? 0n), 0n))
}

/** In per cent: a share, or the bound that says more. */
function forgotText({ forgottenPercent, forgottenPercentUpper }: ComparedItem, { glyphs }: Style): string | null {
  if (forgottenPercent === null) return null
  if (forgottenPercentUpper === forgottenPercent) return `${forgottenPercent.toFixed(1)} %`
  if (forgottenPercent > 0 || forgottenPercentUpper === null) return `${glyphs.atLeast}${forgottenPercent.toFixed(1)} %`
  return `${glyphs.atMost}${forgottenPercentUpper.toFixed(1)} %`
}

const UNREPORTED_COLUMNS: readonly Column<UnreportedItem>[] = [
  { header: 'no report of', value: (item) => item.application },
  { header: 'began', value: ({ begin }) => (begin === null ? null : new Date(begin).toISOString()) },
  { header: 'because it was', value: (item) => REASONS[item.reason] },
]

async function* unequal(items: AsyncIterable<ComparedItem>): AsyncGenerator<ComparedItem> {
  for await (const item of items) if (item.verdict !== 'equal') yield item
}

async function* namesOf(items: AsyncIterable<ComparedItem>): AsyncGenerator<string> {
  for await (const item of items) yield item.application
}

const FIELDS = [
  ...['application', 'submissionTime', 'cluster', 'source', 'verdict', 'cause', 'forgottenPercent', 'kind', 'resource'],
  ...['ours', 'oursUpper', 'oursOwnSpan', 'theirs', 'difference', 'why'],
] as const

/** One row for each kind and resource of an application; one without them when there is none. */
async function* rowsOf(items: AsyncIterable<ComparedItem>): AsyncGenerator<CsvValue[]> {
  for await (const item of items) {
    const { application, submissionTime, cluster, source, verdict, cause, forgottenPercent, why } = item
    const head = [application, submissionTime, cluster, source, verdict, cause, forgottenPercent]
    const sides = [item.ours, item.oursUpper ?? item.ours, item.oursOwnSpan, item.theirs, item.difference]
    let rows = 0
    for (const kind of KINDS) {
      const resources = new Set(sides.flatMap((side) => Object.keys(side?.[kind] ?? {})))
      for (const resource of [...resources].sort()) {
        yield [...head, kind, resource, ...sides.map((side) => side?.[kind]?.[resource]), why]
        rows++
      }
    }
    if (rows === 0) yield [...head, '', '', ...sides.map(() => null), why]
  }
}
