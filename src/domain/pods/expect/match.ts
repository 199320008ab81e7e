/**
 * A partial pod against a pod: what is written must be there, what is not written is not looked at. Items of lists are
 * found by the API's own keys; where an expectation leaves keys out, some item that has all it says will do.
 */
import { type JsonMap, isMap, scalarText } from '../json.ts'
import { fieldPath, itemPath } from '../path.ts'
import { quantityOf } from '../quantity.ts'
import { MASK, type Verdict } from '../rows.ts'
import { MASKED, ORDER_RULES } from '../rules/canonical-rules.ts'
import { ANY, type FieldType, fieldType } from '../schema.ts'
import { type Matcher, badMatcher, globOf, isSameScalar, matcherOf, regexOf } from './matchers.ts'

export interface Match {
  path: string
  verdict: Verdict
  expected: unknown
  actual?: unknown
  pointer?: string
  reason?: string
}

interface Place {
  path: string
  pointer: string
  type: FieldType
  /** `Type.field`, where it is one. */
  field: string
  /** File and place of the expectation. */
  where: string
}

const KEYS = new Map(ORDER_RULES.flatMap((rule) => rule.fields.map((field) => [field, rule.keys] as const)))

/** One match for each value that the expectation writes. `pod` has its defaults filled in. */
export function matchPod(expected: JsonMap, pod: JsonMap, where: string): Match[] {
  const root: Place = { path: '', pointer: '', type: { kind: 'struct', name: 'Pod', atomic: false }, field: '', where }
  return match(expected, pod, root)
}

function match(expected: unknown, actual: unknown, place: Place): Match[] {
  const matcher = matcherOf(expected, `${place.where}: ${place.path}`)
  if (matcher !== undefined) return byMatcher(matcher.name, matcher.asks, expected, actual, place)
  if (expected === null) return [one(isNothing(actual), expected, actual, place)]
  if (Array.isArray(expected)) return matchList(expected, actual, place)
  if (isMap(expected)) return matchMap(expected, actual, place)
  return [one(isSame(expected, actual, place), expected, actual, place)]
}

function isSame(expected: unknown, actual: unknown, { type }: Place): boolean {
  // What the API drops when empty may be written: "" and false stand for absent.
  if (actual === undefined || actual === null) return expected === '' || expected === false
  return !isMap(actual) && !Array.isArray(actual) && isSameScalar(expected, actual, type.kind === 'quantity')
}

function one(holds: boolean, expected: unknown, actual: unknown, { path, pointer }: Place, reason?: string): Match {
  const found = isNothing(actual) ? {} : { actual, pointer }
  if (!holds && typeof actual === 'string' && actual.includes(MASK))
    return { path, verdict: 'undecided', expected, ...found, reason: MASKED.why }
  const verdict = holds ? 'same' : isNothing(actual) ? 'missing' : 'different'
  return { path, verdict, expected, ...found, ...(reason !== undefined && { reason }) }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null
}

function matchMap(expected: JsonMap, actual: unknown, place: Place): Match[] {
  const names = Object.keys(expected)
  if (names.length === 0) return [one(isMap(actual) || isNothing(actual), expected, actual, place)]
  if (!isMap(actual) && !names.every((name) => isAbsent(expected[name]))) return [one(false, expected, actual, place)]
  return names.flatMap((name) => match(expected[name], isMap(actual) ? actual[name] : undefined, below(place, name)))
}

function isAbsent(expected: unknown): boolean {
  return isMap(expected) && Object.keys(expected)[0] === '$absent'
}

function below({ path, pointer, type, where }: Place, name: string): Place {
  const isStruct = type.kind === 'struct'
  return {
    path: fieldPath(path, name),
    pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    type: isStruct ? fieldType(type.name, name) : type.kind === 'map' ? type.of : ANY,
    field: isStruct ? `${type.name}.${name}` : '',
    where,
  }
}

function matchList(expected: unknown[], actual: unknown, place: Place): Match[] {
  if (!Array.isArray(actual)) return [one(expected.length === 0 && isNothing(actual), expected, actual, place)]
  const items = actual as unknown[]
  // Words of a command stand in order, and all of them.
  if (isOrdered(place) && expected.every((item) => !isMap(item) || isMatcher(item)))
    return [
      one(
        expected.length === items.length &&
          expected.every((item, index) => holds(match(item, items[index], itemOf(place, index)))),
        expected,
        actual,
        place,
      ),
    ]
  return expected.flatMap((item, index) => matchItem(item, items, place, index))
}

