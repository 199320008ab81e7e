// How Spark reads dumps into the facts that pack-sql.ts packs: what differs from engine to engine, and nothing else. Which
// event is which fact is the scanner's own table (scan/event-rules.ts), written out.
import { NAME } from '../facts.ts'
import { CHANGE, factOf, SHAPE, TYPE } from '../scan/event-rules.ts'
import { PREEMPTED_BY, READY } from '../scan/event-facts.ts'
import { OURS, WRAPPERS } from '../scan/wrapped-lines.ts'

const EVENT =
  'type INT, objectID STRING, referenceID STRING, message STRING, timestampNano BIGINT, eventChangeType INT, eventChangeDetail INT, resource STRUCT<resources: STRING>'

/** What any line of a dump may hold. A resource stays text: it is read once for each that differs. */
export const LINE_SCHEMA = `${EVENT}, v INT, cluster STRING, instance STRING, id BIGINT, event STRUCT<${EVENT}>, InstanceUUID STRING,
  LowestID BIGINT, HighestID BIGINT, EventRecords ARRAY<STRUCT<${EVENT}>>, t BIGINT, path STRING, status INT, ok BOOLEAN, highest BIGINT,
  marker STRING, status_code INT, not_json STRING`

const STRUCT_OF_TEXTS = (names: readonly string[]): string => names.map((name) => `${name} STRING`).join(', ')
/** Lines as YuniKorn and our collector write them: nothing to take out of them. */
const PLAIN = '^[{]"(v":1,"cluster"|type":[0-9]|InstanceUUID"|t":[0-9])'
const asObject = (text: string): string => `CASE WHEN ${text} RLIKE '^ *[{]' THEN ${text} END`

/** One layer of what connectors put around a line, taken off: as `unwrapped` of scan/wrapped-lines.ts does it. */
function unwrap(lines: string): string {
  const isOurs = OURS.map((name) => `w.${name} IS NOT NULL`).join(' OR ')
  const inner = WRAPPERS.map((name) => asObject(`w.${name}`)).join(', ')
  return `SELECT file, block, line_no, CASE WHEN value RLIKE '${PLAIN}' THEN value
    WHEN value RLIKE '^ *"' THEN coalesce(get_json_object(concat('{"s":', value, '}'), '$.s'), value)
    WHEN w IS NULL OR ${isOurs} THEN value ELSE coalesce(${inner}, value) END AS value FROM (
    SELECT *, from_json(CASE WHEN value RLIKE '^ *[{]' AND NOT value RLIKE '${PLAIN}' THEN value END,
      '${STRUCT_OF_TEXTS([...OURS, ...WRAPPERS])}') AS w FROM ${lines})`
}

/** `unwrapped(file, block, line_no, value)`, from `lines`, which has the same columns. */
export const UNWRAPPED = unwrap(`(${unwrap('lines')})`)

/** Spark reads the first value of a line and passes over what follows it. */
const FOLLOWED = '[}\\]] *[^ ,\\]}]'.replaceAll('\\', '\\\\')
const WITHOUT_STRINGS = String.raw`regexp_replace(value, '"[^"\\\\]*+(?:\\\\.[^"\\\\]*+)*+"', '""')`
const IS_JOINED = `value RLIKE '${FOLLOWED}' AND ${WITHOUT_STRINGS} RLIKE '${FOLLOWED}'`

const EARLIEST = '1000000000000000000'
const isWhole = (event: string): string =>
  `${event}type BETWEEN 1 AND 9 AND ${event}timestampNano >= ${EARLIEST} AND coalesce(${event}eventChangeType, 0) BETWEEN 0 AND 9 AND coalesce(${event}eventChangeDetail, 0) BETWEEN 0 AND 999`

/** `told`: every line with what it is, from `parsed(file, block, line_no, value, j)`. */
export const TOLD = `SELECT file, block, line_no, value, j.*,
  CASE WHEN trim(value) = '' THEN 'blank'
    WHEN ${IS_JOINED} THEN 'joined'
    WHEN j.not_json IS NOT NULL OR j IS NULL THEN 'odd'
    WHEN j.type IS NOT NULL THEN CASE WHEN ${isWhole('j.')} THEN 'event' ELSE 'odd' END
    WHEN j.event IS NOT NULL THEN CASE WHEN ${isWhole('j.event.')} AND coalesce(j.v, 1) = 1 AND j.instance <> '' AND j.id >= 0 THEN 'envelope' ELSE 'odd' END
    WHEN j.EventRecords IS NOT NULL THEN CASE WHEN forall(j.EventRecords, r -> ${isWhole('r.')}) THEN 'page' ELSE 'odd' END
    WHEN j.LowestID IS NOT NULL AND j.HighestID IS NOT NULL THEN 'page'
    WHEN j.path IS NOT NULL AND j.status IS NOT NULL THEN 'listing'
    WHEN j.ok IS NOT NULL AND j.t IS NOT NULL THEN 'heartbeat'
    WHEN j.InstanceUUID IS NOT NULL THEN 'head'
    WHEN j.marker IS NOT NULL AND j.t IS NOT NULL THEN 'marker'
    WHEN j.status_code IS NOT NULL AND j.message IS NOT NULL THEN 'end'
    ELSE 'odd' END AS what FROM parsed`

