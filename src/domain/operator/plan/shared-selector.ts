/** Whether the Service of a webhook of 1.x also leads to the pods of one of 2.x: it selects by name and release alone. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { WebhookBehaviour } from '../behaviour/behaviour.ts'
import { at } from '../discover/json.ts'
import { DEPLOYMENT, SERVICE } from '../discover/kinds.ts'
import type { Counterpart } from '../discover/live-objects.ts'
import type { PinServicePayload } from '../steps/webhook-payloads.ts'
import type { Move } from './move.ts'

/**
 * What has to be pinned while both are there; undefined where nothing has, or can be (OP-WEBHOOK-SHARED-SERVICE). A
 * Service that nobody has recorded is looked at again when it is time.
 */
export function sharedService(
  { owned, rendered, discovery }: Move,
  older: WebhookBehaviour | undefined,
  newer: WebhookBehaviour | undefined,
  timeoutSeconds: number,
): PinServicePayload | undefined {
  if (older?.registeredBy !== 'self' || newer?.registeredBy !== 'manifests') return undefined
  const all = [...owned, ...rendered]
  const { workload, service } = older
  const controllers = discovery.installations.flatMap(({ controller }) => controller?.object ?? [])
  const controller = [...controllers, ...rendered.map(({ object }) => object)].find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === workload.name,
  )
  if (controller === undefined || !selects(older, newer, all)) return undefined
  return {
    service: keyOf(SERVICE, service),
    deployment: keyOf(DEPLOYMENT, workload),
    selector: labelsAt(controller, 'spec', 'selector', 'matchLabels'),
    apart: podLabelsOf(newer, all),
    whenGone: false,
    timeoutSeconds,
  }
}

/** Whether the Service of one selects the pods of the other, as far as `all` tells: unknown counts as yes. */
export function selects(older: WebhookBehaviour, newer: WebhookBehaviour, all: readonly Counterpart[]): boolean {
  const apart = podLabelsOf(newer, all)
  const known = all.filter(isServiceOf(older))
  const takesIn = ({ object, live }: Counterpart): boolean =>
    Object.entries(labelsAt(live ?? object, 'spec', 'selector')).every(([label, value]) => apart[label] === value)
  return Object.keys(apart).length > 0 && (known.length === 0 || known.some(takesIn))
}

function podLabelsOf(webhook: WebhookBehaviour, all: readonly Counterpart[]): Record<string, string> {
  const found = all.find(isWorkloadOf(webhook))?.object
  return found === undefined ? {} : labelsAt(found, 'spec', 'template', 'metadata', 'labels')
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
