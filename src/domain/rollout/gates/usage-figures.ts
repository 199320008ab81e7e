/** Of one resource: what was used in all, and by how many applications, in two spans of time. */
export interface UsageFigures {
  resources: readonly ResourceFigures[]
}

export interface ResourceFigures {
  resource: string
  unit: string
  /** Lower and upper bounds of the sum; upper null: open. */
  before: { lower: number; upper: number | null; applications: number }
  since: { lower: number; upper: number | null; applications: number }
}
