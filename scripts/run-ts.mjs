// Runs a TypeScript file of this repository on any supported Node: node scripts/run-ts.mjs bench/x/main.ts [ARGUMENTS]
//
// Bundled by esbuild below node_modules, so that packages resolve; nothing is left behind.
import { spawnSync } from 'node:child_process'
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

// Scripts find their files, and whether they are run, by their own place: they stay where they are.
const scriptsInPlace = {
  name: 'scripts in place',
  /** @param {import('esbuild').PluginBuild} build */
  setup: (build) => {
    build.onResolve({ filter: /\/scripts\/[\w-]+\.mjs$/ }, ({ path, resolveDir }) => ({
      path: pathToFileURL(resolve(resolveDir, path)).href,
      external: true,
    }))
  },
}

const CACHE = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url))

const [file, ...rest] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: node scripts/run-ts.mjs FILE.ts [ARGUMENTS]')
await mkdir(CACHE, { recursive: true })
const directory = await mkdtemp(join(CACHE, 'run-'))
try {
  const outfile = join(directory, 'main.mjs')
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    packages: 'external',
    plugins: [scriptsInPlace],
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...rest], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  await rm(directory, { recursive: true, force: true })
}
