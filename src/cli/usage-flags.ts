/** What all commands about usage share: the dumps, how to read them, and what is known beside them. */
import { Args, Flags } from '@oclif/core'
import type { DumpInput } from '../ports/dump-source.ts'
import type { ReportProgress } from '../ports/progress.ts'
import type { UsageStoreFiles } from '../ports/usage-store.ts'
import { buildLedger, type LedgerOptions, type UsageLedger } from '../domain/usage/ledger.ts'
import { readEnough, type ReadEnoughOptions, type ReadShare } from '../domain/usage/pruning/read-enough.ts'
import type { UsageSummary } from '../domain/usage/summary.ts'
import { SparkopsError } from '../domain/errors.ts'
import { buildLedgerOfStore } from '../domain/usage/store/contents.ts'
import { parseDuration } from '../domain/usage/duration.ts'
import { readPodListings, readSparkLogs } from '../domain/usage/outside/read-evidence.ts'
import { progressFlag } from './flags.ts'
import { kafkaAccessOf, kafkaFlags, type KafkaFlags } from './kafka-flags.ts'
import { onShutdown } from './shutdown.ts'
import { s3AccessOf, s3Flags, type S3Flags } from './s3-flags.ts'
import { findDumps, openFactStore, openUsageStore, scanPool, type StoreAccess } from './usage-wiring.ts'

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
  ...s3Flags('READING'),
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
export interface LedgerFlags extends KafkaFlags, S3Flags {
  lenient: boolean
  cluster: string
  memory: string
  pods?: string[] | undefined
  'spark-events'?: string[] | undefined
  'informer-latency': string
}

/** How buckets and brokers are reached, by the flags of a command that reads dumps. */
export async function accessOf(flags: KafkaFlags & S3Flags): Promise<StoreAccess> {
  return { s3: s3AccessOf(flags), kafka: await kafkaAccessOf(flags) }
}

export interface LedgerContext {
  wantUsers: boolean
  report: ReportProgress
  /** A question about some time, which some of the dump may be enough for; all of it is read unless given. */
  within?: ReadEnoughOptions
}

/** Reads the dumps, gives the ledger to the work, and closes the engine whatever happens. */
export async function withLedger<Result>(
  dumps: readonly string[],
  flags: LedgerFlags,
  context: LedgerContext,
  work: (ledger: UsageLedger, share: ReadShare) => Promise<Result>,
): Promise<Result> {
  const informerLatency = parseDuration('--informer-latency', flags['informer-latency'])
  const access = await accessOf(flags)
  const find = async (paths: readonly string[]): Promise<DumpInput[]> => await findDumps(paths, access)
  const listings = await readPodListings(flags.pods ?? [], find)
  const sparkEvents = flags['spark-events'] ?? []
  const sparkLogs = sparkEvents.length === 0 ? [] : await readSparkLogs(sparkEvents, find)
  const { cluster, lenient } = flags
  const { wantUsers, report, within } = context
  const options = { cluster, lenient, wantUsers, informerLatency, listings, sparkLogs }
  const kept = await storeAmong(dumps, access.s3)
  if (kept !== undefined) return await withLedgerOfStore(kept, flags.memory, options, report, work)
  const inputs = await find(dumps)
  const open = async (some: readonly DumpInput[]): Promise<OpenLedger> =>
    await openLedger(some, flags.memory, options, report)
  if (within !== undefined) return await readEnough(inputs, within, open, work)
  const { ledger, close } = await open(inputs)
  try {
    return await work(ledger, { read: inputs.length, of: inputs.length })
  } finally {
    await close()
  }
}

/** A store holds what it has read in one piece: there is nothing to leave unread. */
async function withLedgerOfStore<Result>(
  kept: UsageStoreFiles,
  memory: string,
  options: LedgerOptions,
  report: ReportProgress,
  work: (ledger: UsageLedger, share: ReadShare) => Promise<Result>,
): Promise<Result> {
  const store = await openFactStore(memory)
  const forget = onShutdown(() => store.abandon())
  try {
    return await work(await buildLedgerOfStore(kept, store, options, report), { read: 1, of: 1 })
  } finally {
    await store.close()
    await kept.close()
    forget()
  }
}

interface OpenLedger {
  ledger: UsageLedger
  close: () => Promise<void>
}

async function openLedger(
  inputs: readonly DumpInput[],
  memory: string,
  options: LedgerOptions,
  report: ReportProgress,
): Promise<OpenLedger> {
  const store = await openFactStore(memory)
  const forget = onShutdown(() => store.abandon())
  const pool = scanPool()
  const close = async (): Promise<void> => {
    await pool.close()
    await store.close()
    forget()
  }
  try {
    return { ledger: await buildLedger(inputs, { store, pool }, options, report), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The usage store that is named, if one is; it holds all there is, so nothing is read beside it. */
async function storeAmong(dumps: readonly string[], access: StoreAccess['s3']): Promise<UsageStoreFiles | undefined> {
  for (const address of dumps) {
    const store = await openUsageStore(address, access)
    if ((await store.newest()) === undefined) await store.close()
    else if (dumps.length === 1) return store
    else throw besideStore(address)
  }
  return undefined
}

function besideStore(address: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_BESIDE_STORE',
    message: `${address} is a usage store, and other dumps are named beside it.`,
    why: 'What a store has read already and what it has not cannot be told apart from here.',
    hint: `Take them in first: sparkops usage compact --store ${address} DUMP…`,
    exit: 'usage',
  })
}

/** What the user must know of how the input was read. */
export function tellReading({ input }: Pick<UsageSummary, 'input'>): string[] {
  const cut = input.cut.map(({ file, bytes }) => `${file}: the last line is cut off (${bytes} bytes) and was left out.`)
  const broken = input.broken.slice(0, 10).map(({ file, line, why }) => `${file}:${line}: left out: ${why}`)
  const more = input.brokenCount > 10 ? [`${input.brokenCount} lines were left out in all.`] : []
  return [...cut, ...broken, ...more]
}
