/** Events of an application, its drivers and its executors, merged in time. */
import type { Cluster, ClusterReader, KubeObject, WatchEvent } from '../../ports/cluster.ts'
import { API_VERSION, type Document } from '../document.ts'
import { numberAt, textAt } from '../operator/discover/json.ts'
import { POD } from '../operator/discover/kinds.ts'
import { compareText } from '../order.ts'
import { POD_LABELS } from '../operator/discover/driver-pods.ts'
import { noApplication } from './list.ts'
import { mergeStreams } from './merge-streams.ts'
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
  const subjects = await subjectsOf(cluster, scope, signal)
  const items: EventRow[] = []
  for await (const event of cluster.listEach(EVENT, { namespace: scope.namespace, signal }))
    if (subjects.has(event)) items.push(rowOf(event))
  items.sort((a, b) => compareText(a.at, b.at))
  return { apiVersion: API_VERSION, kind: 'ApplicationEvents', application: `${scope.namespace}/${scope.name}`, items }
}

/** What is there first, in time, then each as it comes, until the signal aborts. */
export async function* followEvents(
  cluster: Cluster,
  scope: EventScope,
  signal: AbortSignal,
): AsyncGenerator<EventRow> {
  const subjects = await subjectsOf(cluster, scope, signal)
  const own = new AbortController()
  const options = { namespace: scope.namespace, signal: AbortSignal.any([signal, own.signal]) }
  const events = from('event', cluster.watch(EVENT, options))
  const pods = from('pod', cluster.watch(POD, { ...options, labelSelector: labelOf(scope) }))
  let first: EventRow[] | undefined = []
  try {
    for await (const [source, event] of mergeStreams([events, pods])) {
      const news = (event.type === 'SYNCED' ? [] : subjects.take(source, event)).map(rowOf)
      if (first === undefined) yield* news
      else first.push(...news)
      if (source === 'pod' || event.type !== 'SYNCED') continue
      yield* (first ?? []).sort((a, b) => compareText(a.at, b.at))
      first = undefined
    }
  } finally {
    own.abort()
  }
}

type Source = 'event' | 'pod'

/** Events of others that are kept, in case they turn out to be about a pod of ours. */
const MOST_EARLY = 500

async function* from(source: Source, events: AsyncIterable<WatchEvent>): AsyncGenerator<readonly [Source, WatchEvent]> {
  for await (const event of events) yield [source, event] as const
}

function labelOf({ name }: EventScope): string {
  return `${POD_LABELS.applicationName}=${name}`
}

/**
 * What the events of an application are about. They name their subject, not its application: pods that are or were seen
 * are known by label; those that were gone before, by the names that the operator and Spark give: `<name>-driver`, and
 * `<prefix>-<16 hexadecimal digits>-exec-<n>`, or as spark.kubernetes.executor.podNamePrefix has it.
 */
class Subjects {
  private readonly application: string
  private readonly driver: string
  private readonly executor: RegExp
  private readonly known = new Set<string>()
  /** An event may be heard of before its pod is. */
  private early: KubeObject[] = []

  constructor(name: string, object: KubeObject | undefined) {
    this.application = name
    this.driver = textAt(object, 'status', 'driverInfo', 'podName') || `${name}-driver`
    const prefix = textAt(object, 'spec', 'sparkConf', 'spark.kubernetes.executor.podNamePrefix')
    // KubernetesConf.getResourceNamePrefix: a name that begins with a digit gets an x.
    this.executor =
      prefix === undefined
        ? new RegExp(`^x?${escaped(name)}-[0-9a-f]{16}-exec-\\d+$`)
        : new RegExp(`^${escaped(prefix)}-exec-\\d+$`)
  }

  /** Takes in what has come; gives the events that are about the application, now that this is known. */
  take(source: Source, { type, object }: Exclude<WatchEvent, { type: 'SYNCED' }>): KubeObject[] {
    if (source === 'event') {
      if (type === 'DELETED') return []
      if (this.has(object)) return [object]
      if (this.early.push(object) > MOST_EARLY) this.early.shift()
      return []
    }
    if (this.known.has(object.metadata.name)) return []
    this.learn(object)
    const news = this.early.filter((event) => this.has(event))
    this.early = this.early.filter((event) => !news.includes(event))
    return news
  }

  /** Takes in a pod of the application. */
  learn({ metadata }: KubeObject): void {
    this.known.add(metadata.name)
  }

  has(event: KubeObject): boolean {
    const kind = textAt(event, 'involvedObject', 'kind')
    const subject = textAt(event, 'involvedObject', 'name') ?? ''
    if (kind === 'SparkApplication') return subject === this.application
    return kind === 'Pod' && (this.known.has(subject) || subject === this.driver || this.executor.test(subject))
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

async function subjectsOf(cluster: ClusterReader, scope: EventScope, signal: AbortSignal): Promise<Subjects> {
  const { namespace, name } = scope
  const type = await applicationType({ findType: (query) => cluster.findType(query), unseen: [] })
  const object = await cluster.get({ type, namespace, name }, signal)
  const pods = await cluster.list(POD, { namespace, labelSelector: labelOf(scope), signal })
  if (object === undefined && pods.items.length === 0) throw noApplication(name, namespace)
  const subjects = new Subjects(name, object)
  for (const pod of pods.items) subjects.learn(pod)
  return subjects
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
