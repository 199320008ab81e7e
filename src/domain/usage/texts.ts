import type { FactStore, Row } from '../../ports/fact-store.ts'
import { NAME } from './facts.ts'

/** The text behind hashes of the dictionary of names. */
export async function textsOf(store: FactStore, hashes: Iterable<bigint>): Promise<Map<bigint, string>> {
  const wanted = [...new Set(hashes)]
  if (wanted.length === 0) return new Map()
  await store.run('DROP TABLE IF EXISTS wanted')
  await store.table(
    'wanted',
    { hash: 'BIGINT' },
    wanted.map((hash): Row => [hash]),
  )
  const rows = await store.rows(
    `SELECT DISTINCT n.hash, n.text FROM names n JOIN wanted w ON w.hash = n.hash WHERE n.kind = ${NAME.text}`,
  )
  return new Map(rows.map(([hash, text]) => [hash as bigint, text as string]))
}
