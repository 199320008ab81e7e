/** Leaves out inputs that lie apart from a stretch of time, by their names, their store's clock, or their messages' times. */
import type { DumpInput, NarrowedInput, Reach } from '../../../ports/dump-source.ts'
import { timeOfName } from './name-time.ts'

/** What is read of the inputs, and whether anything was left out. */
export interface PrunedInputs {
  inputs: DumpInput[]
  before: boolean
  after: boolean
}

/**
 * The inputs that may hold events of the stretch. An event may lie as far as `margin` (nanoseconds) from where its
 * object's name, its store or its message says: connectors catch up after an outage, and do not say their time zone.
 *
 * What was named itself, or tells no time, is always kept; so is a whole series of objects of which nothing lies there,
 * such as those of a cluster that is no more: what it left open counts as running still.
 */
export async function pruneInputs(inputs: readonly DumpInput[], reach: Reach, margin: bigint): Promise<PrunedInputs> {
  const wide: Reach = {
    from: reach.from === undefined ? undefined : reach.from - margin,
    to: reach.to === undefined ? undefined : reach.to + margin,
  }
  const judged = await Promise.all(inputs.map(async (input) => ({ input, ...(await judge(input, wide)) })))
  const alive = new Set(judged.flatMap(({ series, narrowed }) => (narrowed.input === undefined ? [] : [series])))
  const kept = judged.map(({ input, series, narrowed }): NarrowedInput => {
    const isDead = series !== undefined && !alive.has(series)
    return isDead ? { input, before: false, after: false } : narrowed
  })
  return {
    inputs: kept.flatMap((one) => (one.input === undefined ? [] : [one.input])),
    before: kept.some((one) => one.before),
    after: kept.some((one) => one.after),
  }
}

async function judge(input: DumpInput, reach: Reach): Promise<{ series: string | undefined; narrowed: NarrowedInput }> {
  const whole = { input, before: false, after: false }
  if (input.narrow !== undefined) return { series: undefined, narrowed: await input.narrow(reach) }
  if (input.named) return { series: undefined, narrowed: whole }
  const time = timeOfName(input.name, input.below ?? '')
  const latest = [time?.to, input.latest].filter((one) => one !== undefined)
  const before = reach.from !== undefined && latest.some((one) => one < reach.from!)
  const after = reach.to !== undefined && time !== undefined && time.from > reach.to
  return { series: time?.series, narrowed: before || after ? { input: undefined, before, after } : whole }
}
