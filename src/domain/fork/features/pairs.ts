/**
 * What only got another name or another place: a metric renamed, a chart value moved below another key, a flag that now
 * takes a list. Said beside the removal, so that nobody looks for what is still there.
 */
import { compareText } from '../../order.ts'
import type { Attributed } from './attributed.ts'

export interface Pair {
  removed: Attributed
  added: Attributed
  /** 0 to 1: how much of both names agrees. */
  similarity: number
}

const PAIRED = ['metric', 'value', 'flag', 'crd', 'env', 'gate', 'conf'] as const
const LEAST: Readonly<Record<(typeof PAIRED)[number], number>> = {
  metric: 0.6,
  value: 0.5,
  flag: 0.75,
  crd: 0.8,
  env: 0.8,
  gate: 0.8,
  conf: 0.9,
}

/** Pairs what went with what came by the same work; each at most once, the most alike first. */
export function pairRenames(changes: readonly Attributed[]): Map<Attributed, Pair> {
  const pairs = new Map<Attributed, Pair>()
  for (const area of PAIRED) {
    const removed = changes.filter((one) => one.area === area && one.change === 'removed')
    const added = changes.filter((one) => one.area === area && one.change === 'added')
    const candidates = removed.flatMap((gone) =>
      added
        .filter((come) => come.owners.some((owner) => gone.owners.includes(owner)))
        .map((come) => ({ removed: gone, added: come, similarity: likeness(area, gone, come) }))
        .filter(({ similarity }) => similarity >= LEAST[area]),
    )
    candidates.sort((one, other) => other.similarity - one.similarity || compareText(one.added.key, other.added.key))
    for (const pair of candidates) {
      if (pairs.has(pair.removed) || pairs.has(pair.added)) continue
      pairs.set(pair.removed, pair)
      pairs.set(pair.added, pair)
    }
  }
  return pairs
}

function likeness(area: string, gone: Attributed, come: Attributed): number {
  const names = similarity(gone.key, come.key)
  if (area !== 'value') return area === 'metric' && gone.before[0] !== come.after[0] ? names - 0.15 : names
  const [left, right] = [words(gone.key), words(come.key)]
  if (left.at(-1) !== right.at(-1)) return 0
  if (!standsBelow(gone.key, come.key)) return 0
  return names * 0.5 + (gone.before[0] === come.after[0] ? 0.4 : 0.15)
}

/** `enable` and `name` say nothing by themselves: what stood before them must stand before them elsewhere too. */
export function standsBelow(key: string, elsewhere: string): boolean {
  const [above, there] = [words(key).slice(0, -1), words(elsewhere)]
  return above.filter((word) => there.some((candidate) => agree(word, candidate))).length * 3 >= above.length * 2
}

/** The share of words that agree; a word agrees with one that begins or ends like it (`app`, `application`). */
export function similarity(one: string, other: string): number {
  const [left, right] = [words(one), words(other)]
  const rest = [...right]
  let alike = 0
  for (const word of left) {
    const at = rest.findIndex((candidate) => agree(word, candidate))
    if (at < 0) continue
    alike += rest[at] === word ? 1 : 0.8
    rest.splice(at, 1)
  }
  return (2 * alike) / (left.length + right.length || 1)
}

function agree(one: string, other: string): boolean {
  if (one === other) return true
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  return short.length >= 3 && (long.startsWith(short) || long.endsWith(short))
}

function words(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}
