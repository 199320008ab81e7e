/** Finds the chart that a source names, where helm can read it: fetched or checked out if need be. */
import type { ChartReference, Helm } from '../../../ports/helm.ts'
import type { HeldDirectory, VersionSource } from '../../../ports/version-source.ts'
import { SparkopsError } from '../../errors.ts'
import { parseSource, type SourceSpec } from './source-spec.ts'
import type { TargetOrigin } from './target.ts'

export interface TargetPorts {
  helm: Helm
  sources: VersionSource
}

/** A chart that helm can be given, as long as `held` is not released. */
export interface LocatedChart {
  chart: ChartReference
  origin: Omit<TargetOrigin, 'given'>
  held: HeldDirectory | undefined
}

/** A chart that was read before: `TargetOrigin.reference` and `digest`, with the version of the chart. */
export interface ChartAgain {
  reference: string
  version: string
  digest: string
}

/**
 * Finds a chart that was read before, for whoever installs from it: it is there until `use` is done. Throws
 * `SO_SOURCE_CHANGED` (exit 5) when its content is no longer the same, whatever it is called.
 */
export async function withChart<T>(
  ports: TargetPorts,
  chart: ChartAgain,
  use: (chart: ChartReference) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const located = await locateAgain(ports, chart, signal)
  try {
    if (located?.origin.digest !== chart.digest) throw changed(chart.reference)
    return await use(located.chart)
  } finally {
    await located?.held?.release()
  }
}

/** Where a chart that was read before is now; undefined where there is none any more. Whoever asks releases it. */
export async function locateAgain(
  ports: TargetPorts,
  { reference, version }: Pick<ChartAgain, 'reference' | 'version'>,
  signal: AbortSignal | undefined,
): Promise<LocatedChart | undefined> {
  const spec = parseSource(reference, (path) => ports.sources.isThere(path))
  const exact = spec.kind === 'remote' ? { ...spec, version: spec.version ?? version } : spec
  return await locateChart(ports, exact, signal)
}

/** Where the chart is; undefined for manifests. */
export async function locateChart(
  ports: TargetPorts,
  spec: SourceSpec,
  signal: AbortSignal | undefined,
): Promise<LocatedChart | undefined> {
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
        const archive = await helm.pull(spec, held.path, signal)
        const digest = await sources.digest(archive)
        const origin = { kind: 'remote' as const, reference: spec.reference, digest, commit: undefined }
        return { chart: { reference: archive }, origin, held }
      })
    }
    case 'git': {
      const held = await sources.checkOut(spec)
      return await keeping(held, async () => {
        if ((await sources.kindOf(held.path)) !== 'chart') throw noChart(spec)
        const reference = `git:${spec.repository}@${spec.ref}:${held.directory}`
        const origin = { kind: 'git' as const, reference, digest: await sources.digest(held.path), commit: held.commit }
        return { chart: { reference: held.path }, origin, held }
      })
    }
  }
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

function noChart({ repository, ref }: { repository: string; ref: string }): SparkopsError {
  return new SparkopsError({
    code: 'SO_SOURCE_CHART',
    message: `there is no chart in ${repository} at ${ref}`,
    why: 'the directory has no Chart.yaml at that commit',
    hint: 'name the directory of the chart: git:REPOSITORY@REF:DIRECTORY',
    exit: 'usage',
  })
}

function changed(reference: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SOURCE_CHANGED',
    message: `${reference} is no longer the chart that was planned with`,
    why: 'its content has another digest',
    hint: 'plan again',
    exit: 'stale',
  })
}
