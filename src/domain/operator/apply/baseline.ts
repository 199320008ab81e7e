/**
 * What every application was before the move: the measure of gate 1 and of the proof at the end. Taken with the
 * snapshot, and once more when the last controller has gone, since controllers act until then.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { SnapshotTaken } from '../../../ports/snapshot-taker.ts'
import { SparkopsError } from '../../errors.ts'
import { toJson } from '../../plan/json.ts'
import type { Verb } from '../../plan/verb.ts'
import { OPERATOR_POD_LABELS, type PodLabels, type SnapshotPayload } from '../steps/payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { listAll, type PodIdentity, sparkPods } from './applications.ts'
import type { ApplyContext } from './context.ts'
import { applyMerge } from './expected-specs.ts'
import { ownChanges } from './spec-changes.ts'

export interface Baseline {
  takenAt: string
  labels: PodLabels
  types: { type: ResourceType; crdUid: string; items: KubeObject[] }[]
  pods: PodIdentity[]
}

const KEPT = 'baseline'
const SNAPSHOT = 'snapshot'

export const takeSnapshot: Verb<ApplyContext> = {
  look: async (_payload, context) => {
    const taken = (await context.run.kept(SNAPSHOT)).at(-1) as SnapshotTaken | undefined
    if (taken === undefined) return { state: 'ready' }
    const fault = await context.snapshots.verify(taken.directory)
    return fault === undefined ? { state: 'done', facts: toJson(taken) } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const { types, labels = OPERATOR_POD_LABELS } = payload as unknown as SnapshotPayload
    const { attempts } = context.run.progress().steps.get(context.step.id) ?? { attempts: 1 }
    const directory = `${context.run.directory}/snapshot${attempts > 1 ? `-${attempts}` : ''}`
    const { signal, tell } = context
    const taken = await context.snapshots.take({ directory, tell, signal })
    await context.run.keep(KEPT, await asWide(await takeBaseline(types, labels, context), context))
    await context.run.keep(SNAPSHOT, taken)
    return toJson(taken)
  },
}

/** Takes the baseline anew. Without a snapshot there is nothing to compare with, and nothing is kept. */
export async function keepBaselineAgain(context: ApplyContext): Promise<void> {
  const [first] = (await context.run.kept(KEPT)) as Baseline[]
  if (first === undefined) return
  const types = first.types.map(({ type }) => type)
  await context.run.keep(KEPT, await takeBaseline(types, first.labels, context))
}

async function takeBaseline(
  types: readonly ResourceType[],
  labels: PodLabels,
  context: ApplyContext,
): Promise<Baseline> {
  const taken: Baseline['types'] = []
  for (const type of types) {
    const crd = await context.cluster.get({ type: CRD_TYPE, name: `${type.resource}.${type.group}` }, context.signal)
    taken.push({ type, crdUid: crd?.metadata.uid ?? '', items: await listAll(type, context) })
  }
  const pods = await sparkPods(labels, context)
  return { takenAt: new Date(context.clock.now()).toISOString(), labels, types: taken, pods }
}

/**
 * A run that takes another back may find its definitions lowered, and its objects pruned. What those hold is told by the
 * baseline of the other run, and by what that wrote, unless somebody has edited them since.
 */
async function asWide(now: Baseline, { run }: ApplyContext): Promise<Baseline> {
  const [before] = run.undoes === null ? [] : ((await run.keptBefore(KEPT)) as Baseline[])
  if (before === undefined) return now
  const types: Baseline['types'] = []
  for (const one of now.types) {
    const wide = before.types.find(({ type }) => type.resource === one.type.resource)
    const itemOf = new Map((wide?.items ?? []).map((item) => [item.metadata.uid, item]))
    const changes = await ownChanges(one.type, { kept: run.keptBefore })
    const items = one.items.map((item) => {
      const known = itemOf.get(item.metadata.uid)
      if (known === undefined) return item
      const own = changes.filter(({ uid }) => uid === item.metadata.uid)
      const isOurs = item.metadata.generation === (known.metadata.generation ?? 0) + own.length
      const { spec } = own.reduce<unknown>((object, { merge }) => applyMerge(merge, object), known) as KubeObject
      return isOurs ? { ...item, spec } : item
    })
    types.push({ ...one, items })
  }
  return { ...now, types }
}

/**
 * The baselines of a run as one: specs as they were first seen (a later reading may be pruned), but for those that
 * somebody edited in between; everything else as it was last seen.
 */
export async function readBaseline(kept: (name: string) => Promise<unknown[]>): Promise<Baseline> {
  const [first, ...later] = (await kept(KEPT)) as Baseline[]
  if (first === undefined) throw noBaseline()
  return later.reduce(merge, first)
}

function merge(earlier: Baseline, later: Baseline): Baseline {
  const types = later.types.map((now) => {
    const before = earlier.types.find(({ type }) => type.resource === now.type.resource)
    const itemOf = new Map((before?.items ?? []).map((item) => [item.metadata.uid, item]))
    const items = now.items.map((item) => {
      const known = itemOf.get(item.metadata.uid)
      const isEdited = (item.metadata.generation ?? 0) > (known?.metadata.generation ?? 0)
      const { generation = 0 } = known?.metadata ?? {}
      return known && !isEdited ? { ...item, spec: known.spec, metadata: { ...item.metadata, generation } } : item
    })
    return { type: now.type, crdUid: before?.crdUid ?? now.crdUid, items }
  })
  return { ...later, types }
}

function noBaseline(): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_BASELINE',
    message: 'this run has no snapshot to compare with',
    why: 'it ended before one was taken, so it had changed no application',
    hint: 'nothing needs to be verified; see: sparkops runs show',
    exit: 'inconclusive',
  })
}
