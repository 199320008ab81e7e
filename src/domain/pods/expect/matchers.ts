/** One value that is expected of a pod: a plain value, or one of our matchers, a map of one key that begins with `$`. */
import { canonicalJson } from '../../canonical-json.ts'
import { SparkopsError } from '../../errors.ts'
import { type JsonMap, isMap, scalarText } from '../json.ts'
import { quantityOf } from '../quantity.ts'

export const MATCHERS = [
  '$re',
  '$glob',
  '$any',
  '$absent',
  '$oneOf',
  '$not',
  '$gte',
  '$lte',
  '$exact',
  '$count',
] as const
export type Matcher = (typeof MATCHERS)[number]

/** The matcher that a value is, and what it asks; undefined for a plain value. Throws exit 65 for one we do not know. */
export function matcherOf(value: unknown, where: string): { name: Matcher; asks: unknown } | undefined {
  if (!isMap(value)) return undefined
  const names = Object.keys(value)
  const ours = names.find((name) => name.startsWith('$'))
  if (ours === undefined) return undefined
  if (names.length > 1) throw badMatcher(where, `${ours} stands beside other keys; a matcher is a map of one key`)
  if (!(MATCHERS as readonly string[]).includes(ours))
    throw badMatcher(where, `${ours} is no matcher; known are ${MATCHERS.join(', ')}`)
  return { name: ours as Matcher, asks: value[ours] }
}

/** Compiles the expression of `$re`, which must fit the whole value, as `^…$` would. Throws exit 65. */
export function regexOf(asks: unknown, where: string): RegExp {
  const text = scalarText(asks)
  // Nested repetition can take longer than anybody waits; none of the values of a pod needs it.
  if (text.length > 500 || /[+*}]\)?[+*{]/.test(text))
    throw badMatcher(where, '$re is too long or repeats a repetition')
  try {
    return new RegExp(`^(?:${text})$`, 'su')
  } catch (error) {
    throw badMatcher(where, `$re cannot be read: ${(error as Error).message}`)
  }
}

/** `*` for any text, `?` for one character. */
export function globOf(asks: unknown): (text: string) => boolean {
  const parts = scalarText(asks).split(/(\*+|\?)/)
  const body = parts.map((part) =>
    part.startsWith('*') ? '.*?' : part === '?' ? '.' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&'),
  )
  const pattern = new RegExp(`^${body.join('')}$`, 'su')
  return (text) => text.length <= 4096 && pattern.test(text)
}

/** Whether two plain values are the same to Kubernetes: as text, as a number, or as a quantity where that is meant. */
export function isSameScalar(expected: unknown, actual: unknown, isQuantity: boolean): boolean {
  if (isQuantity) {
    const [wanted, found] = [quantityOf(expected), quantityOf(actual)]
    if (wanted !== undefined && found !== undefined) return wanted === found
  }
  if (typeof actual === 'string' || typeof expected === 'string') return scalarText(expected) === scalarText(actual)
  return canonicalJson(expected) === canonicalJson(actual)
}

export function badMatcher(where: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_EXPECTATION',
    message: `${where} cannot be read`,
    why,
    hint: 'docs/pods.md lists the matchers',
    exit: 'data',
  })
}

/** Puts values in the place of `${app}` and its like, in every text of an expectation. */
export function withVariables(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{([\w.]+)\}/g, (text, name: string) =>
      Object.hasOwn(variables, name) ? variables[name]! : text,
    )
  if (Array.isArray(value)) return value.map((item) => withVariables(item, variables))
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [name, withVariables(child, variables)]),
  ) satisfies JsonMap
}
