/** Compares two trees place by place. What is missing or extra as a whole is one row, not one for each leaf. */
import { canonicalJson } from '../canonical-json.ts'
import type { FieldRow } from './rows.ts'
import { quantityText } from './quantity.ts'
import { MASK, shown } from './rows.ts'
import { EMPTY, IN_TURN, MASKED, QUANTITY } from './rules/canonical-rules.ts'
import type { Place } from './tree.ts'

export type PlaceRow = Omit<FieldRow, 'role' | 'shape'>

/**
 * All that can be said of two trees: rows for leaves that are equal too, so that an answer can count them. Values are as
 * the pods have them: what leaves the domain goes through `shownRow`.
 * @param same counts leaves that are the same, in the place of their rows
 */
export function diffTrees(expected: Place, actual: Place, same?: { count: number }): PlaceRow[] {
  const rows: PlaceRow[] = []
  compare(expected, actual, { rows, same })
  return rows
}

interface Found {
  rows: PlaceRow[]
  same: { count: number } | undefined
}

/** The row with its secrets masked. */
export function shownRow<R extends PlaceRow>(row: R): R {
  return {
    ...row,
    ...('expected' in row && { expected: shown(row.path, row.expected) }),
    ...('actual' in row && { actual: shown(row.path, row.actual) }),
  }
}

function compare(expected: Place, actual: Place, found: Found): void {
  const { rows, same } = found
  if (expected === actual && same !== undefined && !sizeOf(expected).isMasked) {
    same.count += sizeOf(expected).leaves
    return
  }
  if (expected.isDuplicate || actual.isDuplicate) rows.push(duplicateRow(expected, actual))
  const [from, to] = [expected.node, actual.node]
  if (from.kind === 'branch' && to.kind === 'branch') {
    if (from.order !== undefined && to.order !== undefined) compareOrder(expected, actual, rows)
    compareChildren(from.children, to.children, found)
    return
  }
  if (from.kind === 'leaf' && to.kind === 'leaf' && mayBeEqual(from.value, to.value))
    rows.push({ ...rowOf(expected, actual), verdict: 'undecided', rule: MASKED.id, reason: MASKED.why })
  else if (from.kind === 'leaf' && to.kind === 'leaf' && from.value === to.value) compareEqual(expected, actual, found)
  else rows.push(unequalRow(expected, actual))
}

/** Whether a masked part is all that keeps two values from being told apart. */
function mayBeEqual(expected: string, actual: string): boolean {
  return covers(expected, actual) || covers(actual, expected)
}

function covers(masked: string, value: string): boolean {
  if (!masked.includes(MASK)) return false
  const [first = '', ...rest] = masked.split(MASK)
  if (!value.startsWith(first)) return false
  let at = first.length
  for (const [index, part] of rest.entries()) {
    const found = index === rest.length - 1 ? value.length - part.length : value.indexOf(part, at)
    if (found < at || !value.startsWith(part, found)) return false
    at = found + part.length
  }
  return true
}

/** Leaves of one value: the same, unless rules made them so. */
function compareEqual(expected: Place, actual: Place, { rows, same }: Found): void {
  if (!isSameRaw(expected.raw, actual.raw))
    rows.push({ ...rowOf(expected, actual), verdict: 'equivalent', rule: ruleOf(expected, actual) })
  else if (same === undefined) rows.push(rowOf(expected, actual))
  else same.count += 1
}

/** What is known of a place that many pods share. */
interface Size {
  leaves: number
  /** Whether something in it was masked: then even what looks alike is undecided. */
  isMasked: boolean
}

const sizes = new WeakMap<Place, Size>()

function sizeOf(place: Place): Size {
  const known = sizes.get(place)
  if (known !== undefined) return known
  const { node } = place
  const size = { leaves: 0, isMasked: false }
  if (node.kind === 'leaf') Object.assign(size, { leaves: 1, isMasked: node.value.includes(MASK) })
  else
    for (const child of node.children.values()) {
      const { leaves, isMasked } = sizeOf(child)
      size.leaves += leaves
      size.isMasked ||= isMasked
    }
  sizes.set(place, size)
  return size
}

