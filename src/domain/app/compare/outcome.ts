/** What came of an application, as far as a capture or a snapshot shows it. */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { ObjectText } from '../../../ports/object-files.ts'
import { SparkopsError } from '../../errors.ts'
import { numberAt, textAt } from '../../operator/discover/json.ts'
import { readObjects } from '../../pods/read-objects.ts'
import { failureOf } from '../failure/classify.ts'
import { applicationNameOf, countExecutors, hasEnded, observe } from '../observation.ts'
import { mainStatus } from '../row.ts'
import { asSeenLast } from './captured-pod.ts'

export interface Outcome {
  from: string
  application: string
  sparkVersion: string | null
  image: string | null
  /** Null where it had not ended, or its end was not seen. */
  state: string | null
  runs: number | null
  exitCode: number | null
  /** Rule, class and the reason without numbers and ids: what two runs of one defect have in common. */
  signature: string | null
  /** Why it failed, as it is told. */
  reason: string | null
  /** Milliseconds that the driver's container ran: neither the queue nor the pull of the image count. */
  duration: number | null
  executorsLost: number | null
}

/** The outcome of the one application of some files. Throws exit 65 where there is none, or several. */
export async function readOutcome(from: string, files: readonly ObjectText[], now: number): Promise<Outcome> {
  const objects: KubeObject[] = []
  for (const file of files)
    for await (const { object } of readObjects(file)) objects.push(object as unknown as KubeObject)
  const applications = objects.filter(({ kind }) => kind === 'SparkApplication')
  const [only] = applications
  if (only === undefined || applications.length > 1) throw notOne(from, applications)
  const pods = objects.filter((object) => object.kind === 'Pod' && applicationNameOf(object) === only.metadata.name)
  return outcomeOf(
    from,
    only,
    asSeenLast(pods, objects),
    objects.filter(({ kind }) => kind === 'Event'),
    now,
  )
}

export function outcomeOf(
  from: string,
  object: KubeObject,
  pods: readonly KubeObject[],
  events: readonly KubeObject[],
  now: number,
): Outcome {
  const observation = observe(object, latest(pods), events)
  const failure = failureOf(observation, now)
  const main = mainStatus(observation.driver ?? object)
  const ended = hasEnded(observation)
  return {
    from,
    application: `${object.metadata.namespace ?? ''}/${object.metadata.name}`,
    sparkVersion: textAt(object, 'spec', 'sparkVersion') ?? null,
    image: textAt(object, 'spec', 'image') ?? null,
    state: ended ? observation.application.state : null,
    runs: ended ? observation.application.executionAttempts : null,
    exitCode: numberAt(main, 'state', 'terminated', 'exitCode') ?? null,
    signature:
      failure === undefined || !ended ? null : `${failure.rule} ${failure.class}: ${withoutIdentity(failure.reason)}`,
    reason: failure?.reason ?? null,
    duration: spanOf(
      textAt(main, 'state', 'terminated', 'startedAt'),
      textAt(main, 'state', 'terminated', 'finishedAt'),
    ),
    executorsLost: ended ? countExecutors(observation).failed : null,
  }
}

/** Of a pod that was written down several times, as it was last. */
function latest(pods: readonly KubeObject[]): KubeObject[] {
  const byUid = new Map<string, KubeObject>()
  for (const pod of pods) {
    const key = pod.metadata.uid ?? pod.metadata.name
    const other = byUid.get(key)
    if (other === undefined || Number(other.metadata.resourceVersion ?? 0) <= Number(pod.metadata.resourceVersion ?? 0))
      byUid.set(key, pod)
  }
  return [...byUid.values()]
}

/** Names of pods, ids, addresses and amounts differ from run to run. */
function withoutIdentity(text: string): string {
  return text
    .replace(/\b[a-z0-9.-]*-(?:driver|exec-\d+)\b/g, 'POD')
    .replace(/\b[0-9a-f]{8,}\b|\b\d+(?:\.\d+)*\w*\b/gi, 'N')
}

function spanOf(from: string | undefined, to: string | undefined): number | null {
  if (from === undefined || to === undefined) return null
  const span = Date.parse(to) - Date.parse(from)
  return Number.isFinite(span) && span >= 0 ? span : null
}

function notOne(from: string, applications: readonly KubeObject[]): SparkopsError {
  const names = applications.map(({ metadata }) => metadata.name).join(', ')
  return new SparkopsError({
    code: 'SO_NOT_ONE_APPLICATION',
    message: `${from} does not hold one application`,
    why: applications.length === 0 ? 'it holds no SparkApplication' : `it holds ${applications.length}: ${names}`,
    hint: 'give the directory that pods capture wrote of one application',
    exit: 'data',
  })
}
