/**
 * A git repository below its porcelain: objects, merges of trees, and refs.
 *
 * Everything is named by object id; a name from outside is turned into one once, by `resolve`. Object work never reads
 * the repository's configuration, attributes, hooks, grafts or replace refs, and there is no checkout and no index.
 *
 * Paths are strings that lose nothing: valid UTF-8 is what it says, any other byte b is the lone surrogate U+DC00+b
 * (as Python's surrogateescape). Show them only through a sanitizer.
 */

/** 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export type Oid = string

/** As trees store it. `160000` is a submodule's commit, whose object is not in the repository. */
export type FileMode = '100644' | '100755' | '120000' | '160000' | '040000'

export interface TreeEntry {
  path: string
  mode: FileMode
  oid: Oid
}

/** A file of a tree: what stands at a path. */
export interface FileVersion {
  mode: FileMode
  oid: Oid
}

/** One file's change between two trees. */
export interface TreeChange {
  /** Added, Deleted, Modified (content or mode), Type changed, Renamed, Copied. */
  status: 'A' | 'D' | 'M' | 'T' | 'R' | 'C'
  /** Where it stands in the new tree; in the old one for a deletion. */
  path: string
  /** Where it stood, for R and C. */
  oldPath: string | undefined
  before: FileVersion | undefined
  after: FileVersion | undefined
  /** Percent, for R and C. */
  similarity: number | undefined
}

/** A path that a merge could not settle: the three sides as the merge sees them, each where it exists. */
export interface ConflictedFile {
  path: string
  base: FileVersion | undefined
  /** What is merged into: the new base with what has been carried so far. */
  ours: FileVersion | undefined
  /** What is carried: the company's side. */
  theirs: FileVersion | undefined
}

/** What the merge said of some paths: `CONFLICT (modify/delete)`, `Auto-merging`, … */
export interface MergeMessage {
  paths: readonly string[]
  /** git's own stable name of the kind, such as `CONFLICT (contents)`. */
  type: string
  text: string
}

export interface MergeResult {
  /** Of the merged tree; conflicted files hold markers in it. */
  tree: Oid
  conflicts: readonly ConflictedFile[]
  messages: readonly MergeMessage[]
}

export interface DiffOptions {
  /** Percent of likeness that makes a rename; undefined: no renames. */
  renames?: number | undefined
}

/** A ref and what it points to. */
export interface Ref {
  name: string
  oid: Oid
  /** What a tag is of; `oid` itself for anything else. */
  peeled: Oid
  type: 'commit' | 'tag' | 'tree' | 'blob'
}

/** A change of one ref, done only if it still is what `before` says; null means absent. */
export interface RefChange {
  ref: string
  before: Oid | null
  after: Oid | null
}

export interface RepositoryFacts {
  /** The git directory that all worktrees share, absolute. */
  commonDirectory: string
  /** The worktree the command was called in; undefined for a bare repository. */
  worktree: string | undefined
  objectFormat: 'sha1' | 'sha256'
  /** History is cut off: a base may not be found. */
  isShallow: boolean
  /** Objects may be missing until they are fetched. We never fetch them unasked. */
  isPartial: boolean
  gitVersion: string
}

/** Reading objects. */
export interface ObjectReader {
  readonly facts: RepositoryFacts
  /** The object's bytes, undefined where it is not in the repository. */
  read(oid: Oid): Promise<{ type: 'commit' | 'tree' | 'blob' | 'tag'; bytes: Uint8Array } | undefined>
  /** A blob's bytes; a missing object is an error. */
  readBlob(oid: Oid): Promise<Uint8Array>
  /** A commit as it is stored: header lines, an empty line, the message. Nothing decoded. */
  readCommit(oid: Oid): Promise<Uint8Array>
  /** The tree of a commit; a tree is its own. */
  treeOf(treeish: Oid): Promise<Oid>
  /** What stands at a path of a commit or tree, be it a directory; undefined where nothing does. */
  find(treeish: Oid, path: string): Promise<FileVersion | undefined>
  /** All files below a directory (the whole tree unless given), in git's order; directories themselves are not told. */
  list(treeish: Oid, directory?: string): Promise<TreeEntry[]>
  /** Changes from one tree to another, by path. */
  diff(before: Oid, after: Oid, options?: DiffOptions): Promise<TreeChange[]>
  /** A unified patch in bytes, without colour, textconv or outside diff programs. For people and for ids. */
  patch(before: Oid, after: Oid, options?: { paths?: readonly string[]; context?: number }): Promise<Uint8Array>
  /** `git patch-id --stable` of the change between two trees; undefined for an empty change. */
  patchId(before: Oid, after: Oid): Promise<string | undefined>
  /** The same for many commits against their first parents, in one go: commit to patch-id. Merges have none. */
  patchIds(commits: readonly Oid[]): Promise<Map<Oid, string>>
  /** Commits reachable from `to` and not from `from`, oldest first, parents before children. */
  range(
    from: Oid | readonly Oid[],
    to: Oid,
    options?: { firstParent?: boolean; paths?: readonly string[] },
  ): Promise<Oid[]>
  /** All best common ancestors. */
  mergeBases(one: Oid, other: Oid): Promise<Oid[]>
  isAncestor(ancestor: Oid, descendant: Oid): Promise<boolean>
}

