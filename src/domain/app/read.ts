/** Reads applications with all that belongs to them, from a cluster or a snapshot. */
import type { KubeObject, ResourceType } from '../../ports/cluster.ts'
import { SparkopsError } from '../errors.ts'
import { POD_LABELS } from '../operator/discover/driver-pods.ts'
import { textAt } from '../operator/discover/json.ts'
import { POD, SPARK_GROUP } from '../operator/discover/kinds.ts'
import type { Sight } from '../operator/discover/sight.ts'
import { compareText } from '../order.ts'
import { TAKEN_AWAY, tellsOfDriverTaken } from './failure/taken-away.ts'
import { applicationNameOf, type Observation, observe } from './observation.ts'

export const EVENT: ResourceType = { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true }

/** Which applications are meant. */
export interface Scope {
  /** All namespaces unless given. */
  namespace: string | undefined
  name?: string | undefined
  labelSelector?: string | undefined
}

/** The type as this cluster serves it. Throws where it serves none: then nothing of ours can be there. */
export async function applicationType(sight: Pick<Sight, 'findType' | 'unseen'>): Promise<ResourceType> {
  const type = await sight.findType({ group: SPARK_GROUP, kind: 'SparkApplication' })
  if (type !== undefined) return type
  throw new SparkopsError({
    code: 'SO_NO_APPLICATIONS_HERE',
    message: 'SparkApplication is not known here',
    why: sight.unseen[0]?.why ?? 'the Spark Operator’s definitions are not installed',
    hint: 'look with: sparkops operator status',
  })
}

/** The applications of a scope by namespace and name, each with its pods and the warnings about it. */
export async function readApplications(sight: Sight, scope: Scope): Promise<Observation[]> {
  const { namespace, name, labelSelector } = scope
  const type = await applicationType(sight)
  const objects = await sight.list(type, {
    namespace,
    labelSelector,
    ...(name && { fieldSelector: `metadata.name=${name}` }),
  })
  if (objects.length === 0) return []
  const pods = new Map<string, KubeObject[]>()
  const selector = name === undefined ? POD_LABELS.applicationName : `${POD_LABELS.applicationName}=${name}`
  for await (const pod of sight.each(POD, { namespace, labelSelector: selector })) {
    const key = keyOf(pod.metadata.namespace, applicationNameOf(pod) ?? '')
    pods.set(key, [...(pods.get(key) ?? []), pod])
  }
  const events = await warningsAbout(sight, namespace, [...objects, ...[...pods.values()].flat()])
  return objects
    .map((object) => observe(object, pods.get(keyOf(object.metadata.namespace, object.metadata.name)) ?? [], events))
    .sort((a, b) =>
      compareText(
        keyOf(a.application.namespace, a.application.name),
        keyOf(b.application.namespace, b.application.name),
      ),
    )
}

/** Warnings about these objects; undefined where events could not be seen. Kept are only those: a namespace has many. */
async function warningsAbout(
  sight: Sight,
  namespace: string | undefined,
  objects: readonly KubeObject[],
): Promise<KubeObject[] | undefined> {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid))
  const names = new Set(objects.map(({ metadata }) => keyOf(metadata.namespace, metadata.name)))
  const orphans = objects.filter((object) => {
    const driver = textAt(object, 'status', 'driverInfo', 'podName')
    return driver !== undefined && driver !== '' && !names.has(keyOf(object.metadata.namespace, driver))
  })
  // Who took a driver that is gone is mostly told by events of type Normal.
  const selectors = ['type=Warning', ...(orphans.length === 0 ? [] : TAKEN_AWAY.map((reason) => `reason=${reason}`))]
  const found = new Map<string | undefined, KubeObject>()
  for (const fieldSelector of selectors)
    for await (const event of sight.each(EVENT, { namespace, fieldSelector })) {
      const isAbout = uids.has((event.involvedObject as { uid?: string } | undefined)?.uid)
      if (isAbout || orphans.some((object) => tellsOfDriverTaken(event, object))) found.set(event.metadata.uid, event)
    }
  return sight.couldList(EVENT, namespace) ? [...found.values()] : undefined
}

/** `namespace/name` */
export function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`
}
