// Runs the commands that the documents show, and puts what they print into the documents. `npm run docs` runs it.
//
// A block marked `console` holds commands, each behind `$ `, and their output. A pattern after the word says which lines
// of the output are shown, as in ```console /^root/   What lies between them becomes one line with `…`.
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const BLOCK = /^```console(?: \/(.+)\/)?\n([^]*?)^```$/gm
const ELIDED = '…'

/** Documents that may show commands, relative to the repository.
 * @returns {Promise<string[]>} */
export async function documents() {
  const names = await readdir(join(ROOT, 'docs'))
  return ['README.md', ...names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
}

/** A document as it is, and as it is when every command that it shows has been run anew.
 * @param {string} path
 * @returns {Promise<{ before: string, after: string }>} */
export async function runDocument(path) {
  const before = await readFile(join(ROOT, path), 'utf8')
  const folder = await mkdtemp(join(tmpdir(), 'sparkops-docs-'))
  try {
    await symlink(join(ROOT, 'examples'), join(folder, 'examples'))
    const after = before.replace(BLOCK, (_, pattern, body) => {
      const shown = commandsOf(String(body)).map(
        (command) => `$ ${command}\n${select(run(command, folder), /** @type {string | undefined} */ (pattern))}`,
      )
      return `\`\`\`console${pattern === undefined ? '' : ` /${String(pattern)}/`}\n${shown.join('')}\`\`\``
    })
    return { before, after }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The commands of a block; one that goes on over lines keeps its line ends.
 * @param {string} body
 * @returns {string[]} */
function commandsOf(body) {
  return [...body.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map(([, command]) => command ?? '')
}

/** Runs a command beside the examples, as a user without a terminal does.
 * @param {string} command
 * @param {string} folder */
function run(command, folder) {
  const program = `sparkops() { '${process.execPath}' '${join(ROOT, 'bin/run.js')}' "$@"; }`
  const { PATH, HOME } = process.env
  const { stdout, stderr, error } = spawnSync('bash', ['-c', `${program}\n${command}`], {
    cwd: folder,
    env: { PATH, HOME, TMPDIR: folder, LANG: 'C.UTF-8', TZ: 'UTC' },
    encoding: 'utf8',
  })
  if (error !== undefined) throw error
  if (stderr !== '') throw new Error(`${command}\n${stderr}`)
  return stdout.replaceAll(folder, '/tmp')
}

/** The lines that match, in their order, with a sign where some are left out.
 * @param {string} text
 * @param {string | undefined} pattern */
function select(text, pattern) {
  if (pattern === undefined) return text
  const wanted = new RegExp(pattern)
  /** @type {string[]} */
  const kept = []
  for (const line of text.trimEnd().split('\n')) {
    if (wanted.test(line)) kept.push(line)
    else if (kept.at(-1) !== ELIDED) kept.push(ELIDED)
  }
  return `${kept.join('\n')}\n`
}

async function main() {
  for (const path of await documents()) {
    const { before, after } = await runDocument(path)
    if (before !== after) await writeFile(join(ROOT, path), after)
  }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) await main()
