/** Steps of a webhook: put there beforehand, handed over, taken away when nobody calls it any more. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS } from '../discover/kinds.ts'
import { wordsOf } from './guard-steps.ts'
import { inverseOf, objectName, operatorStep, stepId } from './operator-step.ts'
import type { HandOverPayload, PinServicePayload, TrustWebhookPayload } from './webhook-payloads.ts'

export const STAGE = 'webhook/stage'
export const RETIRE = 'webhook/retire'
export const WITHDRAW = 'webhook/withdraw'
export const PIN = 'webhook/pin'

/** A4: the target's webhook runs before anything stops, and nobody calls it yet. */
export function stageWebhook(objects: readonly { key: ObjectKey; object: KubeObject }[]): Step {
  return operatorStep({
    id: STAGE,
    verb: 'apply-manifests',
    object: 'webhook',
    title: 'Put the webhook of the target there, without the configurations that would call it',
    before: null,
    after: { applied: objects.map(({ key }) => objectName(key)) },
    inverse: inverseOf('restore-objects', { ofStep: STAGE, hold: [] }),
    payload: { fieldManager: 'sparkops', objects, remove: [], hold: [] },
  })
}

/** A4: the webhook of the target makes its own certificate, since the one that is there is for another Service. */
export function setSecretAside(secret: ObjectKey, uid: string): Step {
  const payload = { secret, uid, copy: { ...secret, name: `${secret.name}-sparkops` } }
  return operatorStep({
    id: 'webhook/secret',
    verb: 'set-secret-aside',
    object: objectName(secret),
    title: `Keep the certificate as ${payload.copy.name}, and let the target make one for its own Service`,
    before: null,
    after: null,
    inverse: inverseOf('bring-secret-back', payload),
    payload,
  })
}

/** What served configurations that are gone. */
export function retireWebhook(remove: readonly { key: ObjectKey; uid: string }[]): Step {
  return operatorStep({
    id: RETIRE,
    verb: 'apply-manifests',
    object: 'webhook',
    title: 'Take the old webhook away, which nobody calls any more',
    before: { present: remove.map(({ key }) => objectName(key)) },
    after: null,
    inverse: inverseOf('restore-objects', { ofStep: RETIRE, hold: [] }),
    payload: { fieldManager: 'sparkops', objects: [], remove, hold: [] },
  })
}

/** A4: it is ready, or the run ends before anything has stopped. */
export function awaitReady(deployment: ObjectKey, timeoutSeconds: number): Step {
  return operatorStep({
    id: stepId('ready', ...wordsOf(deployment)),
    verb: 'await-ready',
    object: objectName(deployment),
    title: 'Wait until the webhook is ready',
    before: null,
    after: null,
    inverse: null,
    payload: { deployment, timeoutSeconds },
  })
}

/** A6: before the stop, so that no pod is missed that is made while no webhook answers. */
export function watchPods(selector: string): Step {
  return operatorStep({
    id: 'webhook/watch',
    verb: 'watch-pods',
    object: 'pods',
    title: 'Note the pods that are made while no webhook answers',
    before: null,
    after: null,
    inverse: null,
    payload: { selector },
  })
}

/**
 * While the webhook of the other version stands beside it: its pods have the labels that this Service selects by.
 * `isLeaving`: taking it back waits until those pods are gone; otherwise they are what stays.
 */
export function pinService(payload: PinServicePayload, { isLeaving }: { isLeaving: boolean }): Step {
  return operatorStep({
    id: PIN,
    verb: 'pin-service',
    object: objectName(payload.service),
    title: 'Lead the Service of 1.x to the pods of its controller alone; the other webhook has their labels too',
    before: { pinned: false },
    after: { pinned: true },
    inverse: inverseOf('unpin-service', { ...payload, whenGone: isLeaving }),
    payload,
  })
}

