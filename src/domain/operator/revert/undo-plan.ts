/**
 * The plan that takes a run back, from any point of it: the inverses of what it did, in an order that keeps the same
 * promises as the way there (lock, snapshot, stop, fence, change, gate, start, proof).
 *
 * CRDs that were raised stay so unless asked: no controller writes specs, so an older one loses nothing under a newer
 * schema, while an older schema loses fields at the first write of a status.
 */
import { API_VERSION } from '../../document.ts'
import type { Finding, Plan, Step } from '../../plan/plan.ts'
import type { RunProgress } from '../../plan/run-record.ts'
import { sealPlan } from '../../plan/seal.ts'
import { undoSteps } from '../../plan/undo.ts'
import { isFields } from '../discover/json.ts'
import { gateObjects, verifyApplications } from '../steps/application-steps.ts'
import { holdLock, quiesce, takeSnapshot, writeReceipt } from '../steps/guard-steps.ts'
import { patchObject, unkeepObject } from '../steps/object-steps.ts'
import { awaitReady, RETIRE, STAGE, watchPods } from '../steps/webhook-steps.ts'
import { mergeBody } from '../steps/operator-step.ts'
import { isUnpinning, pinningOf } from './pinning.ts'
import { losingService, withdrawInTime } from './withdrawal.ts'
import type { ApplyManifestsPayload } from '../steps/install-payloads.ts'
import type { HandOverPayload } from '../steps/webhook-payloads.ts'
import type {
  PatchPayload,
  QuiescePayload,
  ScalePayload,
  OperatorVerb,
  SnapshotPayload,
  StepPayloads,
} from '../steps/payloads.ts'
import type { ReplaceCrdPayload } from '../steps/definition-payloads.ts'

export interface UndoOptions {
  /** Raised CRDs go back too. What only the newer schema holds is lost at the next status write. */
  lowerCrds: boolean
  tool: Plan['tool']
  createdAt: string
}

const READY_SECONDS = 300

/** Steps after which applications or controllers are no longer as they were. */
const TOUCHING = new Set([
  'scale',
  'adopt',
  'fill-defaults',
  'replace-crd',
  'migrate-stored-version',
  'hand-over-webhook',
  'helm-upgrade',
  'helm-rollback',
  'apply-manifests',
  'put-policy',
])

/** Makes the plan that undoes what a run has done so far. */
export function planUndo(plan: Plan, progress: RunProgress, options: UndoOptions): Plan {
  const versions = versionsSince(plan, progress)
  const { steps: undone, beyond } = undoSteps(plan, progress)
  const inverses = undone.map((step) => ({ ...step, payload: inVersions(step.payload, versions) }))
  const staying = inverses.filter((step) => !options.lowerCrds && isRaisedCrd(step, plan))
  const kept = inverses.filter((step) => !staying.includes(step))
  const isTouched = plan.steps.some(({ id, verb }) => TOUCHING.has(verb) && (progress.steps.get(id)?.attempts ?? 0) > 0)
  const steps = isTouched ? orderSteps(kept, plan, versions) : kept.filter(({ verb }) => verb !== 'release-lock')
  const lock = payloadOf(plan, 'hold-lock')
  const all = [
    // A run that has begun nothing is only closed: it never held the lock, and nobody would release it.
    ...(lock === undefined || undone.length === 0 ? [] : [holdLock(lock.namespace)]),
    ...steps.filter(({ id }) => id !== 'undo/lock/release'),
    ...(isTouched ? [] : kept.filter(({ verb }) => verb === 'release-lock')),
    writeReceipt(`run ${progress.run}`, 'as it was before'),
  ]
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'OperatorPlan',
    schema: 1,
    tool: options.tool,
    createdAt: options.createdAt,
    target: plan.target,
    inputs: [],
    steps: all,
    findings: [...staying.map(stayingCrd), ...beyond.map(noWayBack), ...leftByHooks(plan, undone)],
    summary: { undoes: progress.run },
  })
}

/** The versions that objects are read in since definitions were changed. What is put back goes on to serve them. */
function versionsSince(plan: Plan, progress: RunProgress): ReadonlyMap<string, string> {
  const replaced = plan.steps.filter(
    ({ id, verb }) => verb === 'replace-crd' && (progress.steps.get(id)?.attempts ?? 0) > 0,
  )
  return new Map(
    replaced.map(({ payload }) => {
      const { type } = payload as unknown as ReplaceCrdPayload
      return [`${type.resource}.${type.group}`, type.version]
    }),
  )
}

