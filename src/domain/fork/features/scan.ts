/**
 * Reads trees and the work between them into facts. Each version of a file is read once, however many commits carry it.
 */
import type { FileVersion, Oid, TreeChange } from '../../../ports/git.ts'
import type { ChartRenderer } from '../../../ports/chart-renderer.ts'
import type { UnreadFile } from './document.ts'
import { BlobTexts, inPortions } from './blob-texts.ts'
import type { Change } from './commits.ts'
import type { TemplateReading } from './document.ts'
import { LineDifference } from './line-difference.ts'
import { openRendering, type RenderedCharts } from './render-charts.ts'
import { type Constants, diffFacts, type Fact, type FactChange, type KnownFact, tableOf } from './facts.ts'
import type { History, UpstreamReader } from './history.ts'
import type { ApiType } from './read/api-facts.ts'
import { type PassedFlag, passedFlags } from './read/chart-facts.ts'
import { type FileReading, isRead, type Layout, layoutOf, readFile } from './read/read-tree.ts'
import { classOf, type PathClass, type PathRule } from './rules/paths.ts'

/** A tree as facts. */
export interface ReadTree {
  facts: Map<string, KnownFact>
  types: ApiType[]
  constants: Map<string, Set<string>>
  /** Text of chart templates, for what depends on their conditions. */
  passed: { path: string; text: string; flags: PassedFlag[] }[]
}

/** What one piece of work did. */
export interface Delta {
  change: Change
  facts: FactChange[]
  files: { path: string; status: TreeChange['status']; class: PathClass }[]
  /** Lines of product files that came or went, trimmed; moved lines left out. Empty for very large work. */
  lines: string[]
}

export interface Scan {
  layout: Layout
  before: ReadTree
  after: ReadTree
  deltas: Delta[]
  unread: UnreadFile[]
  templates: TemplateReading
}

/** Beyond this a file is data rather than source. */
const LARGEST_FILE = 4 << 20
/** Versions of files kept in mind. A definition of a resource alone has thousands of facts. */
const MOST_READINGS = 300
/** Commits whose files are asked for before their turn. */
const AHEAD = 3
/** Of one commit; a rewrite would push out what is at hand. */
const MOST_AHEAD = 12
/** Rules that look at lines know these languages only; reading the rest would cost time for nothing. */
const LINES_MATTER = /\.(go|ya?ml|tpl|sh)$|(^|\/)Dockerfile$/

export interface ScanOptions {
  pathRules: readonly PathRule[]
  /** Renders charts; without it their templates are read as text. */
  renderer?: ChartRenderer | undefined
  /** Told after each commit: how many are done, of how many. */
  report?: (done: number, total: number) => void
  signal?: AbortSignal
}

/** Reads both ends and everything between. */
export async function scanHistory(git: UpstreamReader, history: History, options: ScanOptions): Promise<Scan> {
  const { scanner, templates } = await openScanner(git, history, options)
  const [before, after] = [await scanner.tree(history.from.tree, 'from'), await scanner.tree(history.to.tree, 'to')]
  const deltas: Delta[] = []
  for (const [index, change] of history.changes.entries()) {
    options.signal?.throwIfAborted()
    for (const next of history.changes.slice(index, index + AHEAD)) scanner.fetchAhead(next)
    deltas.push(await scanner.delta(change, [before, after]))
    options.report?.(deltas.length, history.changes.length)
  }
  withoutPicks(deltas)
  return { layout: scanner.layout, before, after, deltas, unread: scanner.unread, templates }
}

/** Reads commits of the company the same way. */
export async function scanCompany(
  git: UpstreamReader,
  scan: Scan,
  changes: readonly Change[],
): Promise<{ deltas: Delta[]; unread: UnreadFile[] }> {
  const scanner = new Scanner(git, scan.layout)
  const deltas: Delta[] = []
  for (const change of changes) deltas.push(await scanner.delta(change, [scan.before, scan.after]))
  return { deltas, unread: scanner.unread }
}

