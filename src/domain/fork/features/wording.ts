/** Evidence in words: short sentences for people, and what to write to use a thing. */
import type { Evidence } from './document.ts'
import type { Area } from './facts.ts'

const LISTED = 6
const SHORT = 60

const NOUNS: Readonly<Record<Area, [one: string, many: string]>> = {
  kind: ['custom resource', 'custom resources'],
  crd: ['field', 'fields'],
  schema: ['field of the CRD', 'fields of the CRD'],
  flag: ['flag', 'flags'],
  value: ['chart value', 'chart values'],
  rbac: ['right', 'rights'],
  metric: ['metric', 'metrics'],
  env: ['environment variable', 'environment variables'],
  gate: ['feature gate', 'feature gates'],
  conf: ['configuration key', 'configuration keys'],
  object: ['kind of object in the chart', 'kinds of objects in the chart'],
  rendered: ['setting of an object of the chart', 'settings of objects of the chart'],
  webhook: ['webhook', 'webhooks'],
  version: ['version', 'versions'],
  image: ['image setting', 'image settings'],
  module: ['Go module path', 'Go module paths'],
  package: ['Go package', 'Go packages'],
  argument: ['argument', 'arguments'],
}
/** Too fine for a sentence; they stand in the evidence. */
const UNTOLD = new Set<Area>(['argument', 'conf'])

type Places = ReadonlyMap<string, readonly string[]>

/** Two or three sentences: what is new, gone, different. */
export function describeEvidence(evidence: readonly Evidence[], places: Places): string {
  const told = evidence.filter(isTold)
  const parts: string[] = []
  for (const change of ['removed', 'changed', 'added'] as const) {
    for (const area of new Set(told.map((one) => one.area))) {
      const own = told.filter(
        (one) => one.area === area && one.change === change && !(change === 'added' && one.pair !== null),
      )
      if (own.length > 0) parts.push(sentence(own, change, area, places))
    }
  }
  return parts.join(' ')
}

function isTold({ area, key, weight }: Evidence): boolean {
  if (area === 'package') return weight !== 'note'
  return !UNTOLD.has(area) && !(area === 'version' && key.startsWith('tool '))
}

function sentence(own: readonly Evidence[], change: Evidence['change'], area: Area, places: Places): string {
  const noun = NOUNS[area][own.length === 1 ? 0 : 1]
  const names =
    area === 'schema' ? schemaNames(own) : [...new Set([...own].sort(plainFirst).map((one) => itemText(one, places)))]
  const listed = names.slice(0, LISTED).join(', ')
  const more = names.length > LISTED ? `, and ${names.length - LISTED} more` : ''
  const verb = { removed: 'Gone', changed: 'Changed', added: 'New' }[change]
  return `${verb} ${noun}: ${listed}${more}.`
}

/** What is only known in part stands last. */
function plainFirst(one: Evidence, other: Evidence): number {
  return Number(one.key.includes('*')) - Number(other.key.includes('*'))
}

function itemText(one: Evidence, places: Places): string {
  const name = nameOf(one, places)
  if (one.change === 'removed') return one.pair === null ? name : `${name} (${one.pair})`
  if (one.change === 'added')
    return one.after === null || one.after === '' || one.area === 'crd' ? name : `${name} (${shown(one.after)})`
  return `${name}: ${shown(one.before)} → ${shown(one.after)}`
}

/** What a user calls it. */
export function nameOf({ area, key }: Pick<Evidence, 'area' | 'key'>, places: Places): string {
  if (area === 'flag') {
    const [program, name] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)]
    return program === 'operator' ? `--${name}` : `${program} --${name}`
  }
  if (area === 'crd') return placeOf(key, places)
  if (area === 'rbac') return key.replace(/^operator:/, '').replace(/(^|:)core\//, '$1')
  return key
}

function placeOf(key: string, places: Places): string {
  const known = places.get(key) ?? []
  const shortest = [...known].sort((one, other) => one.length - other.length)[0]
  if (shortest === undefined) return key
  return known.length === 1 ? shortest : `${shortest} and ${known.length - 1} more`
}

/** Of hundreds of paths the last names, most frequent first: `seccompProfile` rather than where all it is. */
function schemaNames(own: readonly Evidence[]): string[] {
  const tops = own.filter(({ key }) => !own.some((other) => key !== other.key && isBelow(key, other.key)))
  const counts = new Map<string, number>()
  for (const { key } of tops) {
    const name = /[\w-]+(\[\]|\{\})?$/.exec(key)?.[0] ?? key
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => (count === 1 ? name : `${name} (in ${count} places)`))
}

function isBelow(key: string, above: string): boolean {
  return key.startsWith(above) && /^[.[{]/.test(key.slice(above.length))
}

function shown(value: string | null): string {
  if (value === null || value === '' || value === '""') return 'empty'
  return value.length > SHORT ? `${value.slice(0, SHORT - 1)}…` : value
}

/** What to write to use what is new. */
export function howToUse(evidence: readonly Evidence[], places: Places): string[] {
  const own = evidence.filter(({ change, weight, pair }) => change === 'added' && weight === 'feature' && pair === null)
  const lines = own.flatMap((one) => {
    switch (one.area) {
      case 'flag':
        return [`flag ${nameOf(one, places)}`]
      case 'value':
        return [`chart value ${one.key}`]
      case 'crd':
        return [`field ${nameOf(one, places)}`]
      case 'gate':
        return [`feature gate ${one.key}`]
      case 'kind':
        return [`custom resource ${one.key.replace(/^(\w+)\.(\w+)$/, '$2 ($1)')}`]
      default:
        return []
    }
  })
  return [...new Set(lines)]
}
