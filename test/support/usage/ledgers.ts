// Ledgers made in this process from lines of a dump: quick enough for properties with many runs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { openFactStore } from '../../../src/adapters/duckdb/fact-store.ts'
import { answer, type UsageList } from '../../../src/domain/usage/answer.ts'
import { buildLedger, type LedgerOptions, type UsageLedger } from '../../../src/domain/usage/ledger.ts'
import { type Question } from '../../../src/domain/usage/question.ts'
import type { DumpInput } from '../../../src/ports/dump-source.ts'
import { ROOT } from '../run.ts'

/** A plain reading: nothing known beside the dump. */
export const LEDGER_OPTIONS: LedgerOptions = {
  cluster: '',
  lenient: false,
  wantUsers: false,
  informerLatency: 0n,
  listings: [],
  sparkLogs: [],
}

/** Everything, by application, in YuniKorn's own units. */
export const QUESTION: Question = {
  by: ['app'],
  kinds: ['used', 'placeholder', 'preempted'],
  resources: [],
  units: 'native',
  window: undefined,
  zone: 'UTC',
  from: undefined,
  to: undefined,
  top: undefined,
  idle: false,
  prices: undefined,
}

/** A file of a dump, as text; cut into chunks at the bytes named, to show that chunks do not matter. */
export function input(name: string, content: string | Buffer, chunk = 1 << 20): DumpInput {
  const bytes = Buffer.from(content)
  return {
    name,
    bytes: bytes.length,
    modifiedAt: undefined,
    named: true,
    split: undefined,
    async *open(onBytes) {
      for (let at = 0; at < bytes.length; at += chunk) {
        onBytes(Math.min(chunk, bytes.length - at))
        yield await Promise.resolve(bytes.subarray(at, at + chunk))
      }
    },
  }
}

/** Lines as one file each group. */
export function inputs(...files: readonly (readonly string[])[]): DumpInput[] {
  return files.map((lines, index) => input(`part-${index}.jsonl`, lines.map((line) => `${line}\n`).join('')))
}

/** Builds a ledger, gives it to the work, and closes the engine whatever happens. */
export async function withLedger<Result>(
  dumps: readonly DumpInput[],
  work: (ledger: UsageLedger) => Promise<Result> | Result,
  options: Partial<LedgerOptions> = {},
): Promise<Result> {
  const store = await openFactStore({ memory: '256MB', threads: 1 })
  try {
    return await work(await buildLedger(dumps, { store }, { ...LEDGER_OPTIONS, ...options }, () => undefined))
  } finally {
    await store.close()
  }
}

/** The answer of a dump to a question. */
export async function answerOf(
  dumps: readonly DumpInput[],
  question: Partial<Question> = {},
  options: Partial<LedgerOptions> = {},
): Promise<UsageList> {
  return await withLedger(dumps, (ledger) => answer(ledger, { ...QUESTION, ...question }), options)
}

/** The lines of a recording that the repository holds. */
export function recordedLines(path: string): string[] {
  return gunzipSync(readFileSync(join(ROOT, path)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
}