/** Paths of commits count too: a program can come and go between the ends, and its flags are not the operator's. */
async function openScanner(
  git: UpstreamReader,
  history: History,
  options: ScanOptions,
): Promise<{ scanner: Scanner; templates: TemplateReading }> {
  const lists = [await git.list(history.from.tree), await git.list(history.to.tree)]
  const ends = lists.map((entries) => entries.map(({ path }) => path))
  const between = new Set<string>()
  const differences = new Map<Change, TreeChange[]>()
  const all = await inPortions(history.changes, 32, (change) => differenceOf(git, change), options.signal)
  for (const [index, change] of history.changes.entries()) {
    differences.set(change, all[index]!)
    for (const { path } of all[index]!) between.add(path)
  }
  const layout = layoutOf(ends, between, options.pathRules)
  const trees = [history.from.tree, history.to.tree]
  const { charts, templates } = await openRendering(git, options.renderer, layout.charts, trees)
  const scanner = new Scanner(git, { ...layout, isRendered: charts !== undefined }, differences, charts)
  return { scanner, templates }
}

async function differenceOf(git: UpstreamReader, { source }: Change): Promise<TreeChange[]> {
  const parent = source?.parents[0]
  return source === undefined || parent === undefined ? [] : await git.diff(parent, source.oid)
}

class Scanner {
  readonly unread: UnreadFile[] = []
  readonly layout: Layout
  private readonly git: UpstreamReader
  private readonly texts: BlobTexts
  private readonly differences: ReadonlyMap<Change, TreeChange[]>
  private readonly readings = new Map<string, FileReading>()
  private readonly told = new Set<string>()
  private readonly charts: RenderedCharts | undefined

  constructor(
    git: UpstreamReader,
    layout: Layout,
    differences: ReadonlyMap<Change, TreeChange[]> = new Map(),
    charts?: RenderedCharts,
  ) {
    this.charts = charts
    this.git = git
    this.texts = new BlobTexts(git)
    this.layout = layout
    this.differences = differences
  }

  /** Asks for what the reading of a change will need, and waits for nothing. */
  fetchAhead(change: Change): void {
    for (const { path, before, after } of (this.differences.get(change) ?? []).slice(0, MOST_AHEAD)) {
      if (!isRead(path, this.layout) && !LINES_MATTER.test(path)) continue
      for (const side of [before, after]) {
        if (side === undefined || !isPlain(side) || this.readings.has(`${side.oid} ${path}`)) continue
        void this.texts.bytes(side.oid).catch(() => undefined)
      }
    }
  }

  async tree(tree: Oid, at: string): Promise<ReadTree> {
    const facts: Fact[] = []
    const read: ReadTree = { facts: new Map(), types: [], constants: new Map(), passed: [] }
    for (const { path, mode, oid } of await this.git.list(tree)) {
      if (!isRead(path, this.layout)) continue
      const reading = await this.file(path, { mode, oid }, at)
      facts.push(...reading.facts)
      read.types.push(...reading.types)
      addConstants(read.constants, reading)
      if (reading.facts.some(({ area }) => area === 'argument')) {
        const text = decode(await this.git.readBlob(oid))
        read.passed.push({ path, text, flags: passedFlags(text) })
      }
    }
    facts.push(...((await this.charts?.factsOf(tree)) ?? []))
    read.facts = tableOf(facts, constantsOf(read.constants))
    return read
  }

  async delta(change: Change, ends: readonly ReadTree[]): Promise<Delta> {
    const delta: Delta = { change, facts: [], files: [], lines: [] }
    const parent = change.source?.parents[0]
    if (change.source === undefined || parent === undefined) return delta
    const sides = { before: [] as FileReading[], after: [] as FileReading[] }
    const lines = new LineDifference()
    const changed = this.differences.get(change) ?? (await differenceOf(this.git, change))
    for (const { path, status, before, after } of changed) {
      const found = classOf(path, this.layout.pathRules)
      delta.files.push({ path, status, class: found })
      if (isRead(path, this.layout)) {
        if (before !== undefined) sides.before.push(await this.file(path, before, parent))
        if (after !== undefined) sides.after.push(await this.file(path, after, change.source.oid))
      }
      if (found === 'product' && LINES_MATTER.test(path)) await this.addLines(lines, before, after)
    }
    const isRendered = changed.some(({ path }) => this.charts?.touches(path) === true)
    const rendered = isRendered ? await this.renderedSides(parent, change.source.oid) : [[], []]
    const tables = [sides.before, sides.after].map((side, index) =>
      tableOf([...factsOf(side), ...rendered[index]!], this.near(side, ends)),
    )
    delta.facts = diffFacts(tables[0]!, tables[1]!)
    delta.lines = lines.result()
    return delta
  }

