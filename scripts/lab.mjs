// Provides the programs of a real control plane for the tests: `npm run lab`.
//
// Each is taken from KUBEBUILDER_ASSETS, else from PATH, else from a cache below the XDG cache home, else built there
// once from its Go module with our go.mod in test/lab. Two at once are safe: programs appear whole, by rename, and the
// second waits for the first. Go's own cache makes a build that was cut short go on where it was.
//
//   node scripts/lab.mjs                find or build; tells where each program is
//   node scripts/lab.mjs --if-possible  the same, but a machine that cannot have it is no failure
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheHome } from './lab-cache.mjs'
import { provideKafka } from './lab-kafka.mjs'
import { holdLock } from './lab-lock.mjs'
import { buildProgress } from './lab-progress.mjs'

const MODULES = fileURLToPath(new URL('../test/lab/', import.meta.url))
/** Builds that nobody used for so long are of a version that nobody tests with any more. */
const UNUSED_MS = 30 * 24 * 3600 * 1000

/**
 * @typedef {'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'helm'} ProgramName
 * @typedef {{module: string, package: string, source: string, version?: string[]}} Recipe
 */

/** What each is built from: our module, the package, and the module whose version the program should tell.
 * @type {Record<ProgramName, Recipe>} */
const RECIPES = {
  etcd: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', source: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  helm: {
    module: 'helm',
    package: 'helm.sh/helm/v3/cmd/helm',
    source: 'helm.sh/helm/v3',
    version: ['helm.sh/helm/v3/internal/version.version=v$version'],
  },
}

/** @param {string} name @returns {Recipe} */
function kubernetes(name) {
  const variable = 'k8s.io/component-base/version'
  return {
    module: 'kubernetes',
    package: `k8s.io/kubernetes/cmd/${name}`,
    source: 'k8s.io/kubernetes',
    version: [`${variable}.gitVersion=v$version`, `${variable}.gitMajor=$major`, `${variable}.gitMinor=$minor`],
  }
}

/** @type {ProgramName[]} */
export const LAB_PROGRAMS = ['etcd', 'kube-apiserver', 'helm', 'kube-controller-manager']

/** Where a program is; undefined where it would have to be built. Cheap: looks at files only.
 * @param {ProgramName} name
 * @returns {string | undefined} */
export function findLabProgram(name) {
  const assets = process.env.KUBEBUILDER_ASSETS
  const places = [
    ...(assets ? [assets] : []),
    ...(process.env.PATH ?? '').split(delimiter).filter((place) => isAbsolute(place)),
    cacheOf(name),
  ]
  return places.map((place) => join(place, name)).find(isProgram)
}

/** Builds what is missing, and gives where everything is. Throws where that cannot be.
 * @returns {Promise<Map<ProgramName, string>>} */
export async function provideLab() {
  if (LAB_PROGRAMS.some((name) => findLabProgram(name) === undefined)) await buildMissing()
  return new Map(LAB_PROGRAMS.map((name) => [name, /** @type {string} */ (findLabProgram(name))]))
}

async function buildMissing() {
  await requireGo()
  await mkdir(cacheHome(), { recursive: true })
  const release = await holdLock(join(cacheHome(), 'lock'), (holder) =>
    tell(`waiting for process ${holder}, which builds it`),
  )
  try {
    // Those that the one before us has built while we waited are there by now.
    const missing = LAB_PROGRAMS.filter((name) => findLabProgram(name) === undefined)
    if (missing.length > 0) tell(`building ${missing.join(', ')}: about 8 minutes on two cores, once`)
    for (const name of missing) await buildProgram(name)
    await removeUnused()
  } finally {
    await release()
  }
}

