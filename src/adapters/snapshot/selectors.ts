/** Label and field selectors, as the API server reads them (labels/selector.go), for objects in files. */
import { SparkopsError } from '../../domain/errors.ts'
import type { KubeObject } from '../../ports/cluster.ts'

type Test = (object: KubeObject) => boolean

/** What both selectors of a list ask for. */
export function selectorTest(labelSelector = '', fieldSelector = ''): Test {
  const tests = [
    ...splitOutside(labelSelector).map((term) => labelTest(term, labelSelector)),
    ...splitOutside(fieldSelector).map((term) => fieldTest(term, fieldSelector)),
  ]
  return (object) => tests.every((test) => test(object))
}

/** Terms between commas that are in no parentheses. */
function splitOutside(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '')
}

function labelTest(term: string, selector: string): Test {
  const set = /^([\w./-]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(term)
  if (set) {
    const values = set[3]!.split(',').map((value) => value.trim())
    const wanted = set[2] === 'in'
    // As the server: an object without the label is in no set, and so it passes notin.
    return (object) => isAmong(values, labelOf(object, set[1]!)) === wanted
  }
  const equality = /^([\w./-]+)\s*(==?|!=)\s*([\w.-]*)$/.exec(term)
  if (equality) return (object) => (labelOf(object, equality[1]!) === equality[3]!) === (equality[2] !== '!=')
  const presence = /^(!?)\s*([\w./-]+)$/.exec(term)
  if (presence) return (object) => (labelOf(object, presence[2]!) === undefined) === (presence[1] === '!')
  throw unreadable('label', selector)
}

function isAmong(values: readonly string[], value: string | undefined): boolean {
  return value !== undefined && values.includes(value)
}

function labelOf({ metadata }: KubeObject, name: string): string | undefined {
  return metadata.labels?.[name]
}

function fieldTest(term: string, selector: string): Test {
  const equality = /^([\w.]+)\s*(==?|!=)\s*(.*)$/.exec(term)
  if (equality === null) throw unreadable('field', selector)
  const [, path = '', sign, value] = equality
  return (object) => (fieldOf(object, path.split('.')) === value) === (sign !== '!=')
}

/** A field that is not there is empty, to a field selector. */
function fieldOf(object: unknown, path: readonly string[]): string {
  let value = object
  for (const name of path) value = isObject(value) ? value[name] : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function unreadable(kind: string, selector: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SELECTOR',
    message: `the ${kind} selector "${selector}" cannot be read`,
    hint: 'write it as for kubectl: a=b,c!=d,e in (f,g),!h',
    exit: 'usage',
  })
}