function isMatcher(item: JsonMap): boolean {
  return Object.keys(item)[0]?.startsWith('$') === true
}

function isOrdered({ type, field }: Place): boolean {
  return type.kind === 'list' && type.list === 'atomic' && !KEYS.has(field) && type.of.kind !== 'struct'
}

function matchItem(expected: unknown, items: unknown[], place: Place, index: number): Match[] {
  const keys = keysOf(place).filter((key) => isMap(expected) && !isNothing(expected[key]) && !isMap(expected[key]))
  const name = keys.map((key) => `${key}=${scalarText((expected as JsonMap)[key])}`).join(',')
  const candidates = items
    .map((_, at) => at)
    .filter((at) => keys.every((key) => hasKey(items[at], expected as JsonMap, key)))
  const tried = candidates.map((at) =>
    match(expected, items[at], { ...itemOf(place, at), ...(name !== '' && { path: itemPath(place.path, name) }) }),
  )
  const found = tried.find(holds)
  if (found !== undefined) return found
  // The last of a name is the one that counts; with several that fit no better, the nearest is told.
  if (name !== '' && tried.length > 0) return tried.at(-1)!
  const path = itemPath(place.path, name === '' ? `#${index}` : name)
  const reason = name === '' ? 'no item of the list has all of it' : undefined
  return [{ path, verdict: 'missing', expected, ...(reason !== undefined && { reason }) }]
}

function keysOf({ type, field }: Place): readonly string[] {
  return KEYS.get(field) ?? (type.kind === 'list' ? type.keys : [])
}

function hasKey(item: unknown, expected: JsonMap, key: string): boolean {
  return isMap(item) && scalarText(item[key]) === scalarText(expected[key])
}

function itemOf({ path, pointer, type, where }: Place, index: number): Place {
  return {
    path: itemPath(path, String(index)),
    pointer: `${pointer}/${index}`,
    type: type.kind === 'list' ? type.of : ANY,
    field: '',
    where,
  }
}

function holds(matches: readonly Match[]): boolean {
  return matches.every(({ verdict }) => verdict === 'same')
}

function byMatcher(name: Matcher, asks: unknown, expected: unknown, actual: unknown, place: Place): Match[] {
  const where = `${place.where}: ${place.path}`
  const is = (holds: boolean): Match[] => [one(holds, expected, actual, place)]
  switch (name) {
    case '$any':
      return is(!isNothing(actual))
    case '$absent':
      return [
        isNothing(actual)
          ? one(true, expected, actual, place)
          : { ...one(false, expected, actual, place), verdict: 'extra', reason: 'it must not be there' },
      ]
    case '$re':
      return is(!isNothing(actual) && regexOf(asks, where).test(scalarText(actual)))
    case '$glob':
      return is(!isNothing(actual) && globOf(asks)(scalarText(actual)))
    case '$oneOf':
      if (!Array.isArray(asks)) throw badMatcher(where, '$oneOf asks for a list')
      return is(asks.some((choice) => holds(match(choice, actual, place))))
    case '$not':
      return is(!holds(match(asks, actual, place)))
    case '$gte':
    case '$lte':
      return is(isWithinBound(name, asks, actual, where))
    case '$count':
      return is((Array.isArray(actual) ? actual.length : 0) === Number(asks))
    case '$exact':
      return exact(asks, actual, place, where)
  }
}

function isWithinBound(name: '$gte' | '$lte', asks: unknown, actual: unknown, where: string): boolean {
  const bound = quantityOf(asks)
  if (bound === undefined) throw badMatcher(where, `${name} asks for a number or a quantity`)
  const amount = isNothing(actual) ? undefined : quantityOf(actual)
  return amount !== undefined && (name === '$gte' ? amount >= bound : amount <= bound)
}

/** All that is asked, and not one item more. */
function exact(asks: unknown, actual: unknown, place: Place, where: string): Match[] {
  if (!Array.isArray(asks)) throw badMatcher(where, '$exact asks for a list')
  const found = Array.isArray(actual) ? actual.length : 0
  const count = one(found === asks.length, { $count: asks.length }, actual, place, `${found} items, not ${asks.length}`)
  return [
    ...matchList(asks, actual ?? [], place),
    ...(count.verdict === 'same' ? [] : [{ ...count, verdict: 'different' as const }]),
  ]
}
