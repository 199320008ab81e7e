// The SQL of the report. Seconds are summed by resource vector first and multiplied by quantities last, in 128 bits.
// Made here: `report_inc` (the queue of every incarnation), `report_queues`, `report_spans` (lifetimes in the period).
import { NAME } from '../facts.ts'
import type { Period } from './usage-report.ts'

const SECOND = '1000000000'

/** Whole seconds of a span of nanoseconds: exact on every engine, since a multiple of 10⁹ is an exact double. */
function seconds(nanos: string): string {
  return `CAST(((${nanos}) - (${nanos}) % ${SECOND}) / ${SECOND} AS BIGINT)`
}

/** Whole seconds of [begin, end] that end in [w0, w1) (docs/usage-rules.md §7). */
function secondsIn(w0: string, w1: string, begin: string, end: string): string {
  const before = (moment: string): string => seconds(`greatest(0, least(${moment}, ${end}) - ${begin})`)
  return `(${before(w1)} - ${before(w0)})`
}

/** First and last moments of lifetimes. */
export const LIFETIME_ENDS = 'SELECT min(s1), min(s2), max(e1), max(e2) FROM spans'

/** The queue of every incarnation, '' where nobody says; \`report_seen(cluster, app, queue)\` is what REST showed. */
export const INCARNATION_QUEUES = `CREATE TABLE report_inc AS
WITH texts AS (SELECT hash, min(text) AS text FROM names WHERE kind = ${NAME.text} GROUP BY hash),
seen AS (SELECT cluster, app, min(queue) AS queue FROM report_seen GROUP BY cluster, app)
SELECT i.inc, i.cluster, coalesce(tq.text, s.queue, '') AS queue FROM incs i
LEFT JOIN inc_queue q ON q.inc = i.inc LEFT JOIN texts tq ON tq.hash = q.queue
LEFT JOIN texts ta ON ta.hash = i.app AND q.inc IS NULL
LEFT JOIN seen s ON s.cluster = i.cluster AND s.app = ta.text`

/** Queues by number. */
export const QUEUE_NUMBERS = `CREATE TABLE report_queues AS
SELECT CAST(row_number() OVER (ORDER BY cluster, queue) AS INTEGER) AS queue, cluster, queue AS name FROM (
  SELECT DISTINCT s.cluster, coalesce(i.queue, '') AS queue FROM spans s LEFT JOIN report_inc i ON i.inc = s.inc) x`

/** Lifetimes with their bounds, [ls, le] at least and [us, ue] at most, cut to the period where they are unbounded. */
export function periodSpans(period: Period): string {
  return `CREATE TABLE report_spans AS
SELECT q.queue, s.cluster, s.inc, s.app, s.res, s.kind, s.s2 AS ls, greatest(s.e1, s.s2) AS le,
  coalesce(s.s1, ${period.from}) AS us, coalesce(s.e2, ${period.to}) AS ue,
  CASE WHEN s.s1 = s.s2 AND coalesce(s.e2, ${period.to}) = s.e1 THEN 1 ELSE 0 END AS sure,
  CASE WHEN s.s1 IS NULL THEN 1 ELSE 0 END AS late, CASE WHEN s.e2 IS NULL THEN 1 ELSE 0 END AS open
FROM spans s LEFT JOIN report_inc i ON i.inc = s.inc
JOIN report_queues q ON q.cluster = s.cluster AND q.name = coalesce(i.queue, '')`
}

const LOWER = seconds('le - ls')
const UPPER = seconds('ue - us')

/** queue, kind, resource, lower, upper, exact. */
export const TOTALS = `WITH sums AS (
  SELECT queue, kind, res, sum(${LOWER}) AS lo, sum(${UPPER}) AS hi, sum(CASE WHEN sure = 1 THEN ${LOWER} ELSE 0 END) AS ex
  FROM report_spans GROUP BY queue, kind, res)
SELECT s.queue, s.kind, v.resource, sum(s.lo * v.value), sum(s.hi * v.value), sum(s.ex * v.value)
FROM sums s JOIN report_value v ON v.res = s.res GROUP BY s.queue, s.kind, v.resource`

