// The SQL that answers a question from the ledger: attribution tables first, then sums of seconds by group and
// resource vector, and only then products with quantities, in 128 bits (docs/usage-rules.md §7).
import { FACT, NAME } from './facts.ts'
import { type Dimension } from './question.ts'

const SECOND = '1000000000'
/** Whole seconds of a difference in nanoseconds, exact on every engine: a multiple of 10⁹ is an exact double. */
function seconds(nanos: string): string {
  return `CAST(((${nanos}) - (${nanos}) % ${SECOND}) / ${SECOND} AS BIGINT)`
}

/** Whole seconds of the part of a lifetime [begin, end] that lies before a moment. */
function secondsBefore(moment: string, begin: string, end: string): string {
  return seconds(`greatest(0, least(${moment}, ${end}) - ${begin})`)
}

/** Nodes of real pods that replaced a placeholder in place: that of the placeholder (§4, Node). */
export const INHERIT_NODES = `UPDATE spans SET node = x.node FROM (
  SELECT s.inc AS inc, s.k1 AS k1, s.k2 AS k2, max(p.e1) AS at FROM spans s JOIN spans p ON p.inc = s.inc
  WHERE s.node IS NULL AND p.code = ${FACT.replaced} AND p.node IS NOT NULL AND p.e1 <= s.s2 GROUP BY s.inc, s.k1, s.k2) h,
  (SELECT inc, e1, max(node) AS node FROM spans WHERE code = ${FACT.replaced} AND node IS NOT NULL GROUP BY inc, e1) x
WHERE spans.inc = h.inc AND spans.k1 = h.k1 AND spans.k2 = h.k2 AND x.inc = h.inc AND x.e1 = h.at AND spans.node IS NULL`

/** \`inc_user\`: the user that most of an incarnation's first three allocations name (§3, User). */
export const INC_USERS = `CREATE TABLE inc_user AS
WITH numbered AS (SELECT inc, inst, k1, k2, s2, row_number() OVER (PARTITION BY inc ORDER BY s2, k1, k2) AS n FROM spans),
firsts AS (
  SELECT f.inc, f.inst, f.n, f.s2, a.ares AS res, q.queue FROM numbered f
  JOIN allocs a ON a.k1 = f.k1 AND a.k2 = f.k2 JOIN inc_queue q ON q.inc = f.inc WHERE f.n <= 3),
told AS (
  SELECT s.inst, f.ts, f.obj, f.k1 AS queue, f.res FROM facts f JOIN sources s ON s.src = f.src WHERE f.code = ${FACT.user}),
near AS (
  SELECT f.inc, f.n, max(u.ts) AS ts FROM firsts f
  JOIN told u ON u.inst = f.inst AND u.queue = f.queue AND u.res = f.res AND u.ts <= f.s2 AND u.ts > f.s2 - ${SECOND} GROUP BY f.inc, f.n),
votes AS (
  SELECT n.inc, u.obj, count(DISTINCT n.n) AS votes, min(n.n) AS first FROM near n
  JOIN firsts f ON f.inc = n.inc AND f.n = n.n
  JOIN told u ON u.inst = f.inst AND u.queue = f.queue AND u.res = f.res AND u.ts = n.ts GROUP BY n.inc, u.obj),
ranked AS (SELECT inc, obj, row_number() OVER (PARTITION BY inc ORDER BY votes DESC, first, obj) AS place FROM votes)
SELECT inc, obj AS user_hash FROM ranked WHERE place = 1`

/** \`inc_seen\`: what a snapshot said of an incarnation: the last submission not after its begin (whole seconds on Kubernetes). */
export const INC_SEEN = `CREATE TABLE inc_seen AS
WITH fits AS (
  SELECT i.inc, a.user_name, a.group_name, a.queue_name, row_number() OVER (PARTITION BY i.inc ORDER BY a.submitted DESC) AS place
  FROM incs i JOIN seen_apps a ON a.app = i.app AND a.cluster = i.cluster AND (i.begin_ts IS NULL OR a.submitted <= i.begin_ts))
SELECT inc, user_name, group_name, queue_name FROM fits WHERE place = 1`

/** How a dimension is computed: the column that is grouped by, what joins it needs, and what of a lifetime these need. */
interface DimensionSql {
  column: string
  joins: string[]
  keys: string[]
}