const fields = (event: string): string =>
  `${event}type AS type, coalesce(${event}objectID, '') AS object, coalesce(${event}referenceID, '') AS reference, coalesce(${event}message, '') AS message,
  ${event}timestampNano AS ts, coalesce(${event}eventChangeType, 0) AS change, coalesce(${event}eventChangeDetail, 0) AS detail, ${event}resource.resources AS resources`
const IS_BOOT = `type = ${TYPE.queue} AND change = ${CHANGE.add} AND detail IN (0, 401) AND object = 'root'`

/** Events of connections, with their place in the file. */
export const STREAMED = `SELECT *, ${IS_BOOT} AS boot FROM (SELECT file, block, line_no, ${fields('')} FROM told WHERE what = 'event')`
/** Events that carry their number. */
export const NUMBERED = `SELECT *, ${IS_BOOT} AS boot FROM (
  SELECT CASE WHEN coalesce(cluster, '') = '' THEN default_cluster ELSE cluster END AS cluster, instance, id, ${fields('event.')} FROM told CROSS JOIN asked WHERE what = 'envelope')`

/** Events of pages, with their page and their place in it. */
export const PAGED = `SELECT *, ${IS_BOOT} AS boot FROM (
  SELECT file, block, line_no, instance, lowest, highest, records, place, ${fields('r.')} FROM (
    SELECT file, block, line_no, coalesce(InstanceUUID, '') AS instance, coalesce(LowestID, 0) AS lowest, coalesce(HighestID, 0) AS highest,
      size(EventRecords) AS records, posexplode(EventRecords) AS (place, r) FROM told WHERE what = 'page' AND EventRecords IS NOT NULL))`
/** Pages as coverage takes them; a page may have its hole before the place `hole` (`holeAfter` of scan/coverage.ts). */
export const PAGES = `SELECT file, block, line_no, instance, lowest, highest, records, min(ts) AS from_ts, max(ts) AS to_ts,
  max(place = 0 AND boot) AS boot, max(CASE WHEN place < hole THEN ts END) AS hole_before, min(CASE WHEN place >= hole THEN ts END) AS hole_after FROM (
    SELECT *, CASE WHEN lowest > 0 AND newest > 0 AND newest < records AND records < capacity THEN records - newest END AS hole FROM (
      SELECT *, highest - lowest + 1 AS capacity, (highest + 1) % nullif(highest - lowest + 1, 0) AS newest FROM paged))
  GROUP BY file, block, line_no, instance, lowest, highest, records`

/** Numbers in a row are looked for within so many, so that no one task has them all. */
const BLOCK_IDS = 65536
const EACH_ID = `SELECT cluster, instance, id, min(ts) AS from_ts, max(ts) AS to_ts, max(boot) AS boot,
  min(xxhash64(type, object, reference, message, ts, change, detail)) AS said, max(xxhash64(type, object, reference, message, ts, change, detail)) AS said2
  FROM numbered GROUP BY cluster, instance, id`
/** Numbers that came with two events. */
export const CONTRADICTIONS = `SELECT cluster, instance, id FROM (${EACH_ID}) WHERE said <> said2 LIMIT 1`
/** Stretches of numbers without a hole, each within its block. */
export const RUNS = `SELECT cluster, instance, min(id) AS first_id, max(id) AS last_id, min(from_ts) AS from_ts, max(to_ts) AS to_ts, max(boot AND id = 0) AS boot FROM (
  SELECT *, id - row_number() OVER (PARTITION BY cluster, instance, block ORDER BY id) AS island FROM (
    SELECT *, CAST((id - id % ${BLOCK_IDS}) / ${BLOCK_IDS} AS BIGINT) AS block FROM (${EACH_ID})))
  GROUP BY cluster, instance, block, island`

