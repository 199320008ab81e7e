/** Where an operator acts, as a matrix: what was meant, what is declared, permitted, covered and observed. */
import type { Document } from '../../document.ts'
import type { ExitName } from '../../errors.ts'

/** Stands for every namespace that has no row of its own. */
export const ELSEWHERE = '*'

export type Permission = 'yes' | 'partly' | 'no' | 'not seen'
/** `none`: there is no webhook. `broken`: it covers it, and does not answer. */
export type Coverage = 'yes' | 'no' | 'none' | 'broken' | 'not seen'
/**
 * `taken up`, `left`: what became of the probe. `refused`: the server did not take it. `unclear`: another operator
 * watches there, too. Without a probe `not seen`.
 */
export type Observed = 'taken up' | 'left' | 'refused' | 'unclear' | 'not seen'

export interface NamespaceRow {
  /** `*` for every other one. */
  namespace: string
  /** Null where nobody said what is meant. */
  meant: boolean | null
  /** Null where labels decide that could not be read. */
  declared: boolean | null
  permitted: Permission
  /** Rights that are missing: `create pods`. */
  missing: string[]
  webhook: Coverage
  observed: Observed
  /** How long it took, or why; empty where nothing was observed. */
  detail: string
  /** Applications that are not over. */
  applications: number
}

export interface NamespaceFinding {
  id: string
  /** `note` is a difference that does no harm. */
  level: 'broken' | 'warning' | 'note'
  title: string
  detail: string
  namespaces: string[]
  fix: string
}

export interface MeantScope {
  /** Empty for all. */
  names: string[]
  selector: string | null
  /** `values`, `the chart’s values`, `--meant`. */
  from: string
  /** The key of the values; null for `--meant`. */
  key: string | null
  /** The chart does not know that key. */
  isIgnored: boolean
}

export interface NamespaceMatrix extends Document {
  kind: 'NamespaceMatrix'
  cluster: { id: string; name: string }
  operator: { id: string; version: string | null; generation: '1.x' | '2.x'; chart: string | null }
  meant: MeantScope | null
  /** As its arguments say it: `all namespaces`, `a, b`. */
  declared: string
  rows: NamespaceRow[]
  findings: NamespaceFinding[]
  /** The run that probed; null without. */
  probe: { run: string; outside: string | null; waitedMs: number } | null
  unseen: string[]
  exit: ExitName
}
