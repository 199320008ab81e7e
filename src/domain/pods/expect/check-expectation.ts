/** Whether what an expectation writes can be said of a pod: told when it is read, whatever the pods are like. */
import { isMap, scalarText } from '../json.ts'
import { fieldPath, itemPath } from '../path.ts'
import { quantityOf } from '../quantity.ts'
import { malformed } from '../read-objects.ts'
import { type FieldType, POD, fieldType, shapeOf, shapeOfType, structType, typeBelow } from '../schema.ts'
import { type Matcher, badMatcher, matcherOf, regexOf } from './matchers.ts'

/** Throws exit 65 with the field for a matcher that asks for nothing sensible, and for a list where a map should be. */
export function checkExpectation(expect: unknown, where: string): void {
  check(expect, POD, '', where)
}

/** The first field of a path or pattern that a pod does not have; undefined where it has all, or a star hides them. */
export function unknownField(path: string): string | undefined {
  let type: FieldType = POD
  for (const [, quoted, item, name = quoted] of path.matchAll(/\["([^"]*)"\]|(\[[^\]]*\])|([^.[\]]+)/g)) {
    if (item === undefined && name!.includes('*')) return undefined
    if (item !== undefined) type = type.kind === 'list' ? type.of : { kind: 'any' }
    else if (type.kind === 'map') type = type.of
    else if (type.kind !== 'struct') return undefined
    else if (structType(type.name)?.has(name!) === false) return name
    else type = fieldType(type.name, name!)
  }
  return undefined
}

function check(value: unknown, type: FieldType, path: string, where: string): void {
  const place = path === '' ? where : `${where}: ${path}`
  const matcher = matcherOf(value, place)
  if (matcher !== undefined) return checkMatcher(matcher.name, matcher.asks, { type, path, where, place })
  if (value === null || value === undefined) return
  const found = shapeOf(value)
  const wanted = type.kind === 'any' ? found : shapeOfType(type)
  // Empty values stand for absence, whatever they are.
  if (found !== wanted && value !== '' && value !== false)
    throw malformed(place, `it is ${found} where ${wanted} should be`)
  if (Array.isArray(value)) {
    const of: FieldType = type.kind === 'list' ? type.of : { kind: 'any' }
    value.forEach((item, index) => check(item, of, itemPath(path, String(index)), where))
  } else if (isMap(value))
    for (const [name, child] of Object.entries(value)) check(child, typeBelow(type, name), fieldPath(path, name), where)
}

function checkMatcher(
  name: Matcher,
  asks: unknown,
  { type, path, where, place }: { type: FieldType; path: string; where: string; place: string },
): void {
  if ((name === '$oneOf' || name === '$exact') && !Array.isArray(asks))
    throw badMatcher(place, `${name} asks for a list`)
  if (name === '$re') regexOf(scalarText(asks).replace(/\$\{[\w.]+\}/g, 'x'), place)
  if ((name === '$gte' || name === '$lte') && quantityOf(asks) === undefined)
    throw badMatcher(place, `${name} asks for a number or a quantity`)
  if (name === '$count' && !Number.isInteger(Number(scalarText(asks) || 'none')))
    throw badMatcher(place, '$count asks for a whole number')
  if (name === '$not' || name === '$exact') check(asks, type, path, where)
  if (name === '$oneOf') for (const choice of asks as unknown[]) check(choice, type, path, where)
}
