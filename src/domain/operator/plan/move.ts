/** A move as its rules see it: everything that was read, rendered and foretold, before it is judged. */
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import type { Counterpart } from '../discover/live-objects.ts'
import type { ApplicationCase, Schedule } from '../discover/applications.ts'
import type { Discovery, FoundInstallation } from '../discover/discover.ts'
import type { Traits } from '../releases/traits.ts'
import type { RenderedTarget } from '../source/target.ts'
import type { CrdMove } from './crd-moves.ts'
import type { Judgement } from './judge-objects.ts'
import type { OtherOperator } from './others.ts'
import type { HelmForecast } from './ownership.ts'
import type { SaidValues } from './values.ts'

export interface Move {
  discovery: Discovery
  /** What is moved; undefined where nothing is installed yet. */
  installation: FoundInstallation | undefined
  others: readonly OtherOperator[]
  /** Applications and schedules without those that others take up: what the move may write, and answers for. */
  cases: readonly ApplicationCase[]
  schedules: readonly Schedule[]
  from: MoveEnd
  target: RenderedTarget
  /** The operator that the target would run; undefined where it runs none. */
  behaviour: OperatorBehaviour | undefined
  direction: 'forward' | 'back'
  crds: readonly CrdMove[]
  judgements: readonly Judgement[]
  /** What the target renders, without hooks, and what the release has now, each with what is live of it. */
  rendered: readonly Counterpart[]
  owned: readonly Counterpart[]
  /** The uid of the Secret that the target's webhook would take its certificate from; undefined where none was seen. */
  liveSecret: string | undefined
  /** Undefined where Helm has no part in it. */
  helm: HelmForecast | undefined
  said: SaidValues
  /** Nodes that could run a pod; null where nodes may not be read. */
  readyNodes: number | null
  /** Images that pods of the operator's namespace cannot have, with the reason that the node gives. */
  pullFaults: readonly { image: string; pod: string; reason: string }[]
  /** When nothing is expected to be submitted, in milliseconds since the epoch. */
  window: { from: number; to: number }
  /** Workloads of what is installed that the target lacks and that nobody is known to own. */
  leftBehind: readonly string[]
  /** Whether a run holds this operator. */
  isLocked: boolean
  /** Temporary definitions that a plan left behind. */
  leftovers: readonly string[]
}

export interface MoveEnd {
  version: string | undefined
  traits: Traits
}

/** All verdicts of all kinds. */
export function verdictsOf({ judgements }: Pick<Move, 'judgements'>) {
  return judgements.flatMap(({ verdicts }) => verdicts)
}

/** Applications with a driver pod that has not ended. */
export function liveCases({ cases }: Pick<Move, 'cases'>) {
  return cases.filter(({ driver }) => driver !== undefined && !['Succeeded', 'Failed'].includes(driver.phase))
}

/** How findings name an object. */
export function called({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`
}
