// One run of an application as its user and Spark drive it: a driver first, executors once the driver runs, the
// driver's end after theirs. It knows nothing of the scheduler: while that is down, it goes on.
import { type Agenda } from './agenda.ts'
import { type Cluster, type Pod, type PodOwner } from './cluster.ts'
import { type Quantities } from './quantities.ts'
import { type Random } from './random.ts'
import { MILLI, type Nanos, SECOND } from './time.ts'
import { type ApplicationPlan, executorTime } from './workload.ts'

/** What a pending pod of a cancelled application asks for: more than any node has. */
const TOO_LARGE: Quantities = { memory: 966_367_641_600, pods: 1, vcore: 64_000 }

export class ApplicationRun implements PodOwner {
  readonly plan: ApplicationPlan
  readonly pods: Pod[] = []
  readonly #cluster: Cluster
  readonly #agenda: Agenda
  readonly #random: Random
  readonly #edges: number
  #driver: Pod | null = null
  #executors = 0
  #lateLeft: number

  constructor(plan: ApplicationPlan, cluster: Cluster, agenda: Agenda, random: Random, edges: number) {
    this.plan = plan
    this.#cluster = cluster
    this.#agenda = agenda
    this.#random = random
    this.#edges = edges
    this.#lateLeft = plan.lateExecutors
  }

  get user(): string {
    return this.plan.user
  }

  get queue(): string {
    return this.plan.queue
  }

  submit(): void {
    const cancelled = this.plan.kind === 'cancelled'
    const resource = cancelled ? TOO_LARGE : this.plan.driver
    const runsFor = this.plan.driverDiesAfter ?? Number.POSITIVE_INFINITY
    this.#driver = this.#create('driver', resource, runsFor)
    if (cancelled)
      this.#agenda.in(this.#random.pause(2 * SECOND, 20 * SECOND), () => this.#cluster.delete(this.#driver!))
  }

  bound(pod: Pod): void {
    if (pod !== this.#driver) return
    this.#agenda.in(this.#random.pause(300 * MILLI, 1500 * MILLI), () => {
      for (let i = 0; i < this.plan.executors; i++) this.#createExecutor()
      if (this.plan.kind !== 'late' && this.#lateLeft > 0) this.#planLate(this.#random.pause(2 * SECOND, 15 * SECOND))
    })
  }

  ended(pod: Pod): void {
    if (pod === this.#driver) this.#driverEnded()
    else if (pod.role === 'executor' && this.#running().length === 0) this.#executorsEnded()
  }

  /** The user deletes the whole application: every pod is over at once. */
  removeAll(): void {
    this.#lateLeft = 0
    for (const pod of this.pods) if (pod.ended === null) this.#cluster.end(pod)
  }

  #executorsEnded(): void {
    const driver = this.#driver
    if (driver === null || driver.ended !== null) return
    if (this.plan.kind !== 'late' && this.#lateLeft > 0) return
    this.#agenda.in(this.#random.pause(50 * MILLI, 1500 * MILLI), () => {
      if (this.#running().length === 0) this.#cluster.end(driver)
    })
  }

  #driverEnded(): void {
    // Executors leave when they lose their driver; the late kind sends one more after all is over.
    for (const pod of this.#running()) this.#cluster.delete(pod, 100 * MILLI, 3 * SECOND)
    if (this.plan.kind === 'late') this.#planLate(this.#random.pause(1 * SECOND, 26 * SECOND))
  }

  #planLate(pause: Nanos): void {
    this.#agenda.in(pause, () => {
      if (this.#lateLeft-- <= 0) return
      if (this.plan.kind !== 'late' && this.#driver?.ended !== null) return
      this.#createExecutor()
    })
  }

  #running(): Pod[] {
    return this.pods.filter((pod) => pod.role === 'executor' && pod.ended === null)
  }

  #createExecutor(): void {
    if (this.plan.kind !== 'late' && this.#driver?.ended !== null) return
    this.#executors++
    this.#create('executor', this.plan.executor, executorTime(this.#random, this.#random.chance(this.#edges)))
  }

  #create(role: 'driver' | 'executor', resource: Quantities, runsFor: Nanos): Pod {
    const gang = this.plan.kind === 'gang'
    const pod = this.#cluster.createPod({
      name: role === 'driver' ? `${this.plan.id}-driver` : `${this.plan.id}-exec-${this.#executors}`,
      app: this.plan.id,
      owner: this,
      role,
      taskGroup: gang ? `spark-${role}` : '',
      resource,
      runsFor,
    })
    this.pods.push(pod)
    return pod
  }
}
