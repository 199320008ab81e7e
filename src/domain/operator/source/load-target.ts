/** Loads a version from wherever it is named, and renders it with the values given. */
import type { ChartReference, ChartValues, Helm, ReleaseName } from '../../../ports/helm.ts'
import type { HeldDirectory, VersionSource } from '../../../ports/version-source.ts'
import { SparkopsError } from '../../errors.ts'
import { findObjects, readMap, readRendered } from './documents.ts'
import { parseSource, type SourceSpec } from './source-spec.ts'
import { readTarget, type RenderedTarget, type TargetOrigin } from './target.ts'

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

export interface TargetPorts {
  helm: Helm
  sources: VersionSource
}

interface Located {
  chart: ChartReference
  origin: Omit<TargetOrigin, 'given'>
  held: HeldDirectory | undefined
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
  const located = await locate(ports, spec, request)
  if (located === undefined) return await use(await readManifests(ports.sources, request), undefined)
  try {
    return await use(await renderChart(ports.helm, located, request), located.chart)
  } finally {
    await located.held?.release()
  }
}

/** Where the chart is; undefined for manifests. */
async function locate(ports: TargetPorts, spec: SourceSpec, request: TargetRequest): Promise<Located | undefined> {
  const { helm, sources } = ports
  switch (spec.kind) {
    case 'path': {
      const kind = await sources.kindOf(spec.path)
      if (kind === 'manifests' || kind === 'missing') return undefined
      const origin = { kind, reference: asPath(spec.path), digest: await sources.digest(spec.path), commit: undefined }
      return { chart: { reference: asPath(spec.path) }, origin, held: undefined }
    }
    case 'remote': {
      const held = await sources.makeDirectory()
      return await keeping(held, async () => {
        const archive = await helm.pull(spec, held.path, request.signal)
        const digest = await sources.digest(archive)
        const origin = { kind: 'remote' as const, reference: spec.reference, digest, commit: undefined }
        return { chart: { reference: archive }, origin, held }
      })
    }
    case 'git': {
      const held = await sources.checkOut(spec)
      return await keeping(held, async () => {
        if ((await sources.kindOf(held.path)) !== 'chart') throw noChart(request.source)
        const reference = `git:${spec.repository}@${spec.ref}:${held.directory}`
        const origin = { kind: 'git' as const, reference, digest: await sources.digest(held.path), commit: held.commit }
        return { chart: { reference: held.path }, origin, held }
      })
    }
  }
}

async function renderChart(helm: Helm, { chart, origin }: Located, request: TargetRequest): Promise<RenderedTarget> {
  const { source: given, values, release, kubeVersion, isUpgrade, signal } = request
  const description = await helm.describe(chart, signal)
  const about = readMap(description.chart, `Chart.yaml of ${given}`)
  const field = (key: string) =>
    typeof about[key] === 'string' || typeof about[key] === 'number' ? String(about[key]) : ''
  const text = await helm.template({ chart, release, values, kubeVersion, isUpgrade, signal })
  const reference = origin.kind === 'remote' ? `${origin.reference ?? ''}@${field('version')}` : origin.reference
  return readTarget({
    origin: { given, ...origin, reference },
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

async function keeping<T>(held: HeldDirectory, make: () => Promise<T>): Promise<T> {
  try {
    return await make()
  } catch (error) {
    await held.release()
    throw error
  }
}

/** Helm takes `a/b` for a chart `b` of a repository `a`, unless it is marked as a path. */
function asPath(path: string): string {
  return /^(\/|\.\.?\/|\.\.?$)/.test(path) ? path : `./${path}`
}

function noChart(given: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SOURCE_CHART',
    message: `there is no chart at ${given}`,
    why: 'that directory has no Chart.yaml at that commit',
    hint: 'name the directory of the chart: git:REPOSITORY@REF:DIRECTORY',
    exit: 'usage',
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
