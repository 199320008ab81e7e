// The SQL of a comparison: finds the run that each report is about, and sums its seconds, once over what the scheduler
// that reported could see and once over all. Same subset of SQL as reduce-sql.ts. Tables begin with `cmp_`.
//
// cmp_reports(id, app, cluster, told_at, submitted, started, finished, packed, place): reports, numbered; times in ms, told_at
// in ns. A log's line has no cluster; a REST history has one, and when it was last seen, but neither start nor finish.
// cmp_instances(inst, from_ts): when each instance was first seen.
// cmp_own_judged(inc, inst, k1, k2, res, kind, code, resized, s1, s2, e1, e2): see own-spans.ts.
import { FACT, NAME } from '../facts.ts'

const SECOND = '1000000000'
/** A terminal event and FinishTime are taken in one step; a log's time and an event's are of one clock. */
const FINISH_SLACK_NS = 5_000_000_000n
/** SubmissionTime can be a pod's creation, in whole seconds, and is never later than the core's hearing of it. */
const SUBMISSION_SLACK_NS = 2_000_000_000n

function seconds(nanos: string): string {
  return `CAST(((${nanos}) - (${nanos}) % ${SECOND}) / ${SECOND} AS BIGINT)`
}

/** Copies of a report (overlapping logs) count once. */
export const REPORTS = `CREATE TABLE cmp_reports AS
WITH distinct_reports AS (
  SELECT app, cluster, told_at, submitted, started, finished, packed, min(place) AS place FROM cmp_given
  GROUP BY app, cluster, told_at, submitted, started, finished, packed)
SELECT CAST(row_number() OVER (ORDER BY submitted, app, finished, packed) AS INTEGER) AS id, app, cluster, told_at, submitted, started, finished, packed, place
FROM distinct_reports`

/** `cmp_runs`: an incarnation in one instance, whatever was seen of it there, not before from_ts; over: COMPLETED or FAILED. */
export const RUNS = `CREATE TABLE cmp_runs AS
WITH seen AS (
  SELECT inc, inst, new_ts, run_ts, CAST(NULL AS BIGINT) AS over_ts FROM lives WHERE inst >= 0
  UNION ALL SELECT i.inc, m.inst, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), m.ts FROM marks m
    JOIN incs i ON i.cluster = m.cluster AND i.app = m.app AND m.ts >= i.from_ts AND m.ts < i.to_ts
    WHERE m.inst >= 0 AND m.code IN (${FACT.completed}, ${FACT.failed})
  UNION ALL SELECT DISTINCT inc, inst, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT) FROM spans WHERE inc >= 0 AND inst >= 0)
SELECT i.cluster, i.app, s.inc, s.inst, min(s.new_ts) AS new_ts, min(s.run_ts) AS run_ts, min(s.over_ts) AS over_ts,
  coalesce(min(s.new_ts), min(n.from_ts)) AS from_ts
FROM seen s JOIN incs i ON i.inc = s.inc JOIN cmp_instances n ON n.inst = s.inst GROUP BY i.cluster, i.app, s.inc, s.inst`

const IN_TIME = `distance <= ${FINISH_SLACK_NS}`
const BEGUN_AFTER = `new_ts >= submitted * 1000000 - ${SUBMISSION_SLACK_NS}`

/**
 * `cmp_matched`: the run each report is about. A log's line: of the runs that had begun by StartTime the one whose end is
 * nearest to FinishTime, else the last whose end was not seen. A REST history: the incarnation that began first after
 * SubmissionTime, at its last COMPLETING before the snapshot, `until`: it may have gone on since.
 */
