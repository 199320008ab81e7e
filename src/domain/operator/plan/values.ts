/** Values for the target's chart: those of the release, with those of the user over them, as Helm lays them. */
import { type Fields, isFields } from '../discover/json.ts'

/** The values that a target was rendered with, and what became of those of the release. Keys only, but for `values`. */
export interface SaidValues {
  /** What helm is given. */
  values: Fields
  /** How many keys of the release were said for the target's chart. */
  carried: number
  dropped: { key: string; why: string }[]
  /** Keys that the target's chart does not have. */
  ignored: string[]
  notes: string[]
}

/** Later ones win; maps are merged, lists and scalars replaced, and null takes a key out (helm.sh/docs, values files). */
export function layValues(...layers: readonly Fields[]): Fields {
  return layers.reduce<Fields>((below, above) => layOver(below, above), {})
}

function layOver(below: Fields, above: Fields): Fields {
  const merged = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) {
    const under = merged.get(key)
    merged.set(key, isFields(value) && isFields(under) ? layOver(under, value) : value)
  }
  return Object.fromEntries(merged)
}

/**
 * Keys that the chart's own values do not have: the chart most likely never looks at them. Below an empty map or a null
 * anything may be given, and below a list there are no keys.
 */
export function unknownKeys(given: Fields, chart: Fields, path: readonly string[] = []): string[] {
  return Object.entries(given).flatMap(([key, value]) => {
    const here = [...path, key]
    if (!Object.hasOwn(chart, key)) return key === 'global' && path.length === 0 ? [] : [here.join('.')]
    const known = chart[key]
    const isOpen = !isFields(known) || Object.keys(known).length === 0
    return isFields(value) && !isOpen ? unknownKeys(value, known, here) : []
  })
}
