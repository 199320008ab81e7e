/** Compares two sets of pods: applications matched, roles apart, executors folded into shapes. */
import { API_VERSION, type Document } from '../document.ts'
import type { AcceptList } from './accept.ts'
import { type PlaceRow, diffTrees, shownRow } from './diff-trees.ts'
import { explainRow } from './explain-rows.ts'
import { at } from './json.ts'
import { managersOf } from './managed-fields.ts'
import { provenanceWithin } from './provenance.ts'
import { pairPods } from './pair-pods.ts'
import { type FieldRow, LOST, type Verdict } from './rows.ts'
import { type Shape, type ShapeCounts, shapesOf } from './shapes.ts'
import type { SparkPod } from './spark-pod.ts'
import { type Place, placesByPointer } from './tree.ts'
import { type Answer, type ShapeSummary, countVerdicts, settle } from './answer.ts'

export interface PodDiff extends Document, Answer {
  kind: 'PodDiff'
  expected: string
  actual: string
}

export interface DiffOptions {
  expected: { from: string; pods: readonly SparkPod[] }
  actual: { from: string; pods: readonly SparkPod[] }
  accept: AcceptList
  /** Verdicts that are counted and not listed. */
  omit?: readonly Verdict[]
}

/** Every difference of two sets of pods, with its verdict; what the rules made equal is counted, and told where asked. */
export function diffPods({ expected, actual, accept, omit }: DiffOptions): PodDiff {
  const { rows, shapes, unseen, omitted } = comparePods(expected, actual, omit)
  const settled = settle({ rows, unseen, accept, countExtra: true })
  return {
    apiVersion: API_VERSION,
    kind: 'PodDiff',
    expected: expected.from,
    actual: actual.from,
    shapes,
    ...settled,
    summary: countVerdicts(settled.fields, omitted),
  }
}

type Side = DiffOptions['expected']

export interface Comparison {
  rows: FieldRow[]
  shapes: ShapeSummary[]
  unseen: string[]
  /** How many rows of each verdict were counted and not kept. */
  omitted: Map<Verdict, number>
}

/** The rows of two sets of pods, before anything is accepted. Thousands of pods have millions of equal fields. */
export function comparePods(expected: Side, actual: Side, omit: readonly Verdict[] = []): Comparison {
  const comparison: Comparison = { rows: [], shapes: [], unseen: [], omitted: new Map() }
  const counts: ShapeCounts = { driver: 0, executor: 0 }
  const { pairs, unpaired } = pairPods(expected, actual)
  comparison.unseen.push(...unpaired)
  for (const { name, application, ...pair } of pairs) {
    const [before, after] = [shapesOf(pair.expected), shapesOf(pair.actual, counts)]
    comparison.shapes.push(...after.map((shape) => shapeSummary(shape, application)))
    for (const role of ['driver', 'executor'] as const) {
      const [wanted, found] = [before, after].map((all) => all.filter((one) => one.role === role)) as [Shape[], Shape[]]
      if (wanted.length === 0 && found.length === 0) continue
      if (found.length === 0) comparison.unseen.push(`no ${role} of ${name} in ${actual.from}`)
      else if (wanted.length === 0) comparison.unseen.push(`no ${role} of ${name} in ${expected.from} to compare with`)
      else compareRole(wanted, found, { comparison, counts, application, omit })
    }
  }
  return comparison
}

interface RoleContext {
  comparison: Comparison
  counts: ShapeCounts
  application: string
  omit: readonly Verdict[]
}

