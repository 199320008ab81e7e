/** Images that nodes failed to pull: the only evidence of it that a cluster has. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { listAt, textAt } from './json.ts'
import { nameOf, POD } from './kinds.ts'
import type { Sight } from './sight.ts'

const PULL_FAULT = /^(ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull)$/

export interface PullFault {
  image: string
  /** `namespace/name` of the pod that waits for it. */
  pod: string
  /** As the kubelet says it: `ErrImagePull`. */
  reason: string
}

/** Of the pods of one namespace that wait for an image in vain. */
export async function findPullFaults(sight: Sight, namespace: string): Promise<PullFault[]> {
  const faults: PullFault[] = []
  for await (const pod of sight.each(POD, { namespace })) faults.push(...faultsOf(pod))
  return faults
}

function faultsOf(pod: KubeObject): PullFault[] {
  return ['initContainerStatuses', 'containerStatuses'].flatMap((field) =>
    listAt(pod, 'status', field).flatMap((status) => {
      const reason = textAt(status, 'state', 'waiting', 'reason') ?? ''
      if (!PULL_FAULT.test(reason)) return []
      return [{ image: imageOf(pod, textAt(status, 'name') ?? ''), pod: nameOf(pod), reason }]
    }),
  )
}

/** As the pod asks for it: the status may say it in the runtime's words. */
function imageOf(pod: KubeObject, name: string): string {
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')]
  return (
    textAt(
      containers.find((container) => textAt(container, 'name') === name),
      'image',
    ) ?? ''
  )
}
