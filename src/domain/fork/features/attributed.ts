import type { FactChange } from './facts.ts'
import type { Delta } from './scan.ts'

/** A difference between the ends, with the work that touched it, oldest first. */
export interface Attributed extends FactChange {
  owners: readonly Delta[]
  /** `fact`: the commit itself changes it. `file`: it only touches the file. `none`: nobody was found. */
  how: 'fact' | 'file' | 'none'
}
