#!/usr/bin/env node
// Speed and memory of `usage compute` as ratios to others that do the same job on the same dump.
//   node bench/usage/run.mjs --events 1000000 [--rounds 3] [--only ours,bare] [--json]
// Whole processes, taken in turn (A B C, A B C, …) so that a busy moment hits all alike; a ratio is the median over
// the rounds of the ratio within one round. The exit code is 0 unless a competitor failed or a wrong answer was given.
import { once } from 'node:events'
import { createReadStream, mkdirSync, readdirSync, statSync } from 'node:fs'
import { cpus, devNull, totalmem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compareAll, compareExact, compareSums, compareTruth } from './agreement.mjs'
import { COMPETITORS, readAnswer } from './competitors.mjs'
import { cacheDirectory, ensureDumps } from './generate.mjs'
import { measure } from './measure.mjs'
import { printReport } from './print.mjs'

/**
 * @typedef {import('./competitors.mjs').Competitor} Competitor
 * @typedef {import('./competitors.mjs').Answer} Answer
 * @typedef {import('./agreement.mjs').Agreement} Agreement
 * @typedef {import('./generate.mjs').Options} Options
 *
 * @typedef {object} Result
 * @property {string} id
 * @property {string} what
 * @property {number} bytes of its input
 * @property {import('./measure.mjs').Run[]} runs
 * @property {string | undefined} failure
 *
 * @typedef {object} Report
 * @property {number} events
 * @property {number} rounds
 * @property {{cores: number, cpu: string, memoryGiB: number, node: string}} machine
 * @property {Result[]} results
 * @property {{id: string, why: string}[]} skipped
 * @property {Agreement[]} agreements
 */

/** @type {Options} A dump of its own for what must be equal to the integer: nothing is bounded in it. */
const WITHOUT_RESTARTS = { events: 100_000, seed: 7, restarts: 0, duplicates: 0 }

async function main() {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '1000000' },
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      restarts: { type: 'string', default: '2' },
      duplicates: { type: 'string', default: '0' },
      only: { type: 'string' },
      dir: { type: 'string', default: join(tmpdir(), 'sparkops-bench') },
      json: { type: 'boolean', default: false },
    },
  })
  const events = count(values.events)
  const options = {
    events,
    seed: count(values.seed),
    restarts: count(values.restarts),
    duplicates: Number(values.duplicates),
  }
  const rounds = values.rounds === undefined ? usualRounds(events) : count(values.rounds)
  const scratch = join(values.dir, 'out')
  mkdirSync(scratch, { recursive: true })
  const { chosen, skipped } = choose(events, values.only?.split(','), scratch)
  const results = await compete(chosen, options, values.dir, scratch, rounds)
  const agreements = agree(chosen, results, cacheDirectory(options, values.dir), scratch)
  agreements.push(...(await agreeWithoutRestarts(chosen, values.dir, scratch)))
  const machine = {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
  const report = { events, rounds, machine, results, skipped, agreements }
  printReport(report, values.json)
  const wrong = agreements.some(({ differences }) => differences.length > 0)
  process.exitCode = wrong || results.some(({ failure }) => failure !== undefined) ? 1 : 0
}

/** @param {string} text */
function count(text) {
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`not a whole number: ${text}`)
  return value
}

/** @param {number} events */
function usualRounds(events) {
  if (events >= 30_000_000) return 1
  return events >= 10_000_000 ? 2 : 3
}

/** @param {string} text */
const tell = (text) => process.stderr.write(`${text}\n`)

/** @param {number} events @param {string[] | undefined} only @param {string} scratch */
function choose(events, only, scratch) {
  const known = new Set(COMPETITORS.map(({ id }) => id))
  const unknown = only?.filter((id) => !known.has(id)) ?? []
  if (unknown.length > 0) throw new Error(`no ${unknown.join(', ')}; there are ${[...known].join(', ')}`)
  /** @type {Competitor[]} */
  const chosen = []
  const skipped = []
  for (const competitor of COMPETITORS) {
    const { id, from, upTo } = competitor
    if (only ? !only.includes(id) : events < from) continue
    const why = !only && events > upTo ? `only up to ${upTo} events, or with --only` : competitor.obstacle(scratch)
    if (why === undefined) chosen.push(competitor)
    else skipped.push({ id, why })
  }
  return { chosen, skipped }
}

/**
 * @param {Competitor[]} chosen
 * @param {Options} options
 * @param {string} root
 * @param {string} scratch
 * @param {number} rounds
 */
