/** Several streams as one, in the order in which things arrive. */

/**
 * Ends when all have ended, or when one throws. Whoever stops reading must see to it that the streams end by themselves
 * (by a signal of theirs): one that waits for its next item cannot be told to stop.
 */
export async function* mergeStreams<T>(streams: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]())
  const next = (index: number): Promise<{ index: number; result: IteratorResult<T> }> =>
    iterators[index]!.next().then((result) => ({ index, result }))
  const waiting = new Map(iterators.map((_, index) => [index, next(index)]))
  try {
    while (waiting.size > 0) {
      const { index, result } = await Promise.race(waiting.values())
      if (result.done === true) {
        waiting.delete(index)
        continue
      }
      waiting.set(index, next(index))
      yield result.value
    }
  } finally {
    for (const pending of waiting.values()) pending.catch(() => undefined)
  }
}
