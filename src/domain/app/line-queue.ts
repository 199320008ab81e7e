/** Many writers, one reader: items in the order of their arrival. A writer waits while the reader is far behind. */

const MOST_WAITING = 1000

export class LineQueue<T> {
  private readonly items: T[] = []
  private wakeReader: () => void = () => undefined
  private wakeWriters: () => void = () => undefined
  private isOver = false
  private error: unknown

  /** Resolves when there is room for the next. */
  async push(item: T): Promise<void> {
    this.items.push(item)
    this.wakeReader()
    while (this.items.length > MOST_WAITING && !this.isOver)
      await new Promise<void>((resolve) => (this.wakeWriters = chain(this.wakeWriters, resolve)))
  }

  /** Nothing more comes; what is there is still read, then the error is thrown, if any. */
  end(error?: unknown): void {
    this.isOver = true
    this.error ??= error
    this.wakeReader()
    this.wakeWriters()
  }

  async *read(): AsyncGenerator<T> {
    for (;;) {
      while (this.items.length > 0) yield this.items.shift()!
      this.wakeWriters()
      this.wakeWriters = () => undefined
      if (this.isOver) break
      await new Promise<void>((resolve) => (this.wakeReader = resolve))
    }
    if (this.error !== undefined) throw this.error as Error
  }
}

function chain(one: () => void, other: () => void): () => void {
  return () => {
    one()
    other()
  }
}
