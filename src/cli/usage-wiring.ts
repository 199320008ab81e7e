/**
 * Where ports meet adapters, for what reads and keeps events: each factory imports its adapter only when it is called, so that
 * a command pays for what it uses and no more.
 */
import type { OpenPool } from '../adapters/threads/scan-pool.ts'
import type { DumpInput, DumpLocation } from '../ports/dump-source.ts'
import type { EventSink } from '../ports/event-sink.ts'
import type { StoreOptions } from '../adapters/s3/open-store.ts'
import type { KafkaAccess } from '../adapters/kafka/client-options.ts'
import type { EventSpool, SegmentName } from '../ports/event-spool.ts'
import type { FactStore } from '../ports/fact-store.ts'
import type { ScanPool } from '../ports/scan-pool.ts'
import type { SchedulerApi } from '../ports/scheduler-api.ts'
import type { SinkTarget } from '../domain/usage/collect/targets.ts'
import type { UsageStoreFiles } from '../ports/usage-store.ts'
import { systemClock } from './wiring.ts'

/** The engine that usage is reduced in. `memory` as DuckDB says it, such as `512MB`. */
export async function openFactStore(memory: string): Promise<FactStore> {
  const [{ openFactStore: open }, { availableParallelism }] = await Promise.all([
    import('../adapters/duckdb/fact-store.ts'),
    import('node:os'),
  ])
  return await open({ memory, threads: availableParallelism() })
}

/** How stores and brokers are reached. */
export interface StoreAccess {
  s3: StoreOptions
  kafka: KafkaAccess
}
export type { KafkaAccess }

const AS_FOUND: StoreAccess = {
  s3: { endpoint: undefined, profile: undefined },
  kafka: { tls: undefined, sasl: undefined },
}

/** What is behind the arguments: files, directories, globs, `-` for standard input, `s3://bucket/prefix`, `kafka://…`. */
export async function findDumps(paths: readonly string[], access = AS_FOUND): Promise<DumpInput[]> {
  const { findInputs } = await import('../adapters/dump-files/inputs.ts')
  return await findInputs(paths, {
    objects: async (address) => {
      const { listObjects } = await import('../adapters/s3/object-inputs.ts')
      return await listObjects(address, access.s3)
    },
    messages: async (address) => {
      const [{ listPartitions }, { parseTopicRange }] = await Promise.all([
        import('../adapters/kafka/topic-inputs.ts'),
        import('../domain/usage/topic-address.ts'),
      ])
      return await listPartitions(parseTopicRange(address), access.kafka)
    },
  })
}

/** The usage store in a directory or below `s3://bucket/prefix`, whether anything is in it yet or not. */
export async function openUsageStore(address: string, access = AS_FOUND.s3): Promise<UsageStoreFiles> {
  if (address.startsWith('s3://')) {
    const { bucketStore } = await import('../adapters/s3/usage-store.ts')
    return bucketStore(address, access)
  }
  const { directoryStore } = await import('../adapters/usage-store/directory.ts')
  return directoryStore(address)
}

/** Threads for large dumps; they start when the first is needed. */
export function scanPool(): ScanPool {
  let pool: Promise<OpenPool> | undefined
  const open = async (): Promise<OpenPool> => {
    const [{ openScanPool }, { availableParallelism }] = await Promise.all([
      import('../adapters/threads/scan-pool.ts'),
      import('node:os'),
    ])
    return openScanPool({ entry: new URL('./scan-worker.js', import.meta.url), threads: availableParallelism() })
  }
  return {
    leastBytes: 24 << 20,
    partBytes: 48 << 20,
    scan: async (...task) => await (await (pool ??= open())).scan(...task),
    close: async () => {
      if (pool !== undefined) await (await pool).close()
    },
  }
}

/** Opens a file or a part of it, decompressed; for the threads of the pool. */
export async function openDumpBytes(
  location: DumpLocation,
  onBytes: (bytes: number) => void,
): Promise<AsyncIterable<Uint8Array>> {
  const { openBytes } = await import('../adapters/dump-files/bytes.ts')
  return openBytes(location, onBytes)
}

/** YuniKorn's REST API at an address. */
export async function openSchedulerApi(options: {
  address: URL
  ca: string | undefined
  timeout: number
}): Promise<SchedulerApi> {
  const { openSchedulerApi: open } = await import('../adapters/yunikorn/rest-api.ts')
  return open(options)
}

/** The spool of a directory; one process at a time has it. */
export async function openSpool(options: {
  directory: string
  sinks: readonly string[]
  segmentBytes: number
  segmentMs: number
  mostBytes: number
}): Promise<EventSpool> {
  const { openSpool: open } = await import('../adapters/event-files/open-spool.ts')
  return await open({ ...options, now: () => systemClock.now() })
}

/** How places that keep events are reached, beside their names. */
export interface SinkAccess {
  s3: StoreOptions & { encryption: string | undefined; kmsKey: string | undefined }
  kafka: KafkaAccess
}

/** A place that keeps collected events of a cluster. */
export async function openSink(target: SinkTarget, cluster: string, access: SinkAccess): Promise<EventSink> {
  const { objectName } = await import('../domain/usage/collect/object-name.ts')
  const nameOf = (segment: SegmentName): string => objectName(cluster, segment)
  if (target.kind === 'files') {
    const { fileSink } = await import('../adapters/event-files/file-sink.ts')
    return fileSink(target.directory, nameOf)
  }
  if (target.kind === 's3') {
    const { objectSink } = await import('../adapters/s3/object-sink.ts')
    return objectSink({ ...target, ...access.s3, nameOf })
  }
  const [{ topicSink }, { leftOutLine }] = await Promise.all([
    import('../adapters/kafka/topic-sink.ts'),
    import('../domain/usage/collect/lines.ts'),
  ])
  return topicSink({ ...target, ...access.kafka, leftOut: leftOutLine })
}

/** Serves texts over HTTP; see the adapter. */
export async function serveStatus(
  host: string,
  port: number,
  answer: (path: string) => { status: number; body: string } | undefined,
): Promise<{ address: string; close: () => void }> {
  const { serveStatus: serve } = await import('../adapters/status-server/serve-status.ts')
  return await serve(host, port, answer)
}
