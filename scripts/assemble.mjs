// Compiles src/domain/usage/scan/assembly to WebAssembly, and writes it as text into stream-lines.gen.ts, which is checked
// in: whoever does not change it needs no compiler.
//
//   node scripts/assemble.mjs           rewrite the file if its source has changed
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import { glob } from 'tinyglobby'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCES = join(ROOT, 'src/domain/usage/scan/assembly')
const RESULT = join(ROOT, 'src/domain/usage/scan/stream-lines.gen.ts')
const OPTIONS = ['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '128']

/** Rewrites the compiled text where it is not of these sources. */
export async function assemble() {
  const files = (await glob('*.ts', { cwd: SOURCES })).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(SOURCES, file), 'utf8')))
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const identity = JSON.stringify([devDependencies.assemblyscript, OPTIONS, files, texts])
  const mark = `// Made by scripts/assemble.mjs from assembly/. Source: ${createHash('sha256').update(identity).digest('hex')}`
  const present = await readFile(RESULT, 'utf8').catch(() => '')
  if (present.startsWith(`${mark}\n`)) return
  await writeFile(RESULT, `${mark}\nexport const STREAM_LINES =\n  '${await compile()}'\n`)
}

/**
 * As a process: its types, which are not JavaScript's, stay out of ours.
 * @returns {Promise<string>} the module in base64
 */
async function compile() {
  const compiler = fileURLToPath(import.meta.resolve('assemblyscript/asc')).replace(/dist.asc\.js$/, 'bin/asc.js')
  const directory = await mkdtemp(join(tmpdir(), 'sparkops-assemble-'))
  try {
    const result = join(directory, 'lines.wasm')
    await promisify(execFile)(process.execPath, [compiler, 'stream-lines.ts', ...OPTIONS, '--outFile', result], {
      cwd: SOURCES,
    })
    return (await readFile(result)).toString('base64')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) await assemble()
