/**
 * Values of one chart said for another: by what they mean, and with account of what could not be said. That it came out
 * right is not shown by names but by rendering both and comparing what they do (`behaviour/compare.ts`).
 */
import type { NamespaceScope } from '../behaviour/namespaces.ts'
import { isRecord } from '../schema/structural.ts'
import { readShape, writeShape } from './shapes.ts'
import { LEFT_BEHIND, VALUE_ROWS, type ValueForm, type ValueRow } from './value-rows.ts'

export type Values = Readonly<Record<string, unknown>>

/** A chart, as far as its values go. */
export interface ValuesChart {
  name: string
  version: string
  /** Its values.yaml. */
  values: Values
}

export interface Translation {
  /** For the target; nothing in it that is as the target has it anyway. */
  values: Values
  /** Keys only: values may be secrets. */
  carried: readonly { from: string; to: readonly string[] }[]
  dropped: readonly { key: string; why: string }[]
  /** Keys that neither the rows nor the target know: they would be ignored without a word. */
  unmapped: readonly string[]
  /** What a reader should know of how it came out. */
  notes: readonly string[]
}

export interface TranslationRequest {
  /** What the user gave. */
  values: Values
  from: ValuesChart
  to: ValuesChart
  /** The name of the release: defaults are made of it. */
  release: string
  /** What the operator watches with these values, where that is known: an empty list has not always meant the same. */
  watches?: NamespaceScope | undefined
}

interface Progress {
  out: Map<string, unknown>
  used: Set<string>
  carried: { from: string; to: readonly string[] }[]
  dropped: { key: string; why: string }[]
  notes: string[]
}

/** Translates values. Between charts with the same keys they stay as they are. */
export function translateValues(request: TranslationRequest): Translation {
  const progress: Progress = { out: new Map(), used: new Set(), carried: [], dropped: [], notes: [] }
  for (const row of VALUE_ROWS) translateRow(row, request, progress)
  keepAccountOfJobs(request, progress)
  const unmapped: string[] = []
  for (const [key, value] of leavesOf(request.values)) {
    if (isBelow(key, progress.used)) continue
    const reason = leftBehind(key, request)
    if (reason !== undefined) progress.dropped.push({ key, why: reason })
    else if (takes(request.to.values, key)) {
      progress.out.set(key, value)
      progress.carried.push({ from: key, to: [key] })
    } else unmapped.push(key)
  }
  return {
    values: nest(progress.out),
    carried: progress.carried,
    dropped: progress.dropped.sort((a, b) => (a.key < b.key ? -1 : 1)),
    unmapped: unmapped.sort(),
    notes: progress.notes,
  }
}

function translateRow(row: ValueRow, { values, from, to, watches }: TranslationRequest, progress: Progress): void {
  const before = formOf(row, from.values)
  const after = formOf(row, to.values)
  if (before === undefined) return
  const key = before.keys.find((one) => valueAt(values, one) !== undefined)
  if (key === undefined && row.always !== true) return
  const given = valueAt(values, key ?? before.keys[0]!) ?? valueAt(from.values, before.keys[0]!)
  for (const one of before.keys) progress.used.add(one)
  if (before.switch !== undefined) progress.used.add(before.switch)
  if (after === undefined) {
    if (key !== undefined)
      progress.dropped.push({ key, why: `the chart ${to.version} has nothing for it: ${row.about}` })
    return
  }
  const isOff = before.switch !== undefined && valueOr(values, from.values, before.switch) !== true
  const { value: read } = readShape(before.shape, isOff ? '' : given)
  const value = row.always === true ? namespacesOf(read as string[], watches, progress) : read
  write(row, after, value, to, progress)
  if (key !== undefined) progress.carried.push({ from: key, to: after.keys })
}

/** Several names are kept, since accounts are made in each; otherwise what is watched counts, not what is written. */
function namespacesOf(
  listed: readonly string[],
  watches: NamespaceScope | undefined,
  progress: Progress,
): readonly string[] {
  if (watches === undefined || (listed.length > 1 && !watches.all)) return listed
  if (listed.length > 1) {
    progress.notes.push(
      `namespaces of jobs: all are watched, though only ${listed.join(', ')} are listed; those listed are carried over`,
    )
    return listed
  }
  return watches.all ? [] : watches.names
}

