/**
 * What a capture has seen so far: applications, their pods and attempts. Holds no object whole but the applications',
 * and knows when there is nothing more to wait for.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { CapturedApplication, CapturedPod, CaptureUntil } from '../../../ports/pod-capture.ts'
import { SparkopsError } from '../../errors.ts'
import { type SparkPod, sparkPodOf } from '../spark-pod.ts'
import { executorsAsked, executorsNamed, hasEnded, mayScale, stateOf } from './application-facts.ts'
import { outcomeOf } from './pod-outcome.ts'

/** What is wanted: applications by name, or whatever there is. */
export interface CaptureScope {
  /** Empty for all. */
  names: readonly string[]
  /** So many applications must come where none is named. */
  count: number
  /** Pods are chosen by labels: an application without such pods is somebody else's. */
  bySelector: boolean
}

interface Resource {
  object: KubeObject
  /** It went away while it was watched. */
  isGone: boolean
}

interface Application {
  namespace: string
  name: string
  /** When the first pod of each attempt was made. */
  attempts: Map<string, string>
}

export class CaptureLedger {
  private readonly applications = new Map<string, Application>()
  private readonly resources = new Map<string, Resource>()
  private readonly pods = new Map<string, CapturedPod>()
  private readonly scope: CaptureScope
  /** Whether SparkApplications can be seen: where they can, a pod of the operator waits for its own. */
  seesApplications = true

  constructor(scope: CaptureScope) {
    this.scope = scope
  }

  /** The pod, where it is one of Spark and wanted. */
  wanted(object: KubeObject): SparkPod | undefined {
    const pod = sparkPod(object)
    return pod !== undefined && this.isNamed(pod.application) ? pod : undefined
  }

  isKnown(uid: string): boolean {
    return this.pods.has(uid)
  }

  /** Notes a pod that was seen for the first time. */
  addPod(pod: SparkPod, object: KubeObject, file: string, seen: CapturedPod['seen']): void {
    const { namespace = '', name, uid = '' } = object.metadata
    const application = this.applicationOf(namespace, pod.application)
    const made = object.metadata.creationTimestamp ?? ''
    const earliest = application.attempts.get(pod.attempt)
    if (earliest === undefined || made < earliest) application.attempts.set(pod.attempt, made)
    this.pods.set(uid, {
      namespace,
      name,
      uid,
      role: pod.role,
      application: pod.application,
      attempt: pod.attempt,
      file,
      seen,
      ...outcomeOf(object, pod.mainContainer),
      deleted: false,
    })
  }

  /** Notes how a known pod fares. */
  updatePod(pod: SparkPod, object: KubeObject, isDeleted: boolean): void {
    const known = this.pods.get(object.metadata.uid ?? '')
    if (known !== undefined) Object.assign(known, outcomeOf(object, pod.mainContainer), { deleted: isDeleted })
  }

  /**
   * Notes a SparkApplication. Where none is named, one is waited for unless it had ended before anything was watched, or
   * pods are chosen by labels; its pods make it wanted all the same.
   */
  seeApplication(object: KubeObject, { isGone, isOld }: { isGone: boolean; isOld: boolean }): void {
    const { namespace = '', name } = object.metadata
    if (!this.isNamed(name)) return
    this.resources.set(`${namespace}/${name}`, { object, isGone })
    const isWanted = this.scope.names.length > 0 || !(this.scope.bySelector || (isOld && hasEnded(object)))
    if (isWanted) this.applicationOf(namespace, name)
  }

  /** The SparkApplications that are wanted, as they were seen last. */
  applicationObjects(): KubeObject[] {
    return [...this.applications.values()].flatMap((one) => this.resourceOf(one)?.object ?? [])
  }

  /** Uids of everything that was seen: what they own, and what events are about. */
  uids(): Set<string> {
    return new Set([...this.pods.keys(), ...this.applicationObjects().map(({ metadata }) => metadata.uid ?? '')])
  }

  capturedPods(): CapturedPod[] {
    return [...this.pods.values()]
  }

  capturedApplications(): CapturedApplication[] {
    return [...this.applications.values()].map((application) => ({
      namespace: application.namespace,
      name: application.name,
      state: this.ask(application, stateOf) ?? null,
      hasResource: this.resourceOf(application) !== undefined,
      hasDriver: this.latest(application).some(({ role }) => role === 'driver'),
      executorsAsked: this.ask(application, executorsAsked) ?? null,
      executorsSeen: this.latest(application).filter(({ role }) => role === 'executor').length,
      attempts: attemptsOf(application),
    }))
  }

  /** Whether there is nothing more to wait for: everything came, or what did not come cannot come any more. */
  isSettled(until: CaptureUntil): boolean {
    if (until === 'stopped' || !this.hasAllApplications()) return false
    return [...this.applications.values()].every(
      (application) =>
        this.isOver(application) || (until === 'executors' && this.unseen(application, until).length === 0),
    )
  }