/** Writing objects. They are content-addressed: writing twice is writing once. */
export interface ObjectWriter {
  writeBlob(bytes: Uint8Array): Promise<Oid>
  /** A commit from its raw bytes, exactly. */
  writeCommit(raw: Uint8Array): Promise<Oid>
  /** The tree with some paths set, or removed where the entry is null. Empty directories vanish. */
  editTree(tree: Oid, edits: ReadonlyMap<string, FileVersion | null>): Promise<Oid>
  /**
   * A three-way merge of trees: `theirs` minus `base`, onto `ours`. Never favours a side. Works on files and renames as
   * `git merge` does, without any merge driver.
   */
  mergeTrees(sides: { base: Oid; ours: Oid; theirs: Oid }): Promise<MergeResult>
  /** Merges two commits over their own common ancestors, as `git merge` would. Markers are labelled alike every time. */
  mergeCommits(ours: Oid, theirs: Oid): Promise<MergeResult>
  /**
   * A text with zdiff3 markers for a file that both sides changed; `conflicts` counts its hunks. Undefined for
   * what is not text.
   */
  mergeText(sides: MergeTextSides): Promise<{ bytes: Uint8Array; conflicts: number } | undefined>
}

export interface MergeTextSides {
  base: Uint8Array
  ours: Uint8Array
  theirs: Uint8Array
  labels: { base: string; ours: string; theirs: string }
  /** Settles each hunk that is in conflict by one side, and nothing else; there are no markers then. */
  favor?: 'ours' | 'theirs'
}

/** Refs of the user's repository. Only names below `refs/sparkops/` are ever changed by `updateRefs`. */
export interface RefStore {
  /**
   * The commit that a name means (branch, tag, `HEAD`, an id), undefined where it means none. Throws (data) for a name
   * that could be taken for an option, or that git forbids.
   */
  resolve(name: string): Promise<Oid | undefined>
  /** Refs below these prefixes. */
  refs(...prefixes: string[]): Promise<Ref[]>
  /** All or none. Throws `SO_REF_MOVED` (stale) when one no longer is what it was. */
  updateRefs(changes: readonly RefChange[], reason: string): Promise<void>
  /** The branch that HEAD is on, such as `refs/heads/main`; undefined when detached. */
  currentBranch(): Promise<string | undefined>
  /** For each commit the first tag that contains it, as `git describe --contains` names it; absent where none does. */
  firstTags(commits: readonly Oid[], tagPattern?: string): Promise<Map<Oid, string>>
}

/** A remote as configured, every form resolved: what a fetch or a push would really talk to. */
export interface Remote {
  name: string
  /** After `insteadOf`. */
  fetchUrls: readonly string[]
  /** After `pushurl` and `pushInsteadOf`. */
  pushUrls: readonly string[]
}

export interface PushRequest {
  url: string
  /** `before: null`: must not exist; undefined: must be an ancestor (fast-forward); an oid: lease on it. */
  updates: readonly { ref: string; after: Oid; before: Oid | null | undefined }[]
}

export interface RemoteStore {
  remotes(): Promise<Remote[]>
  /** A URL as a push would use it after the user's `insteadOf` rules. */
  pushUrlOf(remoteOrUrl: string): Promise<string>
  /** What repository a URL really is, the same for all spellings: `github.com/kubeflow/spark-operator`, or a real path. */
  identify(url: string): Promise<string>
  /** Refs that the repository at the URL shows now. */
  remoteRefs(url: string, patterns?: readonly string[]): Promise<Map<string, Oid>>
  /** All or none; throws with what the other side said. */
  push(request: PushRequest): Promise<void>
}

/** Who commits are written by, as the user's own configuration says. */
export interface Committer {
  name: string
  email: string
  /** `seconds zone`, where GIT_COMMITTER_DATE asks for it. */
  when: string | undefined
}

export interface Git extends ObjectReader, ObjectWriter, RefStore, RemoteStore {
  committer(): Promise<Committer>
  close(): Promise<void>
}
