/** Answers about pods as JUnit XML: a suite for each shape, a case for each field, so that CI shows what was lost. */
import type { FieldRow } from '../domain/pods/rows.ts'
import { jsonLine } from './json.ts'
import type { PodsAnswer } from './pods-answer.ts'
import { escapeXml, xmlAttribute as attribute } from './xml.ts'

const FAILS = new Set(['different', 'missing', 'duplicate', 'unmappable', 'extra'])

export function* podsJunit(answer: PodsAnswer): Generator<string> {
  const suites = answer.shapes.map((shape) => ({
    shape,
    rows: answer.fields.filter((row) => row.role === shape.role && row.shape === shape.shape),
  }))
  yield '<?xml version="1.0" encoding="UTF-8"?>\n'
  yield `<testsuites name="sparkops pods"${attribute('tests', answer.fields.length + answer.unseen.length)}>\n`
  for (const { shape, rows } of suites) {
    const failures = rows.filter(isFailure).length
    yield `  <testsuite${attribute('name', `${shape.application} ${shape.role} ${shape.shape}`)}${attribute('tests', rows.length)}${attribute('failures', failures)}>\n`
    for (const row of rows) yield caseOf(row)
    yield '  </testsuite>\n'
  }
  if (answer.unseen.length > 0) {
    yield `  <testsuite name="seen"${attribute('tests', answer.unseen.length)}${attribute('errors', answer.unseen.length)}>\n`
    for (const unseen of answer.unseen)
      yield `    <testcase classname="seen"${attribute('name', unseen)}><error${attribute('message', unseen)}/></testcase>\n`
    yield '  </testsuite>\n'
  }
  yield '</testsuites>\n'
}

function isFailure(row: FieldRow): boolean {
  return row.accepted === undefined && FAILS.has(row.verdict) && row.provenance?.by !== 'admission'
}

function caseOf(row: FieldRow): string {
  const head = `    <testcase${attribute('classname', `${row.role}.${row.path}`)}${attribute('name', row.source ?? row.path)}`
  if (row.accepted !== undefined) return `${head}><skipped${attribute('message', row.accepted)}/></testcase>\n`
  if (row.verdict === 'undecided')
    return `${head}><error${attribute('message', row.reason ?? 'undecided')}/></testcase>\n`
  if (!isFailure(row)) return `${head}/>\n`
  const text = [
    `expected: ${jsonLine(row.expected ?? null)}`,
    `found: ${jsonLine(row.actual ?? null)}`,
    row.reason ?? '',
  ]
    .join('\n')
    .trim()
  return `${head}><failure${attribute('type', row.verdict)}${attribute('message', `${row.verdict} ${row.path}`)}>${escapeXml(text)}</failure></testcase>\n`
}
