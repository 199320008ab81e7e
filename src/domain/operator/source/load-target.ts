/** Loads a version from wherever it is named, and renders it with the values given. */
import type { ChartReference, ChartValues, Helm, ReleaseName } from '../../../ports/helm.ts'
import type { VersionSource } from '../../../ports/version-source.ts'
import { SparkopsError } from '../../errors.ts'
import { findObjects, readMap, readRendered } from './documents.ts'
import { type LocatedChart, locateChart, type TargetPorts } from './locate-chart.ts'
import { parseSource } from './source-spec.ts'
import { readTarget, type RenderedTarget } from './target.ts'

export interface TargetRequest {
  /** As the user names it: see `parseSource`. */
  source: string
  values: ChartValues
  /** The release that it would be; names and namespaces in what is rendered come from it. */
  release: ReleaseName
  kubeVersion?: string | undefined
  isUpgrade?: boolean | undefined
  signal?: AbortSignal | undefined
}

/**
 * Renders a version. What was fetched or checked out is gone afterwards, unless `use` still needs it: `use` runs
 * before it is removed, with the chart's reference that helm can install from.
 */
export async function loadTarget(ports: TargetPorts, request: TargetRequest): Promise<RenderedTarget> {
  return await withTarget(ports, request, (target) => Promise.resolve(target))
}

/** The same, for whoever installs from the chart: it is there until `use` is done. */
export async function withTarget<T>(
  ports: TargetPorts,
  request: TargetRequest,
  use: (target: RenderedTarget, chart: ChartReference | undefined) => Promise<T>,
): Promise<T> {
  const spec = parseSource(request.source, (path) => ports.sources.isThere(path))
  const located = await locateChart(ports, spec, request.signal)
  if (located === undefined) return await use(await readManifests(ports.sources, request), undefined)
  try {
    return await use(await renderChart(ports.helm, located, request), located.chart)
  } finally {
    await located.held?.release()
  }
}

async function renderChart(
  helm: Helm,
  { chart, origin }: LocatedChart,
  request: TargetRequest,
): Promise<RenderedTarget> {
  const { source: given, values, release, kubeVersion, isUpgrade, signal } = request
  const description = await helm.describe(chart, signal)
  const about = readMap(description.chart, `Chart.yaml of ${given}`)
  const field = (key: string) =>
    typeof about[key] === 'string' || typeof about[key] === 'number' ? String(about[key]) : ''
  const text = await helm.template({ chart, release, values, kubeVersion, isUpgrade, signal })
  return readTarget({
    origin: { given, ...origin },
    chart: {
      name: field('name'),
      version: field('version'),
      appVersion: field('appVersion'),
      values: readMap(description.values, `values.yaml of ${given}`),
    },
    release,
    ...readRendered(text, `what ${given} renders`),
  })
}

async function readManifests(sources: VersionSource, request: TargetRequest): Promise<RenderedTarget> {
  const { source: given, release, values } = request
  if (values.files.length + values.sets.length > 0) throw valuesWithoutChart(given)
  const files = await sources.readManifests(given)
  const rendered = files.flatMap(({ path, text }) => findObjects(text, path).objects)
  if (rendered.length === 0) throw nothingThere(given)
  const digest = await sources.digest(given)
  return readTarget({
    origin: { given, kind: 'manifests', reference: undefined, digest, commit: undefined },
    chart: undefined,
    release,
    rendered,
    shipped: [],
  })
}

function valuesWithoutChart(given: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SOURCE_VALUES',
    message: `${given} takes no values`,
    why: 'it is rendered already: only charts take --values and --set',
    hint: 'render the chart with these values, or give the chart itself',
    exit: 'usage',
  })
}

function nothingThere(given: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SOURCE_EMPTY',
    message: `${given} has no Kubernetes objects`,
    why: 'none of its YAML has apiVersion, kind and metadata.name',
    hint: 'give a chart, or a directory of rendered manifests',
    exit: 'data',
  })
}
