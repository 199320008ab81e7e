/**
 * What a fork says of itself: which upstream, which branch, which files are of which class, and what may be decided
 * without a person. The built-in ones are rows in built-in.ts; `.sparkops/fork.yaml` chooses one and adds to it.
 */

export const PROFILE_NAMES = ['spark-operator', 'spark', 'generic'] as const
export type ProfileName = (typeof PROFILE_NAMES)[number]

/** Classes of paths that policies speak of. */
export const PATH_CLASSES = ['ci', 'docs', 'branding', 'generated', 'build', 'chart', 'source', 'test'] as const
export type PathClass = (typeof PATH_CLASSES)[number]

/**
 * Who is followed when one side deleted a file that the other changed. `ask` is the default of every class: silence
 * never deletes and never keeps.
 */
export interface DeletionPolicy {
  /** The company deleted it, upstream went on changing it. */
  deletedByCompany: 'stay-deleted' | 'ask'
  /** Upstream deleted it, the company changes it. */
  deletedByUpstream: 'drop-change' | 'keep-company' | 'ask'
}

export interface ForkProfile {
  name: ProfileName
  upstream: {
    /** As the user writes it; undefined where only refs in the repository are known. */
    url: string | undefined
    /** Upstream's branch as a ref of this repository, such as `upstream/master`. */
    branch: string | undefined
    /** A regular expression that release tags match whole; the newest are offered by `fork status`. */
    tagPattern: string
  }
  /** The fork's branch; the current one unless said. */
  companyBranch: string | undefined
  /** The upstream commit the fork stands on, where it cannot be found. */
  base: string | undefined
  /** Globs for each class; the first class that matches a path has it. */
  classes: readonly { class: PathClass; paths: readonly string[] }[]
  deletions: Readonly<Partial<Record<PathClass, DeletionPolicy>>>
  /** YAML keys that are the company's where both sides changed them: `image.repository`. */
  companyOwned: readonly string[]
  /** The Go version to write, such as `1.22.12`; the higher of both sides unless said. */
  goVersion: string | undefined
  /** What the company adds to upstream's versions: `acme` makes `1.4.0-acme.1`; found in the fork unless said. */
  versionSuffix: string | undefined
  /** Generators that may run; none unless named: they execute programs. */
  generators: readonly string[]
  /** A trailer that carried commits get, with the old commit's id; none unless named, so that messages stay as they are. */
  trailer: string | undefined
  merges: 'keep' | 'linearise'
  publish: { remote: string | undefined; mode: 'branch' | 'ff' | 'lease' }
}
