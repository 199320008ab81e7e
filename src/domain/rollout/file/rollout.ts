/**
 * What `rollout.yaml` says: environments in their order, what each is moved to, how long it is watched, and which gates
 * stand before the next one. Field by field in docs/rollout.md.
 */

export interface Rollout {
  name: string
  /** How many days before a start count as "before"; whole weeks, so that every weekday is in it as often. */
  baselineDays: number
  /** Directory for what is seen of applications, beside the file unless absolute. */
  record: string
  /** Where the state lives besides the journal; null: in the journal alone. */
  configMap: ConfigMapPlace | null
  environments: readonly Environment[]
}

export interface ConfigMapPlace {
  /** Context of the cluster that holds it; null: that of the first environment. */
  context: string | null
  namespace: string
  name: string
}

export interface Environment {
  name: string
  context: string
  /** Whose applications count. */
  namespaces: readonly string[]
  operator: OperatorWish
  /** Milliseconds. */
  soakMs: number
  gates: GateSettings
}

export interface OperatorWish {
  /** The version, as `operator plan --to` takes it. */
  to: string
  /** Files of values, beside the rollout file unless absolute. */
  values: readonly string[]
  /** `namespace/name` where there are several operators in the cluster. */
  id: string | null
}

/** Null: the gate was turned off in the file, and says so. */
export interface GateSettings {
  completed: { atLeast: number } | null
  failureRate: RateSettings | null
  operatorFailures: { most: number | 'no-worse'; known: 'allowed' | 'counted' } | null
  submissionLatency: LatencySettings | null
  leftovers: { stuckAfterMs: number } | null
  operatorRestarts: CountSettings | null
  leaderChanges: CountSettings | null
  reconcileErrors: CountSettings | null
  webhookRefusals: CountSettings | null
  apiThrottling: CountSettings | null
  usage: { within: number } | null
}

export interface CountSettings {
  /** How many since the start are borne. */
  most: number
}

export interface RateSettings {
  /** How many times as many failures are to be noticed. */
  worseBy: number
  /** Probability that an environment as good as before is stopped, over its whole time, however often it is looked at. */
  falseAlarms: number
  /** Probability with which it must have been noticed by now, had it been that much worse; 0: no such demand. */
  noticed: number
}

export interface LatencySettings {
  percentiles: readonly number[]
  /** The band: this many times what it was, and `slackMs` more. */
  factor: number
  slackMs: number
  /** Fewer measured submissions than this decide nothing. */
  atLeast: number
}

/** What holds where a file says nothing. docs/rollout.md gives the reason of each. */
export const DEFAULT_GATES: GateSettings = {
  completed: { atLeast: 100 },
  failureRate: { worseBy: 2, falseAlarms: 0.01, noticed: 0 },
  operatorFailures: { most: 0, known: 'allowed' },
  submissionLatency: { percentiles: [50, 95], factor: 1.5, slackMs: 5000, atLeast: 20 },
  leftovers: { stuckAfterMs: 30 * 60_000 },
  operatorRestarts: { most: 0 },
  leaderChanges: { most: 1 },
  reconcileErrors: { most: 10 },
  webhookRefusals: { most: 0 },
  apiThrottling: { most: 0 },
  usage: { within: 0.2 },
}

/** A quarter: of 2 % failures at 100 applications a day, 170, so that their rate is known to within a tenth. */
export const DEFAULT_BASELINE_DAYS = 84
