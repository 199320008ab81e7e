/** Answers about pods as Markdown for a pull request: the outcome first, each shape folded away. */
import type { FieldRow } from '../domain/pods/rows.ts'
import { jsonLine } from './json.ts'
import type { PodsAnswer } from './pods-answer.ts'
import { sanitize } from './sanitize.ts'

const OUTCOMES: Readonly<Record<string, string>> = {
  ok: '**Proven.**',
  findings: '**Not as it should be.**',
  inconclusive: '**Not proven:** something was not seen.',
}
const LONGEST = 300

export function* podsMarkdown(answer: PodsAnswer): Generator<string> {
  yield `### Spark pods against ${escapeCell(answer.truth ?? answer.expected ?? '')}\n\n`
  yield `${OUTCOMES[answer.exit] ?? answer.exit}\n\n`
  yield '| verdict | fields |\n|---|---:|\n'
  for (const [verdict, count] of Object.entries(answer.summary)) yield `| ${verdict} | ${count} |\n`
  yield '\n'
  for (const unseen of answer.unseen) yield `- not seen: ${escapeCell(unseen)}\n`
  for (const note of answer.notes ?? []) yield `- note: ${escapeCell(note)}\n`
  for (const shape of answer.shapes) {
    const rows = answer.fields.filter((row) => row.role === shape.role && row.shape === shape.shape)
    yield `\n<details${rows.length > 0 ? ' open' : ''}><summary>${escapeCell(`${shape.role} of ${shape.application}: ${shape.pods.length} of shape ${shape.shape}, ${rows.length} to tell`)}</summary>\n\n`
    if (rows.length > 0) yield '| verdict | field | expected | found | why |\n|---|---|---|---|---|\n'
    for (const row of rows) yield rowLine(row)
    yield '\n</details>\n'
  }
}

function rowLine(row: FieldRow): string {
  const why = [
    row.reason,
    row.rule && `rule ${row.rule}`,
    row.source,
    row.provenance && `set by ${row.provenance.by}: ${row.provenance.detail}`,
  ]
  const verdict = row.accepted === undefined ? row.verdict : `${row.verdict}, accepted: ${row.accepted}`
  const cells = [
    escapeCell(verdict),
    code(row.path),
    value(row.expected),
    value(row.actual),
    escapeCell(why.filter(Boolean).join('; ')),
  ]
  return `| ${cells.join(' | ')} |\n`
}

function value(found: unknown): string {
  if (found === undefined) return ''
  const text = typeof found === 'string' ? found : jsonLine(found)
  return code(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
}

/** As HTML code: backticks inside would end a code span, and names come from outside. */
function code(text: string): string {
  return text === '' ? '' : `<code>${escapeCell(text)}</code>`
}

function escapeCell(text: string): string {
  return sanitize(text)
    .replace(/[&<>]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[mark]!)
    .replace(/[\\|`*_[\]#@!~]/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
