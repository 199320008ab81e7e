/**
 * What was seen of applications, drivers, schedules, the lock and the operator's pods while a leader changed; one clock
 * for all of it, that of this machine, by when a change arrived. Plain data in, plain data out.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { applicationFrom, scheduleFrom } from '../discover/applications.ts'
import { driverFrom, POD_LABELS } from '../discover/driver-pods.ts'
import { numberAt, textAt } from '../discover/json.ts'
import { PROBE } from '../trial/probe.ts'
import { recordOf, type LockKind } from './locks.ts'

/** The part of an application that going on is told by. */
export interface ApplicationFacts {
  state: string
  submissionId: string | null
  submissionAttempts: number
  executionAttempts: number
  generation: number
  suspend: boolean
  message: string | null
}

export interface SeenApplication {
  namespace: string
  name: string
  uid: string
  /** By the server's clock. */
  createdAt: string | null
  /** Made by this run. */
  isTest: boolean
  /** Of those, one that cannot run: it is taken up, and that is all. */
  isProbe: boolean
  scheduledBy: string | null
  restartPolicy: string
  timeToLiveSeconds: number | null
  /** Undefined for one that came afterwards. */
  before: ApplicationFacts | null
  now: ApplicationFacts
  /** Every state, with when it was seen first. */
  states: { at: number; state: string }[]
  goneAt: number | null
}

export interface SeenDriver {
  namespace: string
  name: string
  uid: string
  application: string
  ownerUid: string | null
  before: { restarts: number; ended: boolean } | null
  restarts: number
  seenAt: number
  phase: string
  endedAt: number | null
  /** When it was first seen to be asked to end. */
  deletingAt: number | null
  goneAt: number | null
}

export interface SeenSchedule {
  namespace: string
  name: string
  uid: string
  policy: string
  suspend: boolean
  /** Times that it was said to run at next, by the server's clock. */
  dues: string[]
  edited: boolean
  generation: number
}

export interface LockSighting {
  at: number
  kind: LockKind
  holder: string
  renewedAt: string | null
}

export interface PodSighting {
  at: number
  pod: string
  uid: string
  what: 'there' | 'deleting' | 'gone' | 'ready' | 'not ready' | 'restarted'
}

/** A write of the operator: what shows that somebody reconciles. */
export interface Trace {
  at: number
  /** `SparkApplication`, `ScheduledSparkApplication` or `Event`. */
  kind: string
  object: string
  what: string
}

/** What a sighting changed, for the run's evidence. */
export interface Sighted {
  at: string
  kind: string
  object: string
  uid: string
  now: string
}

/** Which applications count: those that this operator takes up. */
export interface Concern {
  /** Null: all. */
  namespaces: readonly string[] | null
  isSelected: (labels: Readonly<Record<string, string>>) => boolean
  /** The label `sparkops.dev/run` of what this run makes. */
  isTest: (labels: Readonly<Record<string, string>>) => boolean
}

export class Sightings {
  readonly applications = new Map<string, SeenApplication>()
  readonly drivers = new Map<string, SeenDriver>()
  readonly schedules = new Map<string, SeenSchedule>()
  readonly lock: LockSighting[] = []
  readonly pods: PodSighting[] = []
  readonly traces: Trace[] = []
  private readonly podStates = new Map<string, { ready: boolean; restarts: number; deleting: boolean }>()
  private readonly concern: Concern

  constructor(concern: Concern) {
    this.concern = concern
  }

  /** A SparkApplication as it is; `isBefore` for what was there when watching began. */
  application(object: KubeObject, at: number, isBefore: boolean): Sighted | undefined {
    const labels = object.metadata.labels ?? {}
    if (!this.concerns(object) || !this.concern.isSelected(labels)) return undefined
    const { uid, state, ...read } = applicationFrom(object)
    const now: ApplicationFacts = {
      state,
      submissionId: read.submissionId ?? null,
      submissionAttempts: read.submissionAttempts,
      executionAttempts: read.executionAttempts,
      generation: read.generation,
      suspend: read.suspend,
      message: textAt(object, 'status', 'applicationState', 'errorMessage') || null,
    }
    const known = this.applications.get(uid)
    if (known === undefined) {
      this.applications.set(uid, {
        ...{ namespace: read.namespace, name: read.name, uid, createdAt: read.createdAt ?? null },
        isTest: this.concern.isTest(labels),
        isProbe: this.concern.isTest(labels) && PROBE in labels,
        scheduledBy: read.scheduledBy ?? null,
        restartPolicy: read.restartPolicy,
        timeToLiveSeconds: numberAt(object, 'spec', 'timeToLiveSeconds') ?? null,
        before: isBefore ? now : null,
        now,
        states: [{ at, state }],
        goneAt: null,
      })
    } else {
      if (hasStatusChanged(known.now, now)) this.trace('SparkApplication', object, `state ${state || 'new'}`, at)
      if (known.now.state !== state) known.states.push({ at, state })
      known.now = now
    }
    return sighted('SparkApplication', object, state, at)
  }

  applicationGone(object: KubeObject, at: number): Sighted | undefined {
    const known = this.applications.get(object.metadata.uid ?? '')
    if (known === undefined) return undefined
    known.goneAt ??= at
    return sighted('SparkApplication', object, 'gone', at)
  }

