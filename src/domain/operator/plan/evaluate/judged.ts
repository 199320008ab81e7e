/** For whom the rules hold that rest on the verdicts on stored objects alone: of a move, and of a way back. */
import { isUnasked, type Judgement } from '../judge-objects.ts'
import { called, verdictsOf } from '../move.ts'

/** All that these rules look at. */
export interface Judged {
  judgements: readonly Judgement[]
}

/** By the id of the rule. */
export const JUDGED_EVALUATORS: Readonly<Record<string, (judged: Judged) => readonly string[]>> = {
  'OP-CRD-PRUNES': (judged) =>
    verdictsOf(judged)
      .filter(({ lost }) => lost.length > 0)
      .map((verdict) => `${called(verdict)}: ${verdict.lost.join(', ')}`),
  'OP-CRD-OBJECT-INVALID': (judged) =>
    verdictsOf(judged)
      .filter(({ violations }) => violations.length > 0)
      .map(
        (verdict) =>
          `${called(verdict)}: ${verdict.violations.map(({ path, message }) => `${path} ${message}`).join(', ')}`,
      ),
  'OP-CRD-UNKNOWN-FIELDS': (judged) =>
    verdictsOf(judged)
      .filter(({ unknown }) => unknown.length > 0)
      .map((verdict) => `${called(verdict)}: ${verdict.unknown.join(', ')}`),
  'OP-SERVER-DISAGREES': ({ judgements }) =>
    judgements.flatMap(({ disagreements }) =>
      disagreements.map(({ object, foretold, said }) => `${object} (foretold ${foretold}; the server: ${said})`),
    ),
  'OP-SERVER-NOT-ASKED': ({ judgements }) =>
    judgements.filter(isUnasked).map(({ type, notAsked }) => `${type.resource}: ${notAsked!}`),
}
