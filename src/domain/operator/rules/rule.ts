/**
 * A rule about moving between versions: what can go wrong, for whom, and what is done about it. Rules are data; whether
 * one holds for a cluster is found by whoever evaluates it, who adds the names of the objects.
 *
 * A rule is tied to traits, not to version numbers: so it holds for a fork as for the release that it was made from,
 * and for a chart that nobody knows once its traits have been read from what it renders.
 */
import type { Finding } from '../../plan/plan.ts'
import type { TraitName, Traits } from '../releases/traits.ts'

/** Values of traits, any one of which will do. */
export type TraitCondition = { readonly [Name in TraitName]?: readonly Traits[Name][] }

export interface OperatorRule {
  /** Stable; people acknowledge findings by it: `OP-HELM-IMPORT`. */
  id: string
  /** `forward` for a move to a newer version, `back` for one to an older. */
  direction: Finding['direction']
  /** What the version now and the version then must be like; unsaid, any. */
  from?: TraitCondition
  to?: TraitCondition
  /** What has to be looked at to know whether it holds here. */
  subject: RuleSubject
  title: string
  detail: string
  consequence: Finding['consequence']
  gate: Finding['gate']
  fix: string
  source: string
}

/** Where the evidence lies. */
export type RuleSubject =
  | 'rendered objects and their live owners'
  | 'chart values'
  | 'behaviour'
  | 'definitions'
  | 'applications'
  | 'schedules'
  | 'drivers'
  | 'webhooks'
  | 'images'
  | 'cluster'
  | 'release record'

export interface RuleChoice {
  rule: OperatorRule
  /** False where a trait that it asks for is not known of one of the versions: then it is evaluated all the same. */
  certain: boolean
}

/** The rules that a move from one version to another has to be judged by. */
export function chooseRules(
  rules: readonly OperatorRule[],
  move: { from: Traits; to: Traits; direction: 'forward' | 'back' },
): RuleChoice[] {
  return rules.flatMap((rule) => {
    if (rule.direction !== 'both' && rule.direction !== move.direction) return []
    const [before, after] = [meets(move.from, rule.from), meets(move.to, rule.to)]
    return before === false || after === false ? [] : [{ rule, certain: before === true && after === true }]
  })
}

/** Undefined where it would be met but for a trait that is not known. */
function meets(traits: Traits, condition: TraitCondition = {}): boolean | undefined {
  let known = true
  for (const [name, wanted] of Object.entries(condition) as [TraitName, readonly unknown[]][]) {
    if (!(name in traits)) known = false
    else if (!wanted.includes(traits[name])) return false
  }
  return known ? true : undefined
}
