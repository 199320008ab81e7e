// The SQL that reduces facts to one row an allocation and one an incarnation. It keeps to the subset that DuckDB and
// Spark share (CTE, CASE, min/max/count, lag/lead without frame, joins): what is engine-specific is in the adapters.
//
// Every state in a GROUP BY is of fixed width, so that engines can spill it.
import { FACT } from './facts.ts'
import { factsOfClosed } from './pack-sql.ts'

const IS_END = `code BETWEEN ${FACT.endFirst} AND ${FACT.endUnknown}`

/**
 * `allocs`: a row for every key that was ever allocated.
 * a, a2: first and last `add`; r, r2: first and last `end`; c, c2: their codes, least and greatest; q, qi: last `ask` and its instance;
 * i, i2: first and last instance of `add` and `end`; preempt: 1 if a preemption names it.
 */
export const ALLOCS = `CREATE TABLE allocs AS
WITH told AS (
  SELECT s.cluster, s.inst, f.ts, f.obj, f.k1, f.k2, f.res, f.code,
    CASE WHEN f.code = ${FACT.add} THEN 1 ELSE 0 END AS is_add, CASE WHEN f.${IS_END} THEN 1 ELSE 0 END AS is_end
  FROM facts f JOIN sources s ON s.src = f.src
  WHERE f.code IN (${FACT.add}, ${FACT.ask}, ${FACT.place}, ${FACT.preemptedBy}) OR f.${IS_END}),
ev AS (
  SELECT cluster, k1, k2, CASE WHEN is_add = 1 THEN ts END AS add_ts, CASE WHEN is_add = 1 THEN res END AS add_res,
    CASE WHEN is_end = 1 THEN ts END AS end_ts, CASE WHEN is_end = 1 THEN code END AS end_code, CASE WHEN is_end = 1 THEN res END AS end_res,
    CASE WHEN is_add = 1 OR is_end = 1 THEN inst END AS life_inst, CASE WHEN is_add = 1 OR is_end = 1 THEN obj END AS life_app,
    CASE WHEN code = ${FACT.ask} THEN ts END AS ask_ts, CASE WHEN code = ${FACT.ask} THEN inst END AS ask_inst,
    CASE WHEN code = ${FACT.place} THEN obj END AS place_node, CASE WHEN code = ${FACT.preemptedBy} THEN 1 ELSE 0 END AS preempted
  FROM told
  UNION ALL
  SELECT s.cluster, c.k1, c.k2, c.add_ts, c.add_res, c.end_ts, c.code AS end_code, c.res AS end_res, s.inst AS life_inst, c.app AS life_app,
    c.ask_ts, s.inst AS ask_inst, c.node AS place_node, 0 AS preempted
  FROM closed c JOIN sources s ON s.src = c.src)
SELECT cluster, k1, k2, min(add_ts) AS a, max(add_ts) AS a2, min(end_ts) AS r, max(end_ts) AS r2, min(end_code) AS c, max(end_code) AS c2,
  max(ask_ts) AS q, max(ask_inst) AS qi, min(life_inst) AS i, max(life_inst) AS i2, min(life_app) AS app, max(life_app) AS app2,
  min(end_res) AS res, max(end_res) AS res2, max(place_node) AS node, min(place_node) AS node2, max(preempted) AS preempt, min(add_res) AS ares
FROM ev GROUP BY cluster, k1, k2 HAVING min(life_app) IS NOT NULL`

/** Allocations whose whole life is one `ask`, one `add` and one `end` in one instance: nothing to judge. */
export const TIDY = `a = a2 AND r = r2 AND c = c2 AND i = i2 AND app = app2 AND res = res2 AND qi = i AND q <= a AND a <= r AND (node IS NULL OR node = node2)`

