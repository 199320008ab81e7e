// Scans one part of a dump by itself, on whatever thread, into facts and a result that can be sent to another thread.
import { type FactSink, FactWriter } from '../facts.ts'
import { type PodListing } from '../outside/evidence.ts'
import { type PageCoverage } from './coverage.ts'
import { DumpScanner, type LineCounts } from './dump-scanner.ts'
import { Names } from './names.ts'
import { Observations, type SeenAllocation, type SeenApplication, type SeenNode } from './observations.ts'
import { type DumpReading, readDump } from './read-dump.ts'
import { type Heartbeat, type SourceRecord, Sources } from './sources.ts'
import { type StreamLane } from './stream-lane.ts'

/** How a part is to be scanned. */
export interface ScanOptions {
  file: string
  cluster: string
  lenient: boolean
  wantUsers: boolean
  /** Another part of the same file comes right before this one. */
  continued: boolean
}

/** What REST snapshots showed. */
export interface SeenRecords {
  applications: Map<string, SeenApplication>
  allocations: Map<string, SeenAllocation>
  nodes: Map<string, SeenNode>
  listings: PodListing[]
  /** When each cluster's active applications were first listed, all of them. */
  listed: Map<string, bigint>
}

export interface ScanResult {
  reading: DumpReading
  counts: LineCounts
  earlyForm: boolean
  sources: SourceRecord[]
  heartbeats: Heartbeat[]
  seen: SeenRecords
}

/** What parts that are scanned one after the other share: buffers, and the memory of names handed on. */
export interface ScanKit {
  writer: FactWriter
  names: Names
  lane: StreamLane
  /** Coverage by pages: a page in the next file goes on where the last one ended. */
  pages: Map<string, PageCoverage>
}

export function scanKit(sink: FactSink, lane: StreamLane): ScanKit {
  return { writer: new FactWriter(sink), names: new Names(sink), lane, pages: new Map() }
}

/** Reads the bytes to their end; the facts go to the sink, with source numbers that begin at 0. */
export async function scanPart(
  chunks: AsyncIterable<Uint8Array>,
  kit: ScanKit,
  options: ScanOptions,
  onBytes: (bytes: number, events: number) => void,
  numberOf?: (line: number) => number,
): Promise<ScanResult> {
  const { writer, names, lane } = kit
  const sources = new Sources(kit.pages)
  const observations = new Observations(writer, names, sources)
  const { file, lenient, continued } = options
  const snapshot = (one: Parameters<Observations['take']>[0]): void => observations.take(one)
  const scanner = new DumpScanner({ writer, names, lane, sources, snapshot }, options)
  const reading = await readDump(chunks, scanner, {
    file,
    lenient,
    continued,
    numberOf,
    onBytes: (bytes) => onBytes(bytes, scanner.counts.events),
  })
  scanner.end()
  observations.finish()
  writer.flush()
  names.flush()
  lane.flush()
  const { applications, allocations, nodes, listings, listed } = observations
  return {
    reading,
    counts: scanner.counts,
    earlyForm: scanner.earlyForm,
    sources: sources.records(),
    heartbeats: sources.heartbeats(),
    seen: { applications, allocations, nodes, listings, listed },
  }
}
