// The data behind a usage report: everything its pictures and tables show, as plain data. Times are Unix
// nanoseconds; usage is in YuniKorn's own quantities × whole seconds (docs/usage-rules.md §7), as integers.
import type { API_VERSION } from '../../document.ts'
import type { Proof } from '../judge/judge.ts'

/** Usage as far as it is known: at least, at most. Within the report's period the upper bound is always finite. */
export interface Bounds {
  lower: bigint
  upper: bigint
}

/** A resource and how people count it. */
export interface ReportResource {
  /** YuniKorn's name. */
  name: string
  label: string
  /** What one at a time is: `cores`. */
  unit: string
  /** What an hour of one is: `core-hours`. */
  hours: string
  /** YuniKorn's quantity in one of the unit: 1000 milli-cores. */
  perUnit: bigint
}

/** The same, where nothing may bound the upper side. */
export interface OpenBounds {
  lower: bigint
  upper: bigint | null
}

export interface Period {
  from: bigint
  to: bigint
}

/** Usage in each bucket; between `edges[i]` and `edges[i + 1]`. */
export interface Series {
  lower: bigint[]
  upper: bigint[]
}

/** What one queue used. `totals` and `series` have an entry for each of the report's resources. */
export interface QueueUsage {
  name: string
  /** Queues that stand behind this line: 1, or how many the last line sums up. */
  members: number
  allocations: bigint
  /** Of these, still running when the recording ends. */
  running: bigint
  totals: Bounds[]
  series: Series[]
}

/** What one run of an application used. */
export interface ApplicationUsage {
  application: string
  /** 1 for the first use of the id. */
  run: number
  queue: string
  allocations: bigint
  /** Its usage is not over, or began before anybody looked. */
  open: boolean
  usage: Bounds
}

/** The applications that used most of a resource. */
export interface TopApplications {
  rows: ApplicationUsage[]
  /** How many more there are, and what they used together. */
  others: number
  othersUsage: Bounds
}

/** Everything of one kind and resource. `exact` is the part whose beginning and end were seen. */
export interface Total extends Bounds {
  kind: 'used' | 'placeholder' | 'preempted'
  resource: ReportResource
  exact: bigint
}

/** A time in which nobody saw what happened. */
export interface DarkTime extends Period {
  cluster: string
  /** Between two schedulers, or a hole in the events of one. */
  kind: 'outage' | 'gap'
}

/** The beginning of a scheduler after another. */
export interface Restart {
  cluster: string
  at: bigint
  instance: string
}

/** An allocation whose end nobody saw. */
export interface Ghost {
  application: string
  allocation: string
  node: string
  start: bigint
  /** The beginning lies before what was seen. */
  lateStart: boolean
  aliveUntil: bigint
  endedBy: bigint | null
  proof: Exclude<Proof, 'exact'>
  rule: string
  evidence: string
}

/** The ghosts of one dark time, or of what comes after the last event (`dark` is null). */
export interface GhostGroup {
  dark: DarkTime | null
  count: number
  rows: Ghost[]
}

export interface GhostSummary {
  count: number
  byProof: Record<Exclude<Proof, 'exact'>, number>
  groups: GhostGroup[]
  /** Ghosts that no group lists. */
  left: number
}

/** What the nodes offered and what was taken of it by allocations of any kind; an entry for each resource. */
export interface Capacity {
  nodes: number
  offered: bigint[][]
  occupied: Series[]
}

export type Verdict = 'equal' | 'reconciled' | 'ambiguous' | 'explained' | 'different'

/** Our figure for an application beside YuniKorn's own. */
export interface ComparedApplication {
  application: string
  verdict: Verdict
  why: string
  /** Milli-core-seconds of the kinds that YuniKorn tells, over the whole run; `upper` is null where nothing bounds it. */
  ours: OpenBounds
  theirs: bigint
  /** At least so much of ours YuniKorn forgot; null where it forgot nothing. */
  forgottenPercent: number | null
}

export interface ReportComparison {
  /** Where YuniKorn's figures come from. */
  source: string
  counts: Record<Verdict, number>
  rows: ComparedApplication[]
  /** Applications that are compared but not listed. */
  left: number
  /** Sums over all that are compared, listed or not. */
  ours: OpenBounds
  theirs: bigint
}

/** One scheduler process as far as it was recorded. */
export interface RecordedInstance {
  cluster: string
  name: string
  from: bigint
  to: bigint
  stretches: number
  /** Its first event is held. */
  fromBeginning: boolean
  /** A heartbeat confirms that nothing followed its last event. */
  confirmed: boolean
}

export interface RecordedInput {
  file: string
  events: number
  pages: number
  heartbeats: number
  snapshots: number
  cutBytes: number
  brokenLines: number
  /** Passed over as no dump, and why. */
  foreign: string | null
}

/** A thing worth knowing about the recording, and how often it occurs. */
export interface Oddity {
  what: string
  count: number
}

export interface Quality {
  events: number
  instances: RecordedInstance[]
  instancesLeft: number
  dark: DarkTime[]
  darkLeft: number
  inputs: RecordedInput[]
  inputsLeft: number
  brokenLines: { file: string; line: number; why: string }[]
  oddities: Oddity[]
}

export interface Headline {
  applications: number
  runs: number
  allocations: bigint
  /** Still running when the recording ends. */
  running: bigint
  /** Lifetimes that began before anybody looked. */
  lateStarts: bigint
  used: Total[]
  ghosts: number
  restarts: number
  outages: number
  gaps: number
  darkNanos: bigint
}

export interface UsageReport {
  apiVersion: typeof API_VERSION
  kind: 'UsageReport'
  createdAt: string
  clusters: string[]
  period: Period
  bucketNanos: bigint
  edges: bigint[]
  resources: ReportResource[]
  headline: Headline
  totals: Total[]
  /** All queues together first. */
  all: QueueUsage
  queues: QueueUsage[]
  applications: TopApplications[]
  restarts: Restart[]
  dark: DarkTime[]
  ghosts: GhostSummary
  capacity: Capacity | null
  comparison: ReportComparison | null
  quality: Quality
}
