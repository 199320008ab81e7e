/**
 * The steps of a move, in their order: guards, snapshot, ownership, what can be tried beforehand, the stop, the webhooks,
 * the applications, the definitions, the target, and the proof. Each is made by a constructor that knows its executor.
 */
import type { ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { toJson } from '../../plan/json.ts'
import { POD_LABELS } from '../discover/driver-pods.ts'
import { adoptApplications, fillDefaults, gateObjects, verifyApplications } from '../steps/application-steps.ts'
import {
  fenceControllers,
  guardCrds,
  holdLock,
  liftFence,
  releaseLock,
  takeSnapshot,
  unguardCrds,
  writeReceipt,
} from '../steps/guard-steps.ts'
import { applyManifests, helmUpgrade } from '../steps/install-steps.ts'
import { keepObject, repairOwnership, unkeepObject } from '../steps/object-steps.ts'
import { canarySteps } from './canary-steps.ts'
import { deploymentKey, fenceOf, quietSteps, startsOf, stopsOf } from './controller-steps.ts'
import { crdSteps } from './crd-steps.ts'
import { APPLICATION_DEFAULTS, SCHEDULE_DEFAULTS, UNTOUCHED_STATES } from './defaults.ts'
import { rightsInUse } from './evaluate/install.ts'
import { checkSteps } from './check-steps.ts'
import { holdsOf, type InstallChoice, installKeys } from './install-parts.ts'
import { manifestKeys } from './manifest-parts.ts'
import { called, type Move } from './move.ts'
import { scopesOf } from './others.ts'
import { pullSteps } from './pull-steps.ts'
import { returnGate } from './return-gate.ts'
import { type WebhookSteps, webhookSteps } from './webhook-steps.ts'

export interface StepOptions {
  install: InstallChoice
  /** How long is waited for what should happen at once, and for the last applications to be submitted. */
  timeoutSeconds: number
  graceSeconds: number
}

const ALARM_STATES = ['INVALIDATING', 'PENDING_RERUN']
const TERMINAL = ['COMPLETED', 'FAILED']

/** The steps of a move. */
export function stepsOf(move: Move, options: StepOptions): Step[] {
  const namespace = move.installation?.namespace ?? move.target.release.namespace
  const crds = crdSteps(move, options.timeoutSeconds)
  const serverMinor = move.discovery.server.minor
  const fence = { ...fenceOf(move, namespace), serverMinor }
  const types = kindsOf(move)
  const typesThen = types.map((type) => typeThen(move, type))
  const guard = { crds: move.crds.map(({ name }) => name), namespace, serverMinor }
  const stops = stopsOf(move, options)
  const starts = startsOf(move, options)
  const webhooks = webhookSteps(move, options.timeoutSeconds)
  return [
    holdLock(namespace),
    guardCrds(guard),
    takeSnapshot({ types, crds: liveCrds(move), install: installKeys(move) }),
    ...ownershipSteps(move),
    ...pullSteps(move, options.timeoutSeconds),
    ...webhooks.beforehand,
    ...quietSteps(move, stops),
    ...stops,
    ...webhooks.afterStop,
    fenceControllers(fence),
    ...adoptSteps(move),
    ...defaultSteps(move),
    ...crds.change,
    ...gateSteps(move, crds.change),
    // To migrate is to write every object: for what is not read any more, that is the end.
    ...(crds.migrate.length === 0 ? [] : [...returnGate(move), ...crds.migrate]),
    ...webhooks.beforeInstall,
    ...installSteps(move, options, webhooks),
    ...webhooks.afterInstall,
    ...checkSteps(move),
    ...(crds.migrate.length === 0 ? returnGate(move) : []),
    ...liftFence(fence),
    ...starts,
    ...webhooks.afterStart,
    ...canarySteps(move, typesThen, options.timeoutSeconds),
    verifyApplications({
      types: typesThen,
      labels: POD_LABELS,
      terminalStates: TERMINAL,
      alarmStates: ALARM_STATES,
      graceSeconds: options.graceSeconds,
      stopOnFinding: move.behaviour === undefined ? [] : [deploymentKey(move.behaviour.controller)],
      ...scopesOf(move.others),
    }),
    ...keptObjects(move).map(({ key, live }) => unkeepObject(key, live.metadata.uid ?? '')),
    ...unguardCrds(guard),
    releaseLock(namespace),
    writeReceipt(nameOfEnd(move.from.version), nameOfEnd(move.target.version ?? move.target.origin.given)),
  ]
}

function nameOfEnd(version: string | undefined): string {
  return version ?? 'not known'
}

/** Kinds of the operator that the cluster serves. */
function kindsOf({ discovery: { kinds } }: Move): ResourceType[] {
  return [kinds.application, kinds.scheduled, kinds.connect].filter((type) => type !== undefined)
}

/** The kind in the version that is read once the definitions have changed. */
function typeThen({ crds }: Move, type: ResourceType): ResourceType {
  const changed = crds.find((crd) => crd.final !== undefined && crd.type.resource === type.resource)
  return changed?.type ?? type
}

function liveCrds({ crds }: Move): string[] {
  return crds.filter(({ live }) => live !== undefined).map(({ name }) => name)
}

/** Objects that Helm would delete under running drivers, and that are to stay. */
function keptObjects(move: Move) {
  const recreated = new Set((move.helm?.recreated ?? []).map(({ live }) => live.metadata.uid))
  return rightsInUse(move).filter(({ live }) => !recreated.has(live.metadata.uid))
}

function ownershipSteps(move: Move): Step[] {
  const { release } = move.target
  const owner = { release: release.name, namespace: release.namespace }
  return [
    ...(move.helm?.refused ?? []).map(({ key, live }) => repairOwnership(key, live, owner)),
    ...keptObjects(move).map(({ key, live }) => keepObject(key, live)),
  ]
}

function adoptSteps({ discovery, cases, others }: Move): Step[] {
  const type = discovery.kinds.application
  if (type === undefined) return []
  const seen = cases.filter(({ trouble }) => trouble === 'half-submitted')
  return [
    adoptApplications({
      type,
      labels: POD_LABELS,
      states: ['', 'PENDING_RERUN', 'SUBMISSION_FAILED'],
      seen: seen.map(({ application }) => called(application)),
      ...scopesOf(others),
    }),
  ]
}

/** Whether the target no longer assumes in memory what the version now does. */
export function writesDefaults({ from, target }: Move): boolean {
  return from.traits.defaultsBy !== 'webhook' && target.traits.defaultsBy === 'webhook'
}

function defaultSteps(move: Move): Step[] {
  if (!writesDefaults(move)) return []
  const { application, scheduled } = move.discovery.kinds
  const rows = [
    { type: application, rules: APPLICATION_DEFAULTS },
    { type: scheduled, rules: SCHEDULE_DEFAULTS },
  ]
  return rows.flatMap(({ type, rules }) => {
    if (type === undefined) return []
    const judgement = move.judgements.find((one) => one.type.resource === type.resource)
    const seen = (judgement?.verdicts ?? []).filter(({ filled }) => filled).map(called)
    const except = { exceptStates: UNTOUCHED_STATES, ...scopesOf(move.others) }
    return [fillDefaults({ type, rules, fixes: [], seen, ...except })]
  })
}

function gateSteps(move: Move, changed: readonly Step[]): Step[] {
  const types = move.judgements.map(({ type, verdicts }) => ({
    type: typeThen(move, type),
    predictions: verdicts.map(({ namespace, name, uid, generation, spec, predicted }) => ({
      namespace,
      name,
      uid,
      generation,
      spec,
      predicted,
    })),
  }))
  const restore = changed.map(({ id }) => id).reverse()
  return types.length === 0 ? [] : [gateObjects({ types, restore })]
}

function installSteps(
  move: Move,
  { install, timeoutSeconds }: StepOptions,
  { spare, spareBack }: Pick<WebhookSteps, 'spare' | 'spareBack'>,
): Step[] {
  const { target, installation } = move
  const holds = holdsOf(move)
  const holdBack = installation?.controller === undefined ? [] : [keyOfWorkload(installation.controller.object)]
  if (install.kind === 'manifests') {
    const { objects, remove } = manifestKeys(move, install)
    return [applyManifests({ fieldManager: 'sparkops', objects, remove, hold: holds }, holdBack)]
  }
  return [
    helmUpgrade(
      {
        release: target.release.name,
        namespace: target.release.namespace,
        chart: install.chart,
        values: toJson(install.values),
        noHooks: hooksWouldKill(move),
        twice: (move.helm?.recreatedAndDeleted ?? []).length > 0 && !hooksWouldKill(move),
        fromRevision: installation?.release?.newest.revision ?? null,
        hold: holds,
        spare,
        timeoutSeconds,
      },
      holdBack,
      { spareBack, revision: installation?.release?.revision ?? null },
    ),
  ]
}

/** Hooks that make an account anew which running drivers use end their tokens. */
function hooksWouldKill(move: Move): boolean {
  const recreated = new Set((move.helm?.recreated ?? []).map(({ live }) => live.metadata.uid))
  return rightsInUse(move).some(({ live }) => live.kind === 'ServiceAccount' && recreated.has(live.metadata.uid))
}

function keyOfWorkload({ metadata }: { metadata: { namespace?: string; name: string } }): ObjectKey {
  return deploymentKey({ namespace: metadata.namespace ?? '', name: metadata.name })
}
