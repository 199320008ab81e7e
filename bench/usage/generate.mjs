#!/usr/bin/env node
// Makes dumps of YuniKorn events of any size, the same for the same seed, and keeps them in a cache directory.
//   node bench/usage/generate.mjs --events 1000000 --forms stream,envelope,stream-gz
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import * as zlib from 'node:zlib'
import { Random } from './random.mjs'
import { hasProgram } from './measure.mjs'
import { Workload } from './workload.mjs'

/** Goes up when the same options would give other bytes. */
const GENERATION = 1
const EVENTS_A_PART = 250_000
const CUT = '000000000'

export const FORMS = /** @type {const} */ ([
  'stream',
  'envelope',
  'stream-gz',
  'stream-zst',
  'envelope-gz',
  'envelope-zst',
])

/**
 * @typedef {(typeof FORMS)[number]} Form stream: as GET /ws/v1/events/stream; envelope: as our collector; gz, zst: in parts
 * @typedef {import('./journal.mjs').Batch} Batch
 *
 * @typedef {object} Options
 * @property {number} events
 * @property {number} seed
 * @property {number} restarts of the scheduler
 * @property {number} duplicates share of events written twice
 *
 * @typedef {object} Dump
 * @property {string} path a file, or a directory of parts
 * @property {number} bytes
 */

/** @param {Options} options @param {string} root */
export function cacheDirectory({ events, seed, restarts, duplicates }, root = join(tmpdir(), 'sparkops-bench')) {
  return join(root, `usage-v${GENERATION}-e${events}-s${seed}-r${restarts}-d${duplicates}`)
}

/**
 * Makes what is missing.
 * @param {Options} options
 * @param {readonly Form[]} forms
 * @param {string} directory
 * @param {(events: number) => void} [progress]
 * @returns {Promise<Map<Form, Dump>>}
 */
export async function ensureDumps(options, forms, directory, progress = () => {}) {
  await mkdir(directory, { recursive: true })
  /** @type {Form[]} */
  const missing = []
  for (const form of forms) if (!(await isComplete(directory, form))) missing.push(form)
  if (missing.length > 0) await makeDumps(options, missing, directory, progress)
  const dumps = new Map()
  for (const form of forms) dumps.set(form, await describe(directory, form))
  return dumps
}

/** What was truly used: see Workload.truth. @param {string} directory */
export const truthPath = (directory) => join(directory, 'truth.jsonl')

/** @param {string} directory @param {Form} form */
function dumpPath(directory, form) {
  return join(
    directory,
    isDirectory(form) ? form : form.replace('-', '.jsonl.').replace(/(stream|envelope)$/, '$1.jsonl'),
  )
}

/**
 * Raw lines stay one file, as one connection gave them; a sink of envelope lines makes many.
 * @param {Form} form
 */
const isDirectory = (form) => form.startsWith('envelope-')

/** @param {string} directory @param {Form} form */
async function isComplete(directory, form) {
  return readFile(join(directory, `${form}.done`)).then(
    () => true,
    () => false,
  )
}

