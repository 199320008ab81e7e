// A fork of some upstream, the same each time: files of a hundred lines, upstream commits that each change a few lines
// of a few files, and company commits that change other lines, so that nothing conflicts.
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

const LINES = 100
const PER_DIRECTORY = 20

/** Makes the repository with `git fast-import`: tags v1.0.0 and v2.0.0, and the company on main.
 * @param {string} path @param {{upstream: number, commits: number, files: number}} size */
export function generateFork(path, { upstream, commits, files }) {
  mkdirSync(path, { recursive: true })
  const git = (/** @type {string[]} */ ...words) => execFileSync('git', ['-C', path, ...words], { stdio: 'ignore' })
  git('init', '--quiet', '--initial-branch=main')
  git('config', 'user.name', 'Bench')
  git('config', 'user.email', 'bench@acme.example')
  const contents = Array.from({ length: files }, (_, file) =>
    Array.from({ length: LINES }, (_, line) => `${file}:${line}`),
  )
  let input = commit(
    'refs/heads/main',
    1,
    'base',
    contents.map((_, file) => change(file, contents)),
  )
  input += 'reset refs/tags/v1.0.0\nfrom :1\n\n'
  const base = contents.map((lines) => [...lines])
  for (let number = 0; number < upstream; number += 1) {
    const touched = [number * 7, number * 13 + 1, number * 29 + 2].map((file) => file % files)
    // Upstream keeps to the first half of a file, the company to the second.
    for (const file of touched) (contents[file] ?? [])[number % 40] = `upstream ${number}`
    input += commit(
      'refs/heads/upstream',
      2 + number,
      `upstream ${number} (#${number})`,
      changes(touched, contents),
      number === 0 ? 1 : undefined,
    )
  }
  input += `reset refs/tags/v2.0.0\nfrom :${1 + upstream}\n\n`
  for (let number = 0; number < commits; number += 1) {
    const touched = [number * 7, number * 11 + 3].map((file) => file % files)
    for (const file of touched) (base[file] ?? [])[60 + (number % 40)] = `company ${number}`
    input += commit(
      'refs/heads/main',
      2 + upstream + number,
      `company ${number}`,
      changes(touched, base),
      number === 0 ? 1 : undefined,
    )
  }
  execFileSync('git', ['-C', path, 'fast-import', '--quiet', '--force'], { input })
  git('reset', '--quiet', '--hard', 'main')
  return path
}

/** @param {number[]} touched @param {string[][]} contents */
function changes(touched, contents) {
  return [...new Set(touched)].map((file) => change(file, contents))
}

/** @param {number} file @param {string[][]} contents */
function change(file, contents) {
  const text = `${contents[file]?.join('\n') ?? ''}\n`
  return `M 100644 inline d${Math.floor(file / PER_DIRECTORY)}/f${file}.txt\ndata ${Buffer.byteLength(text)}\n${text}\n`
}

/** @param {string} ref @param {number} mark @param {string} subject @param {string[]} edits @param {number} [from] */
function commit(ref, mark, subject, edits, from) {
  const who = `Bench <bench@acme.example> ${1_600_000_000 + mark * 60} +0000`
  const start = from === undefined ? '' : `from :${from}\n`
  return `commit ${ref}\nmark :${mark}\nauthor ${who}\ncommitter ${who}\ndata ${subject.length}\n${subject}\n${start}${edits.join('')}\n`
}
