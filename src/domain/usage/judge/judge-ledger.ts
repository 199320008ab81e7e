// Fetches what the judge needs from the store, and judges everything that is not plain.
import type { FactStore, Row } from '../../../ports/fact-store.ts'
import { FACT } from '../facts.ts'
import { textsOf } from '../texts.ts'
import { type OutsideEvidence, podKey } from '../outside/evidence.ts'
import { ASKS_WHEN_RUNNING, NODE_MARKS, UNTIDY_FACTS, UNTIDY_LIVES } from '../reduce-sql.ts'
import { type SeenRecords } from '../scan/scan-part.ts'
import { type Timeline } from '../timeline.ts'
import { Evidence, type Incarnation, type InstanceMarks, nodeKey, type NodeMark } from './evidence.ts'
import { type Key, type KeyFact, type Lifetime, lifetimesOf } from './history.ts'
import { showsLoss } from './late-start.ts'
import { joinRenamed } from './renamed.ts'
import { isPlaceholder, judge, type JudgedSpan } from './judge.ts'

interface Parts {
  store: FactStore
  timeline: Timeline
  outside: OutsideEvidence
  observations: SeenRecords
  informerLatency: bigint
  /** Applications begin as they do before 1.6: allocations may have names that no ask has. */
  earlyForm: boolean
}

/** Judges all allocations that SQL left. */
export async function judgeUntidy(parts: Parts): Promise<JudgedSpan[]> {
  const { store, timeline, outside, observations, informerLatency } = parts
  const asksJoin = !parts.earlyForm || (await anyAskJoins(store))
  const evidence = new Evidence({
    instances: timeline.instances,
    clusters: timeline.clusters,
    marks: await instanceMarks(store),
    nodes: await nodeMarks(store),
    incarnations: await incarnations(store),
    asksWhenRunning: await asksWhenRunning(store),
    asksJoin,
  })
  const { lifetimes: told, seen } = await lifetimesFrom(store, asksJoin)
  const lifetimes = asksJoin ? told : joinRenamed(told, evidence)
  evidence.noteRecovered(lifetimes, (lifetime) => isPlaceholder(lifetime, evidence, asksJoin))
  for (const lifetime of lifetimes)
    if (showsLoss(lifetime, evidence)) evidence.noteLoss(lifetime.end!.inst, lifetime.end!.ts)
  const nodes = await inheritedNodes(store, lifetimes)
  const hashes = lifetimes.flatMap((lifetime) => [lifetime.node ?? 0n, nodes.get(lifetime) ?? 0n])
  const names = await textsOf(store, hashes)
  return lifetimes.map((lifetime) =>
    judge(lifetime, {
      evidence,
      asksJoin,
      outside,
      observations: (one) => seen.get(keyText(one.key)) ?? [],
      seenPlaceholder: (key) => observations.allocations.get(podKey(key.k1, key.k2))?.placeholder,
      inheritedNode: (one) => nodes.get(one),
      nameOf: (hash) => names.get(hash) ?? '',
      options: { informerLatency },
    }),
  )
}

function keyText(key: Key): string {
  return `${key.cluster}/${key.k1}/${key.k2}`
}

/** In 1.4 no allocation has the name of its ask. */
async function anyAskJoins(store: FactStore): Promise<boolean> {
  const rows = await store.rows('SELECT 1 FROM allocs WHERE qi = i AND q <= a LIMIT 1')
  return rows.length > 0
}

async function lifetimesFrom(
  store: FactStore,
  asksJoin: boolean,
): Promise<{ lifetimes: Lifetime[]; seen: Map<string, KeyFact[]> }> {
  const lifetimes: Lifetime[] = []
  const seen = new Map<string, KeyFact[]>()
  let key: Key | undefined
  let facts: KeyFact[] = []
  const close = (): void => {
    if (key === undefined) return
    const observed = facts.filter((fact) => fact.code === FACT.alive || fact.code === FACT.absent)
    if (observed.length > 0) seen.set(keyText(key), observed)
    lifetimes.push(
      ...lifetimesOf(
        key,
        facts.filter((fact) => fact.inst >= 0),
        asksJoin,
      ),
    )
    facts = []
  }
  for await (const rows of store.chunks(UNTIDY_FACTS)) {
    for (const row of rows) {
      const [cluster, k1, k2, inst, ts, code, obj, res] = row as [
        number,
        bigint,
        bigint,
        number,
        bigint,
        number,
        bigint,
        bigint,
      ]
      if (key === undefined || key.k1 !== k1 || key.k2 !== k2 || key.cluster !== cluster) {
        close()
        key = { cluster, k1, k2 }
      }
      facts.push({ inst, ts, code, obj, res })
    }
  }
  close()
  return { lifetimes, seen }
}