  driver(pod: KubeObject, at: number, isBefore: boolean): Sighted | undefined {
    const [roleLabel, role] = POD_LABELS.role
    if (pod.metadata.labels?.[roleLabel] !== role || !this.concerns(pod)) return undefined
    const read = driverFrom(pod, pod.metadata.labels[POD_LABELS.applicationName] ?? '')
    const known: SeenDriver = this.drivers.get(read.uid) ?? {
      ...{ namespace: read.namespace, name: read.name, uid: read.uid, application: read.application },
      ownerUid: read.ownerUid ?? null,
      before: isBefore ? { restarts: read.restarts, ended: read.ended } : null,
      ...{ restarts: read.restarts, seenAt: at, phase: read.phase, endedAt: null, deletingAt: null, goneAt: null },
    }
    this.drivers.set(read.uid, known)
    known.restarts = Math.max(known.restarts, read.restarts)
    known.phase = read.phase
    // What ends after it was asked to end did not end by itself.
    if (read.deleting) known.deletingAt ??= at
    if (read.ended) known.endedAt ??= at
    return sighted('Pod', pod, read.deleting ? `${read.phase}, deleting` : read.phase, at)
  }

  driverGone(pod: KubeObject, at: number): Sighted | undefined {
    const known = this.drivers.get(pod.metadata.uid ?? '')
    if (known === undefined) return undefined
    known.goneAt ??= at
    return sighted('Pod', pod, 'gone', at)
  }

  schedule(object: KubeObject, at: number, isBefore: boolean): Sighted | undefined {
    if (!this.concerns(object)) return undefined
    const read = scheduleFrom(object)
    const generation = object.metadata.generation ?? 0
    const known: SeenSchedule = this.schedules.get(read.uid) ?? {
      ...{ namespace: read.namespace, name: read.name, uid: read.uid, suspend: read.suspend },
      ...{ policy: read.concurrencyPolicy ?? '', dues: [], edited: !isBefore, generation },
    }
    const { nextRun } = read
    const isNew = nextRun !== undefined && !known.dues.includes(nextRun)
    if (this.schedules.has(read.uid) && isNew) {
      this.trace('ScheduledSparkApplication', object, `next run ${nextRun}`, at)
    }
    this.schedules.set(read.uid, known)
    if (isNew) known.dues.push(nextRun)
    if (generation !== known.generation) known.edited = true
    return sighted('ScheduledSparkApplication', object, `next run ${nextRun ?? ''}`, at)
  }

  scheduleGone(object: KubeObject): void {
    this.schedules.delete(object.metadata.uid ?? '')
  }

  lockObject(kind: LockKind, object: KubeObject, at: number): Sighted | undefined {
    const record = recordOf(kind, object)
    if (record === undefined) return undefined
    const { holder, renewedAt } = record
    this.lock.push({ at, kind, holder, renewedAt })
    return sighted(kind, object, `held by ${holder || 'nobody'}, renewed ${renewedAt ?? ''}`, at)
  }

  operatorPod(pod: KubeObject, at: number): Sighted | undefined {
    const { name, uid = '' } = pod.metadata
    const containers = ((pod.status as { containerStatuses?: unknown } | undefined)?.containerStatuses ?? []) as {
      ready?: boolean
      restartCount?: number
    }[]
    const now = {
      ready: containers.length > 0 && containers.every(({ ready }) => ready === true),
      restarts: containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
      deleting: pod.metadata.deletionTimestamp !== undefined,
    }
    const was = this.podStates.get(uid)
    this.podStates.set(uid, now)
    const say = (what: PodSighting['what']): number => this.pods.push({ at, pod: name, uid, what })
    if (was === undefined) say('there')
    if (now.deleting && was?.deleting !== true) say('deleting')
    if (was !== undefined && now.restarts > was.restarts) say('restarted')
    if (now.ready !== (was?.ready ?? false)) say(now.ready ? 'ready' : 'not ready')
    return sighted('Pod', pod, now.deleting ? 'deleting' : now.ready ? 'ready' : 'not ready', at)
  }

  operatorPodGone(pod: KubeObject, at: number): Sighted {
    this.pods.push({ at, pod: pod.metadata.name, uid: pod.metadata.uid ?? '', what: 'gone' })
    return sighted('Pod', pod, 'gone', at)
  }

  /** An event about an application: the operator's own, where it says so. */
  event(object: KubeObject, at: number): Sighted | undefined {
    const about = object['involvedObject']
    const source = textAt(object, 'source', 'component') ?? textAt(object, 'reportingComponent') ?? ''
    const namespace = textAt(about, 'namespace') ?? ''
    const name = `${namespace}/${textAt(about, 'name') ?? ''}`
    const reason = textAt(object, 'reason') ?? ''
    if (!/spark/i.test(source) || !this.isInside(namespace)) return undefined
    this.traces.push({ at, kind: 'Event', object: name, what: reason })
    return { at: timeOf(at), kind: 'Event', object: name, uid: textAt(about, 'uid') ?? '', now: reason }
  }

  private trace(kind: string, { metadata }: KubeObject, what: string, at: number): void {
    this.traces.push({ at, kind, object: `${metadata.namespace ?? ''}/${metadata.name}`, what })
  }

  private concerns({ metadata }: KubeObject): boolean {
    return this.isInside(metadata.namespace ?? '')
  }

  private isInside(namespace: string): boolean {
    return this.concern.namespaces?.includes(namespace) ?? true
  }
}

/** Whether a write of the status came between; somebody's edit of the spec is none. */
function hasStatusChanged(was: ApplicationFacts, now: ApplicationFacts): boolean {
  return (
    was.state !== now.state ||
    was.submissionId !== now.submissionId ||
    was.submissionAttempts !== now.submissionAttempts ||
    was.executionAttempts !== now.executionAttempts
  )
}

function sighted(kind: string, { metadata }: KubeObject, now: string, at: number): Sighted {
  const object = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`
  return { at: timeOf(at), kind, object, uid: metadata.uid ?? '', now }
}

export function timeOf(at: number): string {
  return new Date(at).toISOString()
}
