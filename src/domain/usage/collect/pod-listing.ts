/** Of a pod listing, what bounds of usage rest on, and nothing else: a pod's specification may hold secrets. */
import type { KubeObject } from '../../../ports/cluster.ts'

const PLACEHOLDER = 'yunikorn.apache.org/placeholder'

interface PodStatus {
  phase?: unknown
  startTime?: unknown
  containerStatuses?: unknown
}

/** The body of a snapshot of `/api/v1/pods`, as JSON on one line. */
export function podListingBody(list: { resourceVersion: string; items: readonly KubeObject[] }): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'PodList',
    metadata: { resourceVersion: list.resourceVersion },
    items: list.items.map(essence),
  })
}

function essence({ metadata, spec, status }: KubeObject): object {
  const { name, namespace, uid, creationTimestamp, deletionTimestamp, labels, annotations } = metadata
  const placeholder = annotations?.[PLACEHOLDER]
  const { phase, startTime, containerStatuses } = (status ?? {}) as PodStatus
  return {
    metadata: {
      ...{ name, namespace, uid, creationTimestamp, deletionTimestamp, labels },
      ...(placeholder === undefined ? {} : { annotations: { [PLACEHOLDER]: placeholder } }),
    },
    spec: { nodeName: (spec as { nodeName?: unknown } | undefined)?.nodeName },
    status: { phase, startTime, containerStatuses: ends(containerStatuses) },
  }
}

/** When each container ended. */
function ends(statuses: unknown): object[] | undefined {
  if (!Array.isArray(statuses)) return undefined
  return statuses.map((one) => {
    const state = (one as { state?: { terminated?: { finishedAt?: unknown } } }).state
    const finishedAt = state?.terminated?.finishedAt
    return { state: finishedAt === undefined ? {} : { terminated: { finishedAt } } }
  })
}
