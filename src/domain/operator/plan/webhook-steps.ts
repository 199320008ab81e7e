/**
 * How the webhook passes from one version to the other. 1.x makes its configuration when it starts and deletes it when
 * it is stopped; 2.x has a webhook of its own, whose configurations are objects of the chart.
 *
 * To 2.x: its webhook is put there and ready before anything stops; its configurations come the moment the old
 * controller is gone, rather than with the chart, which would create them before anything answers. To 1.x: the old
 * webhook outlives the installation, and goes when the started controller has registered its own; where the
 * installation takes its Service, it goes right before. Between two of 1.x nothing can answer in between; gaps are
 * measured. Between two of 2.x nothing has to pass.
 */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import { toJson } from '../../plan/json.ts'
import type { Step } from '../../plan/plan.ts'
import type { WebhookBehaviour } from '../behaviour/behaviour.ts'
import { isFields, listAt, textAt } from '../discover/json.ts'
import { DEPLOYMENT, MUTATING_WEBHOOKS, SECRET, VALIDATING_WEBHOOKS } from '../discover/kinds.ts'
import type { Counterpart } from '../discover/live-objects.ts'
import { patchObject } from '../steps/object-steps.ts'
import type { HandOverPayload, TrustWebhookPayload } from '../steps/webhook-payloads.ts'
import {
  awaitReady,
  handOverWebhook,
  pinService,
  retireWebhook,
  setSecretAside,
  stageWebhook,
  trustWebhook,
  unpinService,
  watchPods,
  withdrawWebhook,
} from '../steps/webhook-steps.ts'
import { called, type Move } from './move.ts'
import { idOf } from './ownership.ts'
import { podWebhooksOf } from './pod-webhooks.ts'
import { sharedService } from './shared-selector.ts'

export interface WebhookSteps {
  /** While everything runs. */
  beforehand: Step[]
  /** The moment the controller is gone. */
  afterStop: Step[]
  /** The last before the installation. */
  beforeInstall: Step[]
  /** The first after the installation. */
  afterInstall: Step[]
  /** When the target runs. */
  afterStart: Step[]
  /** What the installation must leave, and what taking it back must leave. */
  spare: ObjectKey[]
  spareBack: ObjectKey[]
}

const POD_SELECTOR = 'sparkoperator.k8s.io/launched-by-spark-operator=true'
/** pkg/common/constants.go: CACertPem of 2.0.0 and newer; with cert-manager its own injector writes the CA. */
const AUTHORITY_FIELD = 'ca-cert.pem'

/** Steps for webhooks; none where the same configurations stay. */
export function webhookSteps(move: Move, timeoutSeconds: number): WebhookSteps {
  const [now, then] = [move.installation?.behaviour?.webhook, move.behaviour?.webhook]
  const shared = { podSelector: POD_SELECTOR, timeoutSeconds }
  if (then?.registeredBy === 'self') return toSelfRegistered(move, now, then, shared)
  if (then !== undefined && now?.registeredBy !== 'manifests') return toCharted(move, now, then, shared)
  const remove = leftBehind(move)
  const payload = { ...shared, order: 'at-once' as const, create: [], awaited: null, remove, authority: null }
  const afterStop = remove.length === 0 ? [] : [handOverWebhook(payload, null)]
  return { beforehand: [], afterStop, beforeInstall: [], afterInstall: [], afterStart: [], spare: [], spareBack: [] }
}

type Shared = Pick<HandOverPayload, 'podSelector' | 'timeoutSeconds'>

function toCharted(
  move: Move,
  now: WebhookBehaviour | undefined,
  then: WebhookBehaviour,
  shared: Shared,
): WebhookSteps {
  const rendered = owned(move.rendered, move)
  const configurations = rendered.filter(isConfigurationOf(then))
  const serving = rendered.filter(servesWebhook(then, rendered))
  // What is there already answers for the old version; it changes hands after the stop.
  const staged = serving.filter(({ live }) => live === undefined).map(({ key, object }) => ({ key: key!, object }))
  const create = podWebhooksOf(configurations.map(({ key, object }) => ({ ...object, kind: key!.type.kind })))
  const remove = leftBehind(move)
  const authority = authorityOf(then)
  const payload = { ...shared, order: 'at-once' as const, create, awaited: null, remove, authority }
  const keys = configurations.map(({ key }) => key!)
  const trust = { configurations: keys, authority, timeoutSeconds: shared.timeoutSeconds }
  const back: HandOverPayload = {
    ...shared,
    order: 'when-registered',
    create: [],
    awaited: now === undefined ? null : configurationKey(now),
    remove: configurations.map(({ key, object }) => ({ key: key!, uid: '', before: object })),
    authority: null,
    losesService: now !== undefined && called(now.service) === called(then.service),
  }
  const pin = sharedService(move, now, then, shared.timeoutSeconds)
  return {
    beforehand: [
      ...secretSteps(move, now, then),
      ...(pin === undefined ? [] : [pinService(pin, { isLeaving: true })]),
      ...(staged.length === 0 ? [] : [stageWebhook(staged)]),
      awaitReady(keyOf(DEPLOYMENT, then.workload), shared.timeoutSeconds),
      ...(now === undefined ? [] : [watchPods(POD_SELECTOR)]),
    ],
    afterStop: [
      ...(pin === undefined ? [] : [unpinService(pin, { whenGone: false })]),
      ...serviceSwitch(then, rendered),
      handOverWebhook(payload, back),
    ],
    beforeInstall: [],
    afterInstall: [trustWebhook(trust)],
    afterStart: [],
    spare: ownSecret(now, then),
    spareBack: [...staged, ...configurations].map(({ key }) => key!),
  }
}

