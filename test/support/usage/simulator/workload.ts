// Who submits what, and when: users, queues, nodes, and the plan of every application, drawn from the seed.
import { type SimulationParams } from './params.ts'
import { GIB, MIB, type Quantities } from './quantities.ts'
import { type Random } from './random.ts'
import { MILLI, type Nanos, SECOND } from './time.ts'

export type ApplicationKind = 'plain' | 'gang' | 'late' | 'rejected' | 'removed' | 'cancelled'

export interface ApplicationPlan {
  readonly id: string
  readonly kind: ApplicationKind
  readonly user: string
  readonly groups: readonly string[]
  readonly queue: string
  readonly submitted: Nanos
  readonly driver: Quantities
  readonly executor: Quantities
  readonly executors: number
  /** Executors that arrive after the first ones, one by one. */
  readonly lateExecutors: number
  /** Executors asked for as placeholders, which may be more or fewer than those that come. */
  readonly placeholders: number
  readonly hardGang: boolean
  /** Seconds after which an unfinished reservation times out. */
  readonly placeholderTimeout: number
  /** The driver ends this long after its start even if executors still run; null: it waits for them. */
  readonly driverDiesAfter: Nanos | null
}

/** Queues of the configuration; users' own queues below root.users are made as they come. */
export const QUEUES = [
  'root',
  'root.default',
  'root.batch',
  'root.spark',
  'root.spark.prod',
  'root.spark.dev',
  'root.small',
  'root.users',
] as const

const LEAVES = ['root.default', 'root.batch', 'root.spark.prod', 'root.spark.dev', 'root.small'] as const

/** The only queue with a group limit, so that 602 and 604 appear there alone, as in the recordings. */
export const LIMITED_QUEUE = 'root.spark.dev'
export const LIMITED_GROUP = 'data-eng'

const USERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['alice', ['data-eng']],
  ['bob', ['data-eng']],
  ['carol', ['science']],
  ['dave', ['science']],
  ['erin', ['data-eng']],
  ['svc-etl', ['etl']],
])

interface NodePlan {
  readonly name: string
  readonly instanceType: string
  readonly capacity: Quantities
}

const DISK = { 'ephemeral-storage': 200 * GIB, pods: 110 }

export const NODES: readonly NodePlan[] = [
  { name: 'node-a1', instanceType: 'm5.4xlarge', capacity: { ...DISK, memory: 62 * GIB, vcore: 15_890 } },
  { name: 'node-a2', instanceType: 'm5.4xlarge', capacity: { ...DISK, memory: 62 * GIB, vcore: 15_890 } },
  { name: 'node-b1', instanceType: 'r5.4xlarge', capacity: { ...DISK, memory: 124 * GIB, vcore: 15_890 } },
  { name: 'node-b2', instanceType: 'r5.4xlarge', capacity: { ...DISK, memory: 124 * GIB, vcore: 15_890 } },
  {
    name: 'node-c1',
    instanceType: 'p3.8xlarge',
    capacity: { ...DISK, memory: 240 * GIB, vcore: 31_850, 'nvidia.com/gpu': 4 },
  },
  { name: 'node-x1', instanceType: '', capacity: { ...DISK, memory: 30 * GIB, vcore: 7_910 } },
]

export const FOREIGN_POD: Quantities = { memory: 128 * MIB, pods: 1, vcore: 100 }

export function planApplications(params: SimulationParams, random: Random): ApplicationPlan[] {
  const plans: ApplicationPlan[] = []
  const spread = Math.max(params.duration - 20, 10) * SECOND
  for (let i = 0; i < params.apps; i++) {
    const submitted = 3 * SECOND + Math.round(random.float() ** 1.4 * spread)
    const plan = planApplication(params, random, i, submitted)
    plans.push(plan)
    if (!random.chance(params.features.reused)) continue
    const again = planApplication(params, random, i, submitted + random.int(25, 90) * SECOND)
    plans.push({ ...again, id: plan.id })
  }
  return plans.sort((a, b) => a.submitted - b.submitted)
}

function planApplication(params: SimulationParams, random: Random, index: number, submitted: Nanos): ApplicationPlan {
  const kind = pickKind(params, random)
  const [user, groups] = random.pick([...USERS])
  const executors = random.int(1, 5)
  return {
    id: `spark-${String(index).padStart(4, '0')}-${kind}`,
    kind,
    user,
    groups,
    queue: random.chance(0.25) ? `root.users.${user}` : random.pick(LEAVES),
    submitted,
    driver: { memory: 2 * GIB, pods: 1, vcore: 1000 },
    executor: pickExecutor(random),
    executors,
    lateExecutors: kind === 'late' ? random.int(1, 2) : random.chance(0.15) ? 1 : 0,
    placeholders: kind === 'gang' ? Math.max(1, executors + random.int(-1, 1)) : 0,
    hardGang: random.chance(0.3),
    placeholderTimeout: random.int(4, 15),
    driverDiesAfter: random.chance(0.12) ? random.pause(2 * SECOND, 40 * SECOND) : null,
  }
}

function pickKind({ features }: SimulationParams, random: Random): ApplicationKind {
  const u = random.float()
  let sum = 0
  const kinds = ['gang', 'late', 'rejected', 'removed', 'cancelled'] as const
  const shares = [features.gangs, features.late, features.rejected, features.removed, features.cancelled]
  for (const [i, share] of shares.entries()) {
    sum += share
    if (u < sum) return kinds[i]!
  }
  return 'plain'
}

function pickExecutor(random: Random): Quantities {
  const disk = random.pick([0, 0, 5, 20])
  return {
    ...(disk > 0 ? { 'ephemeral-storage': disk * GIB } : {}),
    memory: random.pick([2 * GIB, 4 * GIB, 7_830_765_568, 12 * GIB]),
    ...(random.chance(0.06) ? { 'nvidia.com/gpu': 1 } : {}),
    pods: 1,
    vcore: random.pick([1000, 1500, 2000, 4000]),
  }
}

/** How long an executor runs; an `edge` one ends within 300 µs of a whole number of seconds after its start. */
export function executorTime(random: Random, edge: boolean): Nanos {
  const length = random.pause(900 * MILLI, 45 * SECOND)
  return edge ? Math.round(length / SECOND + 1) * SECOND + random.int(-300_000, 300_000) : length
}
