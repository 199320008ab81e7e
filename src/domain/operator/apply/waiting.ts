/** Steps that wait for what the cluster does by itself: an image on its node, a canary that is taken up. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
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
    await createAnew(key, pod, context)
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

/** What no waiting mends; a registry that does not answer may do so in a minute. */
const FINAL = /not found|manifest unknown|name unknown|denied|unauthorized|forbidden|invalid reference/i

interface PodStatus {
  containerStatuses?: ContainerState[]
  conditions?: { type: string; status: string; message?: string }[]
  phase?: string
}

/** A container that runs, has ended, or failed to start its command has its image. */
function whyNotPulled(pod: KubeObject | undefined): string | undefined {
  const { containerStatuses = [], conditions = [], phase = 'Pending' } = (pod?.status ?? {}) as PodStatus
  if (phase === 'Succeeded' || phase === 'Running') return undefined
  const first = containerStatuses[0]
  const { waiting } = first?.state ?? {}
  if (waiting?.reason !== undefined && PULL_FAILURES.includes(waiting.reason)) {
    const isFinal = /^(InvalidImageName|ErrImageNeverPull)$/.test(waiting.reason) || FINAL.test(waiting.message ?? '')
    if (isFinal) throw notPulled(pod, waiting)
  }
  if (first?.imageID) return undefined
  const { nodeName } = (pod?.spec ?? {}) as { nodeName?: string }
  if (nodeName !== undefined) return waiting?.message ?? `node ${nodeName} has not begun to pull it`
  const { message } = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False') ?? {}
  return `no node has taken the pod${message === undefined ? '' : `: ${message}`}`
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
    await createAnew(key, application, context)
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

const GONE_WITHIN_SECONDS = 60

/** An earlier attempt that was killed may have left one: what happened to that says nothing of now. */
async function createAnew(key: ObjectKey, object: KubeObject, context: ApplyContext): Promise<void> {
  const { cluster, signal } = context
  const what = `${objectName(key)} of an earlier attempt to be gone`
  const options = { seconds: GONE_WITHIN_SECONDS, what, hint: 'delete it by hand, and resume' }
  await waitUntil(context, options, async () => {
    const left = await cluster.get(key, signal)
    if (left === undefined) {
      await cluster.create(key.type, object)
      return undefined
    }
    if (left.metadata.labels?.['app.kubernetes.io/managed-by'] !== 'sparkops') throw notOurs(key)
    await cluster.delete(key, { gracePeriodSeconds: 0, preconditions: { uid: left.metadata.uid ?? '' } })
    return 'it is still there'
  })
}

function notOurs(key: ObjectKey): SparkopsError {
  return new SparkopsError({
    code: 'SO_NAME_TAKEN',
    message: `${objectName(key)} is somebody else's`,
    why: 'it has a name that this step needs, and was not made by sparkops',
    hint: 'rename or remove it, and resume',
  })
}
