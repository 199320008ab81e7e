/** What all commands about usage share: the dumps, how to read them, and what is known beside them. */
import { Args, Flags } from '@oclif/core'
import type { ReportProgress } from '../ports/progress.ts'
import { buildLedger, type UsageLedger } from '../domain/usage/ledger.ts'
import type { UsageSummary } from '../domain/usage/summary.ts'
import { parseDuration } from '../domain/usage/duration.ts'
import { readPodListings, readSparkLogs } from '../domain/usage/outside/read-evidence.ts'
import { progressFlag } from './flags.ts'
import { kafkaAccessOf, kafkaFlags, type KafkaFlags } from './kafka-flags.ts'
import { onShutdown } from './shutdown.ts'
import { checkEndpoint } from './s3-flags.ts'
import { findDumps, openFactStore, scanPool } from './wiring.ts'

export const dumpArgs = {
  dump: Args.string({
    required: true,
    multiple: true,
    ignoreStdin: true,
    description:
      'dumps of YuniKorn events: files, directories, globs, - for standard input, s3://BUCKET/PREFIX, kafka://HOST:PORT/TOPIC; plain, gzip or zstd',
  }),
}

export const ledgerFlags = {
  lenient: Flags.boolean({ summary: 'leave out lines that cannot be read; count and list them', helpGroup: 'READING' }),
  cluster: Flags.string({
    summary: 'name of the cluster of dumps that do not name theirs',
    default: '',
    helpValue: 'NAME',
    helpGroup: 'READING',
  }),
  's3-endpoint': Flags.string({
    summary: 'a store that speaks S3, other than AWS, for s3:// dumps',
    helpValue: 'URL',
    helpGroup: 'READING',
  }),
  ...kafkaFlags('READING'),
  memory: Flags.string({
    summary: 'what the engine may use before it spills to disk',
    default: '512MB',
    helpValue: 'SIZE',
    helpGroup: 'READING',
  }),
  pods: Flags.string({
    summary: 'a listing of all pods (kubectl get pods -A -o json), if known with its time: FILE@TIME; tightens bounds',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
    helpGroup: 'EVIDENCE',
  }),
  'spark-events': Flags.string({
    summary: 'Spark event logs: files or directories; tightens bounds',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATH',
    helpGroup: 'EVIDENCE',
  }),
  'informer-latency': Flags.string({
    summary: 'time from the end of a pod until the scheduler hears of it, at most; lowers lower bounds',
    default: '0s',
    helpValue: 'TIME',
    helpGroup: 'EVIDENCE',
  }),
  progress: progressFlag,
}

/** The values of the flags above. */
export interface LedgerFlags extends KafkaFlags {
  lenient: boolean
  cluster: string
  memory: string
  's3-endpoint'?: string | undefined
  pods?: string[] | undefined
  'spark-events'?: string[] | undefined
  'informer-latency': string
}

/** Reads the dumps, gives the ledger to the work, and closes the engine whatever happens. */
export async function withLedger<Result>(
  dumps: readonly string[],
  flags: LedgerFlags,
  context: { wantUsers: boolean; report: ReportProgress },
  work: (ledger: UsageLedger) => Promise<Result>,
): Promise<Result> {
  const informerLatency = parseDuration('--informer-latency', flags['informer-latency'])
  const access = { s3: { endpoint: checkEndpoint(flags['s3-endpoint']) }, kafka: await kafkaAccessOf(flags) }
  const inputs = await findDumps(dumps, access)
  const listings = await readPodListings(flags.pods ?? [], findDumps)
  const sparkEvents = flags['spark-events'] ?? []
  const sparkLogs = sparkEvents.length === 0 ? [] : await readSparkLogs(sparkEvents, findDumps)
  const store = await openFactStore(flags.memory)
  const forget = onShutdown(() => store.abandon())
  const pool = scanPool()
  try {
    const { cluster, lenient } = flags
    const { wantUsers, report } = context
    return await work(
      await buildLedger(
        inputs,
        { store, pool },
        { cluster, lenient, wantUsers, informerLatency, listings, sparkLogs },
        report,
      ),
    )
  } finally {
    await pool.close()
    await store.close()
    forget()
  }
}

/** What the user must know of how the input was read. */
export function tellReading({ input }: Pick<UsageSummary, 'input'>): string[] {
  const cut = input.cut.map(({ file, bytes }) => `${file}: the last line is cut off (${bytes} bytes) and was left out.`)
  const broken = input.broken.slice(0, 10).map(({ file, line, why }) => `${file}:${line}: left out: ${why}`)
  const more = input.brokenCount > 10 ? [`${input.brokenCount} lines were left out in all.`] : []
  return [...cut, ...broken, ...more]
}
