/**
 * The way back takes the Service of the newer webhook, whose name the older one has too. Its configurations fail closed,
 * so they go before that: those of applications first, since specs are put back next, those of pods right before it.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { podWebhooksOf } from '../plan/pod-webhooks.ts'
import type { HandOverPayload } from '../steps/webhook-payloads.ts'
import { configurationKey, narrowWebhook, withdrawWebhook } from '../steps/webhook-steps.ts'

/** The hand-over whose configurations lose their Service on the way back. */
export function losingService(handOvers: readonly Step[]): HandOverPayload | undefined {
  const payloads = handOvers.map(({ payload }) => payload as unknown as HandOverPayload)
  return payloads.find(({ losesService, remove }) => losesService === true && remove.length > 0)
}

/** The steps with the withdrawal among them, and after it `retired`: what served the webhook. */
export function withdrawInTime(steps: readonly Step[], payload: HandOverPayload, retired: readonly Step[]): Step[] {
  const specs = steps.filter(({ verb }) => verb === 'restore-specs')
  const others = steps.filter((step) => !specs.includes(step))
  const first = others.findIndex(takesService)
  const at = first === -1 ? others.length : first
  const pods = specs.length === 0 ? [] : podsOnly(payload)
  const withdrawn = pods.length === 0 ? payload : { ...payload, remove: pods.map(asRemoved) }
  return [
    ...others.slice(0, at),
    ...(pods.length === 0 ? [] : [narrowWebhook(payload, pods)]),
    ...(pods.length === 0 ? [] : specs),
    withdrawWebhook(withdrawn, pods.length === 0 ? { ...payload, ...madeAgain(payload) } : null),
    ...(pods.length === 0 ? specs : []),
    ...retired,
    ...others.slice(at),
  ]
}

/** With its CA, which the webhook writes as soon as it finds them. */
function madeAgain({ remove }: HandOverPayload): Partial<HandOverPayload> {
  const create = remove.map(({ before }) => before)
  return { order: 'at-once', create, awaited: null, remove: [], losesService: false }
}

function takesService({ id, verb }: Step): boolean {
  return verb === 'helm-rollback' || id === 'undo/install/manifests' || id === 'undo/webhook/service'
}

/** Under other names, and not Helm's: they are of this run. */
function podsOnly({ remove }: HandOverPayload): KubeObject[] {
  return podWebhooksOf(remove.map(({ before }) => before)).map((object) => {
    const { name, annotations = {} } = object.metadata
    const own = Object.entries(annotations).filter(([key]) => !key.startsWith('meta.helm.sh/'))
    return { ...object, metadata: { name: `${name}-sparkops`, annotations: Object.fromEntries(own) } }
  })
}

function asRemoved(before: KubeObject): HandOverPayload['remove'][number] {
  return { key: configurationKey(before), uid: '', before }
}
