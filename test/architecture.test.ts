/** The arrows of docs/architecture.md: who may import whom, what a command file may hold. */
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'
import { ROOT } from './support/run.ts'

/** Small packages without side effects that more than adapters may use. */
const PURE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  ajv: ['domain'],
  '@lezer/common': ['domain'],
  '@lezer/go': ['domain'],
  diff: ['domain'],
  'js-yaml': ['domain'],
  'lossless-json': ['domain'],
  luxon: ['domain'],
  'string-width': ['ui'],
  yaml: ['domain'],
  '@oclif/core': ['cli', 'commands'],
}
/** Parts of Node that only compute. */
const PURE_BUILTINS = new Set(['node:buffer', 'node:crypto', 'node:string_decoder', 'node:util', 'node:zlib'])
/** Where a process or a thread begins. */
const MAINS = ['src/main.ts', 'src/scan-worker.ts']
/** What is written durably, and by one process at a time, is so for every adapter. */
const SHARED_ADAPTER = 'disk'
/** Where ports meet adapters. */
const WIRING = /^src\/cli\/(\w+-)?wiring\.ts$/
const DOMAIN_FOR_ALL = [
  'src/domain/errors.ts',
  'src/domain/document.ts',
  'src/domain/exact-json.ts',
  'src/domain/kube-error.ts',
]

interface Import {
  from: string
  target: string
  typeOnly: boolean
  dynamic: boolean
}

/** Sources of the WebAssembly module, which import only each other and come into the program compiled. */
const APART = 'src/domain/usage/scan/assembly/**'
const files = globSync('src/**/*.ts', { cwd: ROOT, ignore: APART }).sort()
const textOf = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
const imports = files.flatMap((file) => importsOf(file, textOf.get(file)!))

describe('the arrows of the architecture', () => {
  it('points from commands inwards and from adapters to ports, everywhere', () => {
    expect(imports.filter((one) => !isAllowed(one)).map(describeImport)).toEqual([])
  })

  it('tells an arrow that points the wrong way', () => {
    const wrong = [
      ['src/domain/usage/a.ts', "import { x } from '../../ui/table.ts'"],
      ['src/domain/usage/a.ts', "import { readFileSync } from 'node:fs'"],
      ['src/domain/usage/a.ts', "import chalk from 'chalk'"],
      ['src/domain/usage/a.ts', "const x = await import('../../adapters/duckdb/engine.ts')"],
      ['src/commands/doctor.ts', "import { x } from '../adapters/duckdb/engine.ts'"],
      ['src/ui/a.ts', "import { EXIT_CODES } from '../domain/errors.ts'"],
      ['src/cli/wiring.ts', "import { engine } from '../adapters/duckdb/engine.ts'"],
      ['src/adapters/duckdb/engine.ts', "import { x } from '../event-files/open.ts'"],
      ['src/adapters/duckdb/engine.ts', "import { x } from '../../cli/output.ts'"],
      ['src/cli/a.ts', "import Doctor from '../commands/doctor.ts'"],
      ['src/cli/a.ts', "import { glob } from 'tinyglobby'"],
    ] as const
    for (const [file, text] of wrong) expect(importsOf(file, text).map(isAllowed), text).toEqual([false])
  })

  it('has no two files that need each other, not even for a type', () => {
    expect(circlesOf(imports.filter(({ dynamic }) => !dynamic))).toEqual([])
  })

  it('tells a circle, however long', () => {
    const arrow = (from: string, target: string): Import => ({ from, target, typeOnly: false, dynamic: false })
    const arrows = [arrow('a', 'b'), arrow('b', 'c'), arrow('c', 'a'), arrow('c', 'd'), arrow('e', 'a')]
    expect(circlesOf(arrows)).toEqual(['a', 'b', 'c'])
  })

  it('has no file that only passes on what others export', () => {
    const barrels = files.filter(
      (file) =>
        file.endsWith('/index.ts') || /^export\s+(type\s+)?(\*|\{[^}]*\})[\w\s]*from\s/m.test(textOf.get(file)!),
    )
    expect(barrels).toEqual([])
  })

  it('keeps commands short, without console and without an end of the process', () => {
    const commands = files.filter((file) => file.startsWith('src/commands/'))
    expect(commands.length).toBeGreaterThan(0)
    for (const file of commands) {
      const text = textOf.get(file)!
      expect(text.trimEnd().split('\n').length, `lines of ${file}`).toBeLessThanOrEqual(80)
      expect(text, file).not.toMatch(/\bconsole\b|\bprocess\.(exit|stdout|stderr)\b/)
    }
  })

  it('names nothing Manager, Helper, Utils or Service', () => {
    const named = /(manager|helper|utils?|service)s?\b/i
    expect(files.filter((file) => named.test(file))).toEqual([])
  })
})

