/** Renders charts that lie in git: their files are laid out in a directory of ours, and helm is given that. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type { ChartRenderer } from '../../ports/chart-renderer.ts'
import type { Git, Oid } from '../../ports/git.ts'
import type { Helm } from '../../ports/helm.ts'

export interface RendererOptions {
  git: Pick<Git, 'list' | 'readBlob'>
  helm: Pick<Helm, 'version' | 'template'>
  signal: AbortSignal
}

/** Names that stand in what is rendered; readers take them out again. */
const RELEASE = { name: 'release', namespace: 'namespace' }
/** What a chart brings for people, tests and the API server: none of it is rendered. */
const LEFT_OUT = /^(crds|ci|tests|docs)\/|\.(md|gotmpl|tgz)$/i
const MOST_FILES = 2000
const MOST_BYTES = 16 << 20
/** A template can count to a billion. */
const PATIENCE_MS = 30_000

export function openChartRenderer({ git, helm, signal }: RendererOptions): ChartRenderer {
  let made: Promise<string> | undefined
  const scratch = async (): Promise<string> => await (made ??= mkdtemp(join(tmpdir(), 'sparkops-charts-')))
  let count = 0
  return {
    program: async () => `helm ${await helm.version()}`,

    async render(chart) {
      const directory = join(await scratch(), String((count += 1)))
      try {
        await layOut(git, chart, directory)
        return await helm.template({
          chart: { reference: directory },
          release: RELEASE,
          values: { files: [], sets: [] },
          signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
        })
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    },

    async close() {
      if (made !== undefined) await rm(await made, { recursive: true, force: true })
    },
  }
}

/** Plain files only: a link could lead out of the directory. */
async function layOut(git: RendererOptions['git'], chart: Oid, directory: string): Promise<void> {
  const files = (await git.list(chart)).filter(
    ({ path, mode }) => mode.startsWith('100') && !LEFT_OUT.test(path) && isHarmless(path),
  )
  if (files.length > MOST_FILES) throw tooLarge(`it has ${files.length} files`)
  let bytes = 0
  for (const { path, oid } of files) {
    const content = await git.readBlob(oid)
    bytes += content.length
    if (bytes > MOST_BYTES) throw tooLarge(`it has more than ${MOST_BYTES >> 20} MiB`)
    const target = join(directory, path)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    await writeFile(target, content, { mode: 0o600 })
  }
}

/** Trees that were written by hand can hold names that no checkout would make. */
function isHarmless(path: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !path.split('/').some((name) => /^(|\.|\.\.|\.git)$/i.test(name)) && !/[\0-\x1f\\\ud800-\udfff]/.test(path)
}

function tooLarge(why: string): SparkopsError {
  return new SparkopsError({ code: 'SO_CHART_TOO_LARGE', message: 'the chart is not rendered', why, exit: 'data' })
}
