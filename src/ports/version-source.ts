/** Where versions of an operator come from: files on this machine, and commits of repositories. */

export type PathKind =
  /** A directory with a Chart.yaml. */
  | 'chart'
  /** A packed chart. */
  | 'archive'
  /** A file, or a directory with files, of Kubernetes objects. */
  | 'manifests'
  | 'missing'

/** YAML as it was found. */
export interface ManifestFile {
  /** Its path, as the user would name it. */
  path: string
  text: string
}

/** A directory that is there until it is released. */
export interface HeldDirectory {
  path: string
  release(): Promise<void>
}

export interface VersionSource {
  isThere(path: string): boolean
  kindOf(path: string): Promise<PathKind>
  /** All YAML and JSON below a path, by name; throws where there is too much of it to be manifests. */
  readManifests(path: string): Promise<ManifestFile[]>
  /** SHA-256 over names and contents of a file or directory: another content is another digest. */
  digest(path: string): Promise<string>
  /**
   * What a commit has in a directory, as files in a place of its own: neither the repository's working tree nor its
   * index is touched. Without a directory the only chart of the commit is taken. Symbolic links become plain files.
   */
  checkOut(git: {
    repository: string
    ref: string
    directory: string | undefined
  }): Promise<HeldDirectory & { commit: string; directory: string }>
  /** An empty directory for what is fetched. */
  makeDirectory(): Promise<HeldDirectory>
}
