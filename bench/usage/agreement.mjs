// Where the competitors answer the same question they must give the same answer: a fast wrong one is worth nothing.
import { readFileSync } from 'node:fs'
import { truthPath } from './generate.mjs'

/**
 * @typedef {import('./competitors.mjs').Answer} Answer
 *
 * @typedef {object} Agreement
 * @property {string} what
 * @property {number} compared
 * @property {string[]} differences the first few
 */

const SHOWN = 3

/** Both the same, to the integer. @param {string} what @param {Answer} one @param {Answer} other @returns {Agreement} */
export function compareAll(what, one, other) {
  const keys = new Set([...one.keys(), ...other.keys()])
  const differences = []
  for (const key of keys) {
    const [a, b] = [one.get(key), other.get(key)]
    if (a === undefined || b === undefined || a.lower !== b.lower || a.upper !== b.upper) differences.push(key)
  }
  return { what, compared: keys.size, differences: describe(differences, one, other) }
}

/**
 * Where this command says exact, the bare SQL must say the same; a dump without restarts has no other closed rows.
 * @param {Answer} ours
 * @param {Answer} bare
 * @returns {Agreement}
 */
export function compareExact(ours, bare) {
  let compared = 0
  const differences = []
  for (const [key, { lower, upper, grain }] of ours) {
    if (lower !== upper) continue
    compared++
    const other = bare.get(key)
    if (other === undefined || distance(lower, other.lower) > grain || other.lower !== other.upper)
      differences.push(key)
  }
  return { what: 'no restart: exact rows of ours = bare', compared, differences: describe(differences, ours, bare) }
}

/**
 * jq has doubles and awk truncates them, so single rows differ by a second now and then; the whole may not. Only
 * applications of which nothing is open: jq and awk leave out what has no end.
 * @param {Answer} sums of closed allocations
 * @param {Answer} bare
 * @returns {Agreement}
 */
export function compareSums(sums, bare) {
  let [total, other] = [0n, 0n]
  let compared = 0
  for (const [key, { lower, allocations }] of bare) {
    const sum = sums.get(key)
    if (!key.endsWith(' vcore') || sum?.allocations !== allocations) continue
    compared++
    total += lower
    other += sum.lower
  }
  const near = compared > 0 && distance(total, other) * 1_000_000n <= total
  return {
    what: 'no restart: jq and awk = bare SQL in all, to 1e-6',
    compared,
    differences: near ? [] : [`vcore: ${other} and ${total}`],
  }
}

/** The bounds hold what was truly used. @param {string} id @param {Answer} ours @param {string} directory @returns {Agreement} */
export function compareTruth(id, ours, directory) {
  const differences = []
  let compared = 0
  for (const row of readFileSync(truthPath(directory), 'utf8').trimEnd().split('\n')) {
    const { app, resource, used } = /** @type {{app: string, resource: string, used: string}} */ (JSON.parse(row))
    const key = `${app} ${resource}`
    const sum = ours.get(key)
    const truth = BigInt(used)
    compared++
    if (sum && sum.lower <= truth + sum.grain && (sum.upper === undefined || truth <= sum.upper + sum.grain)) continue
    differences.push(`${key}: ${sum ? `${sum.lower}..${sum.upper ?? ''}` : 'nothing'}, truly ${used}`)
  }
  return { what: `${id}: lower ≤ truth ≤ upper`, compared, differences: shorten(differences) }
}

/** @param {bigint} a @param {bigint} b */
const distance = (a, b) => (a > b ? a - b : b - a)

/** @param {string[]} keys @param {Answer} one @param {Answer} other */
function describe(keys, one, other) {
  return shorten(keys.map((key) => `${key}: ${bounds(one, key)} and ${bounds(other, key)}`))
}

/** @param {Answer} answer @param {string} key */
function bounds(answer, key) {
  const sum = answer.get(key)
  return sum ? `${sum.lower}..${sum.upper ?? ''}` : 'nothing'
}

/** @param {string[]} all */
const shorten = (all) => (all.length > SHOWN ? [...all.slice(0, SHOWN), `and ${all.length - SHOWN} more`] : all)