/** @param {ProgramName} name */
async function buildProgram(name) {
  const recipe = RECIPES[name]
  const place = cacheOf(name)
  const cwd = join(MODULES, recipe.module)
  const started = Date.now()
  await mkdir(dirname(place), { recursive: true })
  const draft = await mkdtemp(`${place}.`)
  try {
    tell(`${name}: fetching what it is made of`)
    const packages = await goOutput(['list', '-deps', '-f', '{{.ImportPath}}', recipe.package], cwd)
    const progress = buildProgress(name, packages.trim().split('\n').length, process.stderr)
    await go(['build', ...buildFlags(recipe), '-v', '-o', join(draft, name), recipe.package], cwd, (line) =>
      progress.line(line),
    )
    progress.end()
    await rm(place, { recursive: true, force: true })
    await rename(draft, place)
    tell(`${name}: built in ${Math.round((Date.now() - started) / 1000)} s`)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/** @param {Recipe} recipe */
function buildFlags(recipe) {
  const [major = '', minor = ''] = versionOf(recipe).split('.')
  const stamps = (recipe.version ?? []).map((stamp) =>
    stamp.replace('$version', versionOf(recipe)).replace('$major', major).replace('$minor', minor),
  )
  return ['-mod=readonly', '-trimpath', '-ldflags', ['-s', '-w', ...stamps.map((stamp) => `-X ${stamp}`)].join(' ')]
}

/** The version that our go.mod asks for, without its `v`.
 * @param {Recipe} recipe */
function versionOf(recipe) {
  const text = readFileSync(join(MODULES, recipe.module, 'go.mod'), 'utf8')
  const found = new RegExp(`^(?:require)?\\s*${recipe.source.replaceAll('.', '\\.')} v(\\S+)`, 'm').exec(text)
  if (found === null) throw new Error(`test/lab/${recipe.module}/go.mod does not require ${recipe.source}`)
  return /** @type {string} */ (found[1])
}

/** The directory of a program's build: its name changes with everything that the program is made of.
 * @param {ProgramName} name */
function cacheOf(name) {
  const recipe = RECIPES[name]
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(MODULES, recipe.module, file)))
  hash.update(JSON.stringify([recipe.package, buildFlags(recipe), process.platform, process.arch]))
  return join(cacheHome(), `${name}-${versionOf(recipe)}-${hash.digest('hex').slice(0, 12)}`)
}

async function removeUnused() {
  const now = new Date()
  const used = LAB_PROGRAMS.map(cacheOf)
  for (const place of used) await utimes(place, now, now).catch(() => undefined)
  for (const entry of await readdir(cacheHome())) {
    const place = join(cacheHome(), entry)
    const isBuild = LAB_PROGRAMS.some((name) => entry.startsWith(`${name}-`))
    const found = isBuild && !used.includes(place) ? await stat(place).catch(() => undefined) : undefined
    if (found && found.mtimeMs < now.getTime() - UNUSED_MS) await rm(place, { recursive: true, force: true })
  }
}

async function requireGo() {
  try {
    await goOutput(['version'], MODULES)
  } catch {
    throw new LabError('Go is not here, which builds them (https://go.dev/dl), nor are KUBEBUILDER_ASSETS set')
  }
}

/** An expected reason why there is no lab. */
class LabError extends Error {}

/** @param {string[]} args @param {string} cwd */
async function goOutput(args, cwd) {
  let output = ''
  await go(args, cwd, undefined, (text) => (output += text))
  return output
}

/** @param {string[]} args @param {string} cwd
 * @param {((line: string) => void) | undefined} onLine gets what go tells on standard error
 * @param {(text: string) => void} [onOutput]
 * @returns {Promise<void>} */
function go(args, cwd, onLine, onOutput) {
  const child = spawn('go', args, {
    cwd,
    // Without cgo nothing but Go is needed, and the programs run on any Linux; a workspace around us is not ours.
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  /** @type {string[]} */
  const said = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => onOutput?.(text))
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      said.push(line)
      if (said.length > 20) said.shift()
      onLine?.(line)
    }
  })
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', (code, signal) => {
      if (code === 0) return done()
      fail(new LabError(`go ${args[0]} ended with ${code ?? signal}:\n${[...said, rest].join('\n').trim()}`))
    })
  })
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** @param {string} text */
function tell(text) {
  process.stderr.write(`lab: ${text}\n`)
}

async function main() {
  const ifPossible = process.argv.includes('--if-possible')
  try {
    const programs = await provideLab()
    if (!ifPossible) for (const [name, path] of programs) process.stdout.write(`${name} ${path}\n`)
  } catch (error) {
    if (!(error instanceof LabError) && !ifPossible) throw error
    tell(
      `${ifPossible ? 'not here, so tests on a cluster are skipped: ' : ''}${error instanceof Error ? error.message : String(error)}`,
    )
    if (!ifPossible) process.exitCode = 1
  }
  try {
    const jars = await provideKafka(tell)
    if (!ifPossible) process.stdout.write(`kafka ${jars}\n`)
  } catch (error) {
    tell(`no Kafka, so tests on a broker are skipped: ${error instanceof Error ? error.message : String(error)}`)
    if (!ifPossible) process.exitCode = 1
  }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) await main()