export const MATCHED = `CREATE TABLE cmp_matched AS
WITH fits AS (
  SELECT r.id, u.inc, u.inst, u.new_ts, u.from_ts, u.over_ts, r.told_at, r.submitted, r.finished, coalesce(r.started, r.finished) AS started,
    CASE WHEN u.over_ts IS NULL OR r.finished IS NULL THEN NULL ELSE abs(u.over_ts - r.finished * 1000000) END AS distance
  FROM cmp_reports r JOIN texts t ON t.text = r.app JOIN cmp_runs u ON u.app = t.hash AND (r.cluster IS NULL OR r.cluster = u.cluster)),
logged AS (
  SELECT id, inc, inst, new_ts, over_ts, row_number() OVER (PARTITION BY id ORDER BY
      CASE WHEN ${IN_TIME} THEN 0 ELSE 1 END, CASE WHEN ${IN_TIME} THEN distance ELSE 0 END, inst DESC, from_ts DESC) AS place
  FROM fits WHERE told_at IS NULL AND (${IN_TIME} OR over_ts IS NULL)
    AND coalesce(new_ts, from_ts) <= CASE WHEN new_ts IS NULL THEN finished ELSE started END * 1000000 + ${SECOND}),
begun AS (
  SELECT id, inc, row_number() OVER (PARTITION BY id ORDER BY
      CASE WHEN ${BEGUN_AFTER} THEN 0 ELSE 1 END, CASE WHEN ${BEGUN_AFTER} THEN new_ts ELSE -coalesce(new_ts, 0) END) AS place
  FROM fits WHERE told_at IS NOT NULL),
completing AS (
  SELECT i.inc, s.inst, f.ts FROM facts f JOIN sources s ON s.src = f.src
  JOIN incs i ON i.cluster = s.cluster AND i.app = f.obj AND f.ts >= i.from_ts AND f.ts < i.to_ts WHERE f.code = ${FACT.completing}),
shown AS (
  SELECT f.id, f.inc, f.inst, f.new_ts, f.over_ts, c.ts AS until, row_number() OVER (PARTITION BY f.id ORDER BY coalesce(c.ts, 0) DESC, f.inst DESC) AS place
  FROM fits f JOIN begun b ON b.id = f.id AND b.inc = f.inc AND b.place = 1 AND f.from_ts <= f.told_at
  LEFT JOIN completing c ON c.inc = f.inc AND c.inst = f.inst AND c.ts <= f.told_at)
SELECT id, inc, inst, new_ts, over_ts, CAST(NULL AS BIGINT) AS until FROM logged WHERE place = 1
UNION ALL SELECT id, inc, inst, new_ts, over_ts, until FROM shown WHERE place = 1`

/** `cmp_pieces`: what the scheduler that reported saw of each allocation of the run. */
export const PIECES = `CREATE TABLE cmp_pieces AS
SELECT m.id, s.k1, s.k2, s.res, s.kind, s.code, s.resized, s.s1, s.s2, s.e1, s.e2
FROM cmp_matched m JOIN spans s ON s.inc = m.inc AND s.inst = m.inst
LEFT JOIN (SELECT DISTINCT cluster, k1, k2 FROM judged) j ON j.cluster = s.cluster AND j.k1 = s.k1 AND j.k2 = s.k2
WHERE j.k1 IS NULL AND (m.until IS NULL OR s.s2 < m.until)
UNION ALL SELECT m.id, o.k1, o.k2, o.res, o.kind, o.code, o.resized, o.s1, o.s2, o.e1, o.e2
FROM cmp_matched m JOIN cmp_own_judged o ON o.inc = m.inc AND o.inst = m.inst AND (m.until IS NULL OR o.s2 < m.until)`

const OPEN = 's.s1 IS NULL OR s.e2 IS NULL'
const SUMS = `s.kind, s.res, sum(${seconds('greatest(0, s.e1 - s.s2)')}) AS lo,
  sum(CASE WHEN ${OPEN} THEN 0 ELSE ${seconds('greatest(0, s.e2 - s.s1)')} END) AS hi, max(CASE WHEN ${OPEN} THEN 1 ELSE 0 END) AS is_open, sum(s.resized) AS resized`

export const OWN_SUMS = `CREATE TABLE cmp_own AS SELECT s.id, ${SUMS} FROM cmp_pieces s GROUP BY s.id, s.kind, s.res`

export const WHOLE_SUMS = `CREATE TABLE cmp_whole AS
SELECT m.id, ${SUMS} FROM cmp_matched m JOIN spans s ON s.inc = m.inc AND (m.until IS NULL OR s.s2 < m.until) GROUP BY m.id, s.kind, s.res`

const KEY_NAMES = `LEFT JOIN (SELECT hash, min(text) AS text FROM names WHERE kind = ${NAME.key} GROUP BY hash) n ON n.hash = s.k1`