const NAMED = (alias: string, hash: string): string => `LEFT JOIN texts ${alias} ON ${alias}.hash = ${hash}`
const INC = 'LEFT JOIN incs i ON i.inc = s.inc'
const SEEN_APP = 'LEFT JOIN inc_seen ia ON ia.inc = s.inc'
const SEEN_POD = 'LEFT JOIN seen p ON p.k1 = s.k1 AND p.k2 = s.k2'
/** What tells one pod from another. */
const POD = ['k1', 'k2']
const NODE_NAME = NAMED('tn', 's.node')
const NODE = `coalesce(tn.text, p.node, '')`

/** The SQL of a dimension; all yield text, empty where not known. */
export function dimensionSql(dimension: Dimension): DimensionSql {
  if (dimension.startsWith('label:')) {
    const path = `$."${dimension.slice('label:'.length).replaceAll('"', '')}"`
    return {
      column: `coalesce(json_extract_string(p.labels, '${path.replaceAll("'", "''")}'), '')`,
      joins: [SEEN_POD],
      keys: POD,
    }
  }
  switch (dimension as Exclude<Dimension, `label:${string}`>) {
    case 'app':
      return { column: `coalesce(ta.text, '')`, joins: [NAMED('ta', 's.app')], keys: ['app'] }
    case 'incarnation':
      return { column: `CAST(coalesce(i.n, 1) AS VARCHAR)`, joins: [INC], keys: ['inc'] }
    case 'queue':
      return {
        column: `coalesce(tq.text, ia.queue_name, '')`,
        joins: ['LEFT JOIN inc_queue q ON q.inc = s.inc', NAMED('tq', 'q.queue'), SEEN_APP],
        keys: ['inc'],
      }
    case 'user':
      return {
        column: `coalesce(ia.user_name, tu.text, '')`,
        joins: [SEEN_APP, 'LEFT JOIN inc_user u ON u.inc = s.inc', NAMED('tu', 'u.user_hash')],
        keys: ['inc'],
      }
    case 'group':
      return { column: `coalesce(ia.group_name, '')`, joins: [SEEN_APP], keys: ['inc'] }
    case 'node':
      return { column: NODE, joins: [NODE_NAME, SEEN_POD], keys: ['node', ...POD] }
    case 'instanceType':
      return {
        column: `coalesce(nt.instance_type, '')`,
        joins: [NODE_NAME, SEEN_POD, `LEFT JOIN node_types nt ON nt.node = ${NODE}`],
        keys: ['node', ...POD],
      }
    case 'namespace':
      return { column: `coalesce(p.namespace, '')`, joins: [SEEN_POD], keys: POD }
    case 'cluster':
      return {
        column: "coalesce(c.name, '')",
        joins: ['LEFT JOIN cluster_names c ON c.cluster = s.cluster'],
        keys: ['cluster'],
      }
  }
}

/** Texts behind hashes, once each. */
export const TEXTS = `CREATE TABLE texts AS SELECT hash, min(text) AS text FROM names WHERE kind = ${NAME.text} GROUP BY hash`

export interface SumOptions {
  dimensions: readonly Dimension[]
  /** Lifetimes are cut by the table `windows(win, f, t, last)`. */
  windowed: boolean
  /** The table has a `rate` for every instance type and resource, and seconds are billed. */
  billing: { minimum: bigint; step: bigint } | undefined
  kinds: readonly number[]
}

/** Seconds billed for seconds used: at least the minimum, rounded up to the step; none for none. */
function billed(secondsSql: string, billing: SumOptions['billing']): string {
  if (billing === undefined) return secondsSql
  const { minimum, step } = billing
  const up = step === 1n ? secondsSql : `CAST(ceil((${secondsSql}) / CAST(${step} AS DOUBLE)) AS BIGINT) * ${step}`
  return `CASE WHEN (${secondsSql}) = 0 THEN 0 ELSE greatest(${minimum}, ${up}) END`
}

/**
 * Sums by group, kind and resource: dimensions d0…, win, kind, name, lower, upper, exact (128 bits), open (lifetimes without an
 * upper bound), and n (lifetimes).
 *
 * Lifetimes are summed by the numbers that dimensions depend on before any text is joined: these are few.
 */
