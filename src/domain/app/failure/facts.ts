/**
 * What an application, its pods and its events say that may tell why it failed, each as one line in a fixed form that
 * the rules of `rules.ts` read, with the place it was read from.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { fieldsAt, listAt, numberAt, textAt } from '../../operator/discover/json.ts'
import { type Observation, hasEnded, phaseOf } from '../observation.ts'
import { tellsOfDriverTaken } from './taken-away.ts'

/**
 * - `message`: what the operator wrote into the status (`applicationState.errorMessage`)
 * - `driver-waiting`: `Reason: message` of a container that does not start
 * - `driver-ended`: `exit=1 reason=Error message=…` of a container that ended with another code than 0
 * - `driver-pod`: `Reason: message` of the pod itself, and of its conditions that say why it goes
 * - `driver-unscheduled`: `Reason: message` of the condition PodScheduled
 * - `event`: `Reason: message` of warnings
 * - `executors`: `failed=5 tries=4 cause=out-of-memory (…)`, where as many executors died as a task has tries, and
 *   `stuck=3 cause=image (…)` where executors of a running driver do not start
 * - `trouble`: what does not fit between the status and the pods
 */
export type FactKind =
  'message' | 'trouble' | 'executors' | 'event' | `driver-${'waiting' | 'ended' | 'pod' | 'unscheduled'}`

export interface Fact {
  kind: FactKind
  /** `pods/jobs/etl-driver`. */
  object: string
  /** Where in the object: `status.containerStatuses[spark-kubernetes-driver].state.terminated`. */
  field: string
  text: string
}

/**
 * A fresh application waits for the operator a few seconds, and its status follows the driver within as many; after
 * this long, nobody is at work.
 */
const SETTLED_MS = 60_000

/**
 * All facts of an observation but those about executors (`executors.ts`), in the order in which they are looked through
 * for evidence. Once the driver has run, the troubles of its start are history: events and its way to a node are left
 * out, since an application that waited for a volume and then failed did not fail for the volume.
 */
export function factsOf(observation: Observation, now: number): Fact[] {
  const { object, driver, events = [] } = observation
  const ofDriver = driver === undefined ? [] : podFacts(driver)
  const hasRun = phaseOf(driver) === 'Running' || ofDriver.some(({ kind }) => kind === 'driver-ended')
  return [
    ...statusFacts(object),
    ...ofDriver.filter(({ kind }) => !hasRun || (kind !== 'driver-unscheduled' && kind !== 'driver-waiting')),
    ...events.filter((event) => tellsOfDriverTaken(event, object)).map(takenFact),
    ...(hasRun ? [] : events.flatMap((event) => [...unscheduledFacts(event, driver), ...eventFacts(event)])),
    ...troubleFacts(observation, now),
  ]
}

function statusFacts(object: KubeObject): Fact[] {
  const text = textAt(object, 'status', 'applicationState', 'errorMessage')
  if (text === undefined || text === '') return []
  const field = 'status.applicationState.errorMessage'
  return [{ kind: 'message', object: nameOf('sparkapplications', object), field, text }]
}

/** What a pod says of itself. Executors are read as drivers are: what happens to pods does not know of roles. */
export function podFacts(pod: KubeObject): Fact[] {
  const object = nameOf('pods', pod)
  const facts: Fact[] = []
  const add = (kind: 'waiting' | 'ended' | 'pod' | 'unscheduled', field: string, text: string): void => {
    facts.push({ kind: `driver-${kind}`, object, field, text })
  }
  const reason = textAt(pod, 'status', 'reason')
  if (reason) add('pod', 'status.reason', said(reason, textAt(pod, 'status', 'message')))
  for (const condition of listAt(pod, 'status', 'conditions')) {
    const type = textAt(condition, 'type')
    const why = said(textAt(condition, 'reason') ?? '', textAt(condition, 'message'))
    if (type === 'DisruptionTarget' && textAt(condition, 'status') === 'True')
      add('pod', 'status.conditions[DisruptionTarget]', why)
    if (type === 'PodScheduled' && textAt(condition, 'status') === 'False')
      add('unscheduled', 'status.conditions[PodScheduled]', why)
  }
  for (const list of ['initContainerStatuses', 'containerStatuses'] as const) {
    for (const status of listAt(pod, 'status', list)) {
      const place = `status.${list}[${textAt(status, 'name') ?? ''}].state`
      const waiting = fieldsAt(status, 'state', 'waiting')
      if (textAt(waiting, 'reason'))
        add('waiting', `${place}.waiting`, said(textAt(waiting, 'reason')!, textAt(waiting, 'message')))
      const ended = endedText(status)
      if (ended !== undefined) add('ended', `${place}.terminated`, ended)
    }
  }
  if (phaseOf(pod) === 'Unknown') add('pod', 'status.phase', 'NodeLost: the phase is Unknown: its node does not answer')
  return facts
}

