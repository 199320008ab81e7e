/** Helm, as far as an operator move needs it. The user's own `helm` does the work. */

export interface ReleaseState {
  revision: number
  /** Helm's word: `deployed`, `failed`, `pending-upgrade`, … */
  status: string
  chart: { name: string; version: string }
  /** The values that were given, not those of the chart. */
  values: unknown
}

export interface ReleaseUpgrade {
  release: string
  namespace: string
  /** What `helm` is given: a directory, an archive, `oci://…`, `repo/name`. */
  chart: string
  version: string
  values: unknown
  noHooks: boolean
  timeoutSeconds: number
}

export interface ReleaseTool {
  /** The newest revision; undefined where there is no such release. */
  state(release: string, namespace: string): Promise<ReleaseState | undefined>
  /** Digest of a chart's files, as plans have it; undefined where it cannot be told without fetching it. */
  chartDigest(chart: string, version: string): Promise<string | undefined>
  /** `helm upgrade --install --skip-crds`, with exactly these values. */
  upgrade(upgrade: ReleaseUpgrade): Promise<void>
  rollback(release: string, namespace: string, revision: number, timeoutSeconds: number): Promise<void>
  /** Keeps the history. */
  uninstall(release: string, namespace: string, timeoutSeconds: number): Promise<void>
}
