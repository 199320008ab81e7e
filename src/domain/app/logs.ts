/** Logs of drivers and executors; followed from one attempt to the next. */
import type { Cluster, KubeObject } from '../../ports/cluster.ts'
import { SparkopsError } from '../errors.ts'
import { listAt, textAt } from '../operator/discover/json.ts'
import { POD } from '../operator/discover/kinds.ts'
import { LineQueue } from './line-queue.ts'
import { noApplication } from './list.ts'
import { hasEnded, type Observation, phaseOf } from './observation.ts'
import { keyOf } from './read.ts'
import { track } from './track.ts'

export interface LogLine {
  pod: string
  text: string
}

export interface LogQuestion {
  namespace: string
  name: string
  /** Undefined: the driver's; else of one executor by Spark's id of it, or `all`. */
  executor: string | undefined
  follow: boolean
  tailLines: number | undefined
  /** RFC 3339. */
  sinceTime: string | undefined
  signal: AbortSignal
  /** Remarks: a pod whose log begins, or cannot be read. */
  note: (text: string) => void
}

/**
 * Lines as they arrive, of several pods mixed. Followed, a driver that takes the place of another is read from its
 * beginning, until the application has ended. Throws where no log at all could be read.
 */
export async function* readLogs(cluster: Cluster, question: LogQuestion): AsyncGenerator<LogLine> {
  const queue = new LineQueue<LogLine>()
  // Ends the reading of logs when whoever asked for them has seen enough.
  const enough = new AbortController()
  const reading = readInto(queue, cluster, { ...question, signal: AbortSignal.any([question.signal, enough.signal]) })
  reading.then(
    () => queue.end(),
    (error: unknown) => queue.end(error),
  )
  try {
    yield* queue.read()
  } finally {
    enough.abort()
    queue.end()
  }
  question.signal.throwIfAborted()
}

async function readInto(queue: LineQueue<LogLine>, cluster: Cluster, question: LogQuestion): Promise<void> {
  const key = keyOf(question.namespace, question.name)
  const pumps = new Map<string, Promise<SparkopsError | undefined>>()
  let isFirst = true
  for await (const tracked of track(cluster, question, { signal: question.signal })) {
    const observation = tracked.get(key)
    if (observation === undefined && isFirst) throw noApplication(question.name, question.namespace)
    if (observation === undefined) break
    for (const pod of chosenPods(observation, question.executor)) {
      const { uid = '' } = pod.metadata
      if (pumps.has(uid) || !hasBegun(pod)) continue
      if (pumps.size > 0 && !isFirst) question.note(`${pod.metadata.name} begins`)
      pumps.set(uid, pump(queue, cluster, pod, { ...question, ...(isFirst ? {} : { tailLines: undefined }) }))
    }
    isFirst = false
    if (!question.follow || hasEnded(observation)) break
  }
  const errors = await Promise.all(pumps.values())
  question.signal.throwIfAborted()
  if (pumps.size === 0) throw nothingYet(key, question.executor)
  const [first] = errors
  if (first !== undefined && errors.every((error) => error !== undefined)) throw first
  for (const error of errors) if (error !== undefined) question.note(`${error.message}: ${error.why ?? ''}`)
}

async function pump(
  queue: LineQueue<LogLine>,
  cluster: Cluster,
  pod: KubeObject,
  { follow, tailLines, sinceTime, signal }: LogQuestion,
): Promise<SparkopsError | undefined> {
  const { namespace, name } = pod.metadata
  const container = mainContainer(pod)
  try {
    const options = { container, follow: follow && phaseOf(pod) === 'Running', tailLines, sinceTime, signal }
    for await (const text of cluster.logs({ type: POD, namespace, name }, options))
      await queue.push({ pod: name, text })
    return undefined
  } catch (error) {
    if (error instanceof SparkopsError) return error
    throw error
  }
}

function chosenPods({ driver, executors }: Observation, executor: string | undefined): KubeObject[] {
  if (executor === undefined) return driver === undefined ? [] : [driver]
  return executors.filter((pod) => executor === 'all' || pod.metadata.labels?.['spark-exec-id'] === executor)
}

/** Before that, the kubelet refuses: the container is waiting to start. */
function hasBegun(pod: KubeObject): boolean {
  return ['Running', 'Succeeded', 'Failed'].includes(phaseOf(pod) ?? '')
}

/** Spark's own; a sidecar may stand first. */
function mainContainer(pod: KubeObject): string | undefined {
  const names = listAt(pod, 'spec', 'containers').map((one) => textAt(one, 'name'))
  return names.find((name) => name?.startsWith('spark-kubernetes-')) ?? names[0]
}

function nothingYet(key: string, executor: string | undefined): SparkopsError {
  const what = executor === undefined ? 'driver' : executor === 'all' ? 'executor' : `executor ${executor}`
  return new SparkopsError({
    code: 'SO_NO_LOG',
    message: `there is no log of the ${what} of ${key}`,
    why: `no such pod has begun, or it is gone with its log`,
    hint: 'sparkops app status tells why it does not begin; --follow waits for it',
  })
}
