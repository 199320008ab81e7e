// Two runs of `usage compact` on one store: whenever one of them ends in the midst of the other, nothing is lost, and nothing
// counts twice.
import { cpSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { directoryStore } from '../../../../src/adapters/usage-store/directory.ts'
import { answer } from '../../../../src/domain/usage/answer.ts'
import { SparkopsError } from '../../../../src/domain/errors.ts'
import { listGhosts } from '../../../../src/domain/usage/ghosts.ts'
import { type UsageLedger } from '../../../../src/domain/usage/ledger.ts'
import { currentManifest } from '../../../../src/domain/usage/store/contents.ts'
import type { DumpInput } from '../../../../src/ports/dump-source.ts'
import type { UsageStoreFiles } from '../../../../src/ports/usage-store.ts'
import { QUESTION, withLedger } from '../../../support/usage/ledgers.ts'
import { collect, envelopeLines, heartbeatLines } from '../../../support/usage/simulator/dumps.ts'
import { randomParams } from '../../../support/usage/simulator/params.ts'
import { simulate } from '../../../support/usage/simulator/simulate.ts'
import { compactInto, object, statementRows, withDirectory, withStoredLedger } from '../../../support/usage/stores.ts'

/** Three objects of a cluster whose scheduler died, so that there is something to state, and to correct. */
function dumps(): DumpInput[] {
  const simulation = simulate(randomParams(11))
  const polls = collect(simulation, { count: 400 })
  const lines = envelopeLines(polls)
  const text = (some: readonly string[]): string => some.map((line) => `${line}\n`).join('')
  const half = Math.ceil(lines.length / 2)
  return [
    object('events-0.jsonl', text(lines.slice(0, half))),
    object('events-1.jsonl', text(lines.slice(half))),
    object('heartbeat.jsonl', text(heartbeatLines(polls))),
  ]
}

async function said(ledger: UsageLedger): Promise<unknown> {
  const { items, summary } = await answer(ledger, { ...QUESTION, by: ['app', 'queue', 'user', 'node'] })
  const ghosts = await listGhosts(ledger, { withOpen: true })
  return { items, summary, ghosts: ghosts.items.map((item) => JSON.stringify(item)).sort() }
}

/** A store's files, with something that happens once, before the call of that number. */
function disturbed(
  files: UsageStoreFiles,
  at: number,
  event: () => Promise<void>,
): { files: UsageStoreFiles; calls: () => number } {
  let calls = 0
  const handler: ProxyHandler<UsageStoreFiles> = {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return async (...words: unknown[]) => {
        if (calls++ === at) await event()
        return await (value as (...some: unknown[]) => Promise<unknown>).apply(target, words)
      }
    },
  }
  return { files: new Proxy(files, handler), calls: () => calls }
}

describe('two runs on one store', () => {
  it(
    'end as one would have, wherever one comes to its end in the midst of the other',
    { timeout: 240_000 },
    async () => {
      const objects = dumps()
      const expected = await withLedger(objects, said, { wantUsers: true })
      const outcomes = new Set<string>()
      await withDirectory(async (begun) => {
        await compactInto(begun, objects.slice(0, 1))
        let last = Infinity
        for (let at = 0; at < last; at++)
          await withDirectory(async (directory) => {
            cpSync(begun, directory, { recursive: true })
            const other = async (): Promise<void> => {
              await compactInto(directory, objects, { batchBytes: 1 })
            }
            const { files, calls } = disturbed(directoryStore(directory), at, other)
            const ended = await compactInto(directory, objects, { files }).then(
              () => 'added',
              (error: unknown) => (error instanceof SparkopsError ? `${error.code} ${error.exit}` : String(error)),
            )
            outcomes.add(ended)
            last = calls()
            const again = await compactInto(directory, objects)
            expect(again.objects, `call ${at}`).toEqual({ read: 0, known: 3, changed: [] })
            const manifest = await currentManifest(directoryStore(directory))
            expect(manifest.objects).toBe(3)
            expect(await withStoredLedger(directory, said), `call ${at}`).toEqual(expected)
            const rows = await statementRows(directory)
            for (const id of new Set(rows.map((row) => row.id))) {
              const records = rows
                .filter((row) => row.id === id)
                .map(({ record }) => (record === 'RETRACTION' ? -1 : 1))
              expect([0, 1]).toContain(records.reduce<number>((sum, one) => sum + one, 0))
            }
            expect(readdirSync(directory).filter((name) => name.startsWith('.stage-'))).toEqual([])
          })
      })
      expect([...outcomes].sort()).toEqual(['SO_STORE_OVERTAKEN stale', 'added'])
    },
  )
})
