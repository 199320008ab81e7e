/** What must be true of the target before it is started. */
import type { ObjectKey } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { SECRET, SERVICE } from '../discover/kinds.ts'
import { checkInstall } from '../steps/install-steps.ts'
import type { InstalledWebhook } from '../steps/install-payloads.ts'
import { deploymentKey } from './controller-steps.ts'
import { accessOf, argumentsOf } from './install-parts.ts'
import type { Move } from './move.ts'

/** What a webhook takes to be rolled out, to become the leader after one that was killed, and to write its CA. */
const WEBHOOK_SECONDS = 120

/** None where no Deployment of a controller is installed. */
export function checkSteps(move: Move): Step[] {
  const { behaviour, discovery } = move
  if (behaviour?.controller.kind !== 'Deployment') return []
  const { controller } = behaviour
  return [
    checkInstall({
      deployment: deploymentKey(controller),
      arguments: argumentsOf(controller.pod, controller.image),
      image: controller.image,
      serviceAccount: { namespace: controller.namespace, name: controller.serviceAccount },
      access: accessOf(behaviour.namespaces, discovery.group),
      webhook: webhookOf(move),
    }),
  ]
}

function webhookOf({ behaviour, rendered }: Move): InstalledWebhook | null {
  const webhook = behaviour?.webhook
  if (webhook?.registeredBy !== 'manifests') return null
  const configurations = rendered.flatMap(({ key, object: { kind, metadata } }): ObjectKey[] =>
    key !== undefined && kind.endsWith('WebhookConfiguration') && webhook.configurations.includes(metadata.name)
      ? [key]
      : [],
  )
  return {
    secret: { type: SECRET, ...webhook.secret },
    service: { type: SERVICE, ...webhook.service },
    configurations,
    timeoutSeconds: WEBHOOK_SECONDS,
  }
}
