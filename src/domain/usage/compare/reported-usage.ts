// The usage of one application as YuniKorn itself reported it, whatever the form: a line of its log or an answer of
// its REST API. Instance types are collapsed: from 1.5 on k8shim tells the core none, and all is booked as UNKNOWN.
import { LosslessNumber } from 'lossless-json'
import { type Kind, KINDS } from '../question.ts'
import { isObject, type JsonObject, type JsonValue, LineError } from '../scan/json-event.ts'
import { type SeenApplication } from '../scan/observations.ts'
import { addAmount, type Amounts, noUsage, type UsageByKind } from './amounts.ts'

const MILLI = 1_000_000n

/** Where a report was found. */
export type ReportSource = 'log' | 'rest'

export interface ReportedUsage {
  source: ReportSource
  application: string
  /** Empty where it is not told: a log line has no cluster. */
  cluster: string
  /** Times in Unix milliseconds; with the application's id SubmissionTime is the key of a run. */
  submissionTime: number
  startTime: number | null
  finishTime: number | null
  user: string
  queue: string
  state: string
  /** Kinds that this form tells apart: 1.3 has used only, 1.4 no placeholders (both leave their time out altogether). */
  kinds: readonly Kind[]
  usage: UsageByKind
  instanceTypes: string[]
}

/** instance type -> resource -> quantity × seconds. */
export type TrackedResource = ReadonlyMap<string, Amounts>

/** Collapses instance types. */
export function collapse(tracked: TrackedResource, into: Amounts, types: Set<string>): void {
  for (const [type, amounts] of tracked) {
    if (amounts.size > 0) types.add(type)
    for (const [resource, amount] of amounts) addAmount(into, resource, amount)
  }
}

/** A map of maps of integers, as encoding/json writes a TrackedResource; null is empty. */
export function trackedFromJson(value: JsonValue | undefined, field: string): TrackedResource {
  if (value === undefined || value === null) return new Map()
  if (!isObject(value)) throw new LineError(`${field}: not an object`)
  return new Map(Object.entries(value).map(([type, amounts]) => [type, amountsOf(amounts, `${field}.${type}`)]))
}

function amountsOf(value: JsonValue | undefined, field: string): Amounts {
  if (value === undefined || value === null) return new Map()
  if (!isObject(value)) throw new LineError(`${field}: not an object`)
  return new Map(Object.entries(value).map(([name, amount]) => [name, integer(amount, `${field}.${name}`)]))
}

function integer(value: JsonValue | undefined, field: string): bigint {
  // What came from a scanning thread is a copy: a LosslessNumber has lost its class.
  const digits = value instanceof LosslessNumber || isNumberCopy(value) ? value.value : ''
  if (!/^-?\d{1,19}$/.test(digits)) throw new LineError(`${field}: not a 64-bit integer`)
  return BigInt(digits)
}

function isNumberCopy(value: unknown): value is { value: string; isLosslessNumber: true } {
  return typeof value === 'object' && value !== null && 'isLosslessNumber' in value && 'value' in value
}

const HISTORY: Readonly<Record<Kind, string>> = {
  used: 'resourceUsage',
  placeholder: 'placeholderResource',
  preempted: 'preemptedResource',
}

/** What a snapshot showed of an application that was completing: the only state in which its history is whole (YUNIKORN-2925). */
export function reportedByRest(seen: SeenApplication, history: JsonObject): ReportedUsage {
  const usage = noUsage()
  const types = new Set<string>()
  for (const kind of KINDS) collapse(trackedFromJson(history[HISTORY[kind]], HISTORY[kind]), usage[kind], types)
  return {
    source: 'rest',
    application: seen.app,
    cluster: seen.cluster,
    submissionTime: Number(seen.submittedAt / MILLI),
    startTime: null,
    finishTime: null,
    user: seen.user,
    queue: seen.queue,
    state: 'Completing',
    kinds: KINDS,
    usage,
    instanceTypes: [...types].sort(),
  }
}

interface Stored {
  report: Omit<ReportedUsage, 'usage'>
  usage: Record<Kind, [string, string][]>
}

/** As one text, the same for the same report, so that the engine can keep it and find copies. */
export function packReport({ usage, ...report }: ReportedUsage): string {
  const entries = (kind: Kind): [string, string][] =>
    [...usage[kind]].map(([name, amount]): [string, string] => [name, String(amount)]).sort()
  const stored: Stored = {
    report,
    usage: { used: entries('used'), placeholder: entries('placeholder'), preempted: entries('preempted') },
  }
  return JSON.stringify(stored)
}

export function unpackReport(text: string): ReportedUsage {
  const { report, usage } = JSON.parse(text) as Stored
  const amounts = (kind: Kind): Amounts => new Map(usage[kind].map(([name, amount]) => [name, BigInt(amount)]))
  return {
    ...report,
    usage: { used: amounts('used'), placeholder: amounts('placeholder'), preempted: amounts('preempted') },
  }
}