/** `rules(type, change, detail, referenced, code, shape, condition)`: which event is which fact. */
export function rulesSql(): string {
  const numbers = Object.values(TYPE).flatMap((type) =>
    [0, ...Object.values(CHANGE)].flatMap((change) =>
      Array.from({ length: 1000 }, (_, detail) => ({ type, change, detail })).filter(
        // A request says the same whatever its change and detail are.
        (one) => type !== TYPE.request || one.change + one.detail === 0,
      ),
    ),
  )
  const rows = numbers.flatMap(({ type, change, detail }) =>
    [false, true].flatMap((referenced) => {
      const { code, shape, condition } = factOf(type, change, detail, referenced, true)
      const says = type === TYPE.request || shape !== SHAPE.none
      return says
        ? [`(${type}, ${change}, ${detail}, ${String(referenced)}, ${code}, ${shape}, '${condition ?? ''}')`]
        : []
    }),
  )
  return `SELECT * FROM VALUES ${rows.join(', ')} AS r(type, change, detail, referenced, code, shape, condition)`
}

const shapes = (...some: number[]): string => `shape IN (${some.join(', ')})`
const REQUEST = `condition = 'preempted'`
/** YuniKorn 1.5 writes \`<uid>-<n>\`. */
const cutSuffix = (key: string): string =>
  `CASE WHEN ${key} RLIKE '^.{8}-.{27}-[0-9]+$' THEN substr(${key}, 1, 36) ELSE ${key} END`

/** Facts with their texts, from `events(src, …)`. A request says the same whatever its change and detail are. */
export const TEXTED = `SELECT src, CAST(code AS SMALLINT) AS code, ts, shape, condition,
  CASE WHEN ${REQUEST} OR shape = ${SHAPE.queue} THEN reference ELSE object END AS obj,
  CASE WHEN ${REQUEST} THEN ${cutSuffix('object')} WHEN ${shapes(SHAPE.allocation, SHAPE.place)} THEN ${cutSuffix('reference')} END AS key,
  CASE WHEN shape = ${SHAPE.queue} THEN object WHEN shape = ${SHAPE.user} THEN reference END AS about,
  CASE WHEN ${shapes(SHAPE.allocation, SHAPE.capacity, SHAPE.user)} THEN resources END AS res
FROM events e JOIN rules r ON r.type = e.type AND r.referenced = (e.reference <> '')
  AND ((e.type = ${TYPE.request} AND r.change = 0 AND r.detail = 0) OR (r.change = e.change AND r.detail = e.detail AND e.type <> ${TYPE.request}))
WHERE CASE condition WHEN 'preempted' THEN startswith(message, '${PREEMPTED_BY}') AND object <> '' WHEN 'ready' THEN message = '${READY}' ELSE true END`

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
/** Texts of each dictionary; \`hashed\` gives them their hash. The halves of a key that is no UUID are two hashes of it. */
export const TEXTS = `SELECT ${NAME.text} AS kind, obj AS text FROM texted UNION SELECT ${NAME.text}, about FROM texted WHERE about IS NOT NULL
  UNION SELECT ${NAME.resource}, res FROM texted WHERE res IS NOT NULL UNION SELECT ${NAME.key}, key FROM texted WHERE key IS NOT NULL AND NOT key RLIKE '${UUID}'`

const half = (...parts: string[]): string => `CAST(conv(concat(${parts.join(', ')}), 16, -10) AS BIGINT)`
const part = (from: number, length: number): string => `substr(key, ${from}, ${length})`

/** Facts as the packing takes them. */
export const FRESH = `SELECT t.src, t.code, t.ts, CASE WHEN obj = '' AND ${REQUEST} THEN 0 ELSE o.hash END AS obj,
  CASE WHEN t.key RLIKE '${UUID}' THEN ${half(part(1, 8), part(10, 4), part(15, 4))} ELSE coalesce(k.hash, a.hash, 0) END AS k1,
  CASE WHEN t.key RLIKE '${UUID}' THEN ${half(part(20, 4), part(25, 12))} ELSE coalesce(k.hash2, 0) END AS k2, coalesce(r.hash, 0) AS res
FROM texted t JOIN hashed o ON o.kind = ${NAME.text} AND o.text = t.obj LEFT JOIN hashed a ON a.kind = ${NAME.text} AND a.text = t.about
LEFT JOIN hashed r ON r.kind = ${NAME.resource} AND r.text = t.res LEFT JOIN hashed k ON k.kind = ${NAME.key} AND k.text = t.key`

/** Lines that are few, for the scanner to read; of heartbeats, the last at an instance's highest number in each file. */
export const LINES = `SELECT file, block, line_no, value AS line FROM (SELECT *, CASE WHEN what = 'heartbeat' THEN
  row_number() OVER (PARTITION BY file, what, cluster, instance ORDER BY CASE WHEN ok THEN 1 ELSE 0 END DESC, highest DESC, t DESC) ELSE 1 END AS place FROM told
  WHERE what IN ('listing', 'heartbeat')) WHERE place = 1 AND (what = 'listing' OR ok)`

/** Applications begin as they do before 1.6. */
export const EARLY = `SELECT count(*) FROM texted WHERE condition = 'early'`
