/** What a rule of `app lint` says. */

export interface LintRule {
  /** `AL` and a number; never given to another rule. */
  id: string
  severity: 'error' | 'warning'
  title: string
  why: string
  source: string
  fix: string
}

/** A rule, its parts in the order of its interface. */
export function rule(
  id: string,
  severity: LintRule['severity'],
  title: string,
  why: string,
  source: string,
  fix: string,
): LintRule {
  return { id, severity, title, why, source, fix }
}
