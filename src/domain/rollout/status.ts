/** The state of a whole rollout: every environment, and the report of the one that counts now. */
import { API_VERSION, type Document } from '../document.ts'
import type { Rollout } from './file/rollout.ts'
import { type RolloutReport, wordsOf } from './report.ts'
import { type RolloutEntry, type Stage, stateOf } from './state/entries.ts'

export interface RolloutStatus extends Document {
  kind: 'RolloutStatus'
  rollout: string
  /** Where the state is kept. */
  place: string
  environments: EnvironmentRow[]
  /** Of the environment that was asked for, or that is under way; null where none is. */
  report: RolloutReport | null
}

export interface EnvironmentRow {
  name: string
  context: string
  to: string
  stage: Stage
  /** Of the last thing that happened there. */
  at: string | null
  by: string | null
  says: string | null
}

export function statusOf(
  rollout: Rollout,
  place: string,
  entries: readonly RolloutEntry[],
  report: RolloutReport | null,
): RolloutStatus {
  const environments = rollout.environments.map(({ name, context, operator }) => {
    const { stage, last } = stateOf(entries, name)
    const says = last === null ? null : wordsOf(last)
    return { name, context, to: operator.to, stage, at: last?.at ?? null, by: last?.by ?? null, says }
  })
  return { apiVersion: API_VERSION, kind: 'RolloutStatus', rollout: rollout.name, place, environments, report }
}
