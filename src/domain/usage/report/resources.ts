// Resources as people count them, and the table in which SQL finds how much a resource vector holds of each.
import type { FactStore, Row } from '../../../ports/fact-store.ts'
import { NAME } from '../facts.ts'
import type { ReportResource } from './usage-report.ts'

const GIB = 1n << 30n
/** Drawn in every report that has them. */
const ALWAYS = ['vcore', 'memory']
/** In the table of totals only: nobody is billed by them. */
const NEVER = /^(pods|ephemeral-storage|hugepages-.*)$/
const MOST_DRAWN = 4
const LONGEST_NAME = 80

/** Every resource in the dump; `drawn` of them, the first, have pictures. */
export interface Resources {
  all: ReportResource[]
  drawn: number
}

/** A resource by YuniKorn's name: vcore in milli-cores, memory in bytes (shim, resource.go), all else in pieces. */
export function resourceOf(name: string): ReportResource {
  if (name === 'vcore') return { name, label: 'CPU', unit: 'cores', hours: 'core-hours', perUnit: 1000n }
  if (name === 'memory') return { name, label: 'Memory', unit: 'GiB', hours: 'GiB-hours', perUnit: GIB }
  if (/^(ephemeral-storage|hugepages-.*)$/.test(name))
    return { name, label: name, unit: 'GiB', hours: 'GiB-hours', perUnit: GIB }
  if (/(^|[./-])gpu$/.test(name)) return { name, label: `GPU (${name})`, unit: 'GPUs', hours: 'GPU-hours', perUnit: 1n }
  if (name === 'pods') return { name, label: 'Pods', unit: 'pods', hours: 'pod-hours', perUnit: 1n }
  const short = name.slice(0, LONGEST_NAME)
  return { name, label: short, unit: short, hours: `${short}-hours`, perUnit: 1n }
}

/** Makes `report_value(res, resource, value)` of all resource vectors that lifetimes or nodes have. */
export async function loadResources(store: FactStore): Promise<Resources> {
  const vectors = await store.rows(
    `SELECT hash, min(text) FROM names WHERE kind = ${NAME.resource} GROUP BY hash ORDER BY min(text)`,
  )
  const parsed = vectors.map(([hash, text]) => ({ hash: hash as bigint, values: valuesOf(text as string) }))
  const names = inOrder(new Set(parsed.flatMap(({ values }) => [...values.keys()])))
  const rows = parsed.flatMap(({ hash, values }) =>
    [...values].map(([name, value]): Row => [hash, names.all.indexOf(name), value]),
  )
  await store.table('report_value', { res: 'BIGINT', resource: 'INTEGER', value: 'HUGEINT' }, rows)
  return { all: names.all.map(resourceOf), drawn: names.drawn }
}

/** The quantities in a vector's JSON text, digit for digit. */
export function valuesOf(json: string): Map<string, bigint> {
  const values = new Map<string, bigint>()
  for (const [, name, digits] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*:\s*\{\s*"value"\s*:\s*(-?\d+)\s*\}/g))
    values.set(JSON.parse(name!) as string, BigInt(digits!))
  return values
}

function inOrder(names: ReadonlySet<string>): { all: string[]; drawn: number } {
  const always = ALWAYS.filter((name) => names.has(name))
  const rest = [...names].filter((name) => !ALWAYS.includes(name)).sort()
  const others = rest.filter((name) => !NEVER.test(name))
  const all = [...always, ...others, ...rest.filter((name) => NEVER.test(name))]
  return { all, drawn: Math.min(always.length + others.length, MOST_DRAWN) || Math.min(all.length, 1) }
}