async function compete(chosen, options, root, scratch, rounds) {
  const forms = [...new Set(chosen.map(({ form }) => form))]
  const dumps = await ensureDumps(options, forms, cacheDirectory(options, root), progress(options.events))
  /** @type {Map<Competitor, Result>} */
  const results = new Map()
  for (const competitor of chosen) {
    const { id, what, form } = competitor
    results.set(competitor, { id, what, bytes: dumps.get(form)?.bytes ?? 0, runs: [], failure: undefined })
  }
  for (const { path } of dumps.values()) await warm(path)
  for (let round = 1; round <= rounds; round++)
    for (const [competitor, result] of results) {
      if (result.failure !== undefined) continue
      const run = await runOnce(competitor, dumps.get(competitor.form)?.path ?? '', scratch)
      tell(`round ${round} of ${rounds}: ${result.id} ${run.wall.toFixed(2)} s`)
      result.runs.push(run)
      if (run.code !== 0) result.failure = `exit ${run.code}: ${run.stderr.trim().slice(-300)}`
    }
  return [...results.values()]
}

/** @param {Competitor} competitor @param {string} dump @param {string} scratch */
async function runOnce(competitor, dump, scratch) {
  const result = resultPath(competitor, scratch)
  return measure(competitor.command(dump, result), competitor.writesFile ? devNull : result, `${result}.time`)
}

/** @param {Competitor} competitor @param {string} scratch */
const resultPath = ({ id, answer }, scratch) => join(scratch, `${id}.${answer === 'json' ? 'json' : 'csv'}`)

/** @param {number} events */
function progress(events) {
  let told = 0
  return (/** @type {number} */ made) => {
    const tenth = Math.floor((made * 10) / events)
    if (tenth > told) tell(`made ${tenth * 10} % of ${events} events`)
    told = tenth
  }
}

/** Reads it once, so that the first competitor does not pay for the disk. @param {string} path */
async function warm(path) {
  const names = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]
  for (const name of names) {
    const stream = createReadStream(name, { highWaterMark: 1 << 22 })
    stream.resume()
    await once(stream, 'close')
  }
}

/** Pairs that give the same answer on any dump. @type {readonly (readonly [string, string])[]} */
const SAME = [
  ['naive', 'bare'],
  ['rust', 'bare'],
  ['bare-envelope', 'bare'],
  ['ours-gz', 'ours'],
  ['ours-zst', 'ours'],
  ['ours-memory', 'ours'],
  ['ours-envelope-gz', 'ours-envelope'],
  ['ours-envelope-zst', 'ours-envelope'],
]

/**
 * @param {Competitor[]} chosen
 * @param {Result[]} results
 * @param {string} directory
 * @param {string} scratch
 */
function agree(chosen, results, directory, scratch) {
  const failed = new Set(results.filter(({ failure }) => failure !== undefined).map(({ id }) => id))
  /** @type {Map<string, Answer>} */
  const answers = new Map()
  /** @type {Agreement[]} */
  const agreements = []
  for (const competitor of chosen) if (!failed.has(competitor.id)) read(competitor, scratch, answers, agreements)
  for (const [id, otherId] of SAME) {
    const [one, other] = [answers.get(id), answers.get(otherId)]
    if (one && other) agreements.push(compareAll(`${id} = ${otherId}`, one, other))
  }
  for (const id of ['ours', 'ours-envelope']) {
    const answer = answers.get(id)
    if (answer) agreements.push(compareTruth(id, answer, directory))
  }
  return agreements
}

/**
 * An answer that cannot be read is a wrong one.
 * @param {Competitor} competitor
 * @param {string} scratch
 * @param {Map<string, Answer>} answers
 * @param {Agreement[]} agreements
 */
function read(competitor, scratch, answers, agreements) {
  try {
    answers.set(competitor.id, readAnswer(competitor, resultPath(competitor, scratch)))
  } catch (error) {
    agreements.push({ what: `${competitor.id} can be read`, compared: 0, differences: [String(error)] })
  }
}

/** @param {Competitor[]} chosen @param {string} root @param {string} scratch @returns {Promise<Agreement[]>} */
async function agreeWithoutRestarts(chosen, root, scratch) {
  const directory = cacheDirectory(WITHOUT_RESTARTS, root)
  const dump = (await ensureDumps(WITHOUT_RESTARTS, ['stream'], directory)).get('stream')
  /** @type {Map<string, Answer>} */
  const answers = new Map()
  /** @type {Agreement[]} */
  const agreements = []
  for (const competitor of chosen.filter(({ id }) => ['ours', 'bare', 'jq'].includes(id))) {
    const { code } = await runOnce(competitor, dump?.path ?? '', scratch)
    if (code === 0) read(competitor, scratch, answers, agreements)
  }
  const [ours, bare, jq] = [answers.get('ours'), answers.get('bare'), answers.get('jq')]
  if (ours && bare) agreements.push(compareExact(ours, bare))
  if (jq && bare) agreements.push(compareSums(jq, bare))
  return agreements
}

await main()
