#!/usr/bin/env node
// What one new day of a hundred costs in a store that grew day by day, against taking in the whole at once, and against
// computing it from the dumps. Whole processes; the answers of store and dumps must be the same, byte for byte.
//   node bench/usage/store.mjs --events 25000000 [--dir PATH] [--json]
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { cacheDirectory, ensureDumps } from './generate.mjs'
import { measure } from './measure.mjs'

/** What the incremental run may cost of the whole. */
const TARGET = 0.03
const CLI = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '25000000' },
    memory: { type: 'string', default: '1GB' },
    dir: { type: 'string', default: join(tmpdir(), 'sparkops-bench') },
    json: { type: 'boolean', default: false },
  },
})
const options = { events: Number(values.events), seed: 1, restarts: 2, duplicates: 0 }
const directory = cacheDirectory(options, values.dir)
const dump = (await ensureDumps(options, ['envelope-gz'], directory)).get('envelope-gz')
if (dump === undefined) throw new Error('no dump')
const parts = readdirSync(dump.path)
  .sort()
  .map((name) => join(dump.path, name))
  // The last one may be the rest that was left.
  .filter((path, _, all) => statSync(path).size > statSync(all[0] ?? path).size / 2)
const scratch = join(values.dir, 'store')
rmSync(scratch, { recursive: true, force: true })
mkdirSync(scratch, { recursive: true })

/** @param {string} name @param {string[]} words */
async function run(name, words) {
  const output = join(scratch, `${name}.json`)
  const memory = ['--memory', values.memory, '--json']
  const done = await measure(
    [process.execPath, CLI, 'usage', ...words, ...memory],
    output,
    join(scratch, `${name}.time`),
  )
  if (done.code !== 0) throw new Error(`${name}: exit ${done.code}: ${done.stderr}`)
  process.stderr.write(`${name}: ${done.wall.toFixed(1)} s, ${done.cpu?.toFixed(1) ?? '?'} s of CPU\n`)
  return { ...done, output }
}

/** @param {string} path @returns {{objects: {read: number, known: number}, events: number}} */
const told = (path) => JSON.parse(readFileSync(path, 'utf8'))
/** The answer without what tells how it was come by. @param {string} path */
const answerIn = (path) => JSON.stringify(JSON.parse(readFileSync(path, 'utf8')).items)

const [grown, fresh, briefly] = [join(scratch, 'grown'), join(scratch, 'fresh'), join(scratch, 'briefly')]
// Each object is larger than a batch, so each is a run of its own, as if there had been one a day.
const dayByDay = ['--batch-size', '1KB']
const before = await run('all days but one', ['compact', ...parts.slice(0, -1), '--store', grown, ...dayByDay])
const short = join(scratch, 'short.jsonl')
const [head = ''] = gunzipSync(readFileSync(parts.at(-1) ?? ''))
  .toString('latin1')
  .split('\n', 1)
writeFileSync(short, `${head}\n`)
cpSync(grown, briefly, { recursive: true })
const event = await run('1 event', ['compact', ...parts.slice(0, -1), short, '--store', briefly])
const day = await run('1 day', ['compact', ...parts, '--store', grown])
const nothing = await run('nothing new', ['compact', ...parts, '--store', grown])
const whole = await run('all days at once', ['compact', ...parts, '--store', fresh])
const fromDumps = await run('from dumps', ['compute', ...parts, '--by', 'app'])
const fromStore = await run('from store', ['compute', grown, '--by', 'app'])

/** @param {import('./measure.mjs').Run} a @param {import('./measure.mjs').Run} b */
const ratios = (a, b) => ({
  wall: a.wall / b.wall,
  cpu: a.cpu === undefined || b.cpu === undefined ? undefined : a.cpu / b.cpu,
})
const report = {
  events: options.events,
  objects: {
    all: parts.length,
    readByNewDay: told(day.output).objects.read,
    readByNothing: told(nothing.output).objects.read,
  },
  seconds: Object.fromEntries(
    Object.entries({ before, event, day, nothing, whole, fromDumps, fromStore }).map(([name, one]) => [name, one.wall]),
  ),
  dayOfWhole: ratios(day, whole),
  eventOfWhole: ratios(event, whole),
  nothingOfWhole: ratios(nothing, whole),
  dayOfDumps: ratios(day, fromDumps),
  storeOfDumps: ratios(fromStore, fromDumps),
  sameAnswer: answerIn(fromDumps.output) === answerIn(fromStore.output),
  target: TARGET,
}
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
else {
  /** @param {number | undefined} ratio */
  const percent = (ratio) => (ratio === undefined ? '?' : `${(ratio * 100).toFixed(1)} %`)
  /** @param {string} what @param {{wall: number, cpu: number | undefined}} ratio */
  const line = (what, ratio) =>
    process.stdout.write(`${what.padEnd(44)} wall ${percent(ratio.wall)}, CPU ${percent(ratio.cpu)}\n`)
  line(`one day of ${parts.length}, of taking in the whole`, report.dayOfWhole)
  line('  of that, a run that brings one event', report.eventOfWhole)
  line('  of that, a run that finds nothing new', report.nothingOfWhole)
  line(`one day of ${parts.length}, of computing the whole`, report.dayOfDumps)
  line('computing from the store, of from the dumps', report.storeOfDumps)
  process.stdout.write(`aimed at: ${percent(report.target)} of taking in the whole\n`)
  process.stdout.write(`objects read by the new day: ${report.objects.readByNewDay} of ${report.objects.all}\n`)
  process.stdout.write(`the answers are ${report.sameAnswer ? 'the same' : 'NOT the same'}\n`)
}
process.exitCode = report.sameAnswer && report.objects.readByNewDay === 1 && report.objects.readByNothing === 0 ? 0 : 1
