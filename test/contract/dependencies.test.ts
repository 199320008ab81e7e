/** Each dependency earns its place in docs/dependencies.md, and is pinned. */
import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../support/run.ts'

interface PackageJson {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

interface Metafile {
  outputs: Record<string, { imports: { path: string; external?: boolean }[] }>
}

interface Lockfile {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>
}

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as PackageJson

it('docs/dependencies.md says of each dependency what it earns, and of nothing else', () => {
  const document = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8')
  const [running = '', bundled = '', developing = ''] = document.split('\n## ').slice(1)
  const named = (text: string): string[] => [...text.matchAll(/^\| `([^`]+)` \| \S/gm)].map((match) => match[1]!).sort()
  expect(named(running)).toEqual(Object.keys(dependencies).sort())
  expect([...named(bundled), ...named(developing)].sort()).toEqual(Object.keys(devDependencies).sort())
})

it('the bundle asks for no package that an installation does not have', () => {
  const { outputs } = JSON.parse(readFileSync(join(ROOT, 'dist/metafile.json'), 'utf8')) as Metafile
  const asked = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ external }) => external))
  const packages = new Set(asked.map(({ path }) => path).filter((path) => !isBuiltin(path)))
  // oclif asks for these only to run TypeScript sources, which it is told not to (cli/run-command.ts).
  // ws asks for the last two to be faster, and does without.
  for (const never of ['ts-node', 'tsx', 'typescript', 'bufferutil', 'utf-8-validate']) packages.delete(never)
  expect([...packages].filter((name) => !(name in dependencies))).toEqual([])
})

it('every dependency is pinned to one version', () => {
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d/.test(version))
  expect(loose).toEqual([])
})

it('the lockfile names no registry', () => {
  expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved": "http')
})

it('the lockfile has every optional package that it names: npm ci refuses it otherwise', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lockfile
  const named = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
  const present = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)))
  expect(named.filter((name) => !present.has(name))).toEqual([])
})
