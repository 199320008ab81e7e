/** The last gate: from which on a definition that takes something away has taken it for good. */
import type { Step } from '../../plan/plan.ts'
import { gateReturn } from '../steps/application-steps.ts'
import { called, type Move, verdictsOf } from './move.ts'

/** Only where a definition takes something away that says something. */
export function returnGate(judged: Pick<Move, 'judgements'>): Step[] {
  const lost = new Map<string, Set<string>>()
  for (const verdict of verdictsOf(judged)) {
    for (const path of [...verdict.lost, ...verdict.unknown])
      lost.set(path, (lost.get(path) ?? new Set()).add(called(verdict)))
  }
  if (lost.size === 0) return []
  const rows = [...lost].sort(([a], [b]) => (a < b ? -1 : 1))
  return [gateReturn({ lost: rows.map(([path, objects]) => ({ path, objects: [...objects] })) })]
}
