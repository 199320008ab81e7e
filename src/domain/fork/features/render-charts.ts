/**
 * Charts of the trees between two refs, rendered where that can be had. Both ends must render, or none is: two ways of
 * reading cannot be compared.
 */
import type { ChartRenderer } from '../../../ports/chart-renderer.ts'
import type { Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import type { TemplateReading } from './document.ts'
import type { Fact } from './facts.ts'
import type { UpstreamReader } from './history.ts'
import { readRendered } from './read/object-facts.ts'

/** Each takes a tenth of a second. Beyond these, who touched the file is taken for who changed what it renders. */
const MOST_RENDERINGS = 400

export class RenderedCharts {
  private readonly git: UpstreamReader
  private readonly renderer: ChartRenderer
  private readonly charts: readonly string[]
  private readonly known = new Map<string, Promise<Fact[] | undefined>>()

  constructor(git: UpstreamReader, renderer: ChartRenderer, charts: readonly string[]) {
    this.git = git
    this.renderer = renderer
    this.charts = charts
  }

  /** Whether anything that is rendered can differ by a change of this path. */
  touches(path: string): boolean {
    return this.charts.some((chart) => {
      const inside = chart === '' ? path : path.startsWith(`${chart}/`) ? path.slice(chart.length + 1) : undefined
      return inside !== undefined && /^(templates\/|charts\/|files\/|values\.yaml$|Chart\.yaml$)/.test(inside)
    })
  }

  /** What the charts of a tree put into a cluster; undefined where one of them cannot be rendered. */
  async factsOf(tree: Oid): Promise<Fact[] | undefined> {
    const all: Fact[] = []
    for (const chart of this.charts) {
      const found = chart === '' ? { oid: await this.git.treeOf(tree) } : await this.git.find(tree, chart)
      if (found === undefined || (await this.git.find(found.oid, 'Chart.yaml')) === undefined) continue
      const facts = await this.rendering(chart, found.oid)
      if (facts === undefined) return undefined
      all.push(...facts)
    }
    return all
  }

  /** Throws what helm says of the first chart of a tree that it cannot render. */
  async check(tree: Oid): Promise<void> {
    for (const chart of this.charts) {
      const found = chart === '' ? { oid: await this.git.treeOf(tree) } : await this.git.find(tree, chart)
      if (found === undefined || (await this.git.find(found.oid, 'Chart.yaml')) === undefined) continue
      const text = await this.renderer.render(found.oid)
      this.known.set(`${chart}:${found.oid}`, Promise.resolve(this.read(chart, text)))
    }
  }

  private async rendering(chart: string, oid: Oid): Promise<Fact[] | undefined> {
    const id = `${chart}:${oid}`
    const known = this.known.get(id)
    if (known !== undefined) return await known
    if (this.known.size >= MOST_RENDERINGS) return undefined
    const made = this.renderer.render(oid).then(
      (text) => this.read(chart, text),
      (error: unknown) => {
        if (error instanceof SparkopsError) return undefined
        throw error
      },
    )
    this.known.set(id, made)
    return await made
  }

  private read(chart: string, text: string): Fact[] {
    const facts = readRendered(chart, text)
    return this.charts.length > 1 ? facts.map((fact) => ({ ...fact, key: fact.key.replace(' ', ` ${chart}:`) })) : facts
  }
}

/** Tries both ends. The charts are given back only where both render. */
export async function openRendering(
  git: UpstreamReader,
  renderer: ChartRenderer | undefined,
  charts: readonly string[],
  ends: readonly Oid[],
): Promise<{ charts: RenderedCharts | undefined; templates: TemplateReading }> {
  if (charts.length === 0) return { charts: undefined, templates: { how: 'none' } }
  const asText = (why: string): { charts: undefined; templates: TemplateReading } => ({
    charts: undefined,
    templates: { how: 'read', why },
  })
  if (renderer === undefined) return asText('rendering was not asked for')
  try {
    const by = await renderer.program()
    const rendered = new RenderedCharts(git, renderer, charts)
    for (const end of ends) await rendered.check(end)
    return { charts: rendered, templates: { how: 'rendered', by } }
  } catch (error) {
    if (!(error instanceof SparkopsError)) throw error
    return asText(`${error.message}${error.why === undefined ? '' : `: ${error.why.split('\n')[0]!}`}`)
  }
}
