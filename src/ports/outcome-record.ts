/** What was seen of applications, kept beside the rollout file: clusters forget them, and "before" must stay known. */
import type { Outcome } from '../domain/rollout/observe/outcome.ts'

export interface OutcomeRecord {
  /** All of an environment, the earliest first, and when it was last looked; empty where nothing was kept. */
  read(environment: string): Promise<{ outcomes: Outcome[]; lastLook: number | undefined }>
  /** Adds what was seen at a look; on the disk when it returns. `at`: milliseconds since the epoch. */
  append(environment: string, outcomes: readonly Outcome[], at: number): Promise<void>
  /** Where it is, as people read it. */
  readonly place: string
}
