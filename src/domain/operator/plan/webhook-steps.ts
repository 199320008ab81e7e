/**
 * How the webhook passes from one version to the other. 1.x makes its configuration when it starts and deletes it when
 * it is stopped; 2.x has its as objects of the chart. Between versions of one kind nothing has to pass.
 */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS } from '../discover/kinds.ts'
import { handOverWebhook } from '../steps/object-steps.ts'
import type { Move } from './move.ts'

export interface WebhookSteps {
  /** While controllers are stopped. */
  beforeInstall: Step[]
  /** When the target runs. */
  afterStart: Step[]
}

const POD_SELECTOR = 'sparkoperator.k8s.io/launched-by-spark-operator=true'

/** Steps for webhooks; none where the same configurations stay. */
export function webhookSteps(move: Move, timeoutSeconds: number): WebhookSteps {
  const [now, then] = [move.installation?.behaviour?.webhook, move.behaviour?.webhook]
  const remove = leftBehind(move)
  if (then?.registeredBy === 'self' && now?.registeredBy === 'manifests') {
    const [name = ''] = then.configurations
    const awaited: ObjectKey = { type: MUTATING_WEBHOOKS, name }
    const payload = {
      order: 'when-registered' as const,
      create: [],
      awaited,
      remove,
      podSelector: POD_SELECTOR,
      timeoutSeconds,
    }
    return { beforeInstall: [], afterStart: [handOverWebhook(payload, null)] }
  }
  if (remove.length === 0) return { beforeInstall: [], afterStart: [] }
  const payload = {
    order: 'at-once' as const,
    create: [],
    awaited: null,
    remove,
    podSelector: POD_SELECTOR,
    timeoutSeconds,
  }
  return { beforeInstall: [], afterStart: [handOverWebhook(payload, null)] }
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