  /** What was waited for and did not come, and what is known to have been there and was not seen. */
  lacks(until: CaptureUntil): string[] {
    const applications = [...this.applications.values()]
    const missing = this.scope.names.filter((name) => !applications.some((one) => one.name === name))
    return [
      ...missing.map((name) => `nothing of ${name} was seen`),
      ...(this.scope.names.length === 0 && applications.length < this.scope.count
        ? [`${applications.length} of ${this.scope.count} applications were seen`]
        : []),
      ...applications.flatMap((application) => this.unseen(application, until)),
      ...(until === 'ended'
        ? applications.filter((one) => !this.isOver(one)).map(({ name }) => `${name} has not ended`)
        : []),
      ...(until === 'once' ? [] : applications.flatMap((application) => this.unmet(application))),
    ]
  }

  private hasAllApplications(): boolean {
    const applications = [...this.applications.values()]
    if (this.scope.names.length === 0) return applications.length >= this.scope.count
    return this.scope.names.every((name) => applications.some((one) => one.name === name))
  }

  private isNamed(name: string): boolean {
    return this.scope.names.length === 0 || this.scope.names.includes(name)
  }

  private applicationOf(namespace: string, name: string): Application {
    const key = `${namespace}/${name}`
    const known = this.applications.get(key)
    if (known !== undefined) return known
    const application = { namespace, name, attempts: new Map() }
    this.applications.set(key, application)
    return application
  }

  private resourceOf({ namespace, name }: Application): Resource | undefined {
    return this.resources.get(`${namespace}/${name}`)
  }

  private ask<T>(application: Application, question: (object: KubeObject) => T): T | undefined {
    const resource = this.resourceOf(application)
    return resource === undefined ? undefined : question(resource.object)
  }

  private podsOf({ namespace, name }: Application): CapturedPod[] {
    return [...this.pods.values()].filter((pod) => pod.application === name && pod.namespace === namespace)
  }

  private latest(application: Application): CapturedPod[] {
    const attempt = attemptsOf(application).at(-1)
    return this.podsOf(application).filter((pod) => pod.attempt === attempt)
  }

  /** Without a SparkApplication the driver's end is the application's. */
  private isOver(application: Application): boolean {
    const resource = this.resourceOf(application)
    if (resource !== undefined) return resource.isGone || hasEnded(resource.object)
    const drivers = this.latest(application).filter(({ role }) => role === 'driver')
    return drivers.some(({ phase, deleted }) => deleted || phase === 'Succeeded' || phase === 'Failed')
  }

  /** Roles that were asked for and not seen; of executors all that were asked for, or one where only a moment is looked at. */
  private unseen(application: Application, until: CaptureUntil): string[] {
    const { name } = application
    const pods = this.latest(application)
    const found = pods.filter(({ role }) => role === 'executor').length
    const asked = this.ask(application, executorsAsked) ?? 1
    const isNone = asked === 0 && this.ask(application, mayScale) === false
    const least = isNone ? 0 : until === 'once' ? 1 : Math.max(asked, 1)
    const lacksResource = this.resourceOf(application) === undefined && this.seesApplications && isOfOperator(pods)
    return [
      ...(lacksResource ? [`the SparkApplication ${name} was not seen`] : []),
      ...(pods.some(({ role }) => role === 'driver') ? [] : [`no driver of ${name} was seen`]),
      ...(found >= least ? [] : [`${found} of ${least} executors of ${name} were seen`]),
    ]
  }

  /** Executors that the operator counted and that never came by here. */
  private unmet(application: Application): string[] {
    const names = new Set(this.podsOf(application).map(({ name }) => name))
    return (this.ask(application, executorsNamed) ?? [])
      .filter((name) => !names.has(name))
      .map((name) => `the SparkApplication ${application.name} names the executor ${name}, which was not seen`)
  }
}

/** The first attempt first. */
function attemptsOf({ attempts }: Application): string[] {
  return [...attempts].sort(([, one], [, other]) => (one < other ? -1 : one > other ? 1 : 0)).map(([name]) => name)
}

/** The operator's submission ids are not Spark's own ids, which begin with `spark-`. */
function isOfOperator(pods: readonly CapturedPod[]): boolean {
  return pods.some(({ attempt }) => attempt !== '' && !attempt.startsWith('spark-'))
}

/** What has the label spark-role with another value is no pod of Spark. */
function sparkPod(object: KubeObject): SparkPod | undefined {
  try {
    return sparkPodOf(object, '')
  } catch (error) {
    if (error instanceof SparkopsError) return undefined
    throw error
  }
}