  /** Nothing of both where one cannot be rendered. */
  private async renderedSides(before: Oid, after: Oid): Promise<Fact[][]> {
    const [then, now] = [await this.charts?.factsOf(before), await this.charts?.factsOf(after)]
    return then === undefined || now === undefined ? [[], []] : [then, now]
  }

  private async addLines(lines: LineDifference, before?: FileVersion, after?: FileVersion): Promise<void> {
    if (lines.isFull) return
    if (before !== undefined && isPlain(before)) lines.remove(decode(await this.texts.bytes(before.oid)))
    if (after !== undefined && isPlain(after)) lines.add(decode(await this.texts.bytes(after.oid)))
  }

  /** Constants as the changed files have them, then as the whole trees do. */
  private near(side: readonly FileReading[], ends: readonly ReadTree[]): Constants {
    const own = new Map<string, Set<string>>()
    for (const reading of side) addConstants(own, reading)
    const maps = [own, ...ends.map(({ constants }) => constants)]
    return (name) => maps.map((map) => constantsOf(map)(name)).find((value) => value !== undefined)
  }

  private async file(path: string, version: FileVersion, at: string): Promise<FileReading> {
    const id = `${version.oid} ${path}`
    const reading = this.readings.get(id) ?? (await this.readVersion(path, version))
    if (!this.told.has(id)) {
      for (const { why } of reading.unread) this.unread.push({ path, why, at: at.slice(0, 12) })
      this.told.add(id)
    }
    // The last used stands last; a version is asked for again by the next commit that touches the file, or not at all.
    this.readings.delete(id)
    this.readings.set(id, reading)
    if (this.readings.size > MOST_READINGS) this.readings.delete(this.readings.keys().next().value!)
    return reading
  }

  private async readVersion(path: string, version: FileVersion): Promise<FileReading> {
    const nothing: FileReading = { facts: [], constants: [], types: [], unread: [] }
    if (!isPlain(version)) return nothing
    const bytes = await this.texts.bytes(version.oid)
    if (bytes.length > LARGEST_FILE) return { ...nothing, unread: [{ path, why: `too large: ${bytes.length} bytes` }] }
    return readFile(path, decode(bytes), this.layout)
  }
}

/** What the picks of a bundle explain is theirs; the bundle keeps the rest. */
function withoutPicks(deltas: readonly Delta[]): void {
  for (const delta of deltas) {
    const picks = deltas.filter(
      ({ change }) => change.bundle === delta.change.name && change.landed === delta.change.landed,
    )
    if (picks.length === 0) continue
    const explained = new Set(picks.flatMap(({ facts }) => facts.map(({ area, key }) => `${area}:${key}`)))
    const files = new Set(picks.flatMap((pick) => pick.files.map(({ path }) => path)))
    delta.facts = delta.facts.filter(({ area, key }) => !explained.has(`${area}:${key}`))
    delta.files = delta.files.filter(({ path }) => !files.has(path))
    delta.lines = []
  }
}

function factsOf(readings: readonly FileReading[]): Fact[] {
  return readings.flatMap(({ facts }) => facts)
}

function addConstants(map: Map<string, Set<string>>, { constants }: FileReading): void {
  for (const [name, value] of constants) map.set(name, (map.get(name) ?? new Set()).add(value))
}

/** A name with two values in different packages is not guessed at. */
function constantsOf(map: ReadonlyMap<string, ReadonlySet<string>>): Constants {
  return (name) => {
    const values = map.get(name)
    return values?.size === 1 ? [...values][0] : undefined
  }
}

function isPlain({ mode }: FileVersion): boolean {
  return mode === '100644' || mode === '100755'
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes).replace(/\r\n/g, '\n')
}