/** `cmp_edges`: allocations whose duration is within ε of a whole second. One that lasted none cannot have lasted less. */
export function edgesSql(epsilon: bigint): string {
  return `CREATE TABLE cmp_edges AS
SELECT s.id, s.k1, s.k2, n.text AS name, s.kind, s.res, (s.e1 - s.s1) % ${SECOND} AS fraction FROM cmp_pieces s ${KEY_NAMES}
WHERE s.s1 = s.s2 AND s.e1 = s.e2 AND s.e1 >= s.s1
  AND (((s.e1 - s.s1) % ${SECOND} <= ${epsilon} AND s.e1 - s.s1 >= ${SECOND}) OR (s.e1 - s.s1) % ${SECOND} >= ${SECOND} - ${epsilon})`
}

/** All allocations of a report, with what is certain of their kinds. */
export function candidatesSql(id: number): string {
  return `SELECT s.k1, s.k2, n.text, s.kind, s.res, s.code, ${seconds('greatest(0, s.e1 - s.s2)')} AS seconds, p.placeholder
FROM cmp_pieces s ${KEY_NAMES} LEFT JOIN (SELECT k1, k2, max(placeholder) AS placeholder FROM seen GROUP BY k1, k2) p ON p.k1 = s.k1 AND p.k2 = s.k2
WHERE s.id = ${id} ORDER BY s.k1, s.k2, s.s2`
}

/** Reports of a range of numbers, with their run. */
export function reportsSql(after: number, upTo: number): string {
  return `SELECT r.id, r.packed, r.place, m.inc, m.inst, m.new_ts, coalesce(r.told_at, m.over_ts), i.cluster FROM cmp_reports r LEFT JOIN cmp_matched m ON m.id = r.id
LEFT JOIN incs i ON i.inc = m.inc WHERE r.id > ${after} AND r.id <= ${upTo} ORDER BY r.id`
}

export function sumsSql(table: 'cmp_own' | 'cmp_whole', after: number, upTo: number): string {
  return `SELECT id, kind, res, lo, hi, is_open, resized FROM ${table} WHERE id > ${after} AND id <= ${upTo}`
}

export function edgesOfSql(after: number, upTo: number): string {
  return `SELECT id, k1, k2, name, kind, res, fraction FROM cmp_edges WHERE id > ${after} AND id <= ${upTo}`
}

/** Seconds, at least, of what no report is about. */
export const UNREPORTED_SUMS = `SELECT s.kind, s.res, sum(${seconds('greatest(0, s.e1 - s.s2)')}) FROM spans s
LEFT JOIN (SELECT DISTINCT inc FROM cmp_matched) m ON m.inc = s.inc WHERE m.inc IS NULL GROUP BY s.kind, s.res`

/** Incarnations that no report is about, with the last instance that knew each, and what was seen of it there. */
export const UNREPORTED = `WITH last_runs AS (
  SELECT u.cluster, u.app, u.inc, u.inst, u.run_ts, u.over_ts, row_number() OVER (PARTITION BY u.inc ORDER BY u.inst DESC) AS place FROM cmp_runs u
  LEFT JOIN (SELECT DISTINCT inc FROM cmp_matched) m ON m.inc = u.inc WHERE m.inc IS NULL),
ends AS (
  SELECT u.inc, max(CASE WHEN k.code = ${FACT.rejected} THEN 1 ELSE 0 END) AS rejected, max(CASE WHEN k.code = ${FACT.left} THEN 1 ELSE 0 END) AS gone,
    max(CASE WHEN k.code = ${FACT.failed} THEN 1 ELSE 0 END) AS failed
  FROM last_runs u JOIN incs i ON i.inc = u.inc JOIN marks k ON k.cluster = u.cluster AND k.app = u.app AND k.inst = u.inst AND k.ts >= i.from_ts AND k.ts < i.to_ts
  WHERE u.place = 1 GROUP BY u.inc),
firsts AS (SELECT inc, min(s2) AS first_ts FROM spans GROUP BY inc)
SELECT t.text, u.cluster, u.inst, coalesce(i.begin_ts, d.first_ts), u.run_ts, u.over_ts, e.rejected, e.gone, e.failed
FROM last_runs u JOIN incs i ON i.inc = u.inc LEFT JOIN ends e ON e.inc = u.inc LEFT JOIN firsts d ON d.inc = u.inc LEFT JOIN texts t ON t.hash = u.app
WHERE u.place = 1 ORDER BY coalesce(i.begin_ts, d.first_ts), t.text, u.inc`