function isAllowed({ from, target, typeOnly, dynamic }: Import): boolean {
  const layer = layerOf(from)
  if (target.startsWith('node:')) return isBuiltinAllowed(layer, target)
  if (target.startsWith('package.json')) return layer === 'cli'
  if (!target.startsWith('src/')) return layer === 'adapters' || (PURE_PACKAGES[target]?.includes(layer) ?? false)
  const to = layerOf(target)
  if (to === layer) return layer !== 'adapters' || [adapterOf(from), SHARED_ADAPTER].includes(adapterOf(target))
  switch (layer) {
    case 'main':
      return ['cli', 'ui', 'domain'].includes(to) || (to === 'adapters' && typeOnly)
    case 'commands':
      return ['cli', 'ui', 'domain'].includes(to) || (to === 'ports' && typeOnly)
    case 'cli':
      if (to === 'adapters') return WIRING.test(from) && (dynamic || typeOnly)
      return to === 'ui' || to === 'domain' || (to === 'ports' && typeOnly)
    case 'ui':
    case 'ports':
      return ['domain', 'ports'].includes(to) && typeOnly
    case 'domain':
      return to === 'ports' && typeOnly
    case 'adapters':
      return ['domain', 'ports'].includes(to) && (typeOnly || DOMAIN_FOR_ALL.includes(target))
    default:
      return false
  }
}

/** Files from which arrows lead back to themselves. */
function circlesOf(arrows: readonly Import[]): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, target } of arrows) targets.set(from, [...(targets.get(from) ?? []), target])
  const leadsBack = (start: string): boolean => {
    const seen = new Set<string>()
    const ahead = [start]
    for (let file = ahead.pop(); file !== undefined; file = ahead.pop()) {
      for (const target of targets.get(file) ?? []) {
        if (target === start) return true
        if (!seen.has(target)) ahead.push(target)
        seen.add(target)
      }
    }
    return false
  }
  return [...targets.keys()].filter(leadsBack)
}

function adapterOf(file: string): string {
  return dirname(file).split('/')[2]!
}

function isBuiltinAllowed(layer: string, builtin: string): boolean {
  return ['cli', 'adapters', 'main'].includes(layer) || PURE_BUILTINS.has(builtin)
}

function layerOf(file: string): string {
  return MAINS.includes(file) ? 'main' : file.split('/')[1]!
}

function importsOf(file: string, text: string): Import[] {
  const statements = [...text.matchAll(/^(?:import|export)\s([\w{},*\s$]*?\sfrom\s)?\s*'([^']+)'/gm)].map((match) => ({
    target: resolveTarget(file, match[2]!),
    typeOnly: isTypeOnly(match[1] ?? ''),
    dynamic: false,
  }))
  const dynamic = [...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)].map((match) => ({
    target: resolveTarget(file, match[1]!),
    typeOnly: false,
    dynamic: true,
  }))
  return [...statements, ...dynamic].map((one) => ({ from: file, ...one }))
}

function isTypeOnly(clause: string): boolean {
  if (/^type\s/.test(clause)) return true
  const names = /^\{([^}]*)\}/.exec(clause.trim())?.[1]
  if (names === undefined) return false
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .every((name) => name.startsWith('type '))
}

function resolveTarget(file: string, specifier: string): string {
  return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier
}

function describeImport({ from, target, typeOnly }: Import): string {
  return `${from} imports ${typeOnly ? 'types of ' : ''}${target}`
}