function write(row: ValueRow, form: ValueForm, value: unknown, to: ValuesChart, progress: Progress): void {
  for (const key of form.keys) {
    const standing = valueAt(to.values, key)
    const written = writeShape(form.shape, value, standing)
    if (written.note !== undefined) progress.notes.push(`${row.about}: ${written.note}`)
    if (JSON.stringify(written.value) !== JSON.stringify(standing)) progress.out.set(key, written.value)
  }
  const isSaid = value !== undefined && value !== ''
  if (form.switch !== undefined && isSaid) progress.out.set(form.switch, true)
}

/**
 * Applications name the account that they run under. 1.x calls it after the release, 2.x after the full name, which is
 * another one where the release's name does not contain the chart's.
 */
function keepAccountOfJobs({ values, from, to, release }: TranslationRequest, progress: Progress): void {
  const [before, after] = [accountOfJobs(values, from, release), accountOfJobs(values, to, release)]
  const key = 'spark.serviceAccount.name'
  const target = takes(to.values, key) ? key : 'serviceAccounts.spark.name'
  if (before === undefined || after === undefined || before === after || progress.out.has(target)) return
  progress.out.set(target, before)
  progress.notes.push(`account of jobs: it keeps its name, ${before}, which the target would call ${after}`)
}

/** The name a chart gives by itself; undefined where the user named one, or none is made. */
function accountOfJobs(values: Values, chart: ValuesChart, release: string): string | undefined {
  const group = takes(chart.values, 'spark.serviceAccount.name') ? 'spark.serviceAccount' : 'serviceAccounts.spark'
  for (const place of ['spark.serviceAccount', 'serviceAccounts.spark']) {
    if (valueAt(values, `${place}.create`) === false || (valueAt(values, `${place}.name`) ?? '') !== '')
      return undefined
  }
  if (group === 'serviceAccounts.spark') return `${release}-spark`
  const override = valueAt(values, 'fullnameOverride')
  const name = valueAt(values, 'nameOverride')
  const base = typeof name === 'string' && name !== '' ? name : chart.name
  const full = release.includes(base) ? release : `${release}-${base}`
  return `${typeof override === 'string' && override !== '' ? override : full}-spark`
}

function formOf(row: ValueRow, chart: Values): ValueForm | undefined {
  return row.forms.find(({ keys }) => takes(chart, keys[0]!))
}

/** A reason that holds for this move: a value is not left behind where its key goes on to mean the same. */
function leftBehind(key: string, { from, to }: TranslationRequest): string | undefined {
  const row = Object.keys(LEFT_BEHIND).find((one) => key === one || key.startsWith(`${one}.`))
  if (row === undefined) return undefined
  const isImage = row.startsWith('image.')
  if (isImage) return from.version === to.version ? undefined : LEFT_BEHIND[row]
  return takes(to.values, row) ? undefined : LEFT_BEHIND[row]
}

/** Whether a chart has a key, or something above it that takes any key (an empty map). */
function takes(chart: Values, key: string): boolean {
  let current: unknown = chart
  for (const part of key.split('.')) {
    if (!isRecord(current)) return false
    if (Object.keys(current).length === 0 && current !== chart) return true
    if (!Object.hasOwn(current, part)) return false
    current = current[part]
  }
  return true
}

function valueAt(values: Values, key: string): unknown {
  let current: unknown = values
  for (const part of key.split('.')) {
    if (!isRecord(current) || !Object.hasOwn(current, part)) return undefined
    current = current[part]
  }
  return current
}

function valueOr(values: Values, standing: Values, key: string): unknown {
  return valueAt(values, key) ?? valueAt(standing, key)
}

function* leavesOf(values: Values, prefix = ''): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(values)) {
    const path = `${prefix}${key}`
    if (isRecord(value) && Object.keys(value).length > 0) yield* leavesOf(value, `${path}.`)
    else yield [path, value]
  }
}

function isBelow(key: string, used: ReadonlySet<string>): boolean {
  return [...used].some((one) => key === one || key.startsWith(`${one}.`))
}

function nest(flat: ReadonlyMap<string, unknown>): Values {
  const root = new Map<string, unknown>()
  for (const [key, value] of flat) place(root, key.split('.'), value)
  return unfold(root)
}

function place(node: Map<string, unknown>, [part = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    node.set(part, value)
    return
  }
  const below = node.get(part)
  const next = below instanceof Map ? (below as Map<string, unknown>) : new Map<string, unknown>()
  node.set(part, next)
  place(next, rest, value)
}

/** Entries, not assignments: a key may be called `__proto__`. */
function unfold(node: ReadonlyMap<string, unknown>): Values {
  return Object.fromEntries(
    [...node].map(([key, value]) => [key, value instanceof Map ? unfold(value as Map<string, unknown>) : value]),
  )
}
