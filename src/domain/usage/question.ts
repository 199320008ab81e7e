// What is asked of a ledger: grouped by what, in which windows, units and kinds.
import { SparkopsError } from '../errors.ts'
import { type PriceSheet } from './prices.ts'
import { type UnitSystem } from './units.ts'
import { type WindowSize } from './windows.ts'

export const KINDS = ['used', 'placeholder', 'preempted'] as const
export type Kind = (typeof KINDS)[number]

/** What usage can be grouped by; labels come as `label:KEY`. */
export const DIMENSIONS = [
  'app',
  'incarnation',
  'queue',
  'user',
  'group',
  'node',
  'instanceType',
  'namespace',
  'cluster',
] as const
export type Dimension = (typeof DIMENSIONS)[number] | `label:${string}`

export interface Question {
  by: Dimension[]
  kinds: Kind[]
  /** Resources wanted; empty for all. */
  resources: string[]
  units: UnitSystem
  window: WindowSize | undefined
  zone: string
  from: bigint | undefined
  to: bigint | undefined
  /** Largest groups wanted, the rest summed up as `(other)`; undefined for all. */
  top: number | undefined
  /** Capacity of nodes and what of it nobody had. */
  idle: boolean
  prices: PriceSheet | undefined
}

const ALIASES: Readonly<Record<string, Dimension>> = {
  application: 'app',
  'instance-type': 'instanceType',
  instancetype: 'instanceType',
  ns: 'namespace',
}

/** Reads `--by app,queue,label:team`. */
export function parseDimensions(text: string): Dimension[] {
  const dimensions = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map(dimension)
  if (new Set(dimensions).size === dimensions.length) return dimensions
  throw refused('--by', text, 'It names something twice.')
}

function dimension(name: string): Dimension {
  if (name.startsWith('label:') && name.length > 'label:'.length) return name as Dimension
  const known = DIMENSIONS.find((one) => one === name) ?? ALIASES[name.toLowerCase()]
  if (known !== undefined) return known
  throw refused('--by', name, `Known are ${DIMENSIONS.join(', ')} and label:KEY.`)
}

/** Reads a comma-separated list of kinds. */
export function parseKinds(text: string): Kind[] {
  return text.split(',').map((name) => {
    const kind = KINDS.find((one) => one === name.trim())
    if (kind === undefined) throw refused('--kind', name, `Known are ${KINDS.join(', ')}.`)
    return kind
  })
}

function refused(flag: string, value: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_QUESTION',
    message: `${flag}: ${value} cannot be asked for.`,
    why,
    hint: `See sparkops usage compute --help.`,
    exit: 'usage',
  })
}
