/**
 * A move, forward and back, on a throwaway control plane loaded from a snapshot: definitions really change there, every
 * object is really read back and asked whether it can still be written. What runs is not rehearsed: nothing runs there.
 * What becomes of the operator's own objects is told by the plan, which is made of the snapshot, as it would be made of
 * the cluster; only the questions to an API server go to the throwaway.
 */
import type { Cluster, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { API_VERSION, type Document } from '../../document.ts'
import type { ExitName } from '../../errors.ts'
import { isRefusal } from '../../kube-error.ts'
import { digestOf } from '../../plan/json.ts'
import type { Finding, Plan } from '../../plan/plan.ts'
import type { RunProgress } from '../../plan/run-record.ts'
import { CRD, nameOf, SPARK_KINDS } from '../discover/kinds.ts'
import { type Sight, type Unseen } from '../discover/sight.ts'
import type { OperatorPlan } from '../plan/operator-plan.ts'
import { planUndo } from '../revert/undo-plan.ts'
import { planOperator, type PlanQuestion } from '../plan/plan-operator.ts'
import { changedPaths } from './changed-paths.ts'
import { carryOutDefinitions, type PutBack, SETTLE_MS } from './definitions.ts'
import { type Loaded, loadSnapshot, requireThrowaway } from './load.ts'

export interface Rehearsal extends Document {
  kind: 'OperatorRehearsal'
  /** Where it was rehearsed: the throwaway's Kubernetes, and that of the snapshot. */
  server: { rehearsal: string; snapshot: string }
  loaded: Loaded[]
  /** The plan as it would be made on the user's cluster. */
  plan: OperatorPlan
  forward: Passage
  back: Passage
  /** What `operator revert --crds restore` would do when the whole plan has been carried out. */
  wayBack: { steps: { id: string; title: string }[]; findings: Finding[] }
  unseen: Unseen[]
}

/** What became of every object when definitions changed. */
export interface Passage {
  definitions: string[]
  objects: number
  /** Read otherwise than before, with the paths. */
  changed: { object: string; paths: string[] }[]
  /** Could not be written as they are any more: an edit by a user would be refused. */
  refused: { object: string; why: string }[]
  /** Read otherwise than the plan foretold. */
  mistaken: string[]
}

export interface RehearseOptions {
  /** The throwaway cluster. */
  cluster: Cluster
  /** Of the snapshot, or of what it was taken from. */
  sight: Sight
  group: string
  plan: Omit<PlanQuestion, 'reader' | 'server'>
}

/** Loads, plans, goes forward, goes back. */
export async function rehearse({ cluster, sight, group, plan: question }: RehearseOptions): Promise<Rehearsal> {
  const { signal, sleep, report } = question
  await requireThrowaway(cluster, sight.reader.identity.uid, group)
  const loaded = await loadSnapshot(cluster, { sight, group, sleep, signal, report })
  const plan = await planOperator({ ...question, reader: sight.reader, server: cluster })
  const types = await servedTypes(cluster, group)
  const before = await readAll(cluster, types)
  const putBack = await carryOutDefinitions(cluster, plan, question)
  const after = await readAll(cluster, types)
  const forward: Passage = {
    definitions: putBack.map(({ name }) => name),
    objects: after.size,
    changed: differences(before, after),
    refused: await findRefused(cluster, types),
    mistaken: findMistaken(plan, after),
  }
  await goBack(cluster, putBack, question)
  const again = await readAll(cluster, types)
  const back: Passage = {
    definitions: putBack.filter(({ before: was }) => was !== undefined).map(({ name }) => name),
    objects: again.size,
    changed: differences(before, again),
    refused: await findRefused(cluster, types),
    mistaken: [],
  }
  const [rehearsal, snapshot] = await Promise.all([cluster.serverVersion(), sight.reader.serverVersion()])
  return {
    apiVersion: API_VERSION,
    kind: 'OperatorRehearsal',
    server: { rehearsal: rehearsal.gitVersion, snapshot: snapshot.gitVersion },
    loaded,
    plan: plan as OperatorPlan,
    forward,
    back,
    wayBack: wayBackFrom(plan),
    unseen: sight.unseen,
  }
}

/** From the end of the plan, when every step has been done by it. */
function wayBackFrom(plan: Plan): Rehearsal['wayBack'] {
  const done = { state: 'done' as const, attempts: 1, facts: null, kept: null, observed: false, error: null }
  const { createdAt, tool, digest } = plan
  const progress: RunProgress = {
    ...{ run: 'RUN', purpose: 'operator apply', digest, undoes: null, takesOver: null },
    ...{ openedAt: createdAt, lastAt: createdAt },
    ...{ steps: new Map(plan.steps.map(({ id }) => [id, done])), passed: new Set(), outcome: 'done', closedBy: null },
  }
  if (plan.steps.length === 0) return { steps: [], findings: [] }
  const { steps, findings } = planUndo(plan, progress, { lowerCrds: true, tool, createdAt })
  return { steps: steps.map(({ id, title }) => ({ id, title })), findings: [...findings] }
}

/** 3 where objects were refused, or read otherwise than foretold, or did not come back as they were. */
export function rehearsalExit({ forward, back, loaded, plan }: Rehearsal): ExitName {
  const isBad = [forward, back].some(({ refused, mistaken }) => refused.length + mistaken.length > 0)
  const isRefused = loaded.some(({ refused }) => refused.length > 0)
  return isBad || isRefused || back.changed.length > 0 || plan.summary.blocked ? 'findings' : 'ok'
}

async function servedTypes(cluster: Cluster, group: string): Promise<ResourceType[]> {
  const types: ResourceType[] = []
  for (const kind of SPARK_KINDS) {
    const type = await cluster.findType({ group, kind })
    if (type !== undefined) types.push(type)
  }
  return types
}

/** Specs by kind and name. Definitions that just changed answer 429 for a moment; the client waits. */
async function readAll(cluster: Cluster, types: readonly ResourceType[]): Promise<Map<string, unknown>> {
  const specs = new Map<string, unknown>()
  for (const type of types) {
    for await (const object of cluster.listEach(type)) specs.set(idOf(type, object), object.spec ?? null)
  }
  return specs
}

function idOf(type: ResourceType, object: KubeObject): string {
  return `${type.resource}/${nameOf(object)}`
}

function differences(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): Passage['changed'] {
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort()
  return ids.flatMap((object) => {
    const paths = changedPaths(before.get(object), after.get(object), ['spec'])
    return paths.length === 0 ? [] : [{ object, paths }]
  })
}

/** A dry-run PUT of each object as it reads now: what a user's own edit would meet. */
async function findRefused(cluster: Cluster, types: readonly ResourceType[]): Promise<Passage['refused']> {
  const refused: Passage['refused'] = []
  for (const type of types) {
    for await (const object of cluster.listEach(type)) {
      // The server lets faults through that an edit leaves as they were, but not where the edit is beside them.
      const why = await whyRefused(cluster, type, { ...object, spec: touched(object.spec) })
      if (why !== undefined) refused.push({ object: idOf(type, object), why })
    }
  }
  return refused
}

async function whyRefused(cluster: Cluster, type: ResourceType, object: KubeObject): Promise<string | undefined> {
  try {
    await cluster.replace(type, withKind(object, type), { dryRun: true })
    return undefined
  } catch (error) {
    if (isRefusal(error, 'Invalid', 'BadRequest')) return error.status.message.slice(0, 500)
    throw error
  }
}

/** An edit as people make it: the least that changes the spec without changing what it says. */
function touched(spec: unknown): unknown {
  return typeof spec === 'object' && spec !== null ? { ...spec, timeToLiveSeconds: 86_400 } : spec
}

function withKind(object: KubeObject, type: ResourceType): KubeObject {
  return { ...object, apiVersion: `${type.group}/${type.version}`, kind: type.kind }
}

function findMistaken(plan: Plan, after: ReadonlyMap<string, unknown>): string[] {
  const gate = plan.steps.find(({ verb }) => verb === 'gate-objects')?.payload as unknown as
    | { types: { type: ResourceType; predictions: { namespace: string; name: string; predicted: string }[] }[] }
    | undefined
  return (gate?.types ?? []).flatMap(({ type, predictions }) =>
    predictions.flatMap(({ namespace, name, predicted }) => {
      const id = `${type.resource}/${namespace}/${name}`
      return after.has(id) && digestOf(after.get(id)) !== predicted ? [id] : []
    }),
  )
}

/** The definitions as they were; those that were made stay, as they would. */
async function goBack(
  cluster: Cluster,
  putBack: readonly PutBack[],
  { sleep }: Pick<PlanQuestion, 'sleep'>,
): Promise<void> {
  for (const { name, before } of [...putBack].reverse()) {
    if (before === undefined) continue
    const live = await cluster.get({ type: CRD, name })
    if (live === undefined) continue
    await cluster.replace(CRD, { ...live, spec: before.spec })
  }
  if (putBack.length > 0) await sleep(SETTLE_MS)
}