/** Where 2.x keeps the CA of its certificate. */
function authorityOf({ certManager, secret }: WebhookBehaviour): TrustWebhookPayload['authority'] {
  return certManager ? null : { secret: keyOf(SECRET, secret), field: AUTHORITY_FIELD }
}

/**
 * The Secret of both, which only the older chart has as an object: Helm would delete it, and a webhook that is started
 * anew would make another certificate than those that run have.
 */
function ownSecret(older: WebhookBehaviour | undefined, newer: WebhookBehaviour): ObjectKey[] {
  const isShared = older !== undefined && called(older.secret) === called(newer.secret)
  return isShared && called(older.service) === called(newer.service) ? [keyOf(SECRET, newer.secret)] : []
}

/** Both have a Secret of one name, for different Services; until 2.2.0 the target would serve what it finds. */
function secretSteps({ liveSecret }: Move, now: WebhookBehaviour | undefined, then: WebhookBehaviour): Step[] {
  const isShared = now !== undefined && called(now.secret) === called(then.secret)
  if (!isShared || liveSecret === undefined || called(now.service) === called(then.service)) return []
  return [setSecretAside(keyOf(SECRET, then.secret), liveSecret)]
}

function toSelfRegistered(
  move: Move,
  now: WebhookBehaviour | undefined,
  then: WebhookBehaviour,
  shared: Shared,
): WebhookSteps {
  const awaited = configurationKey(then)
  const remove = leftBehind(move).filter(({ key }) => idOf(key) !== idOf(awaited))
  const recorded = owned(move.owned, move)
  const isOld = now?.registeredBy === 'manifests'
  const serving = isOld ? recorded.filter(servesWebhook(now, recorded)).filter(isLive) : []
  const configurations = isOld ? recorded.filter(isConfigurationOf(now)).filter(isLive) : []
  const coming = new Set(move.rendered.flatMap(({ key }) => (key === undefined ? [] : [idOf(key)])))
  // What the target has under the same name becomes the target's.
  const retired = serving.filter(({ key }) => !coming.has(idOf(key!)))
  const retire =
    retired.length === 0
      ? []
      : [retireWebhook(retired.map(({ key, live }) => ({ key: key!, uid: live!.metadata.uid ?? '' })))]
  const losesService = serving.some(({ key, object }) => object.kind === 'Service' && coming.has(idOf(key!)))
  const newer = isOld ? now : undefined
  const pin = sharedService(move, then, newer, shared.timeoutSeconds)
  const shares = pin === undefined ? {} : { shares: pin }
  const payload = {
    ...shared,
    ...shares,
    order: 'when-registered' as const,
    create: [],
    awaited,
    remove,
    authority: null,
  }
  const back: HandOverPayload = {
    ...shared,
    order: 'at-once',
    create: remove.map(({ before }) => before),
    awaited: null,
    remove: [
      { key: awaited, uid: '', before: { apiVersion: '', kind: awaited.type.kind, metadata: { name: awaited.name } } },
    ],
    authority: isOld ? authorityOf(now) : null,
  }
  const beforehand = now === undefined ? [] : [watchPods(POD_SELECTOR)]
  const register = handOverWebhook(payload, isOld ? back : null)
  const spareBack = isOld ? ownSecret(then, now) : []
  if (losesService) {
    const again: HandOverPayload = { ...back, remove: [] }
    const beforeInstall = [withdrawWebhook({ ...payload, remove }, again), ...retire]
    return { beforehand, afterStop: [], beforeInstall, afterInstall: [], afterStart: [register], spare: [], spareBack }
  }
  const spare = [...retired, ...configurations].map(({ key }) => key!)
  const afterStart = [
    ...(pin === undefined ? [] : [pinService(pin, { isLeaving: false })]),
    register,
    ...retire,
    ...(pin === undefined ? [] : [unpinService(pin, { whenGone: true })]),
  ]
  return { beforehand, afterStop: [], beforeInstall: [], afterInstall: [], afterStart, spare, spareBack }
}

