/** What a rule says. Rules are data: the code that applies them knows classes, never single rules. */

export type RuleClass =
  | 'default'
  | 'empty'
  | 'quantity'
  | 'order'
  | 'environment'
  | 'identity'
  | 'noise'
  | 'version'
  | 'admission'
  | 'replaced'
  | 'impossible'
  | 'masked'

export interface PodRule {
  /** A letter for its class and a number; never given to another rule. */
  id: string
  class: RuleClass
  /** Where it counts: a path, or a pattern of one. */
  path: string
  /** What it does, in a few words. */
  rule: string
  why: string
  /** Where that is written. */
  source: string
}
