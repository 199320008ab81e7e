// What comparing 250, 1,000 and 4,000 pairs of pods costs, as a ratio to dyff on the same two files: `npm run bench:pods`.
// Each is asked for all that differs, as people ask, and for the least: we name the pods, dyff gives one number. dyff is taken
// from $DYFF or the PATH (`go install github.com/homeport/dyff/cmd/dyff@latest`); without it our own figures remain.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHANGED_EVERY, generate } from './generate.mjs'

const PROGRAM = new URL('../../bin/run.js', import.meta.url).pathname
const ROUNDS = 3
const FEW = 3
const MOST_PAIRS = 4000
/** @type {[pairs: number, form: 'yaml' | 'json'][]} */
const SIZES = [
  [250, 'yaml'],
  [1000, 'yaml'],
  [MOST_PAIRS, 'yaml'],
  [1000, 'json'],
]
const ANSWERS = [
  { answer: 'in full', ask: [], askDyff: [] },
  { answer: 'least', ask: ['-o', 'name'], askDyff: ['--output', 'brief'] },
]
/** Linux counts processor time in hundredths of a second. */
const TICKS = 100
/** What is kept must not grow with the pairs: so many would never fit in it. */
const SMALL_HEAP = '--max-old-space-size=64'
const directory = mkdtempSync(join(tmpdir(), 'sparkops-bench-'))

try {
  const dyff = findDyff()
  const rows = []
  for (const [pairs, form] of SIZES) {
    const files = generate(directory, pairs, form)
    if (pairs === MOST_PAIRS) await best([process.execPath, SMALL_HEAP, PROGRAM, 'pods', 'diff', ...files], 1)
    for (const answer of ANSWERS) rows.push({ pairs, form, ...(await compared(files, pairs, answer, dyff)) })
  }
  console.table(rows)
  if (dyff === undefined) console.log('dyff was not found: set DYFF to compare with it')
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/** @param {string[]} files @param {number} pairs @param {typeof ANSWERS[number]} kind @param {string | undefined} dyff */
async function compared(files, pairs, { answer, ask, askDyff }, dyff) {
  const ours = await best([process.execPath, PROGRAM, 'pods', 'diff', ...files, ...ask])
  const found = ours.stdout.trim().split('\n').length
  if (answer === 'least' && found !== Math.ceil(pairs / CHANGED_EVERY))
    throw new Error(`${found} differences found, not ${Math.ceil(pairs / CHANGED_EVERY)}`)
  const theirs = dyff === undefined ? undefined : await best([dyff, 'between', ...askDyff, ...files])
  return {
    answer,
    'sparkops s': ours.seconds.toFixed(2),
    'sparkops CPU s': ours.cpuSeconds.toFixed(2),
    'sparkops MiB': Math.round(ours.peakKib / 1024),
    'dyff s': theirs?.seconds.toFixed(2) ?? '-',
    'dyff CPU s': theirs?.cpuSeconds.toFixed(2) ?? '-',
    'dyff MiB': theirs === undefined ? '-' : Math.round(theirs.peakKib / 1024),
    'dyff / sparkops': theirs === undefined ? '-' : (theirs.seconds / ours.seconds).toFixed(2),
    'of CPU': theirs === undefined ? '-' : (theirs.cpuSeconds / ours.cpuSeconds).toFixed(2),
  }
}

function findDyff() {
  const program = process.env['DYFF'] ?? 'dyff'
  return spawnSync(program, ['version']).status === 0 ? program : undefined
}

/** The fastest of some runs, with the most memory any of them held. @param {string[]} command */
async function best(command, rounds = ROUNDS) {
  let result = await measure(command)
  for (let round = 1; round < rounds; round++) {
    const next = await measure(command)
    const peakKib = Math.max(result.peakKib, next.peakKib)
    result = { ...(next.seconds < result.seconds ? next : result), peakKib }
  }
  return result
}

/** @param {string[]} command */
async function measure([program = '', ...argv]) {
  const start = process.hrtime.bigint()
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.on('data', (/** @type {Buffer} */ chunk) => (stdout += chunk.toString()))
  let [peakKib, cpuSeconds] = [0, 0]
  const watch = setInterval(() => {
    const status = readProcess(child.pid, 'status')
    peakKib = Math.max(peakKib, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
    // Behind the name in brackets: user and system time are the 12th and 13th.
    const times = / (\d+) (\d+)$/.exec(/\)(?: \S+){13}/.exec(readProcess(child.pid, 'stat'))?.[0] ?? '')
    cpuSeconds = Math.max(cpuSeconds, (Number(times?.[1] ?? 0) + Number(times?.[2] ?? 0)) / TICKS)
  }, 10)
  const ended = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject))
  // Both say by 0 or a small number whether there are differences.
  if (ended === null || ended > FEW) throw new Error(`${program} ${argv.join(' ')} ended with ${ended}`)
  clearInterval(watch)
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, cpuSeconds, peakKib, stdout }
}

/** @param {number | undefined} pid @param {string} name */
function readProcess(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
