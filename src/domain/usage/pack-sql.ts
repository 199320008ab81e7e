// The SQL that packs facts for keeping: what one scheduler told of an allocation from its ask to its end becomes one row,
// all else stays as it is. Nothing is lost by it: `factsOfClosed` gives the facts back, so whatever is computed from what
// is kept is what would be computed from the events. It keeps to the subset that DuckDB and Spark share, like reduce-sql.ts,
// and runs on both. All of it is about sets: facts that come twice, late, or in any order change nothing.
import { FACT } from './facts.ts'

/** Columns of `closed`: an allocation that one source saw asked for, placed, begun and ended, each once and in order. */
export const CLOSED_COLUMNS = {
  src: 'INTEGER',
  app: 'BIGINT',
  k1: 'BIGINT',
  k2: 'BIGINT',
  ask_ts: 'BIGINT',
  ask_res: 'BIGINT',
  place_ts: 'BIGINT',
  node: 'BIGINT',
  add_ts: 'BIGINT',
  add_res: 'BIGINT',
  end_ts: 'BIGINT',
  code: 'SMALLINT',
  res: 'BIGINT',
} as const

/** Columns of `facts`. */
export const FACT_COLUMNS = {
  src: 'INTEGER',
  code: 'SMALLINT',
  ts: 'BIGINT',
  obj: 'BIGINT',
  k1: 'BIGINT',
  k2: 'BIGINT',
  res: 'BIGINT',
} as const

const DAY_NS = '86400000000000'
/** Days from 1970 to a time in Unix nanoseconds (UTC), exact on every engine. */
export const dayOf = (ts: string): string => `CAST((${ts} - ${ts} % ${DAY_NS}) / ${DAY_NS} AS INTEGER)`

const isEnd = (code: string): string => `${code} BETWEEN ${FACT.endFirst} AND ${FACT.endUnknown}`
/** Facts that make up an allocation's life. */
const isLife = (code: string): string => `(${code} IN (${FACT.ask}, ${FACT.add}, ${FACT.place}) OR ${isEnd(code)})`
/** Facts about an allocation that are kept apart: an allocation that has one is not packed. */
const ODD = `${FACT.preemptedBy}, ${FACT.alive}, ${FACT.absent}`

const when = (code: number, column: string): string => `CASE WHEN code = ${code} THEN ${column} END`
const atEnd = (column: string): string => `CASE WHEN ${isEnd('code')} THEN ${column} END`
const bothOf = (value: string, name: string): string => `min(${value}) AS ${name}, max(${value}) AS ${name}2`

/** What became of an allocation: packed, still open, or kept as the facts it is. */
export const STATE = { apart: 0, open: 1, closed: 2 } as const

const ONCE = 'q = q2 AND qr = qr2 AND a = a2 AND ar = ar2 AND r = r2 AND c = c2 AND rr = rr2 AND app = app2'
const PLACED_ONCE = '(p IS NULL OR (p = p2 AND n = n2))'

/**
 * A row for every allocation in `fresh(src, code, ts, obj, k1, k2, res)`, with its state. `openSince`: what has told nothing
 * since then (Unix nanoseconds) is no longer waited for.
 */
export function groupsSql(openSince: bigint): string {
  return `WITH told AS (
  SELECT src, k1, k2,
    ${when(FACT.ask, 'ts')} AS q, ${when(FACT.ask, 'res')} AS qr, ${when(FACT.add, 'ts')} AS a, ${when(FACT.add, 'res')} AS ar,
    ${when(FACT.place, 'ts')} AS p, ${when(FACT.place, 'obj')} AS n, ${atEnd('ts')} AS r, ${atEnd('code')} AS c, ${atEnd('res')} AS rr,
    CASE WHEN code IN (${FACT.ask}, ${FACT.add}) OR ${isEnd('code')} THEN obj END AS app, ts,
    CASE WHEN code IN (${ODD}) THEN 1 ELSE 0 END AS odd
  FROM fresh WHERE ${isLife('code')} OR code IN (${ODD})),
grouped AS (
  SELECT src, k1, k2, ${bothOf('q', 'q')}, ${bothOf('qr', 'qr')}, ${bothOf('a', 'a')}, ${bothOf('ar', 'ar')}, ${bothOf('p', 'p')}, ${bothOf('n', 'n')},
    ${bothOf('r', 'r')}, ${bothOf('c', 'c')}, ${bothOf('rr', 'rr')}, ${bothOf('app', 'app')}, max(ts) AS latest, max(odd) AS odd
  FROM told GROUP BY src, k1, k2)
SELECT src, k1, k2, app, q, qr, p, n, a, ar, r, c, rr,
  CASE WHEN odd = 0 AND ${ONCE} AND ${PLACED_ONCE} AND q <= a AND a <= r THEN ${STATE.closed}
    WHEN r IS NULL AND app IS NOT NULL AND latest >= ${openSince} THEN ${STATE.open}
    ELSE ${STATE.apart} END AS state
FROM grouped`
}

/** Rows for `closed`, with their day, from the table of `groupsSql`. */
export const CLOSED = `SELECT src, app, k1, k2, q AS ask_ts, qr AS ask_res, p AS place_ts, n AS node, a AS add_ts, ar AS add_res, r AS end_ts, c AS code,
  rr AS res, ${dayOf('r')} AS day FROM groups WHERE state = ${STATE.closed}`

const columns = Object.keys(FACT_COLUMNS)
  .map((name) => `f.${name}`)
  .join(', ')
const ABOUT_ALLOCATION = `(${isLife('f.code')} OR f.code IN (${ODD}))`
const ITS_GROUP = 'LEFT JOIN groups g ON g.src = f.src AND g.k1 = f.k1 AND g.k2 = f.k2'

/** Facts of allocations that are still open. */
export const OPEN = `SELECT DISTINCT ${columns} FROM fresh f JOIN groups g ON g.src = f.src AND g.k1 = f.k1 AND g.k2 = f.k2
WHERE ${ABOUT_ALLOCATION} AND g.state = ${STATE.open}`

/** Facts that stay as they are, with their day. Who an allocation belongs to is kept apart: few ask for it. */
export const APART = `SELECT DISTINCT ${columns}, ${dayOf('f.ts')} AS day FROM fresh f ${ITS_GROUP}
WHERE f.code <> ${FACT.user} AND (NOT ${ABOUT_ALLOCATION} OR g.state = ${STATE.apart})`

export const USERS = `SELECT DISTINCT ${columns}, ${dayOf('f.ts')} AS day FROM fresh f WHERE f.code = ${FACT.user}`

/** The facts that rows of `closed` were packed from. */
export function factsOfClosed(table: string): string {
  const fact = (code: string, ts: string, obj: string, res: string): string =>
    `SELECT src, CAST(${code} AS SMALLINT) AS code, ${ts} AS ts, ${obj} AS obj, k1, k2, ${res} AS res FROM ${table}`
  return [
    fact(String(FACT.ask), 'ask_ts', 'app', 'ask_res'),
    fact(String(FACT.add), 'add_ts', 'app', 'add_res'),
    `${fact(String(FACT.place), 'place_ts', 'node', '0')} WHERE place_ts IS NOT NULL`,
    fact('code', 'end_ts', 'app', 'res'),
  ].join('\n  UNION ALL ')
}
