/** Which records of a partition count: neither marks of transactions, nor what a transaction took back. */
import type { fetchV17, KafkaRecord, RecordsBatch } from '@platformatic/kafka'

const IS_TRANSACTIONAL = 1 << 4
const IS_CONTROL = 1 << 5
/** The type of a control record stands behind its version, both of two bytes; 0 takes the transaction back. */
const CONTROL_TYPE = 2
const ABORT = 0

/** What a broker answers for one partition. */
export type PartitionData = fetchV17.FetchResponsePartition

type Fetched = Pick<PartitionData, 'records' | 'abortedTransactions'>

/**
 * The records of an answer that was asked for as `read committed`, with their offsets, in order; those before
 * `from` (of a batch that began earlier) and from `to` on are left out.
 *
 * A broker sends with each answer all transactions taken back that reach into it, by producer and first offset, and
 * whoever reads drops the producer's batches from there until its mark. (The client's own filter takes one transaction
 * of a producer for an answer, and lets through what has its mark in the next one.)
 */
export function* committedRecords(
  { records: batches = [], abortedTransactions }: Fetched,
  from: bigint,
  to: bigint,
): Generator<{ offset: bigint; record: KafkaRecord }> {
  const pending = [...abortedTransactions].sort((a, b) => Number(a.firstOffset - b.firstOffset))
  const aborted = new Set<bigint>()
  for (const batch of batches) {
    while (pending.length > 0 && pending[0]!.firstOffset <= lastOffset(batch)) aborted.add(pending.shift()!.producerId)
    if ((batch.attributes & IS_CONTROL) !== 0) {
      if (batch.records[0]?.key?.readInt16BE(CONTROL_TYPE) === ABORT) aborted.delete(batch.producerId)
      continue
    }
    if ((batch.attributes & IS_TRANSACTIONAL) !== 0 && aborted.has(batch.producerId)) continue
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta)
      if (offset >= from && offset < to) yield { offset, record }
    }
  }
}

/** The offset behind all that an answer holds, marks and what is left out included; undefined for an empty one. */
export function offsetAfter({ records: batches = [] }: Pick<Fetched, 'records'>): bigint | undefined {
  const last = batches.at(-1)
  return last === undefined ? undefined : lastOffset(last) + 1n
}

function lastOffset(batch: RecordsBatch): bigint {
  return batch.firstOffset + BigInt(batch.lastOffsetDelta)
}
