/** Reads as little of a dump as answers a question, and more where that turns out not to be enough. */
import type { DumpInput, Reach } from '../../../ports/dump-source.ts'
import { SparkopsError } from '../../errors.ts'
import type { UsageLedger } from '../ledger.ts'
import type { Question } from '../question.ts'
import { type PrunedInputs, pruneInputs } from './prune-inputs.ts'
import { wanting } from './sufficient.ts'

export interface ReadEnoughOptions {
  question: Question
  /** How far an event may lie from the time that its object or message tells, in nanoseconds. */
  margin: bigint
  /** Nothing that lived in the time asked for began earlier than so long before it: the user's word; undefined to prove it. */
  lookback: bigint | undefined
}

/** How much was read. */
export interface ReadShare {
  read: number
  of: number
}

/** Each time that more is needed, so many times as far is read: all tries together cost a third more than the last. */
const FACTOR = 4n

/**
 * Gives the work a ledger that answers the question as all of the inputs would. `open` reads inputs into a ledger, and
 * `close` lets go of it: one is open at a time.
 */
export async function readEnough<Result>(
  inputs: readonly DumpInput[],
  { question, margin, lookback }: ReadEnoughOptions,
  open: (inputs: readonly DumpInput[]) => Promise<{ ledger: UsageLedger; close: () => Promise<void> }>,
  work: (ledger: UsageLedger, share: ReadShare) => Promise<Result>,
): Promise<Result> {
  const { from, to } = question
  let [back, ahead]: (bigint | undefined)[] = [lookback ?? margin, margin]
  for (;;) {
    const reach = reachOf(from, to, back, ahead)
    const pruned = await pruneInputs(inputs, reach, margin)
    const opened = pruned.inputs.length === 0 ? undefined : await openSome(open, pruned)
    try {
      const lacks = opened === undefined ? pruned : await lacking(opened.ledger, question, reach, margin, pruned)
      if (lookback !== undefined) lacks.before = false
      if (opened !== undefined && !lacks.before && !lacks.after)
        return await work(opened.ledger, { read: pruned.inputs.length, of: inputs.length })
      if (lacks.before || opened === undefined) back = wider(back, from)
      if (lacks.after || opened === undefined) ahead = wider(ahead, to)
    } finally {
      await opened?.close()
    }
  }
}

/** Opens what was not left out; undefined where no event is in it, but may be in the rest. */
async function openSome<Opened>(
  open: (inputs: readonly DumpInput[]) => Promise<Opened>,
  { inputs, before, after }: PrunedInputs,
): Promise<Opened | undefined> {
  try {
    return await open(inputs)
  } catch (error) {
    if ((before || after) && error instanceof SparkopsError && error.code === 'SO_NO_EVENTS') return undefined
    throw error
  }
}

async function lacking(
  ledger: UsageLedger,
  question: Question,
  reach: Reach,
  margin: bigint,
  { before, after }: PrunedInputs,
): Promise<{ before: boolean; after: boolean }> {
  if (!before && !after) return { before, after }
  const wanted = await wanting(ledger, question, reach, margin)
  return { before: before && wanted.before, after: after && wanted.after }
}

function reachOf(
  from: bigint | undefined,
  to: bigint | undefined,
  back: bigint | undefined,
  ahead: bigint | undefined,
): Reach {
  return {
    from: from === undefined || back === undefined ? undefined : from - back,
    to: to === undefined || ahead === undefined ? undefined : to + ahead,
  }
}

/** Farther; everything when that reaches back before any YuniKorn, or as far ahead. */
function wider(distance: bigint | undefined, at: bigint | undefined): bigint | undefined {
  if (distance === undefined || at === undefined) return undefined
  const next = distance * FACTOR
  return next > LONGEST ? undefined : next
}

/** Ten years. */
const LONGEST = 315_576_000n * 1_000_000_000n
