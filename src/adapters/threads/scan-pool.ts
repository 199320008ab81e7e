// Scans parts of dumps on worker threads; each thread has one part at a time.
import { Worker } from 'node:worker_threads'
import { type ExitName, SparkopsError } from '../../domain/errors.ts'
import type { FactBatch, FactSink } from '../../domain/usage/facts.ts'
import type { ScanOptions, ScanResult } from '../../domain/usage/scan/scan-part.ts'
import type { DumpLocation } from '../../ports/dump-source.ts'
import type { ScanPool } from '../../ports/scan-pool.ts'
import type { Failure, FromThread, ToThread } from './messages.ts'

interface Task {
  location: DumpLocation
  options: ScanOptions
  sink: FactSink
  onBytes: (bytes: number) => void
  resolve: (result: ScanResult) => void
  reject: (error: unknown) => void
}

export interface PoolOptions {
  /** The script that the threads run. */
  entry: URL
  threads: number
}

/** A pool that is open; its sizes are the caller's choice. */
export type OpenPool = Pick<ScanPool, 'scan' | 'close'>

/** A pool whose threads start as tasks come. */
export function openScanPool({ entry, threads }: PoolOptions): OpenPool {
  const waiting: Task[] = []
  const lanes: Lane[] = []
  const dispatch = (): void => {
    while (waiting.length > 0) {
      const lane = lanes.find((one) => one.isIdle) ?? (lanes.length < threads ? new Lane(entry, dispatch) : undefined)
      if (lane === undefined) return
      if (!lanes.includes(lane)) lanes.push(lane)
      lane.run(waiting.shift()!)
    }
  }
  return {
    scan: (location, options, sink, onBytes) =>
      new Promise((resolve, reject) => {
        waiting.push({ location, options, sink, onBytes, resolve, reject })
        dispatch()
      }),
    close: async () => {
      waiting.length = 0
      await Promise.all(lanes.map((lane) => lane.close()))
    },
  }
}

/** One thread and the task it is at. */
class Lane {
  readonly #worker: Worker
  readonly #whenIdle: () => void
  #task: Task | undefined

  constructor(entry: URL, whenIdle: () => void) {
    this.#worker = new Worker(entry)
    this.#whenIdle = whenIdle
    this.#worker.on('message', (message: FromThread) => this.#take(message))
    this.#worker.on('error', (error) => this.#settle((task) => task.reject(error)))
    this.#worker.on('exit', () => this.#settle((task) => task.reject(new Error('a scanning thread ended early'))))
  }

  get isIdle(): boolean {
    return this.#task === undefined
  }

  run(task: Task): void {
    this.#task = task
    this.#tell({ kind: 'scan', location: task.location, options: task.options })
  }

  async close(): Promise<void> {
    this.#task = undefined
    await this.#worker.terminate()
  }

  #tell(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  #take(message: FromThread): void {
    const task = this.#task
    if (task === undefined) return
    switch (message.kind) {
      case 'facts':
        return this.#facts(task, message.batch)
      case 'names':
        return task.sink.names(message.names)
      case 'bytes':
        return task.onBytes(message.bytes)
      case 'done':
        return this.#settle(() => task.resolve(message.result))
      case 'failed':
        return this.#settle(() => task.reject(toError(message.failure)))
    }
  }

  /** When the store refuses the facts (out of memory, disk full), the task has failed; what still comes is dropped. */
  #facts(task: Task, batch: FactBatch): void {
    try {
      task.sink.facts(batch)
      this.#tell({ kind: 'taken' })
    } catch (error) {
      this.#task = undefined
      task.reject(error)
    }
  }

  #settle(end: (task: Task) => void): void {
    const task = this.#task
    this.#task = undefined
    if (task === undefined) return
    end(task)
    this.#whenIdle()
  }
}

function toError({ expected, text }: Failure): Error {
  if (expected === undefined) return new Error(text)
  const { code, message, why, hint, exit } = expected
  return new SparkopsError({ code: code as `SO_${string}`, message, why, hint, exit: exit as ExitName })
}
