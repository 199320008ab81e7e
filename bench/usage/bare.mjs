#!/usr/bin/env node
// The bare SQL on DuckDB: usage by application with simple bounds at a restart, and nothing else. No incarnations, no
// queues or users, no placeholders, no evidence: what those cost is what the ratio to it shows.
//   node bench/usage/bare.mjs --out totals.csv [--envelope] FILE-OR-DIRECTORY
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'

const EVENT = {
  type: 'TINYINT',
  objectID: 'VARCHAR',
  timestampNano: 'BIGINT',
  eventChangeType: 'TINYINT',
  eventChangeDetail: 'SMALLINT',
  referenceID: 'VARCHAR',
  // As text: it is parsed once for each distinct value, not once an event.
  resource: 'STRUCT(resources VARCHAR)',
}

/** Fixed-width keys: strings live only in the two dictionaries, so that grouping can spill. */
const BINDING = `
CREATE TEMP TABLE starts AS SELECT ts FROM raw WHERE ty = 4;
CREATE TEMP TABLE da AS SELECT app AS name, CAST(row_number() OVER () AS INT) AS app
  FROM (SELECT DISTINCT app FROM raw WHERE ty = 2);
CREATE TEMP TABLE dr AS SELECT res AS txt, CAST(row_number() OVER (ORDER BY res) AS INT) AS res
  FROM (SELECT DISTINCT res FROM raw WHERE ty = 2);
CREATE TEMP TABLE events AS SELECT ts, da.app, alloc, ct, dr.res
  FROM raw JOIN da ON da.name = raw.app JOIN dr ON dr.txt = raw.res WHERE ty = 2;
DROP TABLE raw;
CREATE TEMP TABLE vectors AS
  SELECT res, k, CAST(json_extract_string(txt, '$."' || k || '".value') AS BIGINT) AS v
  FROM (SELECT res, txt, unnest(json_keys(txt)) AS k FROM dr);`

const USAGE = `
WITH firsts AS (SELECT ts AS s, lag(ts) OVER (ORDER BY ts) AS p FROM (SELECT DISTINCT ts FROM starts) x),
cuts AS (SELECT s, lag(s) OVER (ORDER BY s) AS prev FROM firsts WHERE p IS NULL OR s - p > 1000000000),
epochs AS (SELECT c.prev AS b, c.s AS e, max(v.ts) AS seen FROM cuts c
  JOIN events v ON v.ts >= c.prev AND v.ts < c.s WHERE c.prev IS NOT NULL GROUP BY c.prev, c.s),
horizon AS (SELECT max(ts) AS h FROM events),
allocs AS (SELECT app, alloc,
    coalesce(min(CASE WHEN ct = 3 THEN res END), min(CASE WHEN ct = 2 THEN res END)) AS res,
    min(CASE WHEN ct = 2 THEN ts END) AS a, max(CASE WHEN ct = 2 THEN ts END) AS la,
    min(CASE WHEN ct = 3 THEN ts END) AS r
  FROM events GROUP BY app, alloc),
spans AS (SELECT t.app, t.res, coalesce(t.r, e.seen, z.h) - t.a AS lo, coalesce(t.r, e.e, z.h) - t.a AS hi
  FROM allocs t CROSS JOIN horizon z LEFT JOIN epochs e ON t.la >= e.b AND t.la < e.e WHERE t.a IS NOT NULL),
bounded AS (SELECT app, res, sum(CAST((lo - lo % 1000000000) / 1000000000 AS BIGINT)) AS lo,
    sum(CAST((hi - hi % 1000000000) / 1000000000 AS BIGINT)) AS hi, count(*) AS n FROM spans GROUP BY app, res)
SELECT da.name AS app, x.k AS resource,
  sum(CAST(b.lo AS DECIMAL(19,0)) * CAST(x.v AS DECIMAL(19,0))) AS usage_lo,
  sum(CAST(b.hi AS DECIMAL(19,0)) * CAST(x.v AS DECIMAL(19,0))) AS usage_hi, sum(b.n) AS allocations
FROM bounded b JOIN vectors x ON x.res = b.res JOIN da ON da.app = b.app
GROUP BY da.name, x.k ORDER BY da.name, x.k`

/** @param {string[]} files @param {boolean} enveloped */
function readSql(files, enveloped) {
  const columns = Object.entries(EVENT)
    .map(([name, type]) => (enveloped ? `${name} ${type}` : `${name}: '${type}'`))
    .join(', ')
  const at = enveloped ? 'event.' : ''
  return `CREATE TEMP TABLE raw AS SELECT ${at}timestampNano AS ts, ${at}type AS ty, ${at}objectID AS app,
    TRY_CAST(${at}referenceID AS UUID) AS alloc, ${at}eventChangeType AS ct, ${at}resource.resources AS res
  FROM read_ndjson([${files.map(quote).join(', ')}], columns = {${enveloped ? `event: 'STRUCT(${columns})'` : columns}})
  WHERE (${at}type = 2 AND (${at}eventChangeDetail = 200 OR ${at}eventChangeDetail BETWEEN 500 AND 504))
    OR (${at}type = 4 AND ${at}eventChangeType = 2 AND ${at}objectID = 'root');`
}

/** @param {string} text */
const quote = (text) => `'${text.replaceAll("'", "''")}'`

const { values, positionals } = parseArgs({
  options: { out: { type: 'string' }, envelope: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const [input] = positionals
if (input === undefined || values.out === undefined)
  throw new Error('bare.mjs --out PATH [--envelope] FILE-OR-DIRECTORY')
const files = statSync(input).isDirectory()
  ? readdirSync(input)
      .sort()
      .map((name) => join(input, name))
  : [input]

const instance = await DuckDBInstance.create(':memory:', {
  preserve_insertion_order: 'false',
  autoinstall_known_extensions: 'false',
})
const connection = await instance.connect()
await connection.run(readSql(files, values.envelope))
const strays = await connection.runAndReadAll('SELECT count(*) FROM raw WHERE ty = 2 AND alloc IS NULL')
if (strays.getRows()[0]?.[0] !== 0n) throw new Error('allocations without a UUID would be taken for one')
await connection.run(BINDING)
await connection.run(`COPY (${USAGE}) TO ${quote(values.out)} (FORMAT csv, HEADER false)`)
connection.closeSync()
