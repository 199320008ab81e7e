// Tables that say whose an allocation is: queue, user, group, node, instance type, names. Made once, when first asked for.
import type { FactStore, Row } from '../../ports/fact-store.ts'
import { INC_SEEN, INC_USERS, INHERIT_NODES, TEXTS } from './answer-sql.ts'
import { NAME } from './facts.ts'
import { type UsageLedger } from './ledger.ts'
import { hashOfName } from './outside/spark-log.ts'
import { type Dimension } from './question.ts'
import { integerField, isObject, parseJson } from './scan/json-event.ts'

const PREPARED = new WeakMap<UsageLedger, Set<string>>()

/** Makes sure that what the dimensions need is there. */
export async function prepareAttribution(ledger: UsageLedger, dimensions: readonly Dimension[]): Promise<void> {
  await once(ledger, 'base', () => prepareBase(ledger))
  const wants = (...names: string[]): boolean => dimensions.some((dimension) => names.includes(dimension))
  if (wants('queue', 'user', 'group')) await once(ledger, 'seen', () => prepareSeenApplications(ledger))
  if (wants('user')) await once(ledger, 'user', () => ledger.store.run(INC_USERS))
  if (wants('node', 'instanceType')) await once(ledger, 'node', () => ledger.store.run(INHERIT_NODES))
  if (wants('instanceType')) await once(ledger, 'type', () => prepareNodeTypes(ledger))
}

async function once(ledger: UsageLedger, step: string, make: () => Promise<void>): Promise<void> {
  const done = PREPARED.get(ledger) ?? new Set<string>()
  PREPARED.set(ledger, done)
  if (done.has(step)) return
  await make()
  done.add(step)
}

async function prepareBase(ledger: UsageLedger): Promise<void> {
  const { store, timeline } = ledger
  await store.run(TEXTS)
  await store.table('vectors', { res: 'BIGINT', name: 'VARCHAR', value: 'HUGEINT' }, await vectorRows(store))
  const clusters = timeline.clusters.map((name, cluster): Row => [cluster, name])
  await store.table('cluster_names', { cluster: 'INTEGER', name: 'VARCHAR' }, clusters)
}

/** The quantities of every distinct resource vector: few, whatever the length of the dump. */
async function vectorRows(store: FactStore): Promise<Row[]> {
  const rows = await store.rows(`SELECT DISTINCT hash, text FROM names WHERE kind = ${NAME.resource}`)
  return rows.flatMap(([hash, text]) =>
    quantities(text as string).map(([name, value]): Row => [hash as bigint, name, value]),
  )
}

/** The quantities in the text of a resource, `{"memory":{"value":1},"vcore":{}}`; absent values are zero. */
export function quantities(text: string): [string, bigint][] {
  const map = parseJson(Buffer.from(text, 'utf8').toString('latin1'))
  if (!isObject(map)) return []
  return Object.entries(map).map(([name, quantity]) => [
    name,
    isObject(quantity) ? (integerField(quantity, 'value') ?? 0n) : 0n,
  ])
}

async function prepareSeenApplications(ledger: UsageLedger): Promise<void> {
  const { store, observations, timeline } = ledger
  const rows = [...observations.applications.values()].map((one): Row => {
    const cluster = Math.max(0, timeline.clusters.indexOf(one.cluster))
    return [cluster, hashOfName(one.app), one.submittedAt, one.user, one.groups[0] ?? '', one.queue]
  })
  const columns = {
    cluster: 'INTEGER',
    app: 'BIGINT',
    submitted: 'BIGINT',
    user_name: 'VARCHAR',
    group_name: 'VARCHAR',
    queue_name: 'VARCHAR',
  } as const
  await store.table('seen_apps', columns, rows)
  await store.run(INC_SEEN)
}

async function prepareNodeTypes(ledger: UsageLedger): Promise<void> {
  const { nodes } = ledger.observations
  const types = new Map([...nodes.values()].map((node) => [node.node, node.instanceType]))
  for (const listing of ledger.outside.listings)
    for (const [node, type] of listing.nodeTypes) if (type !== '') types.set(node, type)
  const rows = [...types].map(([node, type]): Row => [node, type])
  await ledger.store.table('node_types', { node: 'VARCHAR', instance_type: 'VARCHAR' }, rows)
}
