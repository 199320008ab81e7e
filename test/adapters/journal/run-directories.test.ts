/** Runs on a real disk: who may read them, what a dead process leaves, what a full disk does. */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runDirectories } from '../../../src/adapters/journal/run-directories.ts'
import { isRunId } from '../../../src/domain/plan/run-id.ts'
import { readRecords } from '../../../src/domain/plan/run-record.ts'

const home = mkdtempSync(join(tmpdir(), 'sparkops-runs-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const root = join(home, 'state/sparkops/runs')
const store = runDirectories({ root, clock: { now: () => 0 }, readRecords, isRunId })
let count = 0
const nextId = (): string => `20260101T000000Z-${String((count += 1)).padStart(6, '0')}`
const lockOf = (id: string): string => join(root, id, 'lock')

describe('a run on the disk', () => {
  it('belongs to its user alone, and gives back plan, lines and what was kept', async () => {
    const id = nextId()
    const run = await store.create(id, '{"a":1}')
    await run.append({ event: 'intent', step: 'a', attempt: 1 })
    await run.keep('crds/one', { spec: 1 })
    await run.keep('crds/one', { spec: 2 })
    await run.close()
    for (const path of ['', 'kept']) expect(statSync(join(root, id, path)).mode & 0o777).toBe(0o700)
    for (const path of ['plan.json', 'journal.ndjson']) expect(statSync(join(root, id, path)).mode & 0o777).toBe(0o600)
    const stored = await store.read(id)
    expect(stored).toMatchObject({ plan: '{"a":1}', torn: false, openBy: undefined })
    expect(stored!.records).toEqual([{ at: '1970-01-01T00:00:00.000Z', event: 'intent', step: 'a', attempt: 1 }])
    expect(await stored!.kept('crds/one')).toEqual([{ spec: 1 }, { spec: 2 }])
    expect(await stored!.kept('crds-one')).toEqual([])
  })

  it('goes on after a line that was cut off', async () => {
    const id = nextId()
    const run = await store.create(id, '{}')
    await run.append({ event: 'intent', step: 'a', attempt: 1 })
    await run.close()
    appendFileSync(join(root, id, 'journal.ndjson'), '{"at":"1970-01-01T00:00:00Z","event":"do')
    expect(await store.read(id)).toMatchObject({ torn: true, records: [{ event: 'intent' }] })
    const again = await store.open(id)
    await again.append({ event: 'paused', reason: 'test' })
    await again.close()
    expect((await store.read(id))!.records.map(({ event }) => event)).toEqual(['intent', 'paused'])
  })

  it('names the line of a journal that was spoilt elsewhere', async () => {
    const id = nextId()
    await (await store.create(id, '{}')).close()
    writeFileSync(join(root, id, 'journal.ndjson'), '{"at":"x","event":"paused","reason":"r"}\nnonsense\n')
    await expect(store.read(id)).rejects.toMatchObject({ exit: 'data' })
    await expect(store.read(id)).rejects.toThrow(/journal\.ndjson:2:/)
  })

  it('is carried out by one process at a time', async () => {
    const id = nextId()
    const run = await store.create(id, '{}')
    await expect(store.open(id)).rejects.toMatchObject({ exit: 'stale', code: 'SO_RUN_IN_USE' })
    await expect(store.remove(id)).rejects.toMatchObject({ exit: 'stale' })
    expect((await store.read(id))!.openBy).toEqual({ host: hostname(), pid: process.pid })
    await run.close()
    await (await store.open(id)).close()
  })

  it('is free again when its process has died, when the machine was started again, and when the pid is another one', async () => {
    const id = nextId()
    const run = await store.create(id, '{}')
    const mine = JSON.parse(readFileSync(lockOf(id), 'utf8')) as Record<string, unknown>
    await run.close()
    const dead = await deadPid()
    for (const change of [{ pid: dead }, { bootId: 'another' }, { startedAt: '1' }]) {
      writeFileSync(lockOf(id), JSON.stringify({ ...mine, ...change, token: 'dead' }))
      await (await store.open(id)).close()
    }
    writeFileSync(lockOf(id), JSON.stringify({ ...mine, host: 'elsewhere', token: 'x' }))
    await expect(store.open(id)).rejects.toThrow(/on elsewhere/)
  })

  it('is taken by exactly one of many that find a dead lock', async () => {
    const id = nextId()
    await (await store.create(id, '{}')).close()
    writeFileSync(lockOf(id), JSON.stringify({ host: hostname(), pid: await deadPid(), bootId: 'x', token: 'dead' }))
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => store.open(id)))
    const won = tries.filter((one) => one.status === 'fulfilled')
    expect(won).toHaveLength(1)
    await won[0]!.value.close()
  })

  it('lists runs by age, ignores strange names, and removes a run whole', async () => {
    const [first, second] = [nextId(), nextId()]
    await (await store.create(second, '{}')).close()
    await (await store.create(first, '{}')).close()
    writeFileSync(join(root, 'notes.txt'), '')
    const ids = await store.list()
    expect(ids.indexOf(first)).toBeLessThan(ids.indexOf(second))
    expect(ids).not.toContain('notes.txt')
    await store.remove(first)
    expect(existsSync(join(root, first))).toBe(false)
    expect(await store.read(first)).toBeUndefined()
  })

  it('says which path cannot be written and why', async () => {
    const blocked = runDirectories({
      root: join(root, 'notes.txt/runs'),
      clock: { now: () => 0 },
      readRecords,
      isRunId,
    })
    await expect(blocked.create(nextId(), '{}')).rejects.toMatchObject({
      code: 'SO_JOURNAL_UNWRITABLE',
      why: 'a part of the path is not a directory',
    })
  })
})

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.on('exit', resolve))
  return child.pid!
}