/** Everything that happened to applications, without duplicates. */
export const MARKS = `CREATE TABLE marks AS
SELECT DISTINCT s.cluster, f.obj AS app, s.inst, f.ts, f.code, f.k1 AS queue FROM facts f JOIN sources s ON s.src = f.src
WHERE f.code IN (${FACT.new}, ${FACT.accepted}, ${FACT.rejected}, ${FACT.running}, ${FACT.resuming}, ${FACT.completed}, ${FACT.failed}, ${FACT.left}, ${FACT.queue})`

const TERMINAL = `${FACT.rejected}, ${FACT.completed}, ${FACT.failed}, ${FACT.left}`

/**
 * Needs `first_ticks(inst, until)`: what was there before an instance is submitted with its first ticks; a `new` after them is new,
 * even under an old id.
 *
 * `incs`: incarnations (docs/usage-rules.md §3); the first of an application reaches back to all that came before it.
 */
export const INCARNATIONS = `CREATE TABLE incs AS
WITH steps AS (
  SELECT cluster, app, inst, ts, code, lag(code) OVER (PARTITION BY cluster, app ORDER BY inst, ts) AS before_code,
    lag(inst) OVER (PARTITION BY cluster, app ORDER BY inst, ts) AS before_inst
  FROM marks WHERE code IN (${FACT.new}, ${TERMINAL})),
begins AS (
  SELECT s.cluster, s.app, s.ts FROM steps s LEFT JOIN first_ticks t ON t.inst = s.inst
  WHERE s.code = ${FACT.new}
    AND (s.before_code IS NULL OR s.before_code <> ${FACT.new} OR s.before_inst = s.inst OR s.ts > t.until)),
known AS (
  SELECT cluster, app, ts FROM begins
  UNION ALL SELECT DISTINCT a.cluster, a.app, CAST(NULL AS BIGINT) FROM allocs a LEFT JOIN begins b ON b.cluster = a.cluster AND b.app = a.app WHERE b.app IS NULL),
numbered AS (
  SELECT cluster, app, ts, row_number() OVER (PARTITION BY cluster, app ORDER BY ts) AS n,
    lead(ts) OVER (PARTITION BY cluster, app ORDER BY ts) AS next_ts FROM known)
SELECT CAST(row_number() OVER (ORDER BY cluster, app, n) AS INTEGER) AS inc, cluster, app, CAST(n AS INTEGER) AS n, ts AS begin_ts,
  CASE WHEN n = 1 THEN -9223372036854775807 ELSE ts END AS from_ts, coalesce(next_ts, 9223372036854775807) AS to_ts
FROM numbered`

/** \`lives\`: an incarnation in one instance: its first \`new\`, \`running\`, \`terminal\` there, and its queue. */
export const LIVES = `CREATE TABLE lives AS
SELECT i.inc, m.inst, min(CASE WHEN m.code = ${FACT.new} THEN m.ts END) AS new_ts,
  min(CASE WHEN m.code IN (${FACT.running}, ${FACT.resuming}) THEN m.ts END) AS run_ts,
  min(CASE WHEN m.code = ${FACT.running} THEN m.ts END) AS ran_ts,
  min(CASE WHEN m.code = ${FACT.accepted} THEN m.ts END) AS accepted_ts,
  min(CASE WHEN m.code IN (${TERMINAL}) THEN m.ts END) AS end_ts,
  min(CASE WHEN m.code = ${FACT.rejected} THEN m.ts END) AS rejected_ts,
  min(CASE WHEN m.code = ${FACT.queue} THEN m.ts END) AS queue_ts
FROM marks m JOIN incs i ON i.cluster = m.cluster AND i.app = m.app AND m.ts >= i.from_ts AND m.ts < i.to_ts
GROUP BY i.inc, m.inst`

/** `inc_queue`: the first queue an incarnation was placed in. */
export const QUEUES = `CREATE TABLE inc_queue AS
WITH firsts AS (SELECT inc, min(queue_ts) AS ts FROM lives WHERE queue_ts IS NOT NULL GROUP BY inc)
SELECT f.inc, min(m.queue) AS queue FROM firsts f JOIN incs i ON i.inc = f.inc
JOIN marks m ON m.cluster = i.cluster AND m.app = i.app AND m.ts = f.ts AND m.code = ${FACT.queue} GROUP BY f.inc`

