/** What a gate is given and what it says. Gates are pure: the same evidence gives the same answer. */
import type { Json } from '../../plan/plan.ts'
import type { Standing } from '../cause/cause.ts'
import type { GateSettings } from '../file/rollout.ts'
import type { Outcome } from '../observe/outcome.ts'
import type { Leftover } from '../observe/leftovers.ts'
import type { Vitals } from '../observe/vitals.ts'
import type { UsageFigures } from './usage-figures.ts'

export type GateName = 'soak' | 'operatorFailureRate' | keyof GateSettings

/**
 * - `holds`: it was looked, and it is as it should be
 * - `waits`: not yet; time or more applications will tell
 * - `fails`: it is not as it should be
 * - `unseen`: it could not be looked, or what was seen does not tell; never taken for `holds`
 * - `off`: the file says that it does not matter
 */
export type GateState = 'holds' | 'waits' | 'fails' | 'unseen' | 'off'

export interface GateResult {
  gate: GateName
  state: GateState
  /** One or two sentences for people who know Spark and no statistics. */
  reason: string
  /** Whether the rollout is to be stopped at once: it fails, and waiting costs jobs. */
  halts: boolean
  /** The figures behind the reason. */
  figures: { readonly [key: string]: Json }
}

/** An application that ended, in the light of its job's past. */
export interface JudgedOutcome extends Outcome {
  /** Of a failure; null of an application that completed. */
  standing: Standing | null
}

export interface GateEvidence {
  now: number
  startedAt: number
  soakMs: number
  settings: GateSettings
  /** What finished before the start, within the baseline's days, and since; in the order in which they finished. */
  before: readonly Outcome[]
  since: readonly JudgedOutcome[]
  leftovers: readonly Leftover[]
  /** Whether applications and pods could all be seen; else what could not. */
  unseen: readonly string[]
  vitals: { atStart: Vitals | null; now: Vitals | null }
  /** Null: no dump was given. */
  usage: UsageFigures | null
}

/** A gate that the file turned off. */
export function off(gate: GateName): GateResult {
  return { gate, state: 'off', reason: 'turned off in the file', halts: false, figures: {} }
}
