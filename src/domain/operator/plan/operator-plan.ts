/** The plan of a move as its page reads it. `summary` is JSON in every plan; here its shape is said. */
import type { Plan } from '../../plan/plan.ts'

export interface OperatorPlan extends Plan {
  kind: 'OperatorPlan'
  summary: PlanSummary
}

export type PlanSummary = {
  from: string | null
  to: string | null
  /** The chart, or what was given. */
  target: string
  installation: string | null
  release: string
  direction: 'forward' | 'back'
  isEmpty: boolean
  blocked: boolean
  /** Ids of findings that wait for `--ack`. */
  toAcknowledge: string[]
  acknowledged: string[]
  /** What could not be seen or asked. */
  undecided: string[]
  behaviour: { aspect: string; before: string; after: string; effect: string }[]
  definitions: { name: string; decision: string; why: string; added: number; removed: number }[]
  objects: {
    resource: string
    total: number
    classes: Record<string, number>
    filled: number
    shapes: number
    asked: number
    notAsked: string | null
    disagreements: number
  }[]
  /** Without those of `others`. */
  applications: { total: number; running: number; halfSubmitted: number; streaming: string[] }
  /** Operators that are not moved and run on, with how many applications they take up. */
  others: { operator: string; applications: number }[]
  /** How the values of the release were said for the target's chart. Keys only. */
  values: { carried: number; dropped: { key: string; why: string }[]; ignored: string[]; notes: string[] }
  helm: { refused: number; deleted: string[]; recreated: number } | null
  pause: { fromStep: string; toStep: string; usualSeconds: number } | null
  pointOfNoReturn: string | null
  irreversible: string[]
}
