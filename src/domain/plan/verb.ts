/** What carries out one verb of a plan: it looks before it acts, and looks again afterwards. */
import type { Json, Step } from './plan.ts'

/** What is found of a step before anything is done. */
export type Look =
  /** It holds already: a former attempt did it, or it was so. */
  | { state: 'done'; facts?: Json }
  /** It does not hold, and what the plan saw still does. */
  | { state: 'ready' }
  /** Neither: somebody changed it since. */
  | { state: 'drifted'; why: string }

/**
 * One verb. `Context` is what it works with. Each may be called any number of times for a step, in any process: a run
 * may end between any two lines of it.
 */
export interface Verb<Context> {
  /** Left out for what can only be done, not looked at: waiting, checking. */
  look?(payload: Json, context: Context): Promise<Look>
  /** Does it. Gives what was met or made, for the journal and the receipt. Throws SparkopsError. */
  act(payload: Json, context: Context): Promise<Json>
  /** Nothing is changed by it: it is done anew when something before it had to be. */
  isCheck?: boolean
  /**
   * Names what it keeps in a certain state until another step of the same name changes it: a resumed run looks whether
   * it still does. Undefined where nothing is kept.
   */
  holds?(payload: Json): string | undefined
}

export type Verbs<Context> = ReadonlyMap<string, Verb<Context>>

/** What happens in a run, as it happens. */
export type RunNews =
  | { kind: 'begun'; step: Step; index: number }
  /** The same step, further on: `12 of 200 applications`. */
  | { kind: 'underway'; step: Step; index: number; detail: string }
  | { kind: 'done'; step: Step; index: number; observed: boolean; kept: string | null; facts: Json }
  | { kind: 'failed'; step: Step; index: number; message: string }
  /** Done in an earlier process. */
  | { kind: 'known'; step: Step; index: number }
  | { kind: 'undone'; step: Step; index: number; why: string }
