/** Says why two pods differ where it is known: by Spark's version, by the operator's own marks, by admission. */
import { isWithin } from './path.ts'
import type { PlaceRow } from './diff-trees.ts'
import type { Role } from './rows.ts'
import { OPERATOR_RULES, VERSION_RULES, type VersionRule } from './rules/version-rules.ts'
import { isAtLeast, versionOf } from './versions.ts'

export interface Versions {
  expected: string | undefined
  actual: string | undefined
}

const EXPLAINABLE = new Set(['different', 'missing', 'extra'])

/** The row, with the rule that explains it; one that Kubernetes does not act on becomes equivalent. */
export function explainRow(row: PlaceRow, role: Role, versions: Versions): PlaceRow {
  if (!EXPLAINABLE.has(row.verdict)) return row
  const own = OPERATOR_RULES.find(({ path }) => isWithin(row.path, path))
  if (own !== undefined) return { ...row, verdict: 'equivalent', rule: own.id, reason: own.why }
  const rule = VERSION_RULES.find((one) => explains(one, row, role, versions))
  if (rule === undefined) return row
  const explained = { ...row, rule: rule.id, reason: rule.why }
  return rule.as === 'equivalent' ? { ...explained, verdict: 'equivalent' } : explained
}

function explains(rule: VersionRule, row: PlaceRow, role: Role, versions: Versions): boolean {
  if (rule.role !== undefined && rule.role !== role) return false
  if (!isWithin(row.path, rule.path)) return false
  const [expected, actual] = [versionOf(versions.expected), versionOf(versions.actual)]
  // 3.1 and 3.2 do not label pods with their version: to have one at all is a version's difference too.
  if (rule.since === undefined) return versions.expected !== versions.actual
  const since = versionOf(rule.since)!
  const has = [expected, actual].map((version) => version !== undefined && isAtLeast(version, since))
  return has[0] !== has[1]
}
