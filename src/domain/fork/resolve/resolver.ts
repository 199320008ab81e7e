/**
 * What a rule sees of a company commit that is being carried onto another upstream, and what it may answer.
 *
 * The engine (../carry/carry-commit.ts) calls, for each commit in order: detectors (is it upstream already?),
 * `beforeMerge` hooks (rewrite the company's two trees so that they speak of the new layout), the merge itself,
 * resolvers for each conflicted path in turn until one decides, and `afterMerge` hooks (regenerate, check). Rules are
 * pure over git objects: they may write blobs and trees, never refs. Everything they do is put on the ledger as a
 * `Resolution`, with the rule that did it and its evidence. A rule that is not sure is undecided: it never guesses.
 */
import type { ConflictedFile, FileMode, MergeMessage, ObjectReader, ObjectWriter, Oid } from '../../../ports/git.ts'
import type { ForkProfile } from '../profile/profile.ts'

/** How sure a rule is, and of what kind: `proven` was checked by a machine, `rule` follows a named rule, `assisted` wants a look. */
export type Confidence = 'proven' | 'rule' | 'assisted'

/** What a resolution did to a commit, from the strictest class of `fork verify` to the loosest. */
export type ResolutionClass = 'rewritten' | 'regenerated' | 'auto' | 'human'

/** The commit being carried. Trees are the company's own, before any rewriting. */
export interface CarriedCommit {
  oid: Oid
  /** Its first parent; null for a root commit. */
  parent: Oid | null
  parents: readonly Oid[]
  tree: Oid
  /** The empty tree for a root commit. */
  parentTree: Oid
  subject: string
  /** The message decoded as its encoding header says; for reading only, never written back. */
  message: string
  /** Its place in the series, from 1. */
  number: number
}

/** What rules may know of the whole move. */
export interface CarryContext {
  git: ObjectReader & ObjectWriter
  profile: ForkProfile
  /** The upstream commit that the fork stands on. */
  oldBase: Oid
  /** The upstream commit that it is carried onto. */
  target: Oid
  /** Commits of upstream that a fork at `oldBase` does not have, oldest first. */
  upstream: readonly Oid[]
  /** The tip of the fork before the move. */
  start: Oid
  signal: AbortSignal
}

export interface CarrySituation extends CarryContext {
  commit: CarriedCommit
  /** The tree that the commit is carried onto: the target with what was carried before. */
  onto: Oid
}

/** What a rule did, as the ledger and `verify` tell it. */
export interface Resolution {
  /** The path it is about; empty for the commit as a whole. */
  path: string
  class: ResolutionClass
  /** Stable id of the rule: `module-path`, `go-mod`, `token`, `delete-policy/ci`. */
  rule: string
  /** Raised when the rule's answers change, so that an old ledger still can be read. */
  ruleVersion: number
  confidence: Confidence
  /** Why, in a sentence with names and values: people read it in the report. */
  evidence: string
  /** Where the file stands now, for a patch that was carried to another path. */
  to?: string
}

/** What the rules decided for one path. */
export type Decision =
  | {
      kind: 'resolved'
      /** Bytes to put there, or an object that is already in the repository, or its removal. */
      content: Uint8Array | { oid: Oid } | 'deleted'
      /** Kept from ours, else theirs, unless said. */
      mode?: FileMode | undefined
      rule: string
      ruleVersion: number
      /** `human` only for what a person decided before, in the same conflict. */
      class: ResolutionClass
      confidence: Confidence
      evidence: string
      /** Other paths that the decision changes with it: a hunk carried into a successor file. */
      alsoChanges?: ReadonlyMap<string, { content: Uint8Array | { oid: Oid } | 'deleted'; mode?: FileMode }>
    }
  | {
      kind: 'undecided'
      /** Why this rule, which is about such paths, could not decide; shown to whoever resolves it by hand. */
      why: string
      /** What may help a person: the successor file, the upstream value, a command. */
      hints: readonly string[]
    }

/** A conflicted path, with its three sides readable and what the merge said of it. */
export interface Conflict extends ConflictedFile {
  messages: readonly MergeMessage[]
  /** Bytes of a side; undefined where the side has no such file, or a submodule there. */
  read(side: 'base' | 'ours' | 'theirs'): Promise<Uint8Array | undefined>
}

export interface Resolver {
  /** Id of its rule or family of rules. */
  readonly id: string
  /** Undefined: not about such a path. Resolvers are asked in order, and the first that decides wins. */
  resolve(conflict: Conflict, situation: MergedSituation): Promise<Decision | undefined>
}

/** After the rewriting, before conflicts are looked at. */
export interface MergedSituation extends CarrySituation {
  /** The company's parent tree as rewritten by `beforeMerge`. */
  baseTree: Oid
  /** The company's tree as rewritten by `beforeMerge`. */
  theirsTree: Oid
  /** Every path that is in conflict in this commit, so that a rule can look at a group. */
  conflicts: readonly ConflictedFile[]
}

/** Both trees of a company's commit, rewritten alike, so that what the rewriting changes is no part of its patch. */
export interface RewrittenTrees {
  baseTree: Oid
  theirsTree: Oid
  resolutions: readonly Resolution[]
}

export interface BeforeMerge {
  readonly id: string
  /** Undefined: nothing to rewrite. Called in order, each with the trees that the one before left. */
  rewrite(situation: CarrySituation, trees: { baseTree: Oid; theirsTree: Oid }): Promise<RewrittenTrees | undefined>
}

/** Something that is wrong, or may be, in the tree of a carried commit. */
export interface CarryFinding {
  /** Of the check: `own-imports`, `duplicate-yaml-key`, `markers`, `lost-upstream-lines`. */
  rule: string
  path: string
  /** `block` stops for a person; `note` is told in the report. */
  gate: 'block' | 'note'
  message: string
}

export interface AfterMergeResult {
  /** The tree, changed or not. */
  tree: Oid
  resolutions: readonly Resolution[]
  findings: readonly CarryFinding[]
}

export interface AfterMerge {
  readonly id: string
  /**
   * Called with no path left in conflict, also when the merge was clean and when a person has resolved it. In a plan
   * that goes on past conflicts, `assumed` names paths that were assumed, whose content proves nothing.
   */
  finish(
    situation: MergedSituation,
    tree: Oid,
    done: { resolutions: readonly Resolution[]; assumed: ReadonlySet<string> },
  ): Promise<AfterMergeResult>
}

/** That upstream has a commit already, or what speaks for it. */
export interface UpstreamVerdict {
  /** `upstream`: drop it; `suggested`: only told, a person decides. */
  kind: 'upstream' | 'suggested'
  rule: string
  ruleVersion: number
  /** The upstream commits that have it. */
  commits: readonly Oid[]
  confidence: Confidence
  evidence: string
  /** Lines of the company's commit that upstream's has not, for a person to look at. */
  remaining?: readonly string[]
}

export interface UpstreamDetector {
  readonly id: string
  detect(situation: CarrySituation): Promise<UpstreamVerdict | undefined>
}

/** All that a profile brings. Each list is asked in its order. */
export interface CarryRules {
  detectors: readonly UpstreamDetector[]
  beforeMerge: readonly BeforeMerge[]
  resolvers: readonly Resolver[]
  afterMerge: readonly AfterMerge[]
}
