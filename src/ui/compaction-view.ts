/** What a run of `usage compact` took in, for people. */
import type { Compaction } from '../domain/usage/store/compact.ts'
import { plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import type { Block, View } from './view.ts'

export const compactionView: View<Compaction> = {
  *blocks({ store, runs, objects, events, statement }): Generator<Block> {
    const { read, known } = objects
    if (runs === 0) {
      yield `Nothing is new: ${sanitize(store)} has read ${known === 1 ? 'that object' : `all ${known} objects`} already.`
      return
    }
    const before = known === 0 ? '' : `; ${plural(known, 'object')} had been read before`
    yield `Took ${plural(events, 'event')} from ${plural(read, 'object')} into ${sanitize(store)}${before}`
    const { original, restatement, retraction } = statement
    if (original + retraction > 0)
      yield `${plural(original, 'allocation')} stated for the first time, ${restatement} stated anew, ${retraction - restatement} taken back`
  },
  names: ({ store }) => [store],
}
