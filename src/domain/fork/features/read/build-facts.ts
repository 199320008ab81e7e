/**
 * What a tree is built with and runs on: go.mod after its replacements, Dockerfiles, Chart.yaml, tool versions in
 * Makefiles.
 */
import { load, CORE_SCHEMA } from 'js-yaml'
import type { Fact } from '../facts.ts'
import type { Unread } from './chart-facts.ts'
import { plainVersion } from './crd-facts.ts'

/** Modules whose version a manager asks for, and what to call it. Anything else is a dependency among many. */
const TOLD_MODULES: Readonly<Record<string, string>> = {
  'k8s.io/api': 'Kubernetes API (k8s.io/api)',
  'k8s.io/client-go': 'Kubernetes client (k8s.io/client-go)',
  'sigs.k8s.io/controller-runtime': 'controller-runtime',
}

/** Reads a go.mod. */
export function readGoMod(path: string, text: string): Fact[] {
  const { module, go, toolchain, requires, replaces } = parseGoMod(text)
  const facts: Fact[] = []
  const tell = (key: string, value: string | undefined): void => {
    if (value !== undefined) facts.push({ area: 'version', key, value: plainVersion(value), path })
  }
  if (module !== undefined) facts.push({ area: 'module', key: 'path', value: module, path })
  tell('Go (go.mod)', go)
  tell('Go toolchain', toolchain?.replace(/^go/, ''))
  for (const [name, title] of Object.entries(TOLD_MODULES)) tell(title, replaces.get(name) ?? requires.get(name))
  return facts
}

interface GoMod {
  module: string | undefined
  go: string | undefined
  toolchain: string | undefined
  requires: Map<string, string>
  /** What stands in for a module's version; `=> ../local` for a directory. */
  replaces: Map<string, string>
}

/** The directives of a go.mod (go.dev/ref/mod), blocks and single lines. */
export function parseGoMod(text: string): GoMod {
  const found: GoMod = {
    module: undefined,
    go: undefined,
    toolchain: undefined,
    requires: new Map(),
    replaces: new Map(),
  }
  let block = ''
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\/\/.*$/, '').trim()
    if (line === ')') block = ''
    else if (/^\w+ *\($/.test(line)) block = line.replace(/ *\($/, '')
    else if (line !== '') readDirective(found, block === '' ? line : `${block} ${line}`)
  }
  return found
}

