// What a simulation is asked to contain. Everything else follows from the seed.
import { type Random, seededRandom } from './random.ts'
import { type Version } from './versions.ts'

/** A crash of the scheduler, in seconds from the beginning; `down` seconds later the next instance starts, or none. */
export interface Outage {
  readonly at: number
  readonly down: number | null
}

/** How much of each happens: a probability per application, per pod or per restart, in [0, 1]. */
export interface Features {
  /** Applications with placeholders, replaced in place or on another node, timed out, soft or hard. */
  readonly gangs: number
  /** Applications whose driver is followed by a late executor (COMPLETING -> RUNNING). */
  readonly late: number
  readonly rejected: number
  /** Application ids used a second time, often by another user. */
  readonly reused: number
  /** Applications that the resource manager removes as a whole. */
  readonly removed: number
  /** Applications whose only pod never fits and is deleted while pending. */
  readonly cancelled: number
  readonly preemption: number
  readonly resizes: number
  readonly foreign: number
  /** Executors whose whole seconds fall within microseconds of YuniKorn's truncation. */
  readonly edges: number
  /** Nodes removed while the scheduler sees it. */
  readonly nodeRemoval: number
  /** Nodes lost with their pods during an outage. */
  readonly nodeLoss: number
  /** Nodes removed after a restart, before the recovered allocations are submitted; their pods may run on. */
  readonly nodeRemovalInRecovery: number
  /** Drivers that end between the next instance's pod list and its submission of tasks. */
  readonly driverDeathInRecovery: number
  /** Bindings that take long, so that a crash loses them. */
  readonly slowBinds: number
  /** Applications that the next instance rejects although their pods run. */
  readonly rejectedAfterRestart: number
  /** Applications that the next instance puts into root.@recovery@. */
  readonly recoveryQueue: number
  /** After a restart a gang creates anew the placeholders that were already replaced, and waits for them. */
  readonly placeholdersAgain: number
}

export interface SimulationParams {
  readonly seed: number
  readonly version: Version
  readonly apps: number
  /** The simulation stops after this many events, at the latest. */
  readonly maxEvents: number
  /** Length in seconds. */
  readonly duration: number
  readonly outages: readonly Outage[]
  readonly features: Features
  /** Whether nodes tell their instance type (`si/instance-type`); a real shim from 1.5 on never does. */
  readonly instanceTypes: boolean
  /** The longest time between a pod's end and the shim's knowing it, in seconds. */
  readonly informerLatency: number
  readonly rest: boolean
}

export const EVERYTHING: Features = {
  gangs: 0.25,
  late: 0.08,
  rejected: 0.04,
  reused: 0.05,
  removed: 0.04,
  cancelled: 0.03,
  preemption: 0.3,
  resizes: 0.08,
  foreign: 0.8,
  edges: 0.3,
  nodeRemoval: 0.5,
  nodeLoss: 0.4,
  nodeRemovalInRecovery: 0.3,
  driverDeathInRecovery: 0.3,
  slowBinds: 0.15,
  rejectedAfterRestart: 0.02,
  recoveryQueue: 0.05,
  placeholdersAgain: 0.5,
}

export const NOTHING: Features = Object.fromEntries(Object.keys(EVERYTHING).map((name) => [name, 0])) as Record<
  keyof Features,
  number
>

/** A simulation of everything, with no outage unless asked. */
export function paramsOf(changes: Partial<SimulationParams> & { readonly seed: number }): SimulationParams {
  const version = changes.version ?? '1.8'
  return {
    version,
    apps: 40,
    maxEvents: 20_000,
    duration: 150,
    outages: [],
    features: EVERYTHING,
    instanceTypes: version === '1.4',
    informerLatency: 0,
    rest: false,
    ...changes,
  }
}

/** Chooses the size, the outages and the version from the seed alone: what a sweep over seeds runs. */
export function randomParams(seed: number, version?: Version): SimulationParams {
  const random = seededRandom(seed * 7919 + 17)
  const duration = random.int(90, 200)
  const chosen = version ?? random.pick<Version>(['1.6', '1.8', '1.8', '1.9', '1.9', '1.5'])
  return paramsOf({
    seed,
    version: chosen,
    apps: random.int(10, 50),
    duration,
    outages: randomOutages(random, duration),
  })
}

function randomOutages(random: Random, duration: number): Outage[] {
  const outages: Outage[] = []
  const wanted = random.pick([0, 1, 1, 1, 2, 2, 3])
  let at = 15 + random.float() * duration * 0.4
  for (let i = 0; i < wanted && at < duration - 10; i++) {
    const down = random.chance(0.12) && i === wanted - 1 ? null : 0.5 + 30 * random.float() ** 2
    outages.push({ at, down })
    if (down === null) break
    // The next crash may come before the recovery is done: within the first seconds of the new instance.
    at += down + (random.chance(0.35) ? 0.2 + random.float() * 4 : 10 + random.float() * duration * 0.4)
  }
  return outages
}
