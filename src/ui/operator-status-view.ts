/** `operator status` for people: first what is wrong and what to do, then what there is. */
import type { InstallationStatus } from '../domain/operator/status/installation-status.ts'
import type { CrdStatus, OperatorStatus, RunningApplication, WebhookStatus } from '../domain/operator/status/status.ts'
import type { Remark } from '../domain/operator/status/remarks.ts'
import { formatCount, plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import { type Column, table } from './table.ts'
import type { Block, View, ViewOptions } from './view.ts'
import { wrapText } from './wrap.ts'

export const operatorStatusView: View<OperatorStatus> = {
  *blocks(status, options): Generator<Block> {
    const { style } = options
    yield `${sanitize(status.cluster.context ?? status.cluster.server)}, Kubernetes ${sanitize(status.cluster.version)}`
    yield summaryLine(status, style)
    for (const remark of status.remarks) yield* remarkBlocks(remark, options)
    yield* unseenBlocks(status, style)
    yield* installationBlocks(status.installations, style)
    yield* section('Definitions', table(CRD_COLUMNS, status.crds), status.crds.length, style)
    yield* section('Webhooks', table(webhookColumns(style), status.webhooks), status.webhooks.length, style)
    yield* applicationBlocks(status, options)
  },
  names: ({ installations }) => installations.map(({ id }) => id),
}

const TONES = { broken: 'red', warning: 'yellow', note: 'blue' } as const
const SIGNS = { broken: 'fail', warning: 'warn', note: 'step' } as const

function summaryLine({ remarks, unseen }: OperatorStatus, style: Style): string {
  const count = (severity: Remark['severity']) => remarks.filter((remark) => remark.severity === severity).length
  const parts = [
    count('broken') > 0 ? `${count('broken')} broken` : '',
    count('warning') > 0 ? plural(count('warning'), 'warning') : '',
    unseen.length > 0 ? `${unseen.length} not seen` : '',
  ].filter((part) => part !== '')
  if (parts.length === 0) return `${style.paint('green', style.glyphs.ok)} nothing is wrong that could be seen`
  const tone = count('broken') > 0 ? 'red' : 'yellow'
  return `${style.paint(tone, count('broken') > 0 ? style.glyphs.fail : style.glyphs.warn)} ${parts.join(', ')}`
}

/** More names than this say less than their number; `-o wide` and JSON have all. */
const MOST_OBJECTS = 5

function* remarkBlocks(remark: Remark, { style, wide }: ViewOptions): Generator<Block> {
  const sign = style.paint(TONES[remark.severity], style.glyphs[SIGNS[remark.severity]])
  yield ''
  yield `${sign} ${style.paint('bold', remark.title)} ${style.paint('dim', `(${remark.id})`)}`
  const shown = wide ? remark.objects : remark.objects.slice(0, MOST_OBJECTS)
  for (const object of shown) yield* lines(object, style, '  - ', '    ')
  const more = remark.objects.length - shown.length
  if (more > 0) yield `  - and ${formatCount(more)} more`
  yield* lines(remark.detail, style, '  ')
  yield* lines(`${style.glyphs.step} ${remark.hint}`, style, '  ', '    ')
}

function* unseenBlocks({ unseen }: OperatorStatus, style: Style): Generator<Block> {
  if (unseen.length === 0) return
  yield ''
  yield style.paint('bold', 'Not seen, so not judged')
  for (const { what, why } of unseen) yield* lines(`${what}: ${why}`, style, '  - ', '    ')
}

function* installationBlocks(installations: readonly InstallationStatus[], style: Style): Generator<Block> {
  for (const installation of installations) {
    yield ''
    yield style.paint('bold', `Operator ${sanitize(installation.id)}`)
    for (const [name, text] of factsOf(installation)) yield* lines(text, style, `  ${name.padEnd(10)} `, ' '.repeat(13))
  }
}

function factsOf(installation: InstallationStatus): [string, string][] {
  const { behaviour, workloads } = installation
  const version = installation.version ?? 'not known'
  const facts: [string, string][] = [
    ['version', installation.versionFrom === null ? version : `${version}, by its ${installation.versionFrom}`],
    ['owner', installation.owner],
  ]
  for (const { role, name, image, replicas } of workloads) {
    facts.push([
      role === 'webhook' ? 'webhook' : 'controller',
      `${name}, ${replicas.ready}/${replicas.wanted} ready, ${image}`,
    ])
  }
  if (behaviour === null) return facts
  const labels = behaviour.labelSelector === null ? '' : ` with labels ${behaviour.labelSelector}`
  const { batchScheduler } = behaviour
  const scheduler = batchScheduler.default ?? 'on'
  facts.push(
    ['watches', `${behaviour.watches}${labels}: ${countsOf(installation)}`],
    ['pods', behaviour.webhook === null ? 'not mutated: no webhook' : `mutated through ${behaviour.webhook.service}`],
    ['lock', behaviour.lock ?? 'none: no leader is elected'],
    ['scheduler', batchScheduler.enabled ? scheduler : 'none'],
    ['queue', `${behaviour.threads} threads, ${behaviour.queue.perSecond}/s, ${behaviour.queue.burst} at once`],
  )
  if (behaviour.unresolved.length > 0) facts.push(['unclear', behaviour.unresolved.join(' ')])
  return facts
}

function countsOf({ applications }: InstallationStatus): string {
  const { total = 0, running = 0 } = applications ?? {}
  return `${plural(total, 'application')}, ${formatCount(running)} running`
}

const CRD_COLUMNS: readonly Column<CrdStatus>[] = [
  { header: 'definition', value: ({ name }) => name.split('.')[0] },
  { header: 'schema of', value: ({ releases }) => (releases.length === 0 ? 'custom' : rangeOf(releases)) },
  { header: 'stored', value: ({ stored }) => stored.join(',') },
  {
    header: 'unknown fields',
    value: ({ preserveUnknownFields }) => (preserveUnknownFields ? 'kept' : 'pruned'),
    shrink: 'never',
  },
  { header: 'conversion', value: ({ conversion }) => conversion, wide: true },
  { header: 'managers', value: ({ managers }) => managers.join(','), wide: true },
  { header: 'identity', value: ({ identity }) => identity, wide: true },
]

function rangeOf(releases: readonly string[]): string {
  return releases.length < 3 ? releases.join(', ') : `${releases[0]!} to ${releases.at(-1)!}`
}

function webhookColumns(style: Style): Column<WebhookStatus>[] {
  return [
    {
      header: 'webhook',
      value: ({ configuration, kind }) => `${configuration} ${kind.startsWith('M') ? 'mutating' : 'validating'}`,
    },
    { header: 'called for', value: ({ resources }) => resources.join(',') },
    { header: 'policy', value: ({ failurePolicy }) => failurePolicy, shrink: 'never' },
    {
      header: 'reaches',
      value: ({ reach }) =>
        reach === 'broken'
          ? { text: `${style.glyphs.fail} nothing`, tone: 'red' }
          : reach === 'answers'
            ? { text: `${style.glyphs.ok} its service`, tone: 'green' }
            : { text: 'not known', tone: 'yellow' },
      shrink: 'never',
    },
    { header: 'certificate ends', value: ({ certificateEnds }) => certificateEnds?.slice(0, 10), shrink: 'never' },
    { header: 'problems', value: ({ problems }) => problems.join('; '), wide: true },
  ]
}

const RUNNING_COLUMNS: readonly Column<RunningApplication>[] = [
  { header: 'application', value: ({ name }) => name, shrink: 'middle' },
  { header: 'state', value: ({ state }) => state },
  { header: 'driver', value: ({ driver }) => driver, wide: true },
  { header: 'driver pod', value: ({ phase }) => phase },
  { header: 'restarts', value: ({ restarts }) => restarts },
  { header: 'executors', value: ({ executors }) => executors },
]
const MOST_RUNNING = 10

function* applicationBlocks({ applications }: OperatorStatus, { style, wide }: ViewOptions): Generator<Block> {
  const states = Object.entries(applications.byState).map(([state, count]) => `${formatCount(count)} ${state}`)
  yield ''
  yield style.paint('bold', plural(applications.total, 'application'))
  if (states.length > 0) yield* lines(states.map((text) => text.replaceAll(' ', '\u00a0')).join(', '), style, '  ')
  const { schedules, suspendedSchedules, connects } = applications
  if (schedules > 0) yield `  ${plural(schedules, 'schedule')}, ${formatCount(suspendedSchedules)} suspended`
  if (connects > 0) yield `  ${plural(connects, 'Spark Connect server')}`
  const shown = wide ? applications.running : applications.running.slice(0, MOST_RUNNING)
  if (shown.length === 0) return
  yield ''
  yield table(RUNNING_COLUMNS, shown)
  const more = applications.running.length - shown.length
  if (more > 0) yield `and ${formatCount(more)} more with a live driver (-o wide shows all)`
}

function* section(title: string, block: Block, count: number, style: Style): Generator<Block> {
  if (count === 0) return
  yield ''
  yield style.paint('bold', title)
  yield block
}

/** Wrapped, with no-break spaces made plain again. */
function* lines(text: string, style: Style, indent: string, hang = indent): Generator<string> {
  for (const line of wrapText(sanitize(text), { width: style.width, indent, hang }))
    yield line.replaceAll('\u00a0', ' ')
}
