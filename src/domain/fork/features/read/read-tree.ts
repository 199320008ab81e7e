/**
 * Which reader a file is given to, by what it is called and where it lies. One place knows it, so that trees and
 * single commits are read alike.
 */
import type { Fact } from '../facts.ts'
import { classOf, type PathRule } from '../rules/paths.ts'
import { type ApiType, readApiFacts } from './api-facts.ts'
import { readChart, readDockerfile, readGoMod, readMakefile } from './build-facts.ts'
import { readRightMarkers, readRights, readTemplate, readValues, type Unread } from './chart-facts.ts'
import { readCrdFacts } from './crd-facts.ts'
import { readGoFacts } from './go-facts.ts'
import { readTemplateObjects } from './object-facts.ts'
import { basename, dirname } from './paths.ts'

/** What readers must know of the trees they read from; gathered over all of them, so that a fact keeps its name. */
export interface Layout {
  /** Directories of `main` packages; '' for the root. */
  mains: readonly string[]
  /** Directories of API types: those with a generated deep copy. */
  apis: readonly string[]
  /** Directories that hold a Chart.yaml. */
  charts: readonly string[]
  pathRules: readonly PathRule[]
  /** Directories of which one binary is the operator itself. */
  operatorMains: ReadonlySet<string>
  /** Directories of templates that hold roles at both ends: parts of the operator with rights of their own. */
  parts: ReadonlySet<string>
  /** Charts are rendered, so that the text of their templates need not say what objects hold. */
  isRendered: boolean
  /** Both ends have a chart, so that is what is shipped; else plain manifests are compared. */
  isChartShipped: boolean
}

/** What one file tells. */
export interface FileReading {
  facts: Fact[]
  constants: [name: string, value: string][]
  types: ApiType[]
  unread: Unread[]
}

/** Programs that are the operator under another name. Anything else under `cmd/` is a program of its own. */
const OPERATOR_NAMES = /^(|cmd|operator|manager|controller|main)$/

/** Learns the layout from the paths of both ends, and of what lay between. */
export function layoutOf(
  ends: readonly (readonly string[])[],
  between: Iterable<string>,
  pathRules: readonly PathRule[],
): Layout {
  const paths = new Set([...ends.flat(), ...between])
  const mains = new Set<string>()
  const apis = new Set<string>()
  const charts = new Set<string>()
  for (const path of paths) {
    const name = basename(path)
    if (name === 'main.go') mains.add(dirname(path))
    else if (/^zz_generated\.deepcopy\.go$/.test(name)) apis.add(dirname(path))
    else if (name === 'Chart.yaml') charts.add(dirname(path))
  }
  const operatorMains = new Set([...mains].filter((main) => OPERATOR_NAMES.test(basename(main))))
  const isChartShipped = ends.every((tree) => tree.some((path) => basename(path) === 'Chart.yaml'))
  const [parts, later] = [ends[0] ?? [], ends.at(-1) ?? []].map(partsOf)
  for (const part of parts!) if (!later!.has(part)) parts!.delete(part)
  return {
    mains: [...mains],
    apis: [...apis],
    charts: [...charts],
    pathRules,
    operatorMains,
    parts: parts!,
    isRendered: false,
    isChartShipped,
  }
}

function partsOf(paths: readonly string[]): Set<string> {
  const roles = paths.filter((path) => /(rbac|role)[^/]*\.ya?ml$/.test(path))
  return new Set(roles.flatMap((path) => partIn(path) ?? []))
}

/** `webhook` of `templates/webhook/rbac.yaml`. */
function partIn(path: string): string | undefined {
  return /(?:^|\/)templates\/([^/]+)\//.exec(path)?.[1]
}

/** Whether any reader would take the file: others need not be fetched. */
export function isRead(path: string, layout: Layout): boolean {
  return readerOf(path, layout) !== undefined
}

type Reader = 'package' | 'go' | 'values' | 'template' | 'crd' | 'manifest' | 'go.mod' | 'docker' | 'chart' | 'make'

function readerOf(path: string, layout: Layout): Reader | undefined {
  const name = basename(path)
  const chart = chartOf(path, layout)
  if (chart !== undefined) {
    const inside = path.slice(chart.length === 0 ? 0 : chart.length + 1)
    if (inside === 'values.yaml') return 'values'
    if (inside === 'Chart.yaml') return 'chart'
    if (/^crds\/.*\.ya?ml$/.test(inside)) return 'crd'
    if (/^templates\/.*\.(ya?ml|tpl)$/.test(inside)) return 'template'
    return undefined
  }
  const found = classOf(path, layout.pathRules)
  if (found === 'generated' && name.endsWith('.go')) return 'package'
  if (found === 'test' || found === 'docs' || found === 'generated') return undefined
  if (path === 'go.mod') return 'go.mod'
  if (name === 'Makefile') return 'make'
  if (name === 'Dockerfile') return found === 'product' ? 'docker' : undefined
  if (name.endsWith('.go')) return 'go'
  if (/\.ya?ml$/.test(name) && !layout.isChartShipped && /^(config|manifests?|deploy|dist)\//.test(path)) {
    return /(^|[/_-])crds?([/_.-]|$)|customresource/.test(path) ? 'crd' : 'manifest'
  }
  return undefined
}