async function instanceMarks(store: FactStore): Promise<Map<number, InstanceMarks>> {
  const marks = new Map<number, InstanceMarks>()
  for (const row of await store.rows('SELECT inst, ready_ts, ask_ts FROM instance_marks')) {
    const [inst, ready, ask] = row as [number, ...(bigint | null)[]]
    marks.set(inst, { readyTs: ready ?? undefined, askTs: ask ?? undefined })
  }
  return marks
}

async function nodeMarks(store: FactStore): Promise<Map<string, NodeMark[]>> {
  const marks = new Map<string, NodeMark[]>()
  for (const row of await store.rows(NODE_MARKS)) {
    const [inst, node, ts, code] = row as [number, bigint, bigint, number]
    const key = nodeKey(inst, node)
    marks.set(key, [...(marks.get(key) ?? []), { ts, gone: code === FACT.nodeGone }])
  }
  return marks
}

async function incarnations(store: FactStore): Promise<Incarnation[]> {
  const found = new Map<number, Incarnation>()
  for (const row of await store.rows(UNTIDY_LIVES)) {
    const [
      inc,
      cluster,
      app,
      n,
      begin,
      from,
      to,
      inst,
      newTs,
      runningTs,
      ranTs,
      terminalTs,
      rejectedTs,
      acceptedTs,
      gang,
    ] = row as [number, number, bigint, number, bigint | null, bigint, bigint, number | null, ...(bigint | null)[]]
    const one = found.get(inc) ?? {
      inc,
      cluster,
      app,
      n,
      begin: begin ?? undefined,
      from,
      to,
      gang: Number(gang) === 1,
      lives: new Map(),
    }
    if (inst !== null) {
      one.lives.set(inst, {
        newTs: newTs ?? undefined,
        runningTs: runningTs ?? undefined,
        ranTs: ranTs ?? undefined,
        terminalTs: terminalTs ?? undefined,
        rejectedTs: rejectedTs ?? undefined,
        acceptedTs: acceptedTs ?? undefined,
      })
    }
    found.set(inc, one)
  }
  return [...found.values()]
}

async function asksWhenRunning(store: FactStore): Promise<Map<string, bigint>> {
  const rows = await store.rows(ASKS_WHEN_RUNNING)
  return new Map(rows.map((row) => [row.slice(0, 3).join('/'), row[3] as bigint]))
}

/** A real pod that took its placeholder's place has no placing of its own: it is where the placeholder was. */
async function inheritedNodes(store: FactStore, lifetimes: readonly Lifetime[]): Promise<Map<Lifetime, bigint>> {
  const without = lifetimes.filter((lifetime) => lifetime.node === undefined && lifetime.sightings.length > 0)
  const nodes = new Map<Lifetime, bigint>()
  if (without.length === 0) return nodes
  await store.run('DROP TABLE IF EXISTS wanted')
  await store.table('wanted', { cluster: 'INTEGER', app: 'BIGINT' }, distinctApps(without))
  const replaced =
    await store.rows(`SELECT DISTINCT a.cluster, a.app, a.r, a.node FROM allocs a JOIN wanted w ON w.cluster = a.cluster AND w.app = a.app
    WHERE a.c = ${FACT.replaced} AND a.node IS NOT NULL ORDER BY a.r`)
  for (const lifetime of without) {
    const { cluster } = lifetime.key
    const at = lifetime.sightings[0]!.ts
    const before = replaced.findLast((row) => row[0] === cluster && row[1] === lifetime.app && (row[2] as bigint) <= at)
    if (before !== undefined) nodes.set(lifetime, before[3] as bigint)
  }
  return nodes
}

function distinctApps(lifetimes: readonly Lifetime[]): Row[] {
  const apps = new Map(
    lifetimes.map((lifetime) => [
      `${lifetime.key.cluster}/${lifetime.app}`,
      [lifetime.key.cluster, lifetime.app] as Row,
    ]),
  )
  return [...apps.values()]
}
