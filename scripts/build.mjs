// Bundles src into dist with esbuild and writes oclif's manifest.
//
//   node scripts/build.mjs                  bundle, then rewrite oclif.manifest.json
//   node scripts/build.mjs --if-stale       only if a source is newer than the bundle
//   node scripts/build.mjs --keep-manifest  leave the checked-in manifest alone (a test compares it)
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { glob } from 'tinyglobby'
import { assemble } from './assemble.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DIST = join(ROOT, 'dist')
const STAMP = join(DIST, 'metafile.json')
const INPUTS = ['src/**', 'package.json', 'scripts/build.mjs']

// oclif asks for these only to run TypeScript sources, which it is told not to (src/cli/run-command.ts).
const NEVER_LOADED = ['ts-node', 'tsx', 'typescript']

// The Kafka client reads its checksums' code from a file of this name beside the bundle.
const KAFKA_WASM = join(ROOT, 'node_modules/@platformatic/wasm-utils/dist/native.wasm')

// What CommonJS packages expect to find in an ES module; only files that use it pay for it.
const COMMONJS_GLOBALS = [
  "import{createRequire as __createRequire}from'node:module';",
  "import{fileURLToPath as __fileURLToPath}from'node:url';",
  'const require=__createRequire(import.meta.url),__filename=__fileURLToPath(import.meta.url),',
  "__dirname=__fileURLToPath(new URL('.',import.meta.url));",
].join('')

/** Bundles everything that the program runs. */
export async function bundle() {
  await assemble()
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const installed = Object.keys(dependencies)
  const commands = await glob('src/commands/**/*.ts', { cwd: ROOT })
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts', 'src/scan-worker.ts', ...commands],
    outdir: 'dist',
    outbase: 'src',
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    minify: true,
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    external: [...installed, ...NEVER_LOADED],
    // ws would look for native packages that nobody installs with us.
    define: { 'process.env.WS_NO_BUFFER_UTIL': '"1"', 'process.env.WS_NO_UTF_8_VALIDATE': '"1"' },
    loader: { '.html': 'text', '.css': 'text' },
    logLevel: 'warning',
  })
  for (const file of outputFiles) {
    const text = file.path.endsWith('.js') && usesCommonJs(file.text) ? COMMONJS_GLOBALS + file.text : file.text
    await mkdir(dirname(file.path), { recursive: true })
    await writeFile(file.path, text)
  }
  await copyFile(KAFKA_WASM, join(DIST, 'native.wasm'))
  await removeOthers([...outputFiles.map((file) => file.path), join(DIST, 'native.wasm')])
  await writeFile(STAMP, JSON.stringify(metafile))
}

/** @param {string} text */
function usesCommonJs(text) {
  return /typeof require\b|\b__dirname\b|\b__filename\b/.test(text)
}

/** Removes what an earlier build left. New files are in place by then: a program that starts meanwhile still runs.
 * @param {string[]} written */
async function removeOthers(written) {
  const wanted = new Set(written.map((path) => resolve(path)))
  for (const name of await readdir(DIST, { recursive: true })) {
    const path = join(DIST, name)
    if (wanted.has(path) || path === STAMP || !(await stat(path)).isFile()) continue
    await rm(path)
  }
}

/** What oclif knows of every command, from the bundle.
 * @returns {Promise<string>} */
export async function manifestText() {
  const { Plugin, settings } = await import('@oclif/core')
  settings.enableAutoTranspile = false
  const plugin = new Plugin({
    root: ROOT,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  // Files are found in no certain order.
  const commands = Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify({ ...plugin.manifest, commands: Object.fromEntries(commands) }, null, 2)}\n`
}

/** Whether a source is newer than the bundle, or gone since. */
export async function isStale() {
  const built = await stat(STAMP).catch(() => undefined)
  if (!built) return true
  const inputs = await glob(INPUTS, { cwd: ROOT })
  const times = await Promise.all(inputs.map(async (path) => (await stat(join(ROOT, path))).mtimeMs))
  if (Math.max(...times) > built.mtimeMs) return true
  const metafile = /** @type {import('esbuild').Metafile} */ (JSON.parse(await readFile(STAMP, 'utf8')))
  const present = new Set(inputs)
  return Object.keys(metafile.inputs).some((path) => path.startsWith('src/') && !present.has(path))
}

async function main() {
  const options = new Set(process.argv.slice(2))
  if (options.has('--if-stale') && !(await isStale())) return
  await bundle()
  if (!options.has('--keep-manifest')) await writeFile(join(ROOT, 'oclif.manifest.json'), await manifestText())
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) await main()
