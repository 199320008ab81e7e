/** The state of a rollout in the journal when the process that writes it is killed, at every single write. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runDirectories } from '../../../src/adapters/journal/run-directories.ts'
import { isRunId } from '../../../src/domain/plan/run-id.ts'
import { readRecords } from '../../../src/domain/plan/run-record.ts'
import { readRollout } from '../../../src/domain/rollout/file/read-rollout.ts'
import type { RolloutEntry } from '../../../src/domain/rollout/state/entries.ts'
import { journalStore } from '../../../src/domain/rollout/state/journal-store.ts'
import type { OpenRun, RunStore } from '../../../src/ports/journal.ts'

const rollout = readRollout(
  'rollout.yaml',
  `apiVersion: sparkops/v1
kind: Rollout
name: two
operator: {to: chart}
environments:
  - {name: dev, context: dev, namespaces: [jobs], soak: 1h}
  - {name: prod, context: prod, namespaces: [jobs], soak: 1h}
`,
)
const entry = (event: 'starting' | 'started' | 'promoted', environment: string): RolloutEntry => {
  const stamp = { environment, by: 'ada', at: '2026-07-01T00:00:00Z' }
  if (event === 'starting') return { ...stamp, event }
  if (event === 'promoted') return { ...stamp, event, evidence: [], accepted: [] }
  const vitals = { at: '', counters: {} as never }
  return { ...stamp, event, run: 'r', version: { from: '1', to: '2' }, vitals }
}

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sparkops-rollout-'))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

const journalOf = (store: RunStore) =>
  journalStore({
    ...{ store, rollout, version: '0', now: () => Date.now() },
    random: () => randomBytes(3).toString('hex'),
  })

describe('the state in the journal of a process that is killed', () => {
  const storeOf = (): RunStore => runDirectories({ root: home, clock: { now: () => Date.now() }, readRecords, isRunId })
  class Killed extends Error {}

  /** A store of which nothing more is written after so many writes. */
  function mortal(writes: number): RunStore {
    let left = writes
    const write = async <T>(work: () => Promise<T>): Promise<T> => {
      if (left === 0) throw new Killed()
      left -= 1
      return await work()
    }
    const mortalRun = (run: OpenRun): OpenRun => {
      let isClosed = false
      // With the process goes what it had open.
      const close = async (): Promise<void> => {
        if (!isClosed) await run.close()
        isClosed = true
      }
      const die = async (error: unknown): Promise<never> => {
        await close()
        throw error
      }
      return {
        ...run,
        append: (event) => write(() => run.append(event)).catch(die),
        keep: (name, value) => write(() => run.keep(name, value)).catch(die),
        close,
      }
    }
    const store = storeOf()
    return {
      ...store,
      create: (id, plan) => write(async () => mortalRun(await store.create(id, plan))),
      open: async (id) => mortalRun(await store.open(id)),
    }
  }

  /** What a command does: settles, and adds its entry unless that is there. */
  async function command(store: RunStore, one: RolloutEntry): Promise<void> {
    const own = journalOf(store)
    await own.settle()
    const seen = await own.read()
    if (seen.entries.some(({ event, environment }) => event === one.event && environment === one.environment)) return
    await own.append(one, seen)
  }

  it('is the same in the end wherever it was killed, when the same command is given again: nothing is recorded twice', async () => {
    const path = ['dev', 'prod'].flatMap((name) =>
      (['starting', 'started', 'promoted'] as const).map((event) => entry(event, name)),
    )
    let deaths = 0
    for (const one of path) {
      for (let writes = 0; ; writes += 1) {
        const end = await command(mortal(writes), one).catch((error: unknown) => error)
        if (end === undefined) break
        expect(end).toBeInstanceOf(Killed)
        deaths += 1
      }
    }
    // Each entry has its line and its record.
    expect(deaths).toBeGreaterThanOrEqual(2 * path.length)
    const store = storeOf()
    const runs = (await Promise.all((await store.list()).map((id) => store.read(id)))).filter(
      (run) => run!.records.length > 0,
    )
    expect(runs).toHaveLength(1)
    const told = runs[0]!.records.flatMap((one) => ('step' in one ? `${one.event} ${one.step}` : one.event))
    const stages = (name: string): string[] => [
      `intent ${name}/started`,
      `done ${name}/started`,
      `done ${name}/promoted`,
    ]
    expect(told).toEqual(['opened', ...stages('dev'), ...stages('prod'), 'closed'])
    expect((await journalOf(store).read()).entries).toEqual(path)
  })
})
