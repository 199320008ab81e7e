/** Opens what `usage compact` needs, and closes it whatever happens. */
import type { Clock } from '../ports/clock.ts'
import type { FactStore } from '../ports/fact-store.ts'
import type { ReportProgress } from '../ports/progress.ts'
import { parseSize } from '../domain/usage/collect/targets.ts'
import { compact, type Compaction } from '../domain/usage/store/compact.ts'
import { onShutdown } from './shutdown.ts'
import type { KafkaFlags } from './kafka-flags.ts'
import { s3AccessOf, type S3Flags } from './s3-flags.ts'
import { accessOf } from './usage-flags.ts'
import { findDumps, openFactStore, openUsageStore, scanPool } from './usage-wiring.ts'

interface CompactFlags extends KafkaFlags, S3Flags {
  store: string
  'batch-size': string
  cluster: string
  lenient: boolean
  memory: string
}

/** Takes the dumps into the store. */
export async function compactInto(
  dumps: readonly string[],
  flags: CompactFlags,
  clock: Clock,
  report: ReportProgress,
): Promise<Compaction> {
  const batchBytes = parseSize('--batch-size', flags['batch-size'])
  const inputs = await findDumps(dumps, await accessOf(flags))
  const files = await openUsageStore(flags.store, s3AccessOf(flags))
  const forgetFiles = onShutdown(() => files.close())
  const pool = scanPool()
  const { cluster, lenient } = flags
  try {
    const parts = { files, engine: () => engineOf(flags.memory), pool, now: () => clock.now(), batchBytes }
    return await compact(inputs, parts, { cluster, lenient }, report)
  } finally {
    await pool.close()
    await files.close()
    forgetFiles()
  }
}

async function engineOf(memory: string): Promise<FactStore> {
  const engine = await openFactStore(memory)
  const forget = onShutdown(() => engine.abandon())
  const close = engine.close.bind(engine)
  engine.close = async () => {
    await close()
    forget()
  }
  return engine
}