/** `gangs`: incarnations that hold placeholders (§4, Kind). */
export const GANGS = `CREATE TABLE gangs AS
SELECT DISTINCT i.inc FROM allocs t
JOIN incs i ON i.cluster = t.cluster AND i.app = t.app AND coalesce(t.a, t.r) >= i.from_ts AND coalesce(t.a, t.r) < i.to_ts
LEFT JOIN lives l ON l.inc = i.inc AND l.inst = t.i
WHERE t.c IN (${FACT.timedOut}, ${FACT.replaced}) OR t.c2 IN (${FACT.timedOut}, ${FACT.replaced})
  OR (t.qi = t.i AND t.q <= t.a AND l.new_ts IS NOT NULL AND (l.run_ts IS NULL OR t.a < l.run_ts))`

/** Kinds of usage, as numbers in SQL. */
export const KIND = { used: 0, placeholder: 1, preempted: 2 } as const

/** The kind of an allocation: `preempt`, end code \`c\`, \`gang\`, ask \`q\`, and the incarnation's \`new_ts\` and \`run_ts\` in the instance. */
export const KIND_RULE = `CASE WHEN t.preempt = 1 OR t.c = ${FACT.preempted} THEN ${KIND.preempted}
  WHEN t.c IN (${FACT.timedOut}, ${FACT.replaced}) THEN ${KIND.placeholder}
  WHEN g.inc IS NOT NULL AND l.new_ts IS NOT NULL AND (l.run_ts IS NULL OR t.q < l.run_ts)
    AND NOT EXISTS (SELECT 1 FROM gaps b WHERE b.inst = t.i AND b.ts >= l.new_ts AND b.ts < t.q) THEN ${KIND.placeholder}
  ELSE ${KIND.used} END`

/**
 * `spans`: the lifetimes that need no judgement. s to e in nanoseconds; k1, k2 the key; node as far as an event of its own tells.
 */
export const SPANS = `CREATE TABLE spans AS
SELECT i.inc, t.cluster, t.i AS inst, t.k1, t.k2, t.app, t.a AS s1, t.a AS s2, t.r AS e1, t.r AS e2, t.res, t.c AS code, t.node,
  CAST(${KIND_RULE} AS INTEGER) AS kind, CASE WHEN t.res <> t.ares THEN 1 ELSE 0 END AS resized
FROM allocs t
JOIN incs i ON i.cluster = t.cluster AND i.app = t.app AND t.a >= i.from_ts AND t.a < i.to_ts
LEFT JOIN lives l ON l.inc = i.inc AND l.inst = t.i
LEFT JOIN gangs g ON g.inc = i.inc
WHERE ${TIDY.replace(/\b(a2?|r2?|c2?|i2?|app2?|res2?|qi?|node2?)\b/g, 't.$1')}`

/** All facts of the keys that need judgement, in order. */
export const UNTIDY_FACTS = `WITH keys AS (SELECT cluster, k1, k2 FROM allocs WHERE NOT coalesce(${TIDY}, false)),
packed AS (SELECT c.* FROM closed c JOIN (SELECT DISTINCT k1, k2 FROM keys) w ON w.k1 = c.k1 AND w.k2 = c.k2),
told AS (
  SELECT src, code, ts, obj, k1, k2, res FROM facts
  WHERE code IN (${FACT.add}, ${FACT.ask}, ${FACT.place}, ${FACT.preemptedBy}, ${FACT.alive}, ${FACT.absent}) OR ${IS_END}
  UNION ALL ${factsOfClosed('packed')})
SELECT DISTINCT k.cluster, e.k1, e.k2, s.inst, e.ts, e.code, e.obj, e.res
FROM told e JOIN sources s ON s.src = e.src JOIN keys k ON k.cluster = s.cluster AND k.k1 = e.k1 AND k.k2 = e.k2
ORDER BY k.cluster, e.k1, e.k2, s.inst, e.ts, e.code`

