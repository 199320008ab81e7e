/** Looks up what is live of a list of objects that somebody rendered or recorded. */
import type { KubeObject, ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import type { Sight } from './sight.ts'

export interface Counterpart {
  /** As rendered or recorded. */
  object: KubeObject
  /** Undefined where the cluster does not serve the kind at all. */
  key: ObjectKey | undefined
  live: KubeObject | undefined
  /** False: whether it is there could not be seen. */
  seen: boolean
}

/** The group of an `apiVersion`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.split('/')[0]! : ''
}

/** The live counterpart of each object; `namespace` is where those go that name none. */
export async function findCounterparts(
  sight: Sight,
  objects: readonly KubeObject[],
  namespace: string,
): Promise<Counterpart[]> {
  const types = new Map<string, ResourceType | undefined>()
  const counterparts: Counterpart[] = []
  for (const object of objects) {
    const id = `${groupOf(object.apiVersion)} ${object.kind}`
    if (!types.has(id)) {
      types.set(id, await sight.findType({ group: groupOf(object.apiVersion), kind: object.kind }))
    }
    counterparts.push(await counterpart(sight, object, types.get(id), namespace))
  }
  return counterparts
}

async function counterpart(
  sight: Sight,
  object: KubeObject,
  type: ResourceType | undefined,
  namespace: string,
): Promise<Counterpart> {
  if (type === undefined) return { object, key: undefined, live: undefined, seen: true }
  const key: ObjectKey = {
    type,
    name: object.metadata.name,
    ...(type.namespaced ? { namespace: object.metadata.namespace ?? namespace } : {}),
  }
  const live = await sight.get(key)
  return { object, key, live, seen: sight.couldGet(key) }
}
