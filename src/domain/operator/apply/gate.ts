/**
 * Gate 1: every object is read back and compared. Nothing has been written to an object under the new CRD yet (what a
 * schema hides is still stored), so putting the CRDs back loses nothing.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { digestOf } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import type { GateObjectsPayload, Prediction } from '../steps/definition-payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { nameOf } from '../discover/kinds.ts'
import { listAll } from './applications.ts'
import { type Baseline, readBaseline } from './baseline.ts'
import type { ApplyContext } from './context.ts'
import { putBackCrd } from './crds.ts'
import { differingPaths, type Expectation, expectations, judgeSpec } from './expected-specs.ts'
import { ownChanges } from './spec-changes.ts'

interface GateReading {
  read: number
  different: string[]
  edited: string[]
  deleted: string[]
  created: string[]
}

export const gateObjects: Verb<ApplyContext> = {
  isCheck: true,
  act: async (payload, context) => {
    const { types, restore } = payload as unknown as GateObjectsPayload
    const baseline = await readBaseline(context.run.kept)
    const total: GateReading = { read: 0, different: [], edited: [], deleted: [], created: [] }
    for (const { type, predictions } of types) {
      const reading = await readBack(type, predictions, baseline, context)
      total.read += reading.read
      for (const list of ['different', 'edited', 'deleted', 'created'] as const) total[list].push(...reading[list])
      context.tell(`${total.read} objects read back`)
    }
    if (total.different.length === 0) return { ...total }
    const restored = await putBack(restore, baseline, context)
    throw mispredicted(total.different, restored)
  },
}

/** Nothing to be done: passing it is what counts, and the executor has asked. */
export const gateReturn: Verb<ApplyContext> = {
  act: () => Promise.resolve(null),
}

async function readBack(
  type: ResourceType,
  predictions: readonly Prediction[],
  baseline: Baseline,
  context: ApplyContext,
): Promise<GateReading> {
  const reading: GateReading = { read: 0, different: [], edited: [], deleted: [], created: [] }
  const before = baseline.types.find((one) => one.type.resource === type.resource)
  if (before === undefined) return reading
  const expect = await expectations(type, await ownChanges(type, context.run), context, before.wider)
  if (expect === undefined || !(await isSameCrd(type, before.crdUid, context))) {
    return { ...reading, different: [`${type.resource}: the CRD was deleted, and every object with it`] }
  }
  const live = new Map((await listAll(type, context)).map((object) => [object.metadata.uid, object]))
  const foretold = new Map(predictions.map((one) => [one.uid, one]))
  for (const item of before.items) {
    const object = live.get(item.metadata.uid)
    live.delete(item.metadata.uid)
    if (object === undefined) {
      // The CRD is the same one, so it went by a request of its own: somebody deleted it.
      reading.deleted.push(nameOf(item))
      continue
    }
    reading.read += 1
    const verdict = judgeOne(item, object, expect(item), foretold.get(item.metadata.uid ?? ''))
    if (verdict.kind === 'edited') reading.edited.push(nameOf(item))
    if (verdict.kind === 'different') reading.different.push(`${nameOf(item)}: ${verdict.paths.join(', ')}`)
  }
  reading.created.push(...[...live.values()].map(nameOf))
  return reading
}

function judgeOne(
  item: KubeObject,
  object: KubeObject,
  expected: Expectation,
  prediction: Prediction | undefined,
): { kind: 'same' | 'edited' | 'different'; paths: string[] } {
  const kind = judgeSpec(object, expected)
  if (kind !== 'same') return { kind, paths: differingPaths(expected.spec, object.spec) }
  // The plan's own prediction counts where nobody has touched the object since it was made.
  const isPlanned = prediction !== undefined && prediction.generation === item.metadata.generation
  if (!isPlanned || prediction.spec !== digestOf(item.spec)) return { kind, paths: [] }
  return prediction.predicted === digestOf(object.spec)
    ? { kind, paths: [] }
    : { kind: 'different', paths: ['not as the plan foretold'] }
}

async function isSameCrd(type: ResourceType, uid: string, { cluster, signal }: ApplyContext): Promise<boolean> {
  const crd = await cluster.get({ type: CRD_TYPE, name: `${type.resource}.${type.group}` }, signal)
  return uid === '' || crd?.metadata.uid === uid
}

async function putBack(steps: readonly string[], baseline: Baseline, context: ApplyContext): Promise<string[]> {
  const restored: string[] = []
  for (const step of steps) {
    const type = baseline.types.map((one) => one.type).find(({ resource }) => changes(step, resource))
    if (type === undefined) continue
    const payload = { name: `${type.resource}.${type.group}`, type, timeoutSeconds: 120 }
    if (await putBackCrd(payload as unknown as Json, step, context)) restored.push(payload.name)
  }
  return restored
}

/** Steps that change a definition end in its resource, and in the versions that it serves beside the target's. */
function changes(step: string, resource: string): boolean {
  return step.endsWith(`-${resource}`) || step.includes(`-${resource}-with-`)
}

function mispredicted(different: readonly string[], restored: readonly string[]): SparkopsError {
  const shown = different.slice(0, 5).join('; ')
  const back = restored.length > 0 ? `${restored.join(', ')} put back as before` : 'no CRD had been changed'
  return new SparkopsError({
    code: 'SO_GATE_OBJECTS',
    message: `${different.length} objects are not read back as foretold; ${back}, nothing was lost`,
    why: `${shown}${different.length > 5 ? ', …' : ''}`,
    hint: 'abort this run; make a new plan against the cluster as it is',
    exit: 'findings',
  })
}
