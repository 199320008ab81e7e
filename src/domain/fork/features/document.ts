/** `fork features` as a document: what upstream did between two refs, entry by entry. */
import type { API_VERSION } from '../../document.ts'
import type { Oid } from '../../../ports/git.ts'
import type { Area } from './facts.ts'
import type { Weight } from './rules/meaning.ts'

/**
 * In the order a reader should take them. `unclear`: it changes the product, but neither the code nor the title says how.
 * `other`: documentation, tests, workflows, dependencies.
 */
export const KINDS = ['breaking', 'default', 'feature', 'permission', 'version', 'fix', 'unclear', 'other'] as const
export type FeatureKind = (typeof KINDS)[number]

/**
 * `shown`: the trees themselves differ so. `behaviour`: a rule read it from templates or changed lines. `reported`:
 * upstream's CHANGELOG files it so. `claimed`: only a title says so.
 */
export type Basis = 'shown' | 'behaviour' | 'reported' | 'claimed'

export interface ForkFeatures {
  apiVersion: typeof API_VERSION
  kind: 'ForkFeatures'
  from: RefInfo & { how: 'given' | 'base' }
  to: RefInfo & { how: TargetChoice }
  /** The ref whose CHANGELOG was read; null where it has none. */
  changelog: string | null
  /** The company's branch that relevance was judged by; null where none was given. */
  company: { ref: string; commits: number } | null
  summary: Record<FeatureKind, number> & { commits: number; pulls: number; nettedOut: number }
  features: Feature[]
  nettedOut: NettedOut[]
  /** Whether charts were rendered, and by what; else their templates were read as text, and why. */
  templates: TemplateReading
  /** What could not be read or known, so that silence is never taken for absence. */
  limits: string[]
  unread: UnreadFile[]
}

/** `given`: as asked. Else what was chosen: upstream's newest release, release candidate, or branch. */
export const TARGET_CHOICES = ['given', 'newest-release', 'newest-preview', 'branch'] as const
export type TargetChoice = (typeof TARGET_CHOICES)[number]

export type TemplateReading = { how: 'rendered'; by: string } | { how: 'read'; why: string } | { how: 'none' }

export interface RefInfo {
  ref: string
  commit: Oid
  /** RFC 3339, UTC. */
  date: string
}

export interface Feature {
  /** Stays the same from run to run: the first pull request, and the subject where one has several. */
  id: string
  kind: FeatureKind
  title: string
  /** What changes, in sentences made from evidence. */
  what: string
  why: string | null
  basis: Basis
  topic: string | null
  /** The first release tags that have the first and the last of its work. */
  since: string | null
  completeSince: string | null
  work: Work[]
  evidence: Evidence[]
  /** What a reader must know who would switch it on, or who has it already. */
  caveats: string[]
  howTo: string[]
  risk: 'high' | 'medium' | 'low'
  changelog: { release: string; heading: string } | null
  relevance: Relevance[]
  decision: Decision
}

export interface Work {
  name: string
  pull: number | null
  title: string
  author: string
  /** The commit on upstream's branch; for bundled work the commit it was picked from, null where that is not here. */
  commit: Oid | null
  /** The commit of the range that brought it. */
  landed: Oid
  bundle: string | null
  tag: string | null
}

export interface Evidence {
  area: Area
  key: string
  change: 'added' | 'removed' | 'changed'
  weight: Weight
  before: string | null
  after: string | null
  /** `renamed to` the other key, `moved to`, or null. */
  pair: string | null
  doc: string | null
  paths: string[]
  by: string[]
  how: 'fact' | 'file' | 'none'
}

export interface NettedOut {
  area: Area
  key: string
  what: string
  by: string[]
}

export interface Relevance {
  /** `duplicates`: the company built the same. `same-key`: both change one setting. `same-file`: both touch a file. */
  how: 'duplicates' | 'same-key' | 'same-file'
  commit: Oid
  subject: string
  /** The keys or paths that meet, shortened to the first few. */
  at: string[]
}

export const ANSWERS = ['adopt', 'later', 'no'] as const
export interface Decision {
  answer: (typeof ANSWERS)[number] | null
  owner: string
  note: string
}

/** A file that was not read, in which version. */
export interface UnreadFile {
  path: string
  why: string
  /** The commit or ref. */
  at: string
}
