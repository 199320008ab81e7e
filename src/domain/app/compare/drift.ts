/** Differences that were foreseen before the copies ran: by aspect and by the candidate's Spark, each with a reason. */
import { API_VERSION } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { isMap, textAt } from '../../pods/json.ts'

export const ASPECTS = ['outcome', 'runs', 'exit-code', 'signature', 'duration', 'executors-lost'] as const
export type Aspect = (typeof ASPECTS)[number]

export interface ExpectedDrift {
  aspect: Aspect
  /** The beginning of the candidate's Spark version, `4.1`; all where it is not said. */
  spark: string | undefined
  /** For durations: how many times as long the candidate may take. */
  atMost: number | undefined
  reason: string
  /** The last day it holds, as `2026-12-31`. */
  until: string | undefined
  where: string
}

const FIELDS = new Set(['aspect', 'spark', 'atMost', 'reason', 'until'])

/** Reads `{apiVersion: sparkops/v1, kind: ExpectedDrift, drift: [{aspect, reason, spark?, atMost?, until?}]}`. Exit 65. */
export function readDrift(document: unknown, file: string): ExpectedDrift[] {
  const isOurs = textAt(document, 'apiVersion') === API_VERSION && textAt(document, 'kind') === 'ExpectedDrift'
  if (!isMap(document) || !isOurs || !Array.isArray(document.drift))
    throw malformed(file, `it is not {apiVersion: ${API_VERSION}, kind: ExpectedDrift, drift: […]}`)
  return document.drift.map((entry: unknown, index) => readEntry(entry, `${file}: drift[${index}]`))
}

function readEntry(entry: unknown, where: string): ExpectedDrift {
  if (!isMap(entry)) throw malformed(where, 'it is no map')
  const unknown = Object.keys(entry).find((name) => !FIELDS.has(name))
  if (unknown !== undefined) throw malformed(`${where}.${unknown}`, `known are ${[...FIELDS].join(', ')}`)
  const aspect = ASPECTS.find((one) => one === entry.aspect)
  if (aspect === undefined) throw malformed(`${where}.aspect`, `known are ${ASPECTS.join(', ')}`)
  const reason = textAt(entry, 'reason')?.trim()
  if (!reason) throw malformed(`${where}.reason`, 'it is missing: say why it is expected')
  const { atMost } = entry
  if (atMost !== undefined && (aspect !== 'duration' || typeof atMost !== 'number' || !(atMost > 0)))
    throw malformed(`${where}.atMost`, 'it is a number above 0, and only for durations')
  const until = textAt(entry, 'until')
  if (until !== undefined && !/^\d{4}-\d\d-\d\d$/.test(until))
    throw malformed(`${where}.until`, 'it is no day such as 2026-12-31')
  const spark = textAt(entry, 'spark')
  if (entry.spark !== undefined && spark === undefined)
    throw malformed(`${where}.spark`, "it must be text, such as '4.1'")
  return { aspect, spark, atMost, reason, until, where }
}

function malformed(where: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_DRIFT',
    message: `${where} cannot be used`,
    why,
    hint: 'see docs/app.md, "Drift that is expected"',
    exit: 'data',
  })
}
