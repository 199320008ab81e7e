// The product's lifetimes of a ledger, in the form in which the oracle and the simulator's truth are held against them.
import { NAME } from '../../../src/domain/usage/facts.ts'
import { type UsageLedger } from '../../../src/domain/usage/ledger.ts'
import { uidOfKey } from '../../../src/domain/usage/outside/pod-list.ts'

const SECOND = 1_000_000_000n
const KINDS = ['used', 'placeholder', 'preempted'] as const

/** One lifetime as the product has it; seconds are whole, null is unbounded. */
export interface ProductLifetime {
  key: string
  app: string
  kind: (typeof KINDS)[number]
  start: bigint
  lower: bigint
  upper: bigint | null
  exact: boolean
  rule: string
}

/** All lifetimes of a ledger. */
export async function lifetimesOf(ledger: UsageLedger): Promise<ProductLifetime[]> {
  const keys = new Map(
    (await ledger.store.rows(`SELECT hash, min(text) FROM names WHERE kind = ${NAME.key} GROUP BY hash`)).map((row) => [
      row[0] as bigint,
      row[1] as string,
    ]),
  )
  const rules = new Map(ledger.judged.map((span) => [`${span.lifetime.key.k1}/${span.s2}`, span.rule]))
  const rows = await ledger.store.rows(`SELECT s.k1, s.k2, t.text, s.kind, s.s1, s.s2, s.e1, s.e2 FROM spans s
    LEFT JOIN (SELECT hash, min(text) AS text FROM names WHERE kind = ${NAME.text} GROUP BY hash) t ON t.hash = s.app`)
  return rows.map((row) => {
    const [k1, k2, app, kind, s1, s2, e1, e2] = row as [
      bigint,
      bigint,
      string,
      number,
      bigint | null,
      bigint,
      bigint,
      bigint | null,
    ]
    return {
      key: keys.get(k1) ?? uidOfKey(k1, k2),
      app,
      kind: KINDS[kind]!,
      start: s2,
      lower: e1 < s2 ? 0n : (e1 - s2) / SECOND,
      upper: e2 === null || s1 === null ? null : (e2 - s1) / SECOND,
      exact: s1 === s2 && e1 === e2,
      rule: rules.get(`${k1}/${s2}`) ?? '',
    }
  })
}
