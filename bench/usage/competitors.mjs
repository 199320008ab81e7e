// Who runs: this command, and whoever does the same job another way. Each reads one dump and writes its answer.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canZstd } from './generate.mjs'
import { hasProgram } from './measure.mjs'

/**
 * @typedef {import('./generate.mjs').Form} Form
 *
 * @typedef {object} Competitor
 * @property {string} id
 * @property {string} what
 * @property {Form} form of the dump it reads
 * @property {'json' | 'csv' | 'sums'} answer JSON of this command; CSV with bounds; CSV of closed allocations
 * @property {number} from events, the least to be run at unless asked for
 * @property {number} upTo events, the most
 * @property {boolean} writesFile by itself, else its standard output is the answer
 * @property {(dump: string, result: string) => string[]} command
 * @property {(scratch: string) => string | undefined} obstacle why it cannot run here
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const HERE = fileURLToPath(new URL('.', import.meta.url))
/** A Python loop takes minutes beyond this, and its ratio no longer changes. */
const SLOW_ONES_UP_TO = 2_000_000
const COMPILER = 'rustc'
const LARGER_THAN_MEMORY = 30_000_000

const always = { from: 0, upTo: Infinity }
/** Other forms of the dump show nothing new beyond, and take much disk. */
const otherForms = { from: 0, upTo: LARGER_THAN_MEMORY - 1 }
const none = () => undefined
const unlessZstd = () => (canZstd() ? undefined : 'no zstd: neither the command nor Node 22.15')

/** @param {...string} programs */
const unlessProgram = (...programs) => {
  const missing = programs.filter((program) => !hasProgram(program))
  return () => (missing.length > 0 ? `no ${missing.join(' and no ')} here` : undefined)
}

/**
 * @param {string} id
 * @param {string} what
 * @param {Form} form
 * @param {string[]} flags
 * @param {Partial<Competitor>} [rest]
 * @returns {Competitor}
 */
function ours(id, what, form, flags = [], rest = {}) {
  return {
    ...{ id, what, form, answer: 'json', ...(form === 'stream' ? always : otherForms), writesFile: false },
    obstacle: form.endsWith('zst') ? unlessZstd : none,
    command: (dump) => [
      process.execPath,
      join(ROOT, 'bin/run.js'),
      'usage',
      'compute',
      dump,
      '--by',
      'app',
      '--json',
      ...flags,
    ],
    ...rest,
  }
}

/** @param {string} id @param {Form} form @param {string[]} flags @returns {Competitor} */
function bare(id, form, flags = []) {
  return {
    ...{ id, what: `bare SQL on DuckDB, ${form}`, form, answer: 'csv', writesFile: true, obstacle: none },
    ...(form === 'stream' ? always : otherForms),
    command: (dump, result) => [process.execPath, join(HERE, 'bare.mjs'), '--out', result, ...flags, dump],
  }
}

/** The scratch directory of the last check, where the scanner is built. */
let scanner = ''

/** @type {readonly Competitor[]} */
export const COMPETITORS = [
  ours('ours', 'this command, stream', 'stream'),
  bare('bare', 'stream'),
  {
    ...{ id: 'rust', what: 'one pass by hand in Rust', form: 'stream', answer: 'csv', ...always, writesFile: false },
    obstacle: buildScanner,
    command: (dump) => [scanner, dump],
  },
  {
    ...{ id: 'naive', what: 'naive script in Python', form: 'stream', answer: 'csv', from: 0, writesFile: false },
    upTo: SLOW_ONES_UP_TO,
    obstacle: unlessProgram('python3'),
    command: (dump) => ['python3', join(HERE, 'naive.py'), dump],
  },
  {
    ...{ id: 'jq', what: 'jq and awk by hand', form: 'stream', answer: 'sums', from: 0, writesFile: false },
    upTo: SLOW_ONES_UP_TO,
    obstacle: unlessProgram('jq', 'awk'),
    command: (dump) => ['sh', join(HERE, 'jq-awk.sh'), dump],
  },
  ours('ours-gz', 'this command, stream, gzip', 'stream-gz'),
  ours('ours-zst', 'this command, stream, zstd', 'stream-zst'),
  ours('ours-envelope', 'this command, envelope', 'envelope'),
  bare('bare-envelope', 'envelope', ['--envelope']),
  ours('ours-envelope-gz', 'this command, envelope, gzip parts', 'envelope-gz'),
  ours('ours-envelope-zst', 'this command, envelope, zstd parts', 'envelope-zst'),
  ours('ours-memory', 'this command, --memory 1GB', 'stream', ['--memory', '1GB'], {
    from: LARGER_THAN_MEMORY,
    upTo: Infinity,
  }),
]

