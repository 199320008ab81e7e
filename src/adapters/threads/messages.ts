// What the main thread and the scanning threads say to each other. All of it can be cloned; big arrays are handed over.
import type { FactBatch, Name } from '../../domain/usage/facts.ts'
import type { ScanOptions, ScanResult } from '../../domain/usage/scan/scan-part.ts'
import type { DumpLocation } from '../../ports/dump-source.ts'

/** To a thread: scan this; or: so many batches have been taken, go on. */
export type ToThread = { kind: 'scan'; location: DumpLocation; options: ScanOptions } | { kind: 'taken' }

/** A failure in words: an Error would lose what it carries. */
export interface Failure {
  /** The fields of a SparkopsError; undefined for anything else. */
  expected:
    { code: string; message: string; why?: string | undefined; hint?: string | undefined; exit: string } | undefined
  text: string
}

export type FromThread =
  | { kind: 'facts'; batch: FactBatch }
  | { kind: 'names'; names: readonly Name[] }
  | { kind: 'bytes'; bytes: number }
  | { kind: 'done'; result: ScanResult }
  | { kind: 'failed'; failure: Failure }
