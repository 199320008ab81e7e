// The report of a run: a table of what each took, ratios against what is aimed at, and where answers agree.
import { BETWEEN_OTHERS, PEAKS, RATIOS } from './targets.mjs'

/**
 * @typedef {import('./run.mjs').Report} Report
 * @typedef {import('./run.mjs').Result} Result
 *
 * @typedef {object} Judged
 * @property {string} what
 * @property {number} value
 * @property {number} [cpu] the same of CPU time
 * @property {string} target
 * @property {string} verdict
 */

/** @param {Report} report @param {boolean} asJson */
export function printReport(report, asJson) {
  const judged = judge(report)
  if (asJson) {
    console.log(JSON.stringify({ ...report, judged }, undefined, 2))
    return
  }
  const { events, rounds, machine, results, skipped, agreements } = report
  console.log(
    `${events} events, ${rounds} rounds, Node ${machine.node}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB\n`,
  )
  printTable(['', 'wall s', 'cpu s', 'MB/s', 'peak MiB'], results.map(describe))
  for (const { id, why } of skipped) console.log(`${id}: skipped, ${why}`)
  for (const { id, failure } of results) if (failure !== undefined) console.log(`${id}: FAILED, ${failure}`)
  console.log()
  printTable(
    ['', 'wall ratio', 'cpu ratio', 'target', ''],
    judged.map(({ what, value, cpu, target, verdict }) => [
      what,
      show(value, 2),
      cpu === undefined ? '' : show(cpu, 2),
      target,
      verdict,
    ]),
  )
  console.log()
  for (const { what, compared, differences } of agreements)
    console.log(
      `${differences.length > 0 ? '✗' : '✔'} ${what} (${compared} compared)${differences.map((text) => `\n    ${text}`).join('')}`,
    )
}

/** @param {Result} result @returns {string[]} */
function describe({ what, bytes, runs, failure }) {
  if (failure !== undefined) return [what, 'failed']
  const wall = median(runs.map((run) => run.wall))
  return [
    what,
    show(wall, 2),
    show(median(known(runs.map(({ cpu }) => cpu))), 2),
    show(wall === undefined ? undefined : bytes / wall / 1e6, 0),
    show(peak(runs), 0),
  ]
}

/** @param {Report} report @returns {Judged[]} */
function judge({ events, results }) {
  const byId = new Map(results.filter(({ failure }) => failure === undefined).map((result) => [result.id, result]))
  /** @type {Judged[]} */
  const judged = []
  for (const { of, to, most, least, at } of RATIOS) {
    const value = ratio(byId.get(of), byId.get(to), 'wall')
    if (value === undefined) continue
    const cpu = ratio(byId.get(of), byId.get(to), 'cpu')
    const met = value <= (most ?? Infinity) && value >= (least ?? 0)
    judged.push({
      what: `${of} / ${to}`,
      value,
      ...(cpu !== undefined && { cpu }),
      ...verdict(met, most === undefined ? `≥ ${least}` : `≤ ${most}`, at, events),
    })
  }
  for (const { of, most, at } of PEAKS) {
    const value = peak(byId.get(of)?.runs ?? [])
    if (value === undefined) continue
    judged.push({ what: `peak of ${of}, MiB`, value, ...verdict(value <= most, `≤ ${most.toFixed(0)}`, at, events) })
  }
  for (const { of, to } of BETWEEN_OTHERS) {
    const value = ratio(byId.get(of), byId.get(to), 'wall')
    const cpu = ratio(byId.get(of), byId.get(to), 'cpu')
    if (value !== undefined)
      judged.push({ what: `${of} / ${to}`, value, ...(cpu !== undefined && { cpu }), target: '', verdict: '' })
  }
  return judged
}

/**
 * At another size than the target is meant for, start-up or memory weighs differently: said, not judged.
 * @param {boolean} met
 * @param {string} target
 * @param {number} at
 * @param {number} events
 */
function verdict(met, target, at, events) {
  const word = met ? 'ok' : 'MISSED'
  return at === events
    ? { target, verdict: word }
    : { target: `${target} at ${at / 1_000_000}M`, verdict: `(${word.toLowerCase()})` }
}

/** @param {Result | undefined} one @param {Result | undefined} other @param {'wall' | 'cpu'} measure */
function ratio(one, other, measure) {
  if (!one || !other) return undefined
  return median(known(one.runs.map((run, round) => divide(run[measure], other.runs[round]?.[measure]))))
}

/** Too short to be measured is no ratio. @param {number | undefined} dividend @param {number | undefined} divisor */
const divide = (dividend, divisor) => (dividend === undefined || !divisor ? undefined : dividend / divisor)

/** @param {Result['runs']} runs @returns {number | undefined} */
function peak(runs) {
  const peaks = known(runs.map((run) => run.peak))
  return peaks.length > 0 ? Math.max(...peaks) : undefined
}

/** @param {(number | undefined)[]} values @returns {number[]} */
const known = (values) => values.filter((value) => value !== undefined)

/** @param {number[]} values @returns {number | undefined} */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

/** @param {number | undefined} value @param {number} digits */
const show = (value, digits) => value?.toFixed(digits) ?? '–'

/** @param {string[]} head @param {string[][]} rows */
function printTable(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
}
