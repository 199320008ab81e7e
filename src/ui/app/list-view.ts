/** Applications as tables: what they do, how many executors they have, and why they do not get on. */
import type { ApplicationList, ApplicationStatus, PodRow } from '../../domain/app/list.ts'
import type { ApplicationRow } from '../../domain/app/row.ts'
import type { Unseen } from '../../domain/operator/discover/sight.ts'
import type { Tone } from '../color.ts'
import { formatDuration, plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import type { Style } from '../style.ts'
import { type Cell, type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'
import { wrapText } from '../wrap.ts'

export const applicationListView: View<ApplicationList> = {
  *blocks({ items, at, unseen }, { style }): Generator<Block> {
    if (items.length === 0) yield 'no applications'
    else yield table(listColumns(at, new Set(items.map(({ namespace }) => namespace)).size > 1), items)
    yield* unseenBlocks(unseen, style)
  },
  names: ({ items }) => items.map(({ namespace, name }) => `${namespace}/${name}`),
}

export const applicationStatusView: View<ApplicationStatus> = {
  *blocks({ application, drivers, executors, at, unseen }, { style }): Generator<Block> {
    yield `${style.paint('bold', sanitize(`${application.namespace}/${application.name}`))}  ${stateText(application, style)}`
    for (const [label, text] of detailsOf(application, at)) yield `  ${label.padEnd(10)} ${sanitize(text)}`
    yield* failureBlocks(application, style)
    if (drivers.length > 0) yield* [``, table(podColumns('driver', at), drivers)]
    if (executors.length > 0) yield* [``, table(podColumns('executor', at), executors)]
    yield* unseenBlocks(unseen, style)
  },
  names: ({ application: { namespace, name } }) => [`${namespace}/${name}`],
}

function* failureBlocks({ failure }: ApplicationRow, style: Style): Generator<Block> {
  if (failure === null) return
  const sign = failure.final ? style.paint('red', style.glyphs.fail) : style.paint('yellow', style.glyphs.warn)
  yield ''
  yield lines(`${sign} ${sanitize(failure.reason)}`, style, '', '  ')
  yield `  ${style.paint('dim', `${failure.class}, ${ORIGINS[failure.origin]} (${failure.rule})`)}`
  for (const { object, field, text } of failure.evidence) {
    yield lines(sanitize(`- ${object} ${field}: ${text.split('\n')[0]!}`), style, '  ', '    ')
  }
}

function lines(text: string, { width }: Style, indent: string, hang: string): string {
  return wrapText(text, { width, indent, hang }).join('\n')
}

const ORIGINS = {
  operator: 'on the side of the operator',
  platform: 'on the side of the cluster',
  job: 'on the side of the job',
  undecided: 'on whose side cannot be told',
} as const

/** What could not be seen, one line each. */
export function* unseenBlocks(unseen: readonly Unseen[], style: Style): Generator<Block> {
  for (const { what, why } of unseen) {
    yield `${style.paint('yellow', style.glyphs.wait)} not seen: ${sanitize(what)} (${sanitize(why)})`
  }
}

function detailsOf(row: ApplicationRow, at: string): [string, string][] {
  const { driver, queue, scheduler, attempts, image, sparkVersion, scheduledBy, ours } = row
  const runs = `${plural(attempts.executions, 'run')}, ${plural(attempts.submissions, 'submission')}, restart policy ${attempts.restartPolicy}`
  const details: [string, string | null][] = [
    ['image', image === null ? null : `${image}${sparkVersion === null ? '' : ` (Spark ${sparkVersion})`}`],
    [
      'driver',
      driver === null ? 'none' : `${driver.name} ${driver.phase}${driver.node === null ? '' : ` on ${driver.node}`}`,
    ],
    ['executors', executorText(row)],
    ['queue', queue === null ? null : `${queue.name} (${queue.from})`],
    ['scheduler', scheduler],
    ['attempts', runs],
    ['schedule', scheduledBy],
    ['made by', ours === null ? null : `${ours.by}, run ${ours.run ?? ''}`],
    ['created', row.createdAt === null ? null : `${row.createdAt}, ${since(row.createdAt, at)} ago`],
    ['ended', row.endedAt],
  ]
  return details.flatMap(([label, text]) => (text === null || text === '' ? [] : [[label, text] as [string, string]]))
}

function listColumns(at: string, manyNamespaces: boolean): Column<ApplicationRow>[] {
  const namespace: Column<ApplicationRow> = {
    header: 'namespace',
    value: (row) => row.namespace,
    wide: !manyNamespaces,
  }
  return [
    namespace,
    { header: 'name', value: (row) => row.name, shrink: 'middle' },
    { header: 'state', value: (row) => ({ text: row.state, tone: toneOf(row) }), shrink: 'never' },
    { header: 'driver', value: (row) => driverText(row), shrink: 'end' },
    { header: 'executors', value: executorText, shrink: 'never' },
    { header: 'queue', value: (row) => row.queue?.name, shrink: 'middle' },
    { header: 'runs', value: (row) => row.attempts.executions },
    { header: 'age', value: (row) => (row.createdAt === null ? null : since(row.createdAt, at)), align: 'right' },
    { header: 'image', value: (row) => row.image, wide: true },
    { header: 'node', value: (row) => row.driver?.node, wide: true },
    { header: 'schedule', value: (row) => row.scheduledBy, wide: true },
    { header: 'why', value: whyCell },
  ]
}

function podColumns(role: string, at: string): Column<PodRow>[] {
  return [
    { header: role, value: (row) => row.name, shrink: 'middle' },
    { header: 'phase', value: (row) => row.phase, shrink: 'never' },
    { header: 'age', value: (row) => (row.createdAt === null ? null : since(row.createdAt, at)), align: 'right' },
    { header: 'node', value: (row) => row.node },
    { header: 'says', value: (row) => row.says },
  ]
}

function whyCell({ failure }: ApplicationRow): Cell {
  return failure === null ? '' : { text: failure.reason, tone: failure.final ? 'red' : 'yellow' }
}

function driverText({ driver }: ApplicationRow): string | undefined {
  if (driver === null) return undefined
  if (driver.deleting) return 'Terminating'
  return driver.waiting ?? driver.phase
}

/** `3/5`, with what is not as it should be: `1/2 +1 pending`. */
function executorText({ executors }: ApplicationRow): string {
  const { running, pending, failed, wanted } = executors
  const more = [...(pending > 0 ? [`${pending} pending`] : []), ...(failed > 0 ? [`${failed} failed`] : [])]
  return `${running}${wanted === null ? '' : `/${wanted}`}${more.length > 0 ? ` (${more.join(', ')})` : ''}`
}

function stateText(row: ApplicationRow, { paint }: Style): string {
  return paint(toneOf(row), sanitize(row.state))
}

function toneOf({ state, failure }: ApplicationRow): Tone {
  if (state === 'COMPLETED') return 'green'
  if (/FAIL/.test(state)) return 'red'
  return failure === null ? 'cyan' : 'yellow'
}

/** How long before `at` it was. */
export function since(then: string, at: string): string {
  return formatDuration(Math.max(0, Date.parse(at) - Date.parse(then)))
}
