/**
 * Helm, as the user has it: charts rendered, releases read and changed. What it cannot do (definitions, ownership,
 * namespaces) is not asked of it.
 */

/** A chart as Helm finds it: a directory, an archive, `oci://…`, or `repository/name`. */
export interface ChartReference {
  reference: string
  /** Which of a repository's versions; the newest unless given. */
  version?: string | undefined
}

/** Values in the order in which later ones win, as Helm's own flags. */
export interface ChartValues {
  /** Files, by path. */
  files: readonly string[]
  /** `key=value`, as for `--set`. */
  sets: readonly string[]
  /** Beneath both: values by themselves. They go through standard input, never through a file or an argument. */
  object?: Readonly<Record<string, unknown>> | undefined
}

export interface ReleaseName {
  name: string
  namespace: string
}

export interface TemplateRequest {
  chart: ChartReference
  release: ReleaseName
  values: ChartValues
  /** Of the cluster, as `1.31`: charts may render otherwise for it. Helm's own notion unless given. */
  kubeVersion?: string | undefined
  /** Whether as an upgrade of what is there rather than a first installation. */
  isUpgrade?: boolean | undefined
  signal?: AbortSignal | undefined
}

/** What Helm says of a chart without rendering it. */
export interface ChartDescription {
  /** Chart.yaml, as text. */
  chart: string
  /** values.yaml, as text. */
  values: string
}

export interface UpgradeRequest {
  release: ReleaseName
  chart: ChartReference
  values: ChartValues
  /** Installs where there is no such release. */
  install: boolean
  noHooks: boolean
  timeoutSeconds: number
  /** Asks the server and changes nothing. */
  dryRun?: boolean | undefined
  signal?: AbortSignal | undefined
}

export interface RollbackRequest {
  release: ReleaseName
  revision: number
  noHooks: boolean
  timeoutSeconds: number
  signal?: AbortSignal | undefined
}

export interface ReleaseRevision {
  revision: number
  /** `deployed`, `superseded`, `failed`, `pending-upgrade`, …: Helm's own words. */
  status: string
  /** `spark-operator-2.5.2` */
  chart: string
  appVersion: string
  updated: string
  description: string
}

/** A revision with what it was made of. Values may hold secrets, and so may objects. */
export interface ReleaseContents {
  /** What the user gave. */
  values: Readonly<Record<string, unknown>>
  /** The rendered objects, as YAML. */
  manifest: string
  hooks: string
}

/** Helm for one cluster, or for none where only charts are rendered. Errors never contain values. */
export interface Helm {
  /** `3.22.0`; throws where there is no Helm, or one that is too old. */
  version(): Promise<string>
  describe(chart: ChartReference, signal?: AbortSignal): Promise<ChartDescription>
  /**
   * Rendered objects, hooks and `crds/` as one stream of YAML documents, without tests. Each part begins with `---` and
   * `# Source: CHART/templates/…` or `# Source: CHART/crds/…`.
   */
  template(request: TemplateRequest): Promise<string>
  /** Downloads a chart into a directory; gives the archive's path. */
  pull(chart: ChartReference, directory: string, signal?: AbortSignal): Promise<string>
  /** Newest last; empty where there is no such release. */
  history(release: ReleaseName, signal?: AbortSignal): Promise<ReleaseRevision[]>
  /** Of a revision, or the newest. */
  get(release: ReleaseName, revision?: number, signal?: AbortSignal): Promise<ReleaseContents>
  /** Never with the chart's `crds/`, never waiting for pods. Gives the revision that it made. */
  upgrade(request: UpgradeRequest): Promise<ReleaseRevision>
  rollback(request: RollbackRequest): Promise<ReleaseRevision>
  /** Removes the release and what it owns; its history goes too. */
  uninstall(
    release: ReleaseName,
    options: { noHooks: boolean; timeoutSeconds: number; signal?: AbortSignal },
  ): Promise<void>
}