/** @param {string} directory @param {Form} form @returns {Promise<Dump>} */
async function describe(directory, form) {
  const path = dumpPath(directory, form)
  const names = isDirectory(form) ? (await readdir(path)).map((name) => join(path, name)) : [path]
  const sizes = await Promise.all(names.map(async (name) => (await stat(name)).size))
  return { path, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/**
 * @param {Options} options
 * @param {Form[]} forms
 * @param {string} directory
 * @param {(events: number) => void} progress
 */
async function makeDumps(options, forms, directory, progress) {
  const workload = new Workload(options)
  const again = new Random(options.seed + 1)
  const sinks = forms.map((form) => new Sink(directory, form))
  for (const sink of sinks) await sink.clear()
  let events = 0
  for (const batch of workload.batches()) {
    const numbered = batch.lines.map((line, index) => ({ line, id: batch.firstId + index }))
    if (options.duplicates > 0) numbered.push(...numbered.filter(() => again.chance(options.duplicates)))
    /** @type {Map<string, string>} */
    const texts = new Map()
    for (const sink of sinks) {
      const text = texts.get(sink.shape) ?? SHAPES[sink.shape](batch.instance, numbered)
      texts.set(sink.shape, text)
      await sink.write(batch.instance, text, batch.lines.length)
    }
    events += batch.lines.length
    progress(events)
  }
  for (const sink of sinks) await sink.close()
  await writeFile(truthPath(directory), [...workload.truth()].map((row) => `${JSON.stringify(row)}\n`).join(''))
  for (const form of forms) await writeFile(join(directory, `${form}.done`), '')
}

/** @type {Record<'stream' | 'envelope', (instance: string, numbered: {line: string, id: number}[]) => string>} */
const SHAPES = {
  stream: (_instance, numbered) => `${numbered.map(({ line }) => line).join('\n')}\n`,
  envelope: (instance, numbered) => numbered.map(({ line, id }) => envelope(instance, id, line)).join(''),
}

/** @param {string} instance @param {number} id @param {string} line */
function envelope(instance, id, line) {
  const at = line.indexOf('"timestampNano":') + 16
  const received = `${Number(line.slice(at, at + 10)) + 1}${CUT}`
  return `{"v":1,"cluster":"bench","instance":"${instance}","id":${id},"recv":${received},"event":${line}}\n`
}

/** One form on disk; a write waits when the disk or the compressor is behind. */
class Sink {
  #directory
  #form
  #parts
  #part = 0
  #eventsInPart = 0
  #instance = ''
  /** @type {import('node:stream').Writable | undefined} */
  #stream
  /** @type {Promise<unknown>} */
  #closed = Promise.resolve()

  /** @param {string} directory @param {Form} form */
  constructor(directory, form) {
    this.#directory = directory
    this.#form = form
    this.#parts = isDirectory(form)
    this.shape = /** @type {'stream' | 'envelope'} */ (form.split('-')[0])
  }

  async clear() {
    const path = dumpPath(this.#directory, this.#form)
    await rm(path, { recursive: true, force: true })
    if (this.#parts) await mkdir(path)
  }

  /** @param {string} instance @param {string} text @param {number} events */
  async write(instance, text, events) {
    if (this.#parts && this.#eventsInPart >= EVENTS_A_PART) await this.close()
    const stream = (this.#stream ??= this.#open())
    this.#eventsInPart += events
    const head = this.shape === 'stream' && instance !== this.#instance ? `{"InstanceUUID":"${instance}"}\n` : ''
    this.#instance = instance
    if (!stream.write(Buffer.from(head + text, 'latin1'))) await once(stream, 'drain')
  }

  async close() {
    this.#stream?.end()
    await this.#closed
    this.#stream = undefined
    this.#eventsInPart = 0
  }

  #open() {
    const path = dumpPath(this.#directory, this.#form)
    if (!this.#form.includes('-')) {
      const file = createWriteStream(path, { highWaterMark: 4 << 20 })
      this.#closed = finished(file)
      return file
    }
    const kind = this.#form.endsWith('gz') ? 'gz' : 'zst'
    const name = this.#parts ? join(path, `part-${String(this.#part++).padStart(5, '0')}.jsonl.${kind}`) : path
    const { input, done } = kind === 'gz' ? gzip(name) : zstd(name)
    this.#closed = done
    return input
  }
}

/** @param {string} path */
function gzip(path) {
  const input = zlib.createGzip({ chunkSize: 1 << 18 })
  const file = input.pipe(createWriteStream(path))
  return { input, done: finished(file) }
}

/** The command where it is, else Node's own (22.15 and later). @param {string} path */
function zstd(path) {
  if (hasProgram('zstd')) {
    const child = spawn('zstd', ['-q', '-3', '-f', '-o', path], { stdio: ['pipe', 'ignore', 'inherit'] })
    const done = once(child, 'exit').then(([code]) => {
      if (code !== 0) throw new Error(`zstd ended with ${code} on ${path}`)
    })
    return { input: child.stdin, done }
  }
  const make = nodeZstd()
  if (!make) throw new Error('neither the zstd command nor zstd in node:zlib is here')
  const input = make()
  const file = input.pipe(createWriteStream(path))
  return { input, done: finished(file) }
}

export const canZstd = () => hasProgram('zstd') || nodeZstd() !== undefined

/** @returns {(() => zlib.Gzip) | undefined} */
function nodeZstd() {
  return /** @type {{createZstdCompress?: () => zlib.Gzip}} */ (zlib).createZstdCompress
}

async function main() {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      restarts: { type: 'string', default: '2' },
      duplicates: { type: 'string', default: '0' },
      forms: { type: 'string', default: 'stream' },
      dir: { type: 'string' },
    },
  })
  const options = {
    events: Number(values.events),
    seed: Number(values.seed),
    restarts: Number(values.restarts),
    duplicates: Number(values.duplicates),
  }
  const forms = FORMS.filter((form) => values.forms.split(',').includes(form))
  const directory = cacheDirectory(options, values.dir)
  const begin = performance.now()
  const dumps = await ensureDumps(options, forms, directory)
  for (const [form, { path, bytes }] of dumps) console.log(`${form}\t${bytes}\t${path}`)
  console.error(`${basename(directory)}: ${((performance.now() - begin) / 1000).toFixed(1)} s`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