/** When the Service is not called any more, or (`whenGone`) when those pods are gone. */
export function unpinService(payload: Omit<PinServicePayload, 'whenGone'>, { whenGone }: { whenGone: boolean }): Step {
  return operatorStep({
    id: 'webhook/unpin',
    verb: 'unpin-service',
    object: objectName(payload.service),
    title: 'Let the Service of 1.x select by its own labels again',
    before: { pinned: true },
    after: { pinned: false },
    inverse: null,
    payload: { ...payload, whenGone },
  })
}

/**
 * A6: before the installation takes the Service away that they call. Failing closed, they would refuse every write of an
 * application and every Spark pod from then on. `back` makes them again.
 */
export function withdrawWebhook(payload: HandOverPayload, back: HandOverPayload | null): Step {
  return operatorStep({
    id: WITHDRAW,
    verb: 'hand-over-webhook',
    object: CONFIGURATIONS,
    title: 'Withdraw the webhook whose Service becomes that of the other version',
    before: { present: payload.remove.map(({ key }) => objectName(key)) },
    after: { present: [] },
    inverse: back === null ? null : inverseOf('hand-over-webhook', back),
    payload: { ...payload, ...AT_ONCE, create: [], authority: null },
  })
}

/**
 * Leaves those webhooks alone that pods go through, under names of our own: what is put back into specs must not be
 * filled in again by the webhook, and pods must not lack one for as long as that takes.
 */
export function narrowWebhook(payload: HandOverPayload, pods: readonly KubeObject[]): Step {
  const shared = { ...payload, ...AT_ONCE, authority: 'removed' as const }
  const whole = payload.remove.map(({ before }) => before)
  const own = pods.map((before) => ({ key: configurationKey(before), uid: '', before }))
  return operatorStep({
    id: 'webhook/narrow',
    verb: 'hand-over-webhook',
    object: CONFIGURATIONS,
    title: 'Withdraw the webhook of applications, and keep that of pods, while specs are put back',
    before: { present: payload.remove.map(({ key }) => objectName(key)) },
    after: { present: pods.map(({ kind, metadata }) => `${kind}/${metadata.name}`) },
    inverse: inverseOf('hand-over-webhook', { ...shared, create: whole, remove: own }),
    payload: { ...shared, create: pods },
  })
}

/** A webhook configuration by its kind and name. */
export function configurationKey({ kind, metadata }: KubeObject): ObjectKey {
  return { type: kind.startsWith('Mutating') ? MUTATING_WEBHOOKS : VALIDATING_WEBHOOKS, name: metadata.name }
}

const AT_ONCE = { order: 'at-once' as const, awaited: null, losesService: false }

const CONFIGURATIONS = 'mutatingwebhookconfigurations,validatingwebhookconfigurations'

/** A6: webhook configurations pass over. `back` is the same in the other direction. */
export function handOverWebhook(payload: HandOverPayload, back: HandOverPayload | null): Step {
  return operatorStep({
    id: `webhook/${payload.order}`,
    verb: 'hand-over-webhook',
    object: CONFIGURATIONS,
    title:
      payload.order === 'at-once'
        ? 'Register the new webhook at once, so that pods of running applications go through one'
        : 'See that the started controller has registered its webhook, and remove the old one',
    before: { present: payload.remove.map(({ key }) => objectName(key)) },
    after: {
      present: [
        ...payload.create.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
        ...(payload.awaited === null ? [] : [objectName(payload.awaited)]),
      ],
    },
    inverse: back === null ? null : inverseOf('hand-over-webhook', back),
    payload,
  })
}

/**
 * A10: the webhooks that the installation has added have no CA, and fail closed. 2.x writes it, but only the one of its
 * pods that leads, and for as long as the lease of one that was there before holds, none does.
 */
export function trustWebhook(payload: TrustWebhookPayload): Step {
  return operatorStep({
    id: 'webhook/trust',
    verb: 'trust-webhook',
    object: CONFIGURATIONS,
    title: 'Give every webhook that was installed the CA of its certificate',
    before: null,
    after: { trusted: payload.configurations.map(objectName) },
    inverse: null,
    payload,
  })
}