/** Reads one file. */
export function readFile(path: string, text: string, layout: Layout): FileReading {
  const reading: FileReading = { facts: [], constants: [], types: [], unread: [] }
  const take = ({ facts, unread }: { facts: Fact[]; unread: Unread[] }): void => {
    reading.facts.push(...facts)
    reading.unread.push(...unread)
  }
  switch (readerOf(path, layout)) {
    case 'values': {
      const chart = chartOf(path, layout) ?? ''
      take(readValues(path, text, layout.charts.length > 1 ? basename(chart) : ''))
      break
    }
    case 'chart':
      take(readChart(path, text))
      break
    case 'crd':
      take(readCrdFacts(path, text))
      break
    case 'template':
      reading.facts.push(...readTemplate(path, text), ...readRights(path, text, componentOf(path, layout)))
      reading.facts.push(...readTemplateObjects(path, text, layout.isRendered))
      break
    case 'manifest':
      take(readCrdFacts(path, text))
      reading.facts.push(...readTemplate(path, text), ...readRights(path, text, whoseManifest(path)))
      break
    case 'go.mod':
      reading.facts.push(...readGoMod(path, text))
      break
    case 'docker':
      reading.facts.push(...readDockerfile(path, text))
      break
    case 'make':
      reading.facts.push(...readMakefile(path, text))
      break
    case 'package':
      reading.facts.push(packageOf(path))
      break
    case 'go':
      readGoFile(reading, path, text, layout)
      break
    case undefined:
  }
  return reading
}

/** Words without which a file holds no flag, variable, metric, gate, right or constant: most need no syntax tree. */
const MAY_TELL =
  /\bpackage main\b|\bconst\b|[Ff]lags?\b|[Ff]lag_?[Ss]et|\bfs\.|CommandLine|\b(Get|Lookup)[Ee]nv\b|Opts\b|\b(New|Must)\w*(Counter|Gauge|Histogram|Summary)|\+kubebuilder:/

function readGoFile(reading: FileReading, path: string, text: string, layout: Layout): void {
  reading.facts.push(packageOf(path))
  if (/^\/\/ Code generated .* DO NOT EDIT\.$/m.test(text.slice(0, 2000))) return
  const isApi = layout.apis.includes(dirname(path))
  if (!isApi && !MAY_TELL.test(text)) return
  const { facts, constants, errorLine, source } = readGoFacts(path, text, binaryOf(path, layout))
  reading.facts.push(...facts)
  reading.facts.push(...readRightMarkers(path, text, 'operator'))
  reading.constants.push(...constants)
  if (isApi) {
    const api = readApiFacts(path, source)
    reading.facts.push(...api.facts)
    reading.types.push(...api.types)
  }
  if (errorLine !== undefined) reading.unread.push({ path, why: `line ${errorLine} is no Go that we know` })
}

function packageOf(path: string): Fact {
  return { area: 'package', key: dirname(path) === '' ? '.' : dirname(path), value: '', path }
}

/** The innermost chart that a path lies in. */
function chartOf(path: string, layout: Layout): string | undefined {
  const inside = layout.charts.filter((chart) => chart === '' || path.startsWith(`${chart}/`))
  return inside.sort((one, other) => other.length - one.length)[0]
}

/** The program a Go file's flags belong to: that of the nearest `main` above it. */
function binaryOf(path: string, layout: Layout): string {
  const above = layout.mains.filter((main) => main === '' || path.startsWith(`${main}/`))
  const nearest = above.sort((one, other) => other.length - one.length)[0] ?? ''
  return layout.operatorMains.has(nearest) ? 'operator' : basename(nearest)
}

/** Kubebuilder scaffolds roles for people beside those of the operator (`widget_editor_role.yaml`). */
function whoseManifest(path: string): string {
  return /[_-](editor|viewer|admin)[_-]/.test(basename(path)) ? 'people' : 'operator'
}

/**
 * Whose rights a role is about. Where the operator was split or joined between the ends, its parts count as one, so that
 * this alone is no change; else each part has an account, and rights, of its own.
 */
function componentOf(path: string, { parts }: Layout): string {
  const part = partIn(path)
  if (part !== undefined && parts.has(part)) return part
  const words = path
    .replace(/^.*templates\//, '')
    .replace(/\.\w+$/, '')
    .split(/[/_-]/)
  return words.find(
    (word) =>
      !/^(rbac|role|roles|clusterrole|binding|rolebinding|operator|controller|manager|webhook|helpers|hook|hooks|config|manifests?|job|templates|)$/.test(
        word,
      ),
  ) === undefined
    ? 'operator'
    : words[0]!
}
