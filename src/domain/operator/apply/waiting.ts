/** Steps that wait for what the cluster does by itself: an image on its node, a canary that is taken up. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { isRefusal } from '../../kube-error.ts'
import type { Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { CanaryPayload, PullImagePayload } from '../steps/payloads.ts'
import { stateOf } from './applications.ts'
import { type ApplyContext, waitUntil } from './context.ts'
import { POD_TYPE } from './well-known.ts'

export const tell: Verb<ApplyContext> = {
  act: (payload, context) => {
    context.tell((payload as { message: string }).message)
    return Promise.resolve(null)
  },
}

export const pullImage: Verb<ApplyContext> = {
  isCheck: true,
  act: async (payload, context) => {
    const { pod, timeoutSeconds } = payload as unknown as PullImagePayload
    const key = keyOf(pod)
    await createOnce(key, pod, context)
    try {
      const options = { seconds: timeoutSeconds, what: `image of ${objectName(key)} to be pulled`, hint: IMAGE_HINT }
      await waitUntil(context, options, async () => whyNotPulled(await context.cluster.get(key, context.signal)))
    } finally {
      await context.cluster.delete(key, { gracePeriodSeconds: 0 })
    }
    return null
  },
}

const IMAGE_HINT = 'see whether the registry has it and the nodes may pull it; nothing has been stopped yet'
const PULL_FAILURES = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull']

interface ContainerState {
  imageID?: string
  state?: { waiting?: { reason?: string; message?: string }; running?: unknown; terminated?: unknown }
}

/** A container that runs, has ended, or failed to start its command has its image. */
function whyNotPulled(pod: KubeObject | undefined): string | undefined {
  const { containerStatuses = [], phase = 'Pending' } = (pod?.status ?? {}) as {
    containerStatuses?: ContainerState[]
    phase?: string
  }
  if (phase === 'Succeeded' || phase === 'Running') return undefined
  const first = containerStatuses[0]
  const { waiting } = first?.state ?? {}
  if (waiting?.reason !== undefined && PULL_FAILURES.includes(waiting.reason)) throw notPulled(pod, waiting)
  return first?.imageID ? undefined : (waiting?.message ?? `the pod is ${phase}`)
}

function notPulled(
  pod: KubeObject | undefined,
  { reason, message }: { reason?: string; message?: string },
): SparkopsError {
  const { containers = [] } = (pod?.spec ?? {}) as { containers?: { image?: string }[] }
  return new SparkopsError({
    code: 'SO_IMAGE_NOT_PULLED',
    message: `the image ${containers[0]?.image ?? ''} cannot be pulled: ${reason ?? ''}`,
    why: message,
    hint: IMAGE_HINT,
    exit: 'findings',
  })
}

export const canary: Verb<ApplyContext> = {
  isCheck: true,
  act: async (payload, context) => {
    const { type, application, states, timeoutSeconds } = payload as unknown as CanaryPayload
    const key: ObjectKey = { type, namespace: application.metadata.namespace, name: application.metadata.name }
    await createOnce(key, application, context)
    let reached = ''
    try {
      const options = {
        seconds: timeoutSeconds,
        what: `${objectName(key)} to be taken up`,
        hint: "see the controller's log; resume once it works, or abort",
      }
      await waitUntil(context, options, async () => {
        const live = await context.cluster.get(key, context.signal)
        reached = live === undefined ? '' : stateOf(live)
        return states.includes(reached) ? undefined : `its state is ${reached || 'empty'}`
      })
    } finally {
      await context.cluster.delete(key)
    }
    return { state: reached }
  },
}

function keyOf({ metadata }: KubeObject): ObjectKey {
  return { type: POD_TYPE, namespace: metadata.namespace, name: metadata.name }
}

/** An earlier attempt may have left one. */
async function createOnce({ type }: ObjectKey, object: KubeObject, { cluster }: ApplyContext): Promise<void> {
  try {
    await cluster.create(type, object)
  } catch (error) {
    if (!isRefusal(error, 'AlreadyExists')) throw error
  }
}