/** With Helm's marks of ownership where it is Helm that will find them; without them it refuses what is there. */
function owned(counterparts: readonly Counterpart[], { target, helm }: Move): Counterpart[] {
  const { name, namespace } = target.release
  return counterparts
    .filter(({ key }) => key !== undefined)
    .map((one) => {
      const { metadata } = one.object
      const place = one.key?.namespace === undefined ? {} : { namespace: one.key.namespace }
      if (helm === undefined) return { ...one, object: { ...one.object, metadata: { ...metadata, ...place } } }
      const annotations = { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace }
      const marked = {
        ...metadata,
        ...place,
        labels: { ...metadata.labels, 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { ...metadata.annotations, ...annotations },
      }
      return { ...one, object: { ...one.object, metadata: marked } }
    })
}

function isLive({ live }: Counterpart): boolean {
  return live !== undefined
}

function isConfigurationOf({ configurations }: WebhookBehaviour) {
  return ({ object }: Counterpart): boolean =>
    object.kind.endsWith('WebhookConfiguration') && configurations.includes(object.metadata.name)
}

/** The workload, its Service, its account, and the rights of that. */
function servesWebhook({ workload, service }: WebhookBehaviour, all: readonly Counterpart[]) {
  const { namespace, name, serviceAccount } = workload
  const isBinding = ({ object }: Counterpart): boolean =>
    object.kind.endsWith('RoleBinding') &&
    listAt(object, 'subjects').some(
      (subject) =>
        textAt(subject, 'name') === serviceAccount && (textAt(subject, 'namespace') ?? namespace) === namespace,
    )
  const roles = new Set(all.filter(isBinding).map(({ object }) => textAt(object, 'roleRef', 'name')))
  return (one: Counterpart): boolean => {
    const { kind, metadata } = one.object
    const place = one.key?.namespace
    if (kind === 'Deployment') return metadata.name === name && place === namespace
    if (kind === 'Service') return metadata.name === service.name && place === service.namespace
    if (kind === 'ServiceAccount') return metadata.name === serviceAccount && place === namespace
    return isBinding(one) || (/Role$/.test(kind) && roles.has(metadata.name))
  }
}

/** From 1.6.0 on 1.x has a Service of the same name, with its own port and pods. */
function serviceSwitch({ service }: WebhookBehaviour, rendered: readonly Counterpart[]): Step[] {
  const found = rendered.find(({ object }) => object.kind === 'Service' && object.metadata.name === service.name)
  const { key, live, object } = found ?? {}
  if (key === undefined || live === undefined || object === undefined) return []
  const [before, after] = [addressOf(live), addressOf(object)]
  const gone = Object.fromEntries(Object.keys(before.selector).map((name) => [name, null]))
  const fresh = Object.fromEntries(Object.keys(after.selector).map((name) => [name, null]))
  return [
    patchObject({
      id: 'webhook/service',
      key,
      uid: live.metadata.uid ?? '',
      title: 'Lead the Service of the webhook to the new one, which is ready',
      merge: { spec: { ports: after.ports, selector: { ...gone, ...after.selector } } },
      before: { spec: { ports: before.ports, selector: { ...fresh, ...before.selector } } },
    }),
  ]
}

function addressOf({ spec }: KubeObject) {
  const { ports = [], selector = {} } = (spec ?? {}) as { ports?: unknown[]; selector?: Record<string, string> }
  // As the server writes it; otherwise it would never be found to be so already.
  const whole = ports.map((port) => ({ protocol: 'TCP', ...(isFields(port) ? port : {}) }))
  return { ports: toJson(whole), selector }
}

function keyOf(type: ObjectKey['type'], { namespace, name }: { namespace: string; name: string }): ObjectKey {
  return { type, namespace, name }
}

function configurationKey({ configurations: [name = ''] }: WebhookBehaviour): ObjectKey {
  return { type: MUTATING_WEBHOOKS, name }
}

/** Configurations of what is moved, and orphans, that the target does not have. */
function leftBehind({ discovery, installation, behaviour }: Move) {
  const coming = new Set(behaviour?.webhook?.configurations ?? [])
  const own = new Set(installation?.behaviour?.webhook?.configurations ?? [])
  const served = new Set(discovery.installations.flatMap((one) => one.behaviour?.webhook?.configurations ?? []))
  return discovery.webhooks
    .filter(({ name }) => !coming.has(name))
    .filter(
      ({ name, webhooks }) => own.has(name) || (!served.has(name) && webhooks.some(({ reach }) => reach === 'broken')),
    )
    .map(({ kind, name, uid, object }) => ({
      key: { type: kind.startsWith('Mutating') ? MUTATING_WEBHOOKS : VALIDATING_WEBHOOKS, name },
      uid: uid ?? '',
      before: { ...object, apiVersion: 'admissionregistration.k8s.io/v1', kind } satisfies KubeObject,
    }))
}
