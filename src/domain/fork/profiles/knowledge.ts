/**
 * What is known of an upstream's own history that its objects do not tell: which file took over from which, where chart
 * values moved, what generates which files. One row a fact; which rows count at a target is seen in its tree.
 */
import type { ValueMove } from '../resolve/yaml-merge.ts'

/** A file that others took over from. It counts where `from` is gone and one of `to` is there. */
export interface FileSuccessor {
  readonly from: string
  /** The likeliest first. */
  readonly to: readonly string[]
  /** The upstream commit or release that did it. */
  readonly source: string
}

/** A directory whose files stand elsewhere now, under their own names unless a file's row says otherwise. */
export interface DirectorySuccessor {
  readonly from: string
  readonly to: string
  readonly source: string
}

/** A file that upstream deleted without a successor, with what does its work now: told to whoever decides. */
export interface Retired {
  readonly path: string
  readonly hint: string
}

/** How files are generated from others. Runs only if the clean target is what it generates. */
export interface GeneratorRow {
  readonly id: string
  /** Go tool with the versions that may run, the usual one first: built once into a cache of our own. */
  readonly tool: { readonly module: string; readonly command: string; readonly versions: readonly string[] }
  /** Requirements that let the tool build with newer Go, without changing what it writes. */
  readonly shim?: { readonly reason: string; readonly requires: readonly string[] }
  /** Ways in which upstream has called it; the first that reproduces the clean target is taken. Run in the tree's root. */
  readonly calls: readonly (readonly string[])[]
  /** Files that it reads: a change of any makes it run. Globs. */
  readonly inputs: readonly string[]
  /** Files that it may write. Anything else that changes is an error. Globs. */
  readonly outputs: readonly string[]
  /** Outputs that are copied elsewhere afterwards: directory to directory. */
  readonly copies: readonly { readonly from: string; readonly to: string }[]
  /** Where the version that upstream uses is pinned: a file, and a pattern whose capture is the version. */
  readonly pinnedIn?: { readonly path: string; readonly pattern: string }
}

export interface UpstreamKnowledge {
  readonly files: readonly FileSuccessor[]
  readonly directories: readonly DirectorySuccessor[]
  readonly retired: readonly Retired[]
  /** Values of charts that moved, for files that match `valuesFiles`. */
  readonly values: readonly ValueMove[]
  readonly valuesFiles: readonly string[]
  readonly generators: readonly GeneratorRow[]
}
