/** What every answer about pods has: rows, what was not seen, what was accepted, and how it ends. */
import type { ExitName } from '../errors.ts'
import { type AcceptList, acceptRows } from './accept.ts'
import { type FieldRow, LOST, type Role, type Verdict } from './rows.ts'

export interface ShapeSummary {
  role: Role
  shape: number
  application: string
  pods: string[]
  sparkVersion?: string
  from: string[]
}

export interface Answer {
  /** `ok` proven, `findings` lost or different, `inconclusive` something was not seen. */
  exit: ExitName
  summary: Partial<Record<Verdict | 'accepted', number>>
  shapes: ShapeSummary[]
  /** Roles and facts that were not seen. Never `ok` while there are any. */
  unseen: string[]
  fields: FieldRow[]
  warnings: string[]
}

export interface Unsettled {
  rows: FieldRow[]
  unseen: readonly string[]
  accept: AcceptList
  /** Whether what was not expected counts against the pods, unless an in-tree plugin set it. */
  countExtra: boolean
}

/** Applies what was accepted, sorts, and decides how it ends. A finding outweighs what was not seen. */
export function settle({
  rows,
  unseen,
  accept,
  countExtra,
}: Unsettled): Pick<Answer, 'exit' | 'fields' | 'unseen' | 'warnings'> {
  const { fields, warnings } = acceptRows(rows, accept)
  const open = fields.filter(({ accepted }) => accepted === undefined)
  const isLost = open.some((row) => LOST.has(row.verdict) || (countExtra && isUnasked(row)))
  const isOpen = unseen.length > 0 || open.some(({ verdict }) => verdict === 'undecided')
  return {
    exit: isLost ? 'findings' : isOpen ? 'inconclusive' : 'ok',
    fields: fields.sort(byPlace),
    unseen: [...unseen].sort(),
    warnings,
  }
}

/** Extra, and by nobody who adds it to every pod alike. */
export function isUnasked({ verdict, provenance }: FieldRow): boolean {
  return verdict === 'extra' && provenance?.by !== 'admission'
}

/** How many rows have each verdict, and how many were accepted. */
export function countVerdicts(
  rows: readonly FieldRow[],
  omitted: ReadonlyMap<Verdict, number> = new Map(),
): Answer['summary'] {
  const counts: Answer['summary'] = Object.fromEntries(omitted)
  for (const { verdict, accepted } of rows) {
    counts[verdict] = (counts[verdict] ?? 0) + 1
    if (accepted !== undefined) counts.accepted = (counts.accepted ?? 0) + 1
  }
  return counts
}

function byPlace(a: FieldRow, b: FieldRow): number {
  return order(a.role, b.role) || a.shape - b.shape || order(a.path, b.path) || order(a.source ?? '', b.source ?? '')
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
