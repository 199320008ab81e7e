/** Where packed usage is kept: files that are written once, and manifests that say which of them count. */

/** A manifest as it is kept. */
export interface KeptManifest {
  number: number
  text: string
}

/**
 * A directory or a prefix of a bucket. A file's name is a path below it, of letters, digits, `.`, `-`, `=` and `/`.
 * Nothing that was put is changed; what no manifest names does not count.
 */
export interface UsageStoreFiles {
  /** What messages call it. Holds no secret. */
  readonly name: string
  /** The manifest with the highest number; undefined where there is none. */
  newest(): Promise<KeptManifest | undefined>
  /** Keeps a manifest under its number, for good when this resolves; false when there is one of that number already. */
  publish(manifest: KeptManifest): Promise<boolean>
  /** A directory on this machine to write files in; it belongs to the run of that number. */
  stage(run: number): Promise<string>
  /** Writes bytes to a file of that directory, and gives its path. */
  write(run: number, bytes: Uint8Array): Promise<string>
  /** Takes a file from the stage, for good when this resolves; gives its size. */
  put(name: string, path: string): Promise<number>
  /** Paths on this machine that hold the files; throws where one is missing or has another size. */
  fetch(files: readonly { name: string; bytes: number }[]): Promise<string[]>
  /** The bytes of a file; throws as `fetch` does. */
  read(file: { name: string; bytes: number }): Promise<Uint8Array>
  /** Names of all files there are, manifests left out. */
  list(): Promise<string[]>
  /** Removes files, and what stages of runs up to a number left behind. */
  remove(names: readonly string[], upToRun: number): Promise<void>
  close(): Promise<void>
}
