/**
 * Expectations from YAML: partial pods as kuttl and chainsaw users write them, or PodExpectation with selection,
 * fields that must not be there, and fields not to look at.
 */
import { API_VERSION } from '../../document.ts'
import { type JsonMap, isMap, mapAt, scalarText, textAt } from '../json.ts'
import { checkPattern } from '../path.ts'
import { malformed } from '../read-objects.ts'
import type { Role } from '../rows.ts'
import type { SparkPod } from '../spark-pod.ts'
import { checkExpectation } from './check-expectation.ts'

export interface Expectation {
  where: string
  select: { role?: Role; name?: string; labels: Readonly<Record<string, string>> }
  expect: JsonMap
  /** Patterns of paths that no selected pod may have. */
  absent: readonly string[]
  /** Patterns of paths whose outcome does not count. */
  ignore: readonly string[]
}

const FIELDS = new Set(['apiVersion', 'kind', 'metadata', 'select', 'expect', 'absent', 'ignore'])

/** Reads one document. Throws exit 65 with file and field. */
export function readExpectation(document: unknown, where: string): Expectation {
  if (!isMap(document)) throw malformed(where, 'an expectation is a map')
  const kind = textAt(document, 'kind')
  if (kind !== 'PodExpectation' && kind !== 'Pod')
    throw malformed(where, `its kind is ${JSON.stringify(kind ?? null)}, neither Pod nor PodExpectation`)
  const expectation = kind === 'Pod' ? readPartialPod(document, where) : readOwn(document, where)
  checkExpectation(expectation.expect, kind === 'Pod' ? where : `${where}: expect`)
  return expectation
}

/** A bare pod selects by its name, or by its labels; what it selects by need not be compared again, but may be. */
function readPartialPod(pod: JsonMap, where: string): Expectation {
  const name = textAt(pod, 'metadata', 'name')
  const labels = labelsOf(mapAt(pod, 'metadata', 'labels'), `${where}: metadata.labels`)
  const select = name === undefined ? { labels } : { name, labels: {} }
  const expect = Object.fromEntries(Object.entries(pod).filter(([field]) => field !== 'apiVersion' && field !== 'kind'))
  return { where, select, expect, absent: [], ignore: [] }
}

function readOwn(document: JsonMap, where: string): Expectation {
  if (document['apiVersion'] !== API_VERSION) throw malformed(`${where}: apiVersion`, `it is not ${API_VERSION}`)
  const unknown = Object.keys(document).find((field) => !FIELDS.has(field))
  if (unknown !== undefined) throw malformed(`${where}: ${unknown}`, `known are ${[...FIELDS].join(', ')}`)
  const { select = {}, expect = {} } = document
  if (!isMap(select)) throw malformed(`${where}: select`, 'it is no map')
  if (!isMap(expect)) throw malformed(`${where}: expect`, 'it is no map')
  const role = select['role']
  if (role !== undefined && role !== 'driver' && role !== 'executor')
    throw malformed(`${where}: select.role`, 'it is neither driver nor executor')
  const name = textAt(select, 'name')
  const labels = labelsOf(mapAt(select, 'labels'), `${where}: select.labels`)
  return {
    where,
    select: { ...(role !== undefined && { role }), ...(name !== undefined && { name }), labels },
    expect,
    absent: patterns(document['absent'], `${where}: absent`),
    ignore: patterns(document['ignore'], `${where}: ignore`),
  }
}

function patterns(value: unknown, where: string): string[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw malformed(where, 'it is no list of paths')
  return value.map((pattern, index) => {
    const text = scalarText(pattern)
    checkPattern(text, `${where}[${index}]`)
    return text
  })
}

/** Labels whose value is a matcher are compared, not selected by. */
function labelsOf(labels: JsonMap, where: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => {
      if (Array.isArray(value)) throw malformed(`${where}.${name}`, 'it is a list where a text should be')
      return isMap(value) ? [] : [[name, scalarText(value)]]
    }),
  )
}

/** Whether an expectation speaks of a pod. */
export function selects({ select }: Expectation, pod: SparkPod): boolean {
  const labels = mapAt(pod.object, 'metadata', 'labels')
  if (select.role !== undefined && select.role !== pod.role) return false
  if (select.name !== undefined && select.name !== pod.name) return false
  return Object.entries(select.labels).every(([name, value]) => scalarText(labels[name]) === value)
}