export function sumSql(options: SumOptions): string {
  const dimensions = options.dimensions.map(dimensionSql)
  const joins = [...new Set(dimensions.flatMap((one) => one.joins))]
  const keys = [...new Set(dimensions.flatMap((one) => one.keys))]
  const columns = dimensions.map((one, index) => `${one.column} AS d${index}`)
  const names = dimensions.map((_, index) => `d${index}`)
  const win = options.windowed ? 'w.win' : '0'
  const span = options.windowed ? windowedSeconds(options.billing) : wholeSeconds(options.billing)
  const windowJoin = options.windowed
    ? 'JOIN windows w ON (s.s1 IS NULL OR s.s1 < w.t) AND (s.e2 IS NULL OR s.e2 > w.f)'
    : ''
  const byKeys = [...keys, 'win', 'kind', 'res'].join(', ')
  const group = [...names, 'win', 'kind'].join(', ')
  return `WITH parts AS (
    SELECT ${[...keys.map((key) => `s.${key}`), `${win} AS win`].join(', ')}, s.kind, s.res, ${span.lower} AS lo, ${span.upper} AS hi, ${span.open} AS open,
      CASE WHEN s.s1 = s.s2 AND s.e1 = s.e2 THEN 1 ELSE 0 END AS sure
    FROM spans s ${windowJoin} WHERE s.kind IN (${options.kinds.join(', ')})),
  keyed AS (
    SELECT ${byKeys}, sum(lo) AS lo, sum(hi) AS hi, sum(open) AS open, sum(CASE WHEN sure = 1 THEN lo ELSE 0 END) AS ex, count(*) AS n
    FROM parts GROUP BY ${byKeys}),
  named AS (SELECT ${[...columns, 's.win', 's.kind'].join(', ')}, s.res, s.lo, s.hi, s.open, s.ex, s.n FROM keyed s ${joins.join(' ')}),
  sums AS (
    SELECT ${group}, res, sum(lo) AS lo, sum(hi) AS hi, sum(open) AS open, sum(ex) AS ex, sum(n) AS n FROM named GROUP BY ${group}, res)
  SELECT ${group}, v.name, CAST(sum(CAST(s.lo AS HUGEINT) * v.value) AS HUGEINT) AS lower, CAST(sum(CAST(s.hi AS HUGEINT) * v.value) AS HUGEINT) AS upper,
    CAST(sum(CAST(s.ex AS HUGEINT) * v.value) AS HUGEINT) AS exact, CAST(sum(s.open) AS BIGINT) AS open, CAST(sum(s.n) AS BIGINT) AS n
  FROM sums s JOIN vectors v ON v.res = s.res GROUP BY ${group}, v.name ORDER BY ${group}, v.name`
}

interface SecondsSql {
  lower: string
  upper: string
  open: string
}

function wholeSeconds(billing: SumOptions['billing']): SecondsSql {
  const isOpen = 's.s1 IS NULL OR s.e2 IS NULL'
  return {
    lower: billed(seconds('greatest(0, s.e1 - s.s2)'), billing),
    upper: `CASE WHEN ${isOpen} THEN 0 ELSE ${billed(seconds('greatest(0, s.e2 - s.s1)'), billing)} END`,
    open: `CASE WHEN ${isOpen} THEN 1 ELSE 0 END`,
  }
}

/**
 * The seconds of a lifetime that end in a window. An unbounded end reaches to the end of every window, and leaves the last one
 * open; an unbounded beginning reaches back to the first window, and leaves that one open.
 */
function windowedSeconds(billing: SumOptions['billing']): SecondsSql {
  const begin = 'coalesce(s.s1, w.first)'
  const end = 'coalesce(s.e2, w.t)'
  const share = (b: string, e: string): string =>
    `(${billed(secondsBefore('w.t', b, e), billing)}) - (${billed(secondsBefore('w.f', b, e), billing)})`
  const isOpen = '(s.s1 IS NULL AND w.is_first = 1) OR (s.e2 IS NULL AND w.is_last = 1)'
  return {
    lower: share('s.s2', 's.e1'),
    upper: `CASE WHEN ${isOpen} THEN 0 ELSE ${share(begin, end)} END`,
    open: `CASE WHEN ${isOpen} THEN 1 ELSE 0 END`,
  }
}
