/** Runs a TypeScript file of the tests as a process of its own: for what only a real end of a process can show. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll } from 'vitest'
import { ROOT } from './run.ts'

/** Bundles the file once; gives the path to run. Removed when the test file is done. */
export async function bundleSource(file: string): Promise<string> {
  const cache = join(ROOT, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(cache, 'test-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const outfile = join(directory, 'main.mjs')
  await build({
    entryPoints: [join(ROOT, file)],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
  })
  return outfile
}
