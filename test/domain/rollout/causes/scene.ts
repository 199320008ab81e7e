/** A failure as it is found, with its truth: what was left in the cluster, and what really was the matter. */
import type { KubeObject } from '../../../../src/ports/cluster.ts'
import type { FailureOrigin } from '../../../../src/domain/app/failure/rule.ts'
import type { CauseClass } from '../../../../src/domain/rollout/cause/cause.ts'
import { application, object, sparkPod } from '../../../support/operator/objects.ts'

export interface Scene {
  is: string
  /** Where the words come from; `made` where they were put together from the sources of the programs. */
  source: string
  state?: string
  message?: string
  spec?: Record<string, unknown>
  /** The spec that somebody applied with kubectl; undefined: none is remembered. */
  applied?: Record<string, unknown>
  /** The spec of the schedule's template as it was applied; the application is then a run of it. */
  scheduled?: Record<string, unknown>
  driver?: Record<string, unknown>
  executors?: Record<string, unknown>[]
  /** `Reason: message` of warnings about the driver; undefined: not seen. */
  events?: string[]
  /** How the same job ended before the upgrade, the oldest first: completed, or failed by that rule. */
  before?: ('completed' | `F${string}`)[]
  /** Fields that were dropped of runs before, too, which completed. */
  borne?: string[]
  truth: [origin: FailureOrigin, kind: CauseClass]
}

/** What spark-submit prints when the API server refuses the driver pod (Spark 3.5, fabric8 6). */
export const refusedPod = (text: string, code = 403): string =>
  'failed to submit spark application: failed to run spark-submit: failed to run spark-submit: 26/10/05 01:00:12 WARN NativeCodeLoader: Unable to load native-hadoop library for your platform... using builtin-java classes where applicable\n' +
  '26/10/05 01:00:13 INFO SparkKubernetesClientFactory: Auto-configuring K8S client using current context from users K8S config file\n' +
  `Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://10.96.0.1:443/api/v1/namespaces/jobs/pods. Message: ${text}. Received status: Status(apiVersion=v1, code=${code}, kind=Status).\n` +
  '\tat io.fabric8.kubernetes.client.dsl.internal.OperationSupport.requestFailure(OperationSupport.java:238)\n'

export const ended = (exitCode: number, reason = 'Error', message?: string): Record<string, unknown> => ({
  phase: 'Failed',
  containerStatuses: [
    {
      name: 'spark-kubernetes-driver',
      restartCount: 0,
      state: { terminated: { exitCode, reason, ...(message !== undefined && { message }) } },
    },
  ],
})

export const waits = (reason: string, message: string): Record<string, unknown> => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'spark-kubernetes-driver', restartCount: 0, state: { waiting: { reason, message } } }],
})

export const unschedulable = (message: string): Record<string, unknown> => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
})

export const disrupted = (reason: string, message: string, exitCode = 143): Record<string, unknown> => ({
  ...ended(exitCode),
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message }],
})

const MEMORY = 'kubectl.kubernetes.io/last-applied-configuration'

/** The objects of a scene: the application, its pods, the warnings, and the schedule that made it. */
export function objectsOf(scene: Scene): {
  app: KubeObject
  pods: KubeObject[]
  events: KubeObject[] | undefined
  schedule: KubeObject | undefined
} {
  const state = scene.state ?? 'FAILED'
  const errorMessage = scene.message
  const app = application('etl-nightly', {
    state,
    spec: scene.spec ?? {},
    status: { applicationState: { state, ...(errorMessage !== undefined && { errorMessage }) } },
  })
  const { spec } = app
  if (scene.applied !== undefined)
    app.metadata.annotations = { [MEMORY]: JSON.stringify({ spec: { ...(spec as object), ...scene.applied } }) }
  const schedule = scene.scheduled === undefined ? undefined : scheduleOf(app, scene.scheduled)
  const pods: KubeObject[] = []
  if (scene.driver !== undefined) pods.push({ ...sparkPod('etl-nightly'), status: scene.driver })
  for (const [index, status] of (scene.executors ?? []).entries()) {
    const pod = sparkPod('etl-nightly', { role: 'executor', owned: false })
    pods.push({ ...pod, metadata: { ...pod.metadata, name: `exec-${index}`, uid: `exec-${index}` }, status })
  }
  const about = { kind: 'Pod', name: 'etl-nightly-driver', uid: 'uid-Pod-jobs-etl-nightly-driver' }
  const events = scene.events?.map((text, index) =>
    object('v1', 'Event', `e${index}`, {
      namespace: 'jobs',
      type: 'Warning',
      reason: text.slice(0, text.indexOf(':')),
      message: text.slice(text.indexOf(':') + 2),
      involvedObject: about,
    }),
  )
  return { app, pods, events, schedule }
}

function scheduleOf(app: KubeObject, applied: Record<string, unknown>): KubeObject {
  const template = { ...(app.spec as object), ...applied }
  const owner = { apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'ScheduledSparkApplication', name: 'etl', uid: 'u' }
  app.metadata.ownerReferences = [owner]
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    metadata: {
      name: 'etl',
      namespace: 'jobs',
      uid: 'u',
      annotations: { [MEMORY]: JSON.stringify({ spec: { template } }) },
    },
    spec: { schedule: '@daily', template: app.spec },
  }
}
