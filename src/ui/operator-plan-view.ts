/**
 * A plan as a page that a tired person understands: may it be carried out, what changes, what could be hurt and which
 * jobs by name, what is done about it, how long submissions stand still, where there is no way back, and the way back.
 */
import type { OperatorPlan, PlanSummary } from '../domain/operator/plan/operator-plan.ts'
import type { Finding } from '../domain/plan/plan.ts'
import { formatCount, formatDuration, plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import type { Style } from './style.ts'
import type { Block, View, ViewOptions } from './view.ts'
import { wrapText } from './wrap.ts'

export const operatorPlanView: View<OperatorPlan> = {
  *blocks(plan, options): Generator<Block> {
    const { style } = options
    yield* heading(plan, style)
    if (plan.summary.isEmpty) return
    yield* section('What will change', changes(plan.summary), style)
    yield* findingBlocks('What stops it', plan, 'block', options)
    yield* findingBlocks('What could be hurt, and waits for your word', plan, 'ack', options)
    yield* findingBlocks('What is taken care of', plan, 'auto', options)
    yield* section('How long new submissions stand still', pause(plan.summary), style)
    yield* section('Where there is no way back', noReturn(plan), style)
    yield* section('How to go back', wayBack(plan.summary), style)
    yield* stepBlocks(plan, options)
    yield* nextBlocks(plan, style)
  },
  names: ({ steps }) => steps.map(({ id }) => id),
}

function* heading({ summary, target }: OperatorPlan, style: Style): Generator<Block> {
  const { paint, glyphs } = style
  const from = summary.installation === null ? 'nothing' : (summary.from ?? 'a version that is not known')
  const to = summary.to ?? 'a version that is not known'
  const word = summary.direction === 'back' ? 'Go back' : 'Move'
  const title = `${word} from ${from} to ${to} (${summary.target}), release ${summary.release}, in ${target.name}`
  for (const line of wrapText(sanitize(title), { width: style.width })) yield paint('bold', line)
  const { toAcknowledge, undecided } = summary
  if (summary.isEmpty) yield `${paint('green', glyphs.ok)} nothing to do: this is what is there already`
  else if (summary.blocked) yield `${paint('red', glyphs.fail)} it is not carried out: see what stops it`
  else if (toAcknowledge.length > 0)
    yield `${paint('yellow', glyphs.warn)} it can be carried out when what it may hurt is acknowledged`
  else yield `${paint('green', glyphs.ok)} it can be carried out`
  if (undecided.length === 0) return
  yield `${paint('yellow', glyphs.warn)} not everything could be seen:`
  for (const what of undecided.slice(0, MOST_NAMES)) yield* lines(what, style, '  - ', '    ')
  if (undecided.length > MOST_NAMES) yield `  - and ${formatCount(undecided.length - MOST_NAMES)} more`
}

function changes(summary: PlanSummary): string[] {
  const { behaviour, definitions, objects, applications, others, helm } = summary
  return [
    ...behaviour.map(({ aspect, before, after }) => `${aspect}: ${before} becomes ${after}`),
    ...summary.values.notes,
    ...definitions.map((one) => definitionLine(one)),
    ...objects.flatMap((one) => objectLine(one)),
    ...(helm === null || helm.deleted.length === 0
      ? []
      : [`Helm deletes ${plural(helm.deleted.length, 'object')} that the target does not have: ${some(helm.deleted)}`]),
    `${plural(applications.total, 'application')}, ${formatCount(applications.running)} with a live driver: none is restarted`,
    ...others.map(
      (other) =>
        `${other.operator} is another operator and runs on: its ${plural(other.applications, 'application')} are left alone`,
    ),
  ]
}

const DECISIONS: Readonly<Record<string, string>> = {
  create: 'is created',
  raise: 'is raised to the target’s schema',
  lower: 'is lowered to the target’s schema',
  keep: 'stays as it is',
  same: 'stays: the schema is the same',
  leave: 'stays: the target has no such kind',
}

function definitionLine({ name, decision, why, added, removed }: PlanSummary['definitions'][number]): string {
  const counts = [added > 0 ? `${added} new` : '', removed > 0 ? `${removed} fewer` : ''].filter((text) => text !== '')
  const fields = counts.length === 0 || !['raise', 'lower'].includes(decision) ? '' : ` (${counts.join(', ')} fields)`
  const reason = decision === 'keep' ? `, since ${why}` : ''
  return `definition ${name.split('.')[0]!} ${DECISIONS[decision] ?? decision}${fields}${reason}`
}

const CLASSES: Readonly<Record<string, string>> = {
  identical: 'read as now',
  defaulted: 'get defaults of the schema',
  'pruned-inert': 'lose fields that say nothing',
  'pruned-semantic': 'lose fields that say something',
  invalid: 'do not fit the schema',
}

function objectLine(row: PlanSummary['objects'][number]): string[] {
  if (row.total === 0) return []
  const classes = Object.entries(row.classes).map(([word, count]) => `${formatCount(count)} ${CLASSES[word] ?? word}`)
  const asked =
    row.notAsked === null
      ? row.asked === 0
        ? ''
        : `; the API server said so for each of ${plural(row.shapes, 'shape')}`
      : `; the API server was not asked (${row.notAsked})`
  const filled = row.filled === 0 ? '' : `; ${formatCount(row.filled)} get values written that 1.x only assumed`
  return [`${row.resource}: ${classes.join(', ')}${asked}${filled}`]
}

const TITLES = { block: 'red', ack: 'yellow', auto: 'green' } as const
const SIGNS = { block: 'fail', ack: 'warn', auto: 'ok' } as const
const CONSEQUENCES = {
  kill: 'ends running jobs',
  strand: 'leaves jobs waiting',
  lose: 'loses data',
  resubmit: 'runs jobs again',
  note: 'good to know',
} as const
/** More names than this say less than their number; `-o wide` and JSON have all. */
const MOST_NAMES = 5

function* findingBlocks(
  title: string,
  { findings, summary }: OperatorPlan,
  gate: Finding['gate'],
  { style, wide }: ViewOptions,
): Generator<Block> {
  const own = findings.filter((finding) => finding.gate === gate)
  if (own.length === 0) return
  yield ''
  yield style.paint('bold', title)
  for (const finding of own) {
    const sign = style.paint(TITLES[gate], style.glyphs[SIGNS[gate]])
    const isDone = gate === 'ack' && summary.acknowledged.includes(finding.id)
    const mark = `${finding.id}, ${CONSEQUENCES[finding.consequence]}${isDone ? ', acknowledged' : ''}`
    yield* lines(`${finding.title} (${mark})`, style, `${sign} `, '  ')
    const shown = wide ? finding.objects : finding.objects.slice(0, MOST_NAMES)
    for (const name of shown) yield* lines(name, style, '    - ', '      ')
    const more = finding.objects.length - shown.length
    if (more > 0) yield `    - and ${formatCount(more)} more`
    // What is done by itself needs no explanation of what would have been.
    if (gate !== 'auto' || wide) yield* lines(finding.detail, style, '    ')
    const word = gate !== 'auto' ? 'to do' : finding.consequence === 'note' ? 'advice' : 'done'
    yield* lines(`${word}: ${finding.fix}`, style, '    ')
  }
}

function pause({ pause: found }: PlanSummary): string[] {
  if (found === null) return ['not at all: no controller is stopped']
  return [
    `usually about ${formatDuration(found.usualSeconds * 1000)}, from ${found.fromStep} to ${found.toStep}; ` +
      'applications made meanwhile wait and are taken up afterwards, running ones run on',
  ]
}

function noReturn({ steps, summary }: OperatorPlan): string[] {
  const step = steps.find(({ pointOfNoReturn }) => pointOfNoReturn !== undefined)
  const found =
    step === undefined ? ['nowhere: every step can be taken back'] : [`at ${step.id}: ${step.pointOfNoReturn!}`]
  const harmless = summary.irreversible.map((id) => `${id} is not undone; it changes no object's content`)
  return [...found, ...harmless]
}

function wayBack({ pointOfNoReturn }: PlanSummary): string[] {
  const until = pointOfNoReturn === null ? 'at any time' : `up to ${pointOfNoReturn} without loss`
  return [`sparkops operator revert RUN, ${until}; the run is named when it begins (sparkops runs list)`]
}

function* stepBlocks({ steps }: OperatorPlan, { style }: ViewOptions): Generator<Block> {
  yield ''
  yield style.paint('bold', plural(steps.length, 'step'))
  const width = String(steps.length).length
  for (const [index, step] of steps.entries()) {
    const number = String(index + 1).padStart(width)
    const mark = step.pointOfNoReturn === undefined ? '' : ` ${style.glyphs.warn} no way back from here`
    // The same words for several objects: then the object tells them apart.
    const isRepeated = steps.some((other) => other !== step && other.title === step.title)
    yield* lines(
      `${step.title}${isRepeated ? `: ${step.object}` : ''}${mark}`,
      style,
      `  ${number} `,
      ' '.repeat(width + 3),
    )
  }
}

function* nextBlocks({ summary }: OperatorPlan, style: Style): Generator<Block> {
  if (summary.blocked) return
  const acks = summary.toAcknowledge.map((id) => `--ack ${id}`).join(' ')
  const next =
    acks === ''
      ? 'Save it with --out FILE, then: sparkops operator apply FILE'
      : `Read what it may hurt, then plan again with: ${acks}`
  yield ''
  yield* lines(next, style, '')
}

function* section(title: string, texts: readonly string[], style: Style): Generator<Block> {
  if (texts.length === 0) return
  yield ''
  yield style.paint('bold', title)
  for (const text of texts) yield* lines(text, style, '  - ', '    ')
}

function some(names: readonly string[]): string {
  const more = names.length - 3
  return names.slice(0, 3).join(', ') + (more > 0 ? ` and ${formatCount(more)} more` : '')
}

function* lines(text: string, style: Style, indent: string, hang = indent): Generator<string> {
  yield* wrapText(sanitize(text), { width: style.width, indent, hang })
}
