/**
 * Differences that somebody accepted beforehand: a file of paths, each with a reason and, if they like, a last day.
 * An entry that has expired accepts nothing; one that accepted nothing is told, so that the file does not rot.
 */
import { SparkopsError } from '../errors.ts'
import { API_VERSION } from '../document.ts'
import { type JsonMap, isMap, textAt } from './json.ts'
import { checkPattern, isWithin } from './path.ts'
import { type FieldRow, LOST } from './rows.ts'

export interface Acceptance {
  path: string
  reason: string
  role?: string
  verdict?: string
  /** The last day it holds, as `2026-12-31`. */
  until?: string
  where: string
}

export interface AcceptList {
  entries: readonly Acceptance[]
  /** Today in UTC, as `2026-11-23`. */
  today: string
}

const FIELDS = new Set(['path', 'reason', 'role', 'verdict', 'until'])
const VERDICTS = new Set(['different', 'missing', 'duplicate', 'unmappable', 'extra', 'undecided'])

/** Reads `{apiVersion: sparkops/v1, kind: PodAcceptance, accept: [{path, reason, until?, role?, verdict?}]}`. Exit 65. */
export function readAcceptance(document: unknown, file: string): Acceptance[] {
  const isOurs = textAt(document, 'apiVersion') === API_VERSION && textAt(document, 'kind') === 'PodAcceptance'
  if (!isMap(document) || !isOurs)
    throw malformed(file, 'it is not', `{apiVersion: ${API_VERSION}, kind: PodAcceptance}`)
  if (!Array.isArray(document['accept'])) throw malformed(`${file}: accept`, 'it is not', 'a list')
  return document['accept'].map((entry, index) => readEntry(entry, `${file}: accept[${index}]`))
}

function readEntry(entry: unknown, where: string): Acceptance {
  if (!isMap(entry)) throw malformed(where, 'it is not', 'a map')
  const unknown = Object.keys(entry).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) throw malformed(`${where}.${unknown}`, 'known are', [...FIELDS].join(', '))
  const path = textAt(entry, 'path') ?? ''
  checkPattern(path, `${where}.path`)
  const reason = textAt(entry, 'reason')?.trim()
  if (reason === undefined || reason === '')
    throw malformed(`${where}.reason`, 'it is missing;', 'say why it is accepted')
  return { path, reason, where, ...optional(entry, where) }
}

function optional(entry: JsonMap, where: string): Pick<Acceptance, 'role' | 'verdict' | 'until'> {
  const role = textAt(entry, 'role')
  if (role !== undefined && role !== 'driver' && role !== 'executor')
    throw malformed(`${where}.role`, 'it is not', 'driver or executor')
  const verdict = textAt(entry, 'verdict')
  if (verdict !== undefined && !VERDICTS.has(verdict))
    throw malformed(`${where}.verdict`, 'known are', [...VERDICTS].join(', '))
  const until = textAt(entry, 'until')
  const isDay = until === undefined || (/^\d{4}-\d\d-\d\d$/.test(until) && !Number.isNaN(Date.parse(until)))
  if (!isDay) throw malformed(`${where}.until`, 'it is not', 'a day such as 2026-12-31')
  return { ...(role && { role }), ...(verdict && { verdict }), ...(until && { until }) }
}

/** The rows with the reasons of their acceptance, and what to tell about entries that expired or did nothing. */
export function acceptRows(
  rows: readonly FieldRow[],
  { entries, today }: AcceptList,
): { fields: FieldRow[]; warnings: string[] } {
  const used = new Set<Acceptance>()
  const fields = rows.map((row) => {
    if (!LOST.has(row.verdict) && row.verdict !== 'extra' && row.verdict !== 'undecided') return row
    const matching = entries.filter((entry) => accepts(entry, row))
    for (const entry of matching) used.add(entry)
    const valid = matching.find(({ until }) => until === undefined || until >= today)
    return valid === undefined ? row : { ...row, accepted: valid.reason }
  })
  const warnings = entries.flatMap((entry) => {
    if (!used.has(entry)) return [`${entry.where}: ${entry.path} accepted nothing`]
    if (entry.until !== undefined && entry.until < today)
      return [`${entry.where}: ${entry.path} expired on ${entry.until}`]
    return []
  })
  return { fields, warnings }
}

function accepts({ path, role, verdict }: Acceptance, row: FieldRow): boolean {
  return isWithin(row.path, path) && (role ?? row.role) === row.role && (verdict ?? row.verdict) === row.verdict
}

function malformed(where: string, what: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_ACCEPTANCE',
    message: `${where} cannot be read`,
    why: `${what} ${why}`,
    hint: 'docs/pods.md shows such a file',
    exit: 'data',
  })
}
