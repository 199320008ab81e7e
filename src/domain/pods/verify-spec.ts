/** Pods against what the webhook of a version would have patched into them: one row for each thing it would have done. */
import { mapAt, mapsAt, scalarText, textAt, type JsonMap } from './json.ts'
import { type PlaceRow, diffTrees, shownRow } from './diff-trees.ts'
import { provenanceOf } from './provenance.ts'
import type { FieldRow, Role } from './rows.ts'
import { shown } from './rows.ts'
import { impossibleAt } from './rules/impossible-rules.ts'
import { type Shape, treeOfObject } from './shapes.ts'
import { type Place, placesByPointer } from './tree.ts'
import { isAtLeast, versionOf } from './versions.ts'
import { type Effect, effectsOf } from './webhook/effects.ts'
import { enforce } from './webhook/enforce.ts'
import type { OperatorVersion } from './webhook/operator-versions.ts'

export interface SpecTruth {
  application: JsonMap
  operator: OperatorVersion
  /** The Spark of the job's image, where the pods do not say. */
  sparkVersion: string | undefined
  isIdeal: boolean
}

/** The roles that an application has pods of: executors unless it asks for none. */
export function rolesOf(application: JsonMap): Role[] {
  const spec = mapAt(application, 'spec')
  const isDynamic =
    mapAt(spec, 'dynamicAllocation')['enabled'] === true || conf(spec, 'spark.dynamicAllocation.enabled') === 'true'
  const asked = mapAt(spec, 'executor')['instances'] ?? conf(spec, 'spark.executor.instances')
  return !isDynamic && scalarText(asked) === '0' ? ['driver'] : ['driver', 'executor']
}

/** The rows of one shape, what could not be decided, and what to know about that version. */
export function verifyAgainstSpec(
  shape: Shape,
  truth: SpecTruth,
): { rows: FieldRow[]; unseen: string[]; notes: string[] } {
  const { role, number } = shape
  const pod = shape.pods[0]!
  const spark = versionOf(pod.sparkVersion ?? truth.sparkVersion)
  const isSpark2 = spark !== undefined && !isAtLeast(spark, [3, 0, 0])
  const { effects, refused, defects } = effectsOf({ ...truth, role, isSpark2 })
  const notes = defects.map((defect) => `${role}: ${defect} (operator ${truth.operator.name})`)
  if (refused !== undefined)
    return {
      rows: [],
      notes,
      unseen: [
        `${role}: the webhook of ${truth.operator.name} refuses this pod (${refused}); --ideal leaves its defects out`,
      ],
    }
  const main = mapsAt(pod.object, 'spec', 'containers').findIndex((one) => textAt(one, 'name') === pod.mainContainer)
  if (main === -1)
    return { rows: [], notes, unseen: [`${role}: which container of ${pod.name} is Spark’s cannot be told`] }
  const enforced = enforce(pod.object, effects, main)
  const tree = treeOfObject(pod, enforced.pod)
  const differences = diffTrees(tree, shape.tree).map(shownRow)
  const places = placesByPointer(tree)
  const rows = effects.flatMap((effect, index) => effectRows(effect, enforced.pointers[index]!, places, differences))
  return {
    notes,
    unseen: [],
    rows: unique(rows).map((row) => {
      const judged = judge(row, { role, spark, truth })
      const where =
        judged.pointer === undefined ? undefined : { path: judged.path, pointer: judged.pointer, raw: judged.actual }
      const provenance = where === undefined ? undefined : provenanceOf(pod.object, where)
      return {
        role,
        shape: number,
        ...judged,
        ...(provenance !== undefined && provenance.by !== 'unknown' && { provenance }),
      }
    }),
  }
}

/** What is different below an effect, or that all of it is there. */
function effectRows(
  { field, change }: Effect,
  pointer: string,
  places: ReadonlyMap<string, Place>,
  differences: readonly PlaceRow[],
): PlaceRow[] {
  const place = places.get(pointer)
  const source = `spec.${field}`
  const path = place?.path ?? places.get(pointer.slice(0, pointer.lastIndexOf('/')))?.path ?? pointer
  const wanted = change.do === 'set' ? change.value : change.item
  if (place === undefined) return [{ path, verdict: 'same', expected: shown(path, wanted), source }]
  const below = differences.filter((row) => isBelow(row.path, path) || isBelow(path, row.path))
  const open = below.filter(({ verdict }) => verdict !== 'same' && verdict !== 'equivalent' && verdict !== 'noise')
  if (open.length > 0) return open.map((row) => ({ ...row, source }))
  const equivalent = below.find(({ verdict, path: at }) => verdict === 'equivalent' && isBelow(at, path))
  const actual = below.find((row) => row.path === path) ?? below[0]
  return [
    {
      path,
      verdict: equivalent === undefined || isFilledIn(equivalent) ? 'same' : 'equivalent',
      expected: shown(path, wanted),
      source,
      ...(actual?.pointer !== undefined && { pointer: actual.pointer }),
      ...(equivalent?.rule !== undefined && !isFilledIn(equivalent) && { rule: equivalent.rule }),
    },
  ]
}

/** Defaults within what was asked for are nothing to tell. */
function isFilledIn({ rule }: PlaceRow): boolean {
  return rule?.startsWith('D') === true || rule?.startsWith('I') === true
}

function isBelow(path: string, parent: string): boolean {
  return path === parent || (path.startsWith(parent) && /^[.[]/.test(path.slice(parent.length)))
}

function unique(rows: readonly PlaceRow[]): PlaceRow[] {
  return [...new Map(rows.map((row) => [`${row.path}\n${row.verdict}\n${row.source ?? ''}`, row])).values()]
}

interface Circumstances {
  role: Role
  spark: readonly number[] | undefined
  truth: SpecTruth
}

/** What is lost for good is unmappable, with the reason. */
function judge(row: PlaceRow, circumstances: Circumstances): PlaceRow {
  if (row.verdict !== 'missing' && row.verdict !== 'different') return row
  const { role, spark, truth } = circumstances
  const sparkConf = mapAt(truth.application, 'spec', 'sparkConf')
  const rule = impossibleAt(row.path, { role, spark, operator: truth.operator.parts, sparkConf })
  return rule === undefined ? row : { ...row, verdict: 'unmappable', rule: rule.id, reason: rule.why }
}

function conf(spec: JsonMap, key: string): string | undefined {
  const value = mapAt(spec, 'sparkConf')[key]
  return value === undefined ? undefined : scalarText(value)
}