/** A payload that speaks of kinds as they are served now. */
function inVersions<Payload>(payload: Payload, versions: ReadonlyMap<string, string>): Payload {
  if (Array.isArray(payload)) return payload.map((one: unknown) => inVersions(one, versions)) as Payload
  if (!isFields(payload)) return payload
  const { resource, group, version } = payload
  if (typeof resource === 'string' && typeof group === 'string' && typeof version === 'string') {
    return { ...payload, version: versions.get(`${resource}.${group}`) ?? version }
  }
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, inVersions(value, versions)]),
  ) as Payload
}

function orderSteps(inverses: readonly Step[], plan: Plan, versions: ReadonlyMap<string, string>): Step[] {
  const isStop = ({ verb, payload }: Step): boolean => verb === 'scale' && scaleOf(payload).replicas === 0
  const isStart = ({ verb, payload }: Step): boolean => verb === 'scale' && scaleOf(payload).replicas > 0
  const isHandOver = (step: Step): boolean => step.verb === 'hand-over-webhook'
  const isEnd = ({ verb, id }: Step): boolean => verb === 'release-lock' || id === 'undo/guard/crds'
  const isGuard = ({ id }: Step): boolean => id === 'undo/guard/remove'
  const handOvers = inverses.filter(isHandOver)
  const orderOf = (step: Step): string => (step.payload as unknown as HandOverPayload).order
  const keeps = keepBeforeRollback(inverses)
  // Put there before anything stops, and taken away when nobody calls it any more: as on the way there.
  const isRestaged = ({ id }: Step): boolean => id === `undo/${RETIRE}`
  const isRetired = ({ id }: Step): boolean => id === `undo/${STAGE}`
  const apart = [isStop, isStart, isHandOver, isEnd, isGuard, isRestaged, isRetired, isUnpinning]
  const changing = inverses.filter((step) => !apart.some((is) => is(step)))
  const atOnce = handOvers.filter((step) => orderOf(step) === 'at-once')
  const isRollback = inverses.some(({ verb }) => verb === 'helm-rollback')
  // The mark that saves an object from the rollback has done its work with it. A rollback creates configurations that
  // its revision has, and cannot do with those that are there and not the release's (they take no update without a
  // resourceVersion, and Helm sends none): until then no webhook is called.
  const changes = changing.flatMap((step) =>
    step.verb === 'helm-rollback' ? [step, ...atOnce, ...keeps.map(unkeep)] : [step],
  )
  const losing = losingService(handOvers)
  const retired = inverses.filter(isRetired)
  const middle = losing === undefined ? changes : withdrawInTime(changes, losing, retired)
  const gateAt = middle.findIndex(({ id }) => id.startsWith('undo/adopt/') || id === 'undo/fence/put')
  const at = gateAt === -1 ? middle.length : gateAt
  const taken = payloadOf(plan, 'take-snapshot')
  const snapshot = taken && inVersions(taken, versions)
  const stops = inverses.filter(isStop)
  const settle = stops.length > 0 ? payloadOf(plan, 'quiesce') : undefined
  const proof = payloadOf(plan, 'verify')
  const pins = pinningOf(plan, inverses)
  // A webhook that has never been called goes before the older one answers again.
  const isCalled = handOvers.length > 0
  const retiredLast = losing === undefined && isCalled ? retired : []
  return [
    ...inverses.filter(isGuard),
    ...(snapshot === undefined ? [] : [takeSnapshot(snapshot)]),
    ...pins.beforeStaging,
    ...inverses.filter(isRestaged).flatMap((step) => [step, ...readyAgain(plan)]),
    ...watchAgain(handOvers),
    // Where it cannot settle (a controller that does not work is often why one goes back), adoption takes care.
    ...(settle === undefined
      ? []
      : [quiesce({ ...settle, controllers: stops.map(podsOf), scope: null, whenTimedOut: 'proceed' })]),
    ...stops,
    ...pins.afterStop,
    ...(isRollback ? [] : atOnce),
    ...keeps,
    ...middle.slice(0, at),
    ...(snapshot === undefined ? [] : [gateOf(snapshot)]),
    ...middle.slice(at),
    ...(isCalled ? [] : retired),
    ...inverses.filter(isStart),
    ...(retiredLast.length === 0 ? [] : pins.afterStart),
    ...handOvers.filter((step) => orderOf(step) === 'when-registered'),
    ...retiredLast,
    ...pins.afterRetiring,
    ...(proof === undefined || snapshot === undefined ? [] : [verifyApplications({ ...proof, stopOnFinding: [] })]),
    ...inverses.filter(isEnd),
  ]
}