/** A container that ended with 0 says nothing, unless its reason does (ContainerCannotRun, StartError). */
function endedText(status: unknown): string | undefined {
  const ended = fieldsAt(status, 'state', 'terminated')
  const exit = numberAt(ended, 'exitCode')
  if (exit === undefined || exit === 0) return undefined
  const message = textAt(ended, 'message')
  return `exit=${exit} reason=${textAt(ended, 'reason') ?? 'Unknown'}${message ? ` message=${message}` : ''}`
}

/** What took the driver says as much of it as its own status would. */
function takenFact(event: KubeObject): Fact {
  const text = said(textAt(event, 'reason')!, textAt(event, 'message') ?? textAt(event, 'note'))
  return { kind: 'driver-pod', object: nameOf('events', event), field: 'reason', text }
}

/** A scheduler of its own may tell by events alone; what it said before it found a node is history. */
function unscheduledFacts(event: KubeObject, driver: KubeObject | undefined): Fact[] {
  const isAbout = driver !== undefined && textAt(event, 'involvedObject', 'uid') === driver.metadata.uid
  const isOpen = isAbout && textAt(driver, 'spec', 'nodeName') === undefined
  if (!isOpen || textAt(event, 'reason') !== 'FailedScheduling') return []
  const text = said('Unschedulable', textAt(event, 'message'))
  return [{ kind: 'driver-unscheduled', object: nameOf('events', event), field: 'FailedScheduling', text }]
}

function eventFacts(event: KubeObject): Fact[] {
  const reason = textAt(event, 'reason') ?? ''
  const isNews = textAt(event, 'type') === 'Warning'
  if (!isNews) return []
  const about = fieldsAt(event, 'involvedObject', 'kind').length === 0 ? 'regarding' : 'involvedObject'
  const subject = [textAt(event, about, 'kind') ?? '', textAt(event, about, 'name') ?? ''].join('/')
  const text = `${reason}: ${textAt(event, 'message') ?? textAt(event, 'note') ?? ''}`
  return [
    { kind: 'event', object: `events/${event.metadata.namespace ?? ''}/${event.metadata.name}`, field: subject, text },
  ]
}

function troubleFacts({ object, application, trouble, driver, events }: Observation, now: number): Fact[] {
  const fact = (text: string): Fact => ({
    kind: 'trouble',
    object: nameOf('sparkapplications', object),
    field: 'status.applicationState.state',
    text,
  })
  const facts: Fact[] = []
  const isSettled = (at: string | undefined): boolean => at !== undefined && now - Date.parse(at) > SETTLED_MS
  if (trouble === 'half-submitted' && isSettled(driver?.metadata.creationTimestamp))
    facts.push(fact(`half-submitted: ${driver?.metadata.name ?? ''} runs, state "${application.state}"`))
  if (trouble === 'driver left') facts.push(fact(`driver left: ${driver?.metadata.name ?? ''}`))
  // Where it is followed, pods and applications are told apart: the driver may be heard of after the status that names it.
  const submittedAt = textAt(object, 'status', 'lastSubmissionAttemptTime')
  const isAwaited = events === undefined && submittedAt !== undefined && !isSettled(submittedAt)
  const isLost =
    (trouble === 'driver missing' && !isAwaited) ||
    /driver pod not found/i.test(textAt(object, 'status', 'applicationState', 'errorMessage') ?? '')
  if (isLost && driver === undefined)
    facts.push(fact(events === undefined ? 'driver lost, events not seen' : 'driver lost, events seen'))
  if (application.state === '' && trouble === undefined && !application.suspend && isSettled(application.createdAt))
    facts.push(fact('not taken up'))
  if (hasEnded({ application }) && driver?.metadata.deletionTimestamp !== undefined)
    facts.push(fact('driver being deleted'))
  return facts
}

function said(reason: string, message: string | undefined): string {
  return message === undefined || message === '' ? reason : `${reason}: ${message}`
}

function nameOf(resource: string, { metadata }: KubeObject): string {
  return `${resource}/${metadata.namespace ?? ''}/${metadata.name}`
}
