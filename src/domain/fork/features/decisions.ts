/**
 * What people decided about upstream's work, in a file of their own: YAML, edited by hand, kept when features are listed
 * again. Only what the file lacks is added; what people wrote, comments too, stays as it is, also for entries that
 * are no longer listed.
 */
import { type Document, isMap, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml'
import { SparkopsError } from '../../errors.ts'
import { ANSWERS, type Decision, type Feature } from './document.ts'

const HEAD = ` What we decided about upstream's work. Fill in answer (${ANSWERS.join(', ')}), owner and note;\n sparkops adds new entries and leaves the rest alone.`

export interface DecisionRow extends Decision {
  id: string
  pulls: readonly number[]
}

/** Reads the file. Throws (data) with the line for what is no decision. */
export function parseDecisions(file: string, text: string): DecisionRow[] {
  const { document, lines } = parse(file, text)
  return rowsOf(file, document, lines).map(({ row }) => row)
}

/** Puts the answers to the entries, in place; gives back those that belong to no entry now. */
export function applyDecisions(features: readonly Feature[], rows: readonly DecisionRow[]): DecisionRow[] {
  const matches = matchRows(features, rows)
  for (const [feature, row] of matches) {
    feature.decision = { answer: row.answer, owner: row.owner, note: row.note }
  }
  const used = new Set(matches.values())
  return rows.filter((row) => !used.has(row))
}

/** The file with a row for each entry that had none. The same text where nothing is missing. */
export function extendDecisions(file: string, text: string | undefined, features: readonly Feature[]): string {
  const { document, lines } = parse(file, text ?? '')
  const rows = rowsOf(file, document, lines).map(({ row }) => row)
  const known = matchRows(features, rows)
  const missing = features.filter((feature) => !known.has(feature))
  if (missing.length === 0 && text !== undefined) return text
  if (!document.has('decisions')) {
    if (document.contents === null) document.commentBefore = HEAD
    document.set('decisions', document.createNode([]))
  }
  const list = document.get('decisions', true)
  if (!isSeq(list)) throw malformed(file, 1, 'decisions is no list')
  list.flow = false
  for (const { id, title, work } of missing) {
    const pulls = document.createNode(work.flatMap(({ pull }) => pull ?? []))
    if (isSeq(pulls)) pulls.flow = true
    const row = document.createNode({ id, title, pulls, answer: null, owner: '', note: '' })
    list.add(row)
  }
  return document.toString({ lineWidth: 0, nullStr: '' })
}

/**
 * By id; else, for an entry whose first work is another now (an older start of the range), by the same subject and a
 * common pull request; else, for work that is told with other work now, by the one row on a part of it. Only where that
 * is unmistakable.
 */
function matchRows(features: readonly Feature[], rows: readonly DecisionRow[]): Map<Feature, DecisionRow> {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const matches = new Map<Feature, DecisionRow>()
  for (const feature of features) {
    const row = byId.get(feature.id)
    if (row !== undefined) matches.set(feature, row)
  }
  const free = new Set(rows.filter((row) => !features.some(({ id }) => id === row.id)))
  for (const feature of features) {
    if (matches.has(feature)) continue
    const pulls = new Set(feature.work.flatMap(({ pull }) => pull ?? []))
    const alike = [...free].filter(
      (row) => subjectOf(row.id) === subjectOf(feature.id) && row.pulls.some((pull) => pulls.has(pull)),
    )
    if (alike.length !== 1) continue
    matches.set(feature, alike[0]!)
    free.delete(alike[0]!)
  }
  for (const feature of features) {
    if (matches.has(feature)) continue
    const pulls = new Set(feature.work.flatMap(({ pull }) => pull ?? []))
    const within = [...free].filter(
      ({ id, pulls: own }) => subjectOf(id) === '' && own.length > 0 && own.every((pull) => pulls.has(pull)),
    )
    if (within.length !== 1) continue
    matches.set(feature, within[0]!)
    free.delete(within[0]!)
  }
  return matches
}

/** `leader-election` of `leader-election/pr-1647`; nothing for a plain pull request. */
function subjectOf(id: string): string {
  return id
    .split('/')
    .filter((part) => !/^(pr-\d+|[0-9a-f]{8})$/.test(part))
    .join('/')
}

function parse(file: string, text: string): { document: Document; lines: LineCounter } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' })
  const [error] = document.errors
  if (error !== undefined) throw malformed(file, error.linePos?.[0].line ?? 1, error.message.split('\n')[0] ?? '')
  return { document, lines }
}

function rowsOf(file: string, document: Document, lines: LineCounter): { row: DecisionRow; node: YAMLMap }[] {
  if (document.contents === null) return []
  if (!isMap(document.contents)) throw malformed(file, 1, 'it is no map with a list named decisions')
  const list = document.get('decisions', true)
  if (list === undefined || list === null) return []
  if (!isSeq(list)) throw malformed(file, 1, 'decisions is no list')
  const seen = new Set<string>()
  return list.items.map((node) => {
    const at = lineOf(lines, node)
    if (!isMap(node)) throw malformed(file, at, 'a decision is a map with id, answer, owner and note')
    const row = rowOf(file, at, node.toJS(document) as Record<string, unknown>)
    if (seen.has(row.id)) throw malformed(file, at, `${row.id} stands there twice`)
    seen.add(row.id)
    return { row, node }
  })
}

function lineOf(lines: LineCounter, node: unknown): number {
  const range = (node as { range?: [number, number, number] | null } | null)?.range
  return range ? lines.linePos(range[0]).line : 1
}

function rowOf(file: string, at: number, fields: Record<string, unknown>): DecisionRow {
  const { id, answer, pulls } = fields
  if (typeof id !== 'string' || id === '') throw malformed(file, at, 'a decision needs an id')
  const given = answer === undefined || answer === '' ? null : answer
  const chosen = ANSWERS.find((one) => one === given) ?? null
  if (given !== null && chosen === null) {
    throw malformed(file, at, `the answer ${JSON.stringify(given)} of ${id} is none of ${ANSWERS.join(', ')}`)
  }
  const numbers = Array.isArray(pulls) ? pulls.filter((pull): pull is number => typeof pull === 'number') : []
  return { id, answer: chosen, owner: textOf(fields.owner), note: textOf(fields.note), pulls: numbers }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function malformed(file: string, line: number, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_DECISIONS',
    message: `${file}, line ${line}: ${why}`,
    why: 'decisions are kept as a YAML list of {id, answer, owner, note}',
    hint: 'correct that line; nothing was written',
    exit: 'data',
  })
}
