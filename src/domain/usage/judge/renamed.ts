// YuniKorn 1.4 gives every allocation a name of its own, and after a restart that of its pod: what survives changes its name.
// Survivors are paired with what was open by application, node and size, in order of time: any such pairing gives the same sum
// (docs/usage-rules.md §8).
import { type Evidence } from './evidence.ts'
import { lastInstance, type Lifetime } from './history.ts'

/** Joins the lifetimes that go on under another name; what was recovered and fits nothing began before the dump. */
export function joinRenamed(lifetimes: readonly Lifetime[], evidence: Evidence): Lifetime[] {
  const inOrder = [...lifetimes].sort((a, b) => compare(firstSeen(a), firstSeen(b)))
  const joined = new Set<Lifetime>()
  for (const lifetime of inOrder) {
    const first = lifetime.sightings[0]
    if (first === undefined || !isRecovered(first, evidence)) continue
    first.recovered = true
    const before = predecessor(lifetime, first.inst, inOrder, joined)
    if (before === undefined) continue
    before.sightings.push(...lifetime.sightings)
    before.end = lifetime.end
    before.res = lifetime.res
    joined.add(lifetime)
  }
  return lifetimes.filter((lifetime) => !joined.has(lifetime))
}

/** Whether it was told before anything was asked for in its instance. */
function isRecovered({ inst, ts }: { inst: number; ts: bigint }, evidence: Evidence): boolean {
  const asked = evidence.firstAskIn(inst)
  return evidence.before(inst) !== undefined && (asked === undefined || ts < asked)
}

/** What was open in an earlier instance and is like it; of several, that on the same node, of the latest instance, the first of all. */
function predecessor(
  lifetime: Lifetime,
  inst: number,
  inOrder: readonly Lifetime[],
  joined: ReadonlySet<Lifetime>,
): Lifetime | undefined {
  const { key, app, node } = lifetime
  let found: Lifetime | undefined
  for (const one of inOrder) {
    if (one.end !== undefined || joined.has(one) || one.sightings.length === 0 || lastInstance(one) >= inst) continue
    if (one.key.cluster !== key.cluster || one.app !== app || one.res !== lifetime.firstRes) continue
    if (found === undefined || rank(one, node) > rank(found, node)) found = one
  }
  return found
}

function rank(one: Lifetime, node: bigint | undefined): number {
  return lastInstance(one) * 2 + (one.node === node ? 1 : 0)
}

function firstSeen(lifetime: Lifetime): bigint {
  return lifetime.sightings[0]?.ts ?? lifetime.end?.ts ?? 0n
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
