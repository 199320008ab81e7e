/** Whether the Service of a webhook of 1.x also leads to the pods of one of 2.x: it selects by name and release alone. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { WebhookBehaviour } from '../behaviour/behaviour.ts'
import { at } from '../discover/json.ts'
import { DEPLOYMENT, SERVICE } from '../discover/kinds.ts'
import type { Counterpart } from '../discover/live-objects.ts'
import type { PinServicePayload } from '../steps/payloads.ts'
import type { Move } from './move.ts'

/**
 * What has to be pinned while both are there; undefined where nothing has. `newer` is the webhook of 2.x, whose
 * Deployment is among `from`. A Service that nobody has recorded is looked at again when it is time.
 */
export function sharedService(
  { owned, rendered, discovery }: Move,
  older: WebhookBehaviour | undefined,
  newer: WebhookBehaviour | undefined,
  { from, timeoutSeconds }: { from: readonly Counterpart[]; timeoutSeconds: number },
): PinServicePayload | undefined {
  if (older?.registeredBy !== 'self' || newer === undefined) return undefined
  const webhook = from.find(isWorkloadOf(newer))?.object
  const { workload, service } = older
  const controllers = discovery.installations.flatMap(({ controller }) => controller?.object ?? [])
  const controller = [...controllers, ...rendered.map(({ object }) => object)].find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === workload.name,
  )
  if (webhook === undefined || controller === undefined) return undefined
  const apart = labelsAt(webhook, 'spec', 'template', 'metadata', 'labels')
  const known = [...owned, ...rendered].filter(isServiceOf(older))
  const takesIn = ({ object, live }: Counterpart): boolean =>
    Object.entries(labelsAt(live ?? object, 'spec', 'selector')).every(([label, value]) => apart[label] === value)
  if (known.length > 0 && !known.some(takesIn)) return undefined
  return {
    service: keyOf(SERVICE, service),
    deployment: keyOf(DEPLOYMENT, workload),
    selector: labelsAt(controller, 'spec', 'selector', 'matchLabels'),
    apart,
    whenGone: false,
    timeoutSeconds,
  }
}

function isWorkloadOf({ workload: { namespace, name } }: WebhookBehaviour) {
  return ({ object, key }: Counterpart): boolean =>
    object.kind === 'Deployment' && object.metadata.name === name && key?.namespace === namespace
}

function isServiceOf({ service: { namespace, name } }: WebhookBehaviour) {
  return ({ object, key }: Counterpart): boolean =>
    object.kind === 'Service' && object.metadata.name === name && key?.namespace === namespace
}

function keyOf(type: ObjectKey['type'], { namespace, name }: { namespace: string; name: string }): ObjectKey {
  return { type, namespace, name }
}

function labelsAt(object: KubeObject, ...path: string[]): Record<string, string> {
  return (at(object, ...path) ?? {}) as Record<string, string>
}