/** @param {string} scratch @returns {string | undefined} */
function buildScanner(scratch) {
  const source = join(HERE, 'rust/scan.rs')
  scanner = join(scratch, 'scan')
  if (existsSync(scanner) && statSync(scanner).mtimeMs > statSync(source).mtimeMs) return undefined
  if (!hasProgram(COMPILER)) return `no ${COMPILER} here`
  const { status, stderr } = spawnSync(COMPILER, ['--edition', '2021', '-O', source, '-o', scanner], {
    encoding: 'utf8',
  })
  return status === 0 ? undefined : `${COMPILER}: ${stderr.slice(0, 200)}`
}

/**
 * @typedef {object} Sum Resource times seconds of one application, in YuniKorn's own quantities.
 * @property {bigint} lower
 * @property {bigint | undefined} upper undefined when open
 * @property {number} allocations how many, where the answer tells it
 * @property {bigint} grain how far rounding to the answer's unit may have moved it
 *
 * @typedef {Map<string, Sum>} Answer by `application resource`
 */

/** YuniKorn's quantity of one of the unit. */
const UNITS = new Map([
  ['mcore-s', 1n],
  ['vcore-s', 1000n],
  ['B-s', 1n],
  ['MB-s', 1_048_576n],
])

/** @param {Competitor} competitor @param {string} path @returns {Answer} */
export function readAnswer({ answer }, path) {
  const text = readFileSync(path, 'utf8')
  if (answer !== 'json') return readRows(text)
  const { items } = /** @type {UsageList} */ (JSON.parse(text))
  return readItems(items)
}

/**
 * @typedef {object} UsageList
 * @property {{by: {app: string}, resource: string, unit: string, lower: string | number, upper: string | number | null}[]} items
 */

/** Kinds are added up: the others do not tell them apart. @param {UsageList['items']} items */
function readItems(items) {
  /** @type {Answer} */
  const sums = new Map()
  for (const { by, resource, unit, lower, upper } of items) {
    const key = `${by.app} ${resource}`
    const sum = sums.get(key) ?? { lower: 0n, upper: 0n, allocations: 0, grain: 0n }
    // What has no unit of its own is counted in pieces: `pods-s`.
    const factor = unit === `${resource}-s` ? 1n : UNITS.get(unit)
    if (factor === undefined) throw new Error(`an unknown unit: ${unit}`)
    sum.lower += inQuantities(lower, factor)
    sum.upper = sum.upper === undefined || upper === null ? undefined : sum.upper + inQuantities(upper, factor)
    sum.grain += factor === 1n ? 0n : factor
    sums.set(key, sum)
  }
  return sums
}

/** A decimal number of units, exactly. @param {string | number} value @param {bigint} factor */
function inQuantities(value, factor) {
  const [whole = '0', fraction = ''] = String(value).split('.')
  const scale = 10n ** BigInt(fraction.length)
  return (BigInt(whole + fraction) * factor) / scale
}

/** @param {string} text */
function readRows(text) {
  /** @type {Answer} */
  const sums = new Map()
  for (const row of text.split('\n')) {
    const [app, resource, lower, ...rest] = row.split(',')
    if (app === undefined || resource === undefined || lower === undefined) continue
    // Without bounds there is no upper, only the count.
    const [upper = lower, allocations] = rest.length > 1 ? rest : [undefined, rest[0]]
    sums.set(`${app} ${resource}`, {
      lower: BigInt(lower),
      upper: BigInt(upper),
      allocations: Number(allocations),
      grain: 0n,
    })
  }
  return sums
}