/** queue; used allocations, and of these still open; of any kind: begun before anybody looked, all, still open. */
export const QUEUE_COUNTS = `SELECT queue, sum(CASE WHEN kind = 0 THEN 1 ELSE 0 END), sum(CASE WHEN kind = 0 THEN open ELSE 0 END),
  sum(late), count(*), sum(open) FROM report_spans GROUP BY queue`

/** Applications, and runs of applications, that had an allocation. */
export const APPLICATION_COUNTS = `SELECT count(DISTINCT cluster || '/' || app), count(DISTINCT cluster || '/' || app || '/' || inc) FROM (
  SELECT DISTINCT CAST(cluster AS VARCHAR) AS cluster, CAST(app AS VARCHAR) AS app, CAST(inc AS VARCHAR) AS inc FROM report_spans) x`

/** bucket, slot, 1 if used and 0 for other kinds, resource, lower, upper; \`report_slots(queue, slot)\`. */
export function bucketSums(drawn: number): string {
  return `WITH parts AS (
  SELECT b.bucket, t.slot, CASE WHEN s.kind = 0 THEN 1 ELSE 0 END AS used, s.res,
    sum(${secondsIn('b.w0', 'b.w1', 's.ls', 's.le')}) AS lo, sum(${secondsIn('b.w0', 'b.w1', 's.us', 's.ue')}) AS hi
  FROM report_spans s JOIN report_slots t ON t.queue = s.queue JOIN report_buckets b ON s.us < b.w1 AND s.ue >= b.w0
  GROUP BY b.bucket, t.slot, CASE WHEN s.kind = 0 THEN 1 ELSE 0 END, s.res)
SELECT p.bucket, p.slot, p.used, v.resource, sum(p.lo * v.value), sum(p.hi * v.value)
FROM parts p JOIN report_value v ON v.res = p.res WHERE v.resource < ${drawn} GROUP BY p.bucket, p.slot, p.used, v.resource`
}

/** Sums of used seconds by run of an application and resource vector. */
export const APPLICATION_SUMS = `CREATE TABLE report_apps AS
SELECT queue, cluster, app, inc, res, sum(${LOWER}) AS lo, sum(${UPPER}) AS hi, max(greatest(open, late)) AS open, count(*) AS n
FROM report_spans WHERE kind = 0 GROUP BY queue, cluster, app, inc, res`

/** The applications that used most of a resource: app, n-th run, queue, allocations, open, lower, upper. */
export function topApplications(resource: number, count: number): string {
  return `WITH sums AS (
  SELECT a.queue, a.app, a.inc, sum(a.n) AS n, max(a.open) AS open, sum(a.lo * v.value) AS lo, sum(a.hi * v.value) AS hi
  FROM report_apps a JOIN report_value v ON v.res = a.res WHERE v.resource = ${resource} GROUP BY a.queue, a.app, a.inc)
SELECT s.app, coalesce(i.n, 1), s.queue, s.n, s.open, s.lo, s.hi FROM sums s LEFT JOIN incs i ON i.inc = s.inc
WHERE s.hi > 0 ORDER BY s.lo DESC, s.hi DESC, s.app, s.inc LIMIT ${count}`
}

/** How many applications used a resource. */
export function applicationCount(resource: number): string {
  return `SELECT count(*) FROM (SELECT a.app, a.inc FROM report_apps a JOIN report_value v ON v.res = a.res
  WHERE v.resource = ${resource} GROUP BY a.queue, a.app, a.inc HAVING sum(a.hi * v.value) > 0) x`
}

/** Names of allocations that are no UUIDs. */
export const KEY_NAMES = `SELECT hash, min(text) FROM names WHERE kind = ${NAME.key} GROUP BY hash`
