// Amounts of resources as YuniKorn counts them: vcore in milli-cores, memory and ephemeral-storage in bytes, pods
// and extended resources in pieces. Each amount fits a double; products with seconds do not, and are bigint.

export type Quantities = Readonly<Record<string, number>>

export const GIB = 1_073_741_824
export const MIB = 1_048_576

export function plus(a: Quantities, b: Quantities, sign: 1 | -1 = 1): Quantities {
  const sum: Record<string, number> = { ...a }
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + sign * value
  return sum
}

export function fits(wanted: Quantities, available: Quantities): boolean {
  return Object.entries(wanted).every(([name, value]) => value <= (available[name] ?? 0))
}

/** The difference of a resize: only what changed, as `Resource.Sub` and pruning leave it. */
export function change(before: Quantities, after: Quantities): Quantities {
  return Object.fromEntries(Object.entries(plus(after, before, -1)).filter(([, value]) => value !== 0))
}

/** As encoding/json writes SI's protobuf Resource: keys sorted, a zero quantity is `{}`, no resource at all is `{}`. */
export function resourceJson(quantities: Quantities | null): string {
  if (quantities === null) return '{}'
  const names = Object.keys(quantities).sort()
  if (names.length === 0) return '{}'
  const entries = names.map((name) => {
    const value = quantities[name]!
    return `${JSON.stringify(name)}:${value === 0 ? '{}' : `{"value":${value}}`}`
  })
  return `{"resources":{${entries.join(',')}}}`
}

/** As REST answers write a resource: a flat map, keys sorted. */
export function flatJson(quantities: Quantities): string {
  const names = Object.keys(quantities).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${quantities[name]}`).join(',')}}`
}