/** The webhook that is put back. */
function readyAgain(plan: Plan): Step[] {
  const retired = plan.steps.find(({ id }) => id === RETIRE)?.payload as unknown as ApplyManifestsPayload | undefined
  const deployment = retired?.remove.find(({ key }) => key.type.resource === 'deployments')?.key
  return deployment === undefined ? [] : [awaitReady(deployment, READY_SECONDS)]
}

function watchAgain([first]: readonly Step[]): Step[] {
  if (first === undefined) return []
  const { podSelector } = first.payload as unknown as HandOverPayload
  return podSelector === '' ? [] : [watchPods(podSelector)]
}

/** Pods of the controller that a step stops. */
function podsOf({ payload }: Step): QuiescePayload['controllers'][number] {
  const { deployment, selector } = scaleOf(payload)
  return { namespace: deployment.namespace ?? '', selector }
}

function gateOf({ types }: SnapshotPayload): Step {
  return gateObjects({ types: types.map((type) => ({ type, predictions: [] })), restore: [] })
}

/**
 * A rollback deletes what the older chart did not have as its own; where that was given to Helm on the way there, it is
 * the same service account and the same rights that the older operator runs by.
 */
function keepBeforeRollback(inverses: readonly Step[]): Step[] {
  if (!inverses.some(({ verb }) => verb === 'helm-rollback')) return []
  const merge = mergeBody({ metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } } })
  const before = mergeBody({ metadata: { annotations: { 'helm.sh/resource-policy': null } } })
  return inverses
    .filter(({ id }) => id.startsWith('undo/own/'))
    .map(({ id, payload }) => {
      const { key, uid } = payload as unknown as PatchPayload
      const title = 'Mark it to be kept: the rollback would delete it'
      return patchObject({ id: id.replace('undo/own/', 'keep/'), key, uid, title, merge, before })
    })
}

function unkeep({ payload }: Step): Step {
  const { key, uid } = payload as unknown as PatchPayload
  return unkeepObject(key, uid)
}

/** Whether a step of the way back lowers a definition that `plan` has raised. */
export function isRaisedCrd({ verb, id }: Step, plan: Plan): boolean {
  if (verb !== 'restore-crd') return false
  const done = plan.steps.find((step) => `undo/${step.id}` === id)
  return (done?.payload as unknown as ReplaceCrdPayload | undefined)?.decision === 'raise'
}

function payloadOf<V extends OperatorVerb>(plan: Plan, verb: V): StepPayloads[V] | undefined {
  return plan.steps.find((step) => step.verb === verb)?.payload as unknown as StepPayloads[V] | undefined
}

function scaleOf(payload: Step['payload']): ScalePayload {
  return payload as unknown as ScalePayload
}

function stayingCrd({ object }: Step): Finding {
  return {
    id: 'OP-CRD-STAYS',
    direction: 'back',
    title: 'The CRD keeps its newer schema',
    detail: 'An older controller loses nothing under a newer schema: it writes statuses, and never specs.',
    objects: [object],
    consequence: 'note',
    gate: 'auto',
    fix: 'to put the older one back too: --crds restore',
    source: 'no release writes spec; pruned fields are gone for good at the first status write',
  }
}

/** Foretold by the plan, for a way back over what its hooks did. */
function leftByHooks({ findings }: Plan, undone: readonly Step[]): Finding[] {
  if (!undone.some(({ verb }) => verb === 'helm-rollback')) return []
  return findings.filter(({ id }) => id === 'OP-HOOKS-LEAVE').map((finding) => ({ ...finding, direction: 'back' }))
}

function noWayBack(what: string): Finding {
  return {
    id: 'OP-NO-WAY-BACK',
    direction: 'back',
    title: 'A point of no return was passed',
    detail: what,
    objects: [],
    consequence: 'lose',
    gate: 'ack',
    fix: 'the run’s snapshot has the objects as they were: compare, and write back by hand what is wanted',
    source: 'the journal of the run',
  }
}
