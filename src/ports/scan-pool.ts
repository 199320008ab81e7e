/** Threads that scan large dumps beside the main one. */
import type { FactSink } from '../domain/usage/facts.ts'
import type { ScanOptions, ScanResult } from '../domain/usage/scan/scan-part.ts'
import type { DumpLocation } from './dump-source.ts'

export interface ScanPool {
  /** Files smaller than this are not worth a thread. */
  readonly leastBytes: number
  /** Size of the parts that a plain file is split into. */
  readonly partBytes: number
  /** Scans a part; `onBytes` is told of stored bytes read. Facts come with the part's own source numbers. */
  scan(
    location: DumpLocation,
    options: ScanOptions,
    sink: FactSink,
    onBytes: (bytes: number) => void,
  ): Promise<ScanResult>
  close(): Promise<void>
}
