/**
 * What every application was before the move: the measure of gate 1 and of the proof at the end. Taken with the
 * snapshot, and once more when the last controller has gone, since controllers act until then.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { SnapshotTaken } from '../../../ports/snapshot-taker.ts'
import { SparkopsError } from '../../errors.ts'
import { sameJson, toJson } from '../../plan/json.ts'
import type { Verb } from '../../plan/verb.ts'
import { OPERATOR_POD_LABELS, type PodLabels, type SnapshotPayload } from '../steps/payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { listAll, type PodIdentity, sparkPods } from './applications.ts'
import type { ApplyContext } from './context.ts'
import { expectations, judgeSpec, withChanges } from './expected-specs.ts'
import { ownChanges } from './spec-changes.ts'

export interface Baseline {
  takenAt: string
  labels: PodLabels
  types: BaselineType[]
  pods: PodIdentity[]
}

interface BaselineType {
  type: ResourceType
  crdUid: string
  items: KubeObject[]
  /** Specs that a narrower schema hides in part, by uid: where a run is taken back that lowered it. */
  wider?: Record<string, unknown>
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
    await context.run.keep(KEPT, await takeBaseline(types, labels, context))
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
    const items = await listAll(type, context)
    const wider = context.run.undoes === null ? {} : await hiddenSpecs(type, items, context)
    taken.push({ type, crdUid: crd?.metadata.uid ?? '', items, wider })
  }
  const pods = await sparkPods(labels, context)
  return { takenAt: new Date(context.clock.now()).toISOString(), labels, types: taken, pods }
}

/** What the run that is taken back first saw of objects that nobody has edited since, where it is not all read now. */
async function hiddenSpecs(
  type: ResourceType,
  items: readonly KubeObject[],
  context: ApplyContext,
): Promise<Record<string, unknown>> {
  if ((await context.run.keptBefore(KEPT)).length === 0) return {}
  const first = (await readBaseline(context.run.keptBefore)).types.find((one) => one.type.resource === type.resource)
  const changes = await ownChanges(type, { kept: context.run.keptBefore })
  const expect = await expectations(type, changes, context, first?.wider)
  const live = new Map(items.map((item) => [item.metadata.uid, item]))
  return Object.fromEntries(
    (first?.items ?? []).flatMap((item) => {
      const { uid = '' } = item.metadata
      const now = live.get(uid)
      if (now === undefined || expect === undefined || judgeSpec(now, expect(item)) !== 'same') return []
      const own = changes.filter((change) => change.uid === uid)
      const { spec } = withChanges({ ...item, spec: first?.wider?.[uid] ?? item.spec }, own)
      return sameJson(spec, now.spec) ? [] : [[uid, spec]]
    }),
  )
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
    return { ...now, crdUid: before?.crdUid ?? now.crdUid, items, wider: { ...before?.wider, ...now.wider } }
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
