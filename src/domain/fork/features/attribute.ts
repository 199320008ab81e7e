/**
 * Which work is behind each difference of the two ends, and what came and went in between without a trace. The ends
 * decide what is told; the commits only say who did it.
 */
import type { Attributed } from './attributed.ts'
import { diffFacts, type FactChange, factId } from './facts.ts'
import { standsBelow } from './pairs.ts'
import type { Delta, Scan } from './scan.ts'

/** Something that work in between added, removed or set, and later work undid. */
export interface Netted {
  area: FactChange['area']
  key: string
  /** `added and removed` or `changed and changed back` */
  what: 'added-then-removed' | 'removed-then-added' | 'changed-back'
  by: readonly Delta[]
}

export interface Attribution {
  changes: Attributed[]
  netted: Netted[]
}

/** Areas whose facts one commit's files do not tell completely: a package exists as long as one of its files does. */
const NEVER_NETTED = new Set<FactChange['area']>([
  'package',
  'schema',
  'argument',
  'conf',
  'object',
  'env',
  'version',
  'rendered',
])

/** Puts names to differences. */
export function attribute(scan: Scan): Attribution {
  const byFact = new Map<string, Delta[]>()
  const byFile = new Map<string, Delta[]>()
  for (const delta of scan.deltas) {
    for (const change of delta.facts) push(byFact, factId(change), delta)
    for (const { path } of delta.files) push(byFile, path, delta)
  }
  const changes = diffFacts(scan.before.facts, scan.after.facts).map((change): Attributed => {
    const direct = byFact.get(factId(change)) ?? []
    if (direct.length > 0) return { ...change, owners: relevantOwners(change, direct), how: 'fact' }
    const near = [...new Set(change.paths.flatMap((path) => byFile.get(path) ?? []))]
    return { ...change, owners: near.slice(-1), how: near.length > 0 ? 'file' : 'none' }
  })
  const told = new Set(changes.map(factId))
  const netted = [...byFact].flatMap(([id, by]) => (told.has(id) ? [] : (nettedOf(scan, id, by) ?? [])))
  return { changes, netted }
}

/** What was there, went, and came back: the work before it was last missing has no part in how it is now. */
function relevantOwners(change: FactChange, owners: readonly Delta[]): Delta[] {
  const id = factId(change)
  const lastLoss = owners.findLastIndex((owner) => effect(owner, id) === 'removed')
  if (change.change === 'added' && lastLoss >= 0) return owners.slice(lastLoss + 1)
  return [...owners]
}

function nettedOf(scan: Scan, id: string, by: readonly Delta[]): Netted | undefined {
  const [area, key] = [id.slice(0, id.indexOf(':')) as FactChange['area'], id.slice(id.indexOf(':') + 1)]
  if (by.length < 2 || NEVER_NETTED.has(area)) return undefined
  const effects = by.map((owner) => effect(owner, id))
  const isThere = scan.after.facts.has(id)
  if (!isThere && effects.includes('added') && effects.includes('removed')) {
    return { area, key, what: 'added-then-removed', by }
  }
  if (isThere && effects.includes('removed') && effects.includes('added')) {
    return { area, key, what: 'removed-then-added', by }
  }
  return isThere && effects.every((one) => one === 'changed') ? { area, key, what: 'changed-back', by } : undefined
}

function effect(delta: Delta, id: string): FactChange['change'] | undefined {
  return delta.facts.find((change) => factId(change) === id)?.change
}

function push(map: Map<string, Delta[]>, key: string, delta: Delta): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [delta])
  else if (list.at(-1) !== delta) list.push(delta)
}

/**
 * What came below one key and was later moved below another is no loss: the work that brought it owns it where it is
 * now. Known by the last part of the key, and by the work that took the old one away bringing the new one.
 */
export function followMoves({ changes, netted }: Attribution): Attribution {
  const moved = new Set<Netted>()
  const followed = changes.map((change): Attributed => {
    if (change.change !== 'added' || (change.area !== 'value' && change.area !== 'flag')) return change
    const from = netted.find(
      (one) =>
        one.what === 'added-then-removed' &&
        one.area === change.area &&
        leafOf(one.key) === leafOf(change.key) &&
        standsBelow(one.key, change.key) &&
        change.owners.includes(one.by.at(-1)!),
    )
    if (from === undefined) return change
    moved.add(from)
    return { ...change, owners: [...new Set([from.by[0]!, ...change.owners])] }
  })
  return { changes: followed, netted: netted.filter((one) => !moved.has(one)) }
}

function leafOf(key: string): string {
  return key.slice(Math.max(key.lastIndexOf('.'), key.lastIndexOf('/')) + 1)
}
