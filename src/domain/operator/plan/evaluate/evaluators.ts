/** How a rule is tried on a move. */
import type { Move } from '../move.ts'

/** Names of what is concerned; none where the rule does not hold here. */
export type Evaluate = (move: Move) => readonly string[]

export type Evaluators = Readonly<Record<string, Evaluate>>