/** Each shape that was found against the nearest that was expected; one that is nearest to none is lost. */
function compareRole(wanted: readonly Shape[], found: readonly Shape[], context: RoleContext): void {
  const { comparison, counts, application, omit } = context
  const used = new Set<Shape>()
  for (const shape of found) {
    const candidates = wanted.map((from) => ({ from, ...compareShapes(from, shape, omit.includes('same')) }))
    const best = candidates.reduce((a, b) => (weight(b.rows) < weight(a.rows) ? b : a))
    used.add(best.from)
    if (best.same > 0) leaveOut(comparison, 'same', best.same)
    for (const row of best.rows) {
      if (omit.includes(row.verdict)) leaveOut(comparison, row.verdict, 1)
      else comparison.rows.push(shownRow(row))
    }
  }
  for (const shape of wanted.filter((one) => !used.has(one))) {
    const lost = { ...shape, number: ++counts[shape.role] }
    comparison.rows.push(lostShape(lost))
    comparison.shapes.push({ ...shapeSummary(lost, application), pods: [] })
  }
}

function leaveOut({ omitted }: Comparison, verdict: Verdict, count: number): void {
  omitted.set(verdict, (omitted.get(verdict) ?? 0) + count)
}

function weight(rows: readonly FieldRow[]): number {
  return rows.filter(({ verdict }) => LOST.has(verdict) || verdict === 'extra').length
}

function lostShape({ role, number, pods }: Shape): FieldRow {
  const names = pods.map(({ name }) => name)
  const reason = `no ${role} on the other side is nearest to this shape: ${names.slice(0, 3).join(', ')}`
  return {
    role,
    shape: number,
    path: '',
    verdict: 'missing',
    expected: `${names.length} pods of a shape of their own`,
    reason,
  }
}

/** The rows of two shapes; those of equal leaves are only counted where that will do. */
function compareShapes(from: Shape, to: Shape, countSame: boolean): { rows: FieldRow[]; same: number } {
  const same = { count: 0 }
  const [a, b] = [from.pods[0]!, to.pods[0]!]
  const versions = { expected: a.sparkVersion, actual: b.sparkVersion }
  const isRequest = isRequestOf(a, b)
  const places = managersOf(b.object) === undefined ? undefined : placesByPointer(to.tree)
  const rows = diffTrees(from.tree, to.tree, countSame ? same : undefined).map((row) => {
    if (row.verdict === 'same') return { role: to.role, shape: to.number, ...row }
    const explained = explainRow(row, to.role, versions)
    return { role: to.role, shape: to.number, ...withProvenance(explained, b, isRequest, places) }
  })
  return { rows, same: same.count }
}

/** Whether one is the body that the other was created from: never stored, and of the same name. */
function isRequestOf(a: SparkPod, b: SparkPod): boolean {
  return (
    at(a.object, 'metadata', 'uid') === undefined && at(b.object, 'metadata', 'uid') !== undefined && a.name === b.name
  )
}

function withProvenance(
  row: PlaceRow,
  pod: SparkPod,
  isRequest: boolean,
  places: ReadonlyMap<string, Place> | undefined,
): PlaceRow {
  const place = row.pointer === undefined ? undefined : places?.get(row.pointer)
  if (place === undefined || row.verdict === 'same' || row.verdict === 'noise') return row
  if (managersOf(pod.object) === undefined) return row
  const provenance = provenanceWithin(pod.object, place)
  if (row.verdict !== 'extra' || !isRequest || provenance.by === 'admission') return { ...row, provenance }
  // The request is at hand and does not have it: whatever managedFields say of the whole, this was added to it.
  const detail =
    provenance.by === 'webhook' ? provenance.detail : `added to the request, in what ${provenance.detail} owns`
  const plugin = row.path.startsWith('spec.nodeSelector') && at(pod.object, 'spec', 'runtimeClassName') !== undefined
  if (plugin) return { ...row, provenance: { by: 'admission', detail: 'RuntimeClass (A13)' } }
  return { ...row, provenance: { by: 'webhook', detail } }
}

export function shapeSummary({ role, number, pods }: Shape, application: string): ShapeSummary {
  return {
    role,
    shape: number,
    application,
    pods: pods.map(({ name, namespace }) => (namespace === undefined ? name : `${namespace}/${name}`)),
    ...(pods[0]?.sparkVersion !== undefined && { sparkVersion: pods[0].sparkVersion }),
    from: [...new Set(pods.map(({ from }) => from))],
  }
}