function compareChildren(expected: ReadonlyMap<string, Place>, actual: ReadonlyMap<string, Place>, found: Found): void {
  const { rows } = found
  for (const [path, place] of expected) {
    const twin = actual.get(path)
    if (twin === undefined) rows.push(oneSided(place, 'missing'))
    else compare(place, twin, found)
  }
  for (const [path, place] of actual) if (!expected.has(path)) rows.push(oneSided(place, 'extra'))
}

/** The first rule that had a part in it. */
function ruleOf(expected: Place, actual: Place): string {
  const leaves = [expected, actual].map(({ node }) => (node.kind === 'leaf' ? node.rules : []))
  return [...expected.rules, ...actual.rules, ...leaves.flat()][0] ?? EMPTY.id
}

function isSameRaw(expected: unknown, actual: unknown): boolean {
  if (expected === actual) return true
  const isPlain = typeof expected !== 'object' || typeof actual !== 'object'
  return !isPlain && canonicalJson(expected) === canonicalJson(actual)
}

function unequalRow(expected: Place, actual: Place): PlaceRow {
  const noise = expected.noise ?? actual.noise
  if (noise?.side === 'either') return { ...rowOf(expected, actual), verdict: 'noise', rule: noise.id }
  return { ...rowOf(expected, actual), verdict: 'different' }
}

function oneSided(place: Place, side: 'missing' | 'extra'): PlaceRow {
  const [expected, actual] = side === 'missing' ? [place, undefined] : [undefined, place]
  const row = rowOf(expected, actual)
  if (place.noise !== undefined) return { ...row, verdict: 'noise', rule: place.noise.id }
  return { ...row, verdict: side }
}

function duplicateRow(expected: Place, actual: Place): PlaceRow {
  const where = actual.isDuplicate ? 'the list names it twice' : 'the list on the other side names it twice'
  return { ...rowOf(expected, actual), verdict: 'duplicate', reason: `${where}; the API server refuses such a pod` }
}

function compareOrder(expected: Place, actual: Place, rows: PlaceRow[]): void {
  const [from, to] = [expected.node, actual.node]
  if (from.kind !== 'branch' || to.kind !== 'branch' || from.order === undefined || to.order === undefined) return
  if (from.order.items === to.order.items) return
  const path = expected.path
  if (from.order.rule === IN_TURN.id) {
    const [before, after] = [common(from.order.items, to.order.items), common(to.order.items, from.order.items)]
    if (before.join() === after.join()) return
    const reason = `${IN_TURN.why} (${IN_TURN.id})`
    rows.push({ path, pointer: actual.pointer, verdict: 'different', expected: before, actual: after, reason })
    return
  }
  if (!sameItems(from.order.items, to.order.items)) return
  const reason = 'the items are the same, in another order'
  rows.push({ path, pointer: actual.pointer, verdict: 'equivalent', rule: from.order.rule, reason })
}

/** The items of a list that another has too, in the order of the first. */
function common(items: string, others: string): string[] {
  const among = new Set(others.split(','))
  return items.split(',').filter((item) => among.has(item))
}

function sameItems(expected: string, actual: string): boolean {
  return expected.split(',').sort().join() === actual.split(',').sort().join()
}

function rowOf(expected: Place | undefined, actual: Place | undefined): PlaceRow {
  const path = (expected ?? actual)!.path
  return {
    path,
    verdict: 'same',
    ...(actual !== undefined && { pointer: actual.pointer, actual: valueOf(actual) }),
    ...(expected !== undefined && { expected: valueOf(expected) }),
  }
}

/** What the pod has there, or what the API server would put there. */
function valueOf(place: Place): unknown {
  if (place.raw !== undefined && place.raw !== null) return place.raw
  if (place.node.kind !== 'leaf') return undefined
  // A quantity that only a default put there has no form of its own.
  const { value, rules } = place.node
  return rules.includes(QUANTITY.id) && value.endsWith('n') ? quantityText(BigInt(value.slice(0, -1))) : value
}