function readDirective(found: GoMod, line: string): void {
  const [word, ...rest] = line.split(/\s+/)
  const [first, second] = rest
  if (first === undefined) return
  if (word === 'module') found.module = first.replace(/"/g, '')
  else if (word === 'go') found.go = first
  else if (word === 'toolchain') found.toolchain = first
  else if (word === 'require' && second !== undefined) found.requires.set(first, second)
  else if (word === 'replace') {
    const target = rest.slice(rest.indexOf('=>') + 1)
    found.replaces.set(first, target[1] ?? `=> ${target[0] ?? ''}`)
  }
}

/** What starts in the container, and as which argument list. */
const STARTS = /^\s*(ENTRYPOINT|CMD)\s+(.*?)\s*$/i
/** The ways in which package managers of base images are asked for packages. */
const INSTALL = /\b(?:apt-get|apt|apk|yum|dnf|microdnf|tdnf|zypper)\s+(?:-\S+\s+)*(?:install|add)\s+([^&|;]*)/g
const SETCAP = /\bsetcap\s+(\S+)\s+(\S+)/g

/** Base images, the user it runs as, what is installed and started, and versions told by arguments. */
export function readDockerfile(path: string, text: string): Fact[] {
  const facts: Fact[] = []
  const args = new Map<string, string>()
  let user: string | undefined
  let base = ''
  let stage: Fact[] = []
  for (const line of text.replace(/\\\r?\n/g, ' ').split('\n')) {
    stage.push(...installed(path, line))
    const [, word, rest] = /^\s*(ARG|FROM|USER)\s+(.*?)\s*$/i.exec(line) ?? []
    if (word === undefined || rest === undefined) continue
    if (word.toUpperCase() === 'ARG') {
      const [name, value] = rest.split('=', 2)
      if (value !== undefined) args.set(name!, value)
    } else if (word.toUpperCase() === 'USER') user = fill(rest, args)
    else {
      base = fill(rest.replace(/^--platform=\S+\s+/, '').split(/\s+/)[0]!, args)
      user = undefined
      stage = []
      facts.push(...imageVersions(path, base))
    }
  }
  if (base === '') return []
  facts.push({ area: 'image', key: `${path} base`, value: base, path })
  // Without USER an image runs as its base does, which this file does not say.
  facts.push({ area: 'image', key: `${path} user`, value: user ?? 'that of the base image', path })
  return [...facts, ...stage]
}

/** What a line puts into the stage it stands in; of the last stage that is what ships. */
function installed(path: string, line: string): Fact[] {
  const told = (key: string, value: string): Fact => ({ area: 'image', key: `${path} ${key}`, value, path })
  const started = STARTS.exec(line)
  if (started !== null) return [told(started[1]!.toLowerCase(), started[2]!)]
  if (!/^\s*RUN\s/i.test(line)) return []
  const packages = [...line.matchAll(INSTALL)].flatMap(([, words]) =>
    words!.split(/\s+/).filter((word) => /^[a-z0-9][\w.+-]*(=\S+)?$/i.test(word)),
  )
  return [
    ...packages.map((name) => told(`package ${name.replace(/=.*$/, '')}`, '')),
    ...[...line.matchAll(SETCAP)].map(([, right, file]) => told(`capability of ${file!}`, right!.replace(/["']/g, ''))),
  ]
}

function imageVersions(path: string, image: string): Fact[] {
  const [, name, tag] = /(?:^|\/)([\w.-]+):([\w][\w.-]*)(?:@sha256:[0-9a-f]+)?$/.exec(image) ?? []
  if (name === undefined || tag === undefined) return []
  const version = /^v?(\d+(?:\.\d+)+)/.exec(tag)?.[1]
  if (version === undefined) return []
  const title = name === 'golang' ? 'Go (image)' : name.startsWith('spark') ? 'Spark (image)' : undefined
  if (title === undefined) return []
  return [{ area: 'version', key: path === 'Dockerfile' ? title : `${title} of ${path}`, value: version, path }]
}

function fill(text: string, args: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$\{?(\w+)(?::-([^}]*))?\}?/g,
    (whole, name: string, other?: string) => args.get(name) ?? other ?? whole,
  )
}

/** What a chart asks of its cluster, and what it brings along. */
export function readChart(path: string, text: string): { facts: Fact[]; unread: Unread[] } {
  let chart: { kubeVersion?: unknown; apiVersion?: unknown; dependencies?: { name?: unknown; version?: unknown }[] }
  try {
    chart = load(text, { schema: CORE_SCHEMA }) ?? {}
  } catch (error) {
    return {
      facts: [],
      unread: [{ path, why: error instanceof Error ? error.message.split('\n')[0]! : String(error) }],
    }
  }
  const facts: Fact[] = []
  const tell = (key: string, value: unknown): void => {
    if (typeof value === 'string') facts.push({ area: 'version', key, value, path })
  }
  tell('Kubernetes the chart asks for', chart.kubeVersion)
  tell('Helm API of the chart', chart.apiVersion)
  for (const { name, version } of Array.isArray(chart.dependencies) ? chart.dependencies : []) {
    tell(`chart dependency ${String(name)}`, version)
  }
  return { facts, unread: [] }
}

/** `CONTROLLER_TOOLS_VERSION ?= v0.15.0` */
export function readMakefile(path: string, text: string): Fact[] {
  return [
    ...text.matchAll(/^(\w*(?:TOOLS|GEN|ENVTEST\w*|HELM|KUSTOMIZE|LINT)\w*VERSION)\s*[:?]?=\s*(v?\d[\w.-]*)\s*$/gm),
  ].map(([, name, version]) => ({ area: 'version', key: `tool ${name!}`, value: plainVersion(version!), path }))
}
