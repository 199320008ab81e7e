/** Events of an application, its drivers and its executors, merged in time. */
import type { Cluster, ClusterReader, KubeObject } from '../../ports/cluster.ts'
import { API_VERSION, type Document } from '../document.ts'
import { numberAt, textAt } from '../operator/discover/json.ts'
import { POD } from '../operator/discover/kinds.ts'
import { compareText } from '../order.ts'
import { POD_LABELS } from '../operator/discover/driver-pods.ts'
import { noApplication } from './list.ts'
import { applicationType, EVENT } from './read.ts'

export interface EventRow {
  /** When it happened last; RFC 3339. */
  at: string
  type: string
  reason: string
  /** `SparkApplication/etl`, `Pod/etl-driver` */
  about: string
  message: string
  /** How often. */
  count: number
}

export interface ApplicationEvents extends Document {
  kind: 'ApplicationEvents'
  application: string
  items: EventRow[]
}

export interface EventScope {
  namespace: string
  name: string
}

/** All that the cluster still has; it forgets events after an hour, by default. */
export async function readEvents(
  cluster: ClusterReader,
  scope: EventScope,
  signal: AbortSignal,
): Promise<ApplicationEvents> {
  const isAbout = await subjectTest(cluster, scope, signal)
  const items: EventRow[] = []
  for await (const event of cluster.listEach(EVENT, { namespace: scope.namespace, signal }))
    if (isAbout(event)) items.push(rowOf(event))
  items.sort((a, b) => compareText(a.at, b.at))
  return { apiVersion: API_VERSION, kind: 'ApplicationEvents', application: `${scope.namespace}/${scope.name}`, items }
}

/** What is there first, in time, then each as it comes, until the signal aborts. */
export async function* followEvents(
  cluster: Cluster,
  scope: EventScope,
  signal: AbortSignal,
): AsyncGenerator<EventRow> {
  const isAbout = await subjectTest(cluster, scope, signal)
  let first: EventRow[] | undefined = []
  for await (const event of cluster.watch(EVENT, { namespace: scope.namespace, signal })) {
    if (event.type === 'SYNCED') {
      yield* (first ?? []).sort((a, b) => compareText(a.at, b.at))
      first = undefined
    } else if (event.type !== 'DELETED' && isAbout(event.object)) {
      if (first === undefined) yield rowOf(event.object)
      else first.push(rowOf(event.object))
    }
  }
}

/**
 * Events name their subject, not its application. Pods that are there are known by label; those that are gone, or come
 * later, by the names that the operator and Spark give: `<name>-driver`, and `<prefix>-exec-<n>` where the prefix begins
 * with the application's name.
 */
async function subjectTest(
  cluster: ClusterReader,
  { namespace, name }: EventScope,
  signal: AbortSignal,
): Promise<(event: KubeObject) => boolean> {
  const type = await applicationType({ findType: (query) => cluster.findType(query), unseen: [] })
  const object = await cluster.get({ type, namespace, name }, signal)
  const labelSelector = `${POD_LABELS.applicationName}=${name}`
  const pods = await cluster.list(POD, { namespace, labelSelector, signal })
  if (object === undefined && pods.items.length === 0) throw noApplication(name, namespace)
  const known = new Set(pods.items.map(({ metadata }) => metadata.name))
  const driver = textAt(object, 'status', 'driverInfo', 'podName') ?? `${name}-driver`
  const isOwnPod = (pod: string): boolean =>
    known.has(pod) || pod === driver || (pod.startsWith(`${name}-`) && /-exec-\d+$/.test(pod.slice(name.length)))
  return (event) => {
    const kind = textAt(event, 'involvedObject', 'kind')
    const subject = textAt(event, 'involvedObject', 'name') ?? ''
    return kind === 'SparkApplication' ? subject === name : kind === 'Pod' && isOwnPod(subject)
  }
}

function rowOf(event: KubeObject): EventRow {
  const at = [['series', 'lastObservedTime'], ['lastTimestamp'], ['eventTime'], ['firstTimestamp']]
    .map((path) => textAt(event, ...path))
    .find((time) => time !== undefined)
  return {
    at: new Date(at ?? event.metadata.creationTimestamp ?? 0).toISOString(),
    type: textAt(event, 'type') ?? 'Normal',
    reason: textAt(event, 'reason') ?? '',
    about: `${textAt(event, 'involvedObject', 'kind') ?? ''}/${textAt(event, 'involvedObject', 'name') ?? ''}`,
    message: textAt(event, 'message') ?? '',
    count: numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1,
  }
}