/** Incarnations and their lives, of the applications that need judgement. */
export const UNTIDY_LIVES = `SELECT i.inc, i.cluster, i.app, i.n, i.begin_ts, i.from_ts, i.to_ts, l.inst, l.new_ts, l.run_ts, l.ran_ts, l.end_ts, l.rejected_ts, l.accepted_ts,
  CASE WHEN g.inc IS NULL THEN 0 ELSE 1 END AS gang
FROM incs i LEFT JOIN lives l ON l.inc = i.inc LEFT JOIN gangs g ON g.inc = i.inc
JOIN (SELECT DISTINCT cluster, app FROM allocs WHERE NOT coalesce(${TIDY}, false)) u ON u.cluster = i.cluster AND u.app = i.app
ORDER BY i.inc, l.inst`

/** The first \`ask\` of an incarnation after it ran (206) in an instance, of the gangs that need judgement. */
export const ASKS_WHEN_RUNNING = `WITH gang_lives AS (
  SELECT i.cluster, i.app, l.inst, l.ran_ts FROM lives l JOIN incs i ON i.inc = l.inc JOIN gangs g ON g.inc = l.inc
  JOIN (SELECT DISTINCT cluster, app FROM allocs WHERE NOT coalesce(${TIDY}, false)) u ON u.cluster = i.cluster AND u.app = i.app
  WHERE l.ran_ts IS NOT NULL),
asks AS (
  SELECT src, obj AS app, ts FROM facts WHERE code = ${FACT.ask} UNION ALL SELECT src, app, ask_ts AS ts FROM closed)
SELECT g.cluster, g.app, g.inst, min(f.ts) FROM asks f JOIN sources s ON s.src = f.src
JOIN gang_lives g ON g.inst = s.inst AND g.app = f.app AND f.ts >= g.ran_ts GROUP BY g.cluster, g.app, g.inst`

/**
 * `instance_marks`: what an instance shows of its beginning: when it opened its nodes (without such an event, when it first
 * told of an application or a pod), and its first `ask`.
 */
export const INSTANCE_MARKS = `CREATE TABLE instance_marks AS
WITH told AS (
  SELECT src, min(CASE WHEN code = ${FACT.ready} THEN ts END) AS opened_ts,
    min(CASE WHEN code IN (${FACT.new}, ${FACT.place}) THEN ts END) AS told_ts, min(CASE WHEN code = ${FACT.ask} THEN ts END) AS ask_ts
  FROM facts WHERE code IN (${FACT.ready}, ${FACT.new}, ${FACT.place}, ${FACT.ask}) GROUP BY src
  UNION ALL SELECT src, CAST(NULL AS BIGINT), min(place_ts), min(ask_ts) FROM closed GROUP BY src),
firsts AS (
  SELECT s.inst, min(t.opened_ts) AS opened_ts, min(t.told_ts) AS told_ts, min(t.ask_ts) AS ask_ts
  FROM told t JOIN sources s ON s.src = t.src WHERE s.inst >= 0 GROUP BY s.inst)
SELECT inst, coalesce(opened_ts, told_ts) AS ready_ts, ask_ts FROM firsts`

/** Every coming and going of nodes. */
export const NODE_MARKS = `SELECT DISTINCT s.inst, f.obj, f.ts, f.code FROM facts f JOIN sources s ON s.src = f.src
WHERE f.code IN (${FACT.node}, ${FACT.nodeGone}) AND s.inst >= 0 ORDER BY s.inst, f.obj, f.ts`

/** Two texts under one hash: never merged, always refused. */
export const COLLISIONS = `SELECT kind, hash FROM names GROUP BY kind, hash HAVING min(text) <> max(text) LIMIT 1`
