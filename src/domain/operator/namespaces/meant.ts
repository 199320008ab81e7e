/**
 * Which namespaces somebody meant: what the values of the release say, whether or not its chart knows the key. That a
 * chart ignores a key, or makes something else of it, is how an operator comes to watch other namespaces than meant.
 */
import { isRecord } from '../schema/structural.ts'
import { readShape } from '../values/shapes.ts'
import { VALUE_ROWS } from '../values/value-rows.ts'
import type { MeantScope } from './document.ts'

type Values = Readonly<Record<string, unknown>>

const FORMS = VALUE_ROWS.find(({ about }) => about === 'namespaces of jobs')!.forms
/** Since 2.5. */
const SELECTOR_KEY = 'spark.jobNamespaceSelector'

/** What the release's values mean; undefined where they say nothing and the chart has no word for it. */
export function meantByValues(given: Values, chart: Values): MeantScope | undefined {
  const known = FORMS.find(({ keys }) => valueAt(chart, keys[0]!) !== undefined)
  const said = [...(known === undefined ? [] : [known]), ...FORMS].find(
    ({ keys }) => valueAt(given, keys[0]!) !== undefined,
  )
  const selector = textOf(valueAt(given, SELECTOR_KEY))
  if (said !== undefined) {
    const key = said.keys[0]!
    return { names: namesOf(said.shape, valueAt(given, key)), selector, from: 'values', key, isIgnored: said !== known }
  }
  if (known === undefined) return undefined
  const key = known.keys[0]!
  const names = namesOf(known.shape, valueAt(chart, key))
  return { names, selector, from: 'the chart’s values', key, isIgnored: false }
}

/** What `--meant` says: names, or `*` for all. */
export function meantByUser(text: string): MeantScope {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return { names: names.includes('*') ? [] : names, selector: null, from: '--meant', key: null, isIgnored: false }
}

function namesOf(shape: (typeof FORMS)[number]['shape'], value: unknown): string[] {
  const { value: names } = readShape(shape, value)
  return Array.isArray(names) ? [...new Set(names as string[])].sort() : []
}

function valueAt(values: Values, key: string): unknown {
  return (
    key.split('.').reduce<unknown>((found, part) => (isRecord(found) ? found[part] : undefined), values) ?? undefined
  )
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
