// What is known about the recording itself: what it covers, what it lacks, and what does not fit together.
import type { FactStore } from '../../../ports/fact-store.ts'
import { FACT } from '../facts.ts'
import type { UsageLedger } from '../ledger.ts'
import type { InputAccount } from '../input-record.ts'
import type { SchedulerInstance } from '../timeline.ts'
import { endOfInstance } from './period.ts'
import type { DarkTime, Oddity, Quality, RecordedInput, RecordedInstance } from './usage-report.ts'

const LISTED = 50
const LISTED_LINES = 20

/** Describes the recording behind a ledger. */
export async function describeQuality(
  ledger: UsageLedger,
  dark: readonly DarkTime[],
  unknownQueue: bigint,
): Promise<Quality> {
  const { timeline, inputs, broken, events } = ledger
  return {
    events,
    instances: timeline.instances.slice(0, LISTED).map(describeInstance),
    instancesLeft: Math.max(0, timeline.instances.length - LISTED),
    dark: dark.slice(0, LISTED),
    darkLeft: Math.max(0, dark.length - LISTED),
    inputs: inputs.slice(0, LISTED).map(describeInput),
    inputsLeft: Math.max(0, inputs.length - LISTED),
    brokenLines: broken.slice(0, LISTED_LINES),
    oddities: await findOddities(ledger, unknownQueue),
  }
}

function describeInstance(instance: SchedulerInstance): RecordedInstance {
  const first = instance.covers[0]
  return {
    cluster: instance.cluster,
    name: instance.name,
    from: instance.from,
    to: endOfInstance(instance),
    stretches: instance.covers.length,
    fromBeginning: first !== undefined && (first.boot || first.firstId === 0),
    confirmed: instance.confirmedUntil !== undefined,
  }
}

function describeInput({ file, counts, cutBytes, brokenCount, foreign }: InputAccount): RecordedInput {
  const { events, pages, heartbeats, snapshots } = counts
  return {
    ...{ file, events, pages, heartbeats, snapshots, cutBytes },
    brokenLines: brokenCount,
    foreign: foreign ?? null,
  }
}

async function findOddities(ledger: UsageLedger, unknownQueue: bigint): Promise<Oddity[]> {
  const { judged, inputs, store } = ledger
  const cases = (name: string): number => judged.filter((span) => span.case === name).length
  const oddities: Oddity[] = [
    { what: 'allocations that lived through a restart, in one piece', count: cases('survivor') },
    { what: 'allocations that the next scheduler asked for again: the pod had never run', count: cases('bind-lost') },
    { what: 'allocations that began before anybody looked', count: cases('late-start') },
    { what: 'allocations told of twice by one scheduler', count: judged.filter((one) => one.lifetime.addTwice).length },
    { what: 'ends that contradict each other', count: judged.filter((span) => span.contradiction).length },
    { what: 'allocations that were resized', count: await countSpans(store, 'resized = 1') },
    { what: 'ends of a type unknown to YuniKorn itself', count: await countSpans(store, `code = ${FACT.endUnknown}`) },
    { what: 'allocations of which no event tells the queue', count: Number(unknownQueue) },
    { what: 'files whose last line is cut', count: inputs.filter((input) => input.cutBytes > 0).length },
    { what: 'lines that could not be read', count: inputs.reduce((sum, input) => sum + input.brokenCount, 0) },
    { what: 'files passed over as no dumps', count: inputs.filter((input) => input.foreign !== undefined).length },
  ]
  return oddities.filter((oddity) => oddity.count > 0)
}

async function countSpans(store: FactStore, condition: string): Promise<number> {
  return Number((await store.rows(`SELECT count(*) FROM spans WHERE ${condition}`))[0]![0])
}
