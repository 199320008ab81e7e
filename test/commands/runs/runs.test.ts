/** `runs list`, `show` and `prune` as a user runs them, over journals on a real disk. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runDirectories } from '../../../src/adapters/journal/run-directories.ts'
import { isRunId } from '../../../src/domain/plan/run-id.ts'
import { type RunEvent, readRecords } from '../../../src/domain/plan/run-record.ts'
import type { RunList } from '../../../src/domain/runs/list-runs.ts'
import type { RunPruning } from '../../../src/domain/runs/prune-runs.ts'
import type { RunReport } from '../../../src/domain/runs/show-run.ts'
import { planOf } from '../../domain/plan/model.ts'
import { runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const home = mkdtempSync(join(tmpdir(), 'sparkops-runs-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const root = join(home, 'sparkops/runs')
const env = { XDG_STATE_HOME: home }

const [OLD, UNDONE, OPEN, DAMAGED] = [1, 2, 3, 4].map((day) => `2026010${day}T000000Z-00000${day}`) as [
  string,
  string,
  string,
  string,
]
const STEP = { verb: 'scale', title: 'Stop it', before: 1, after: 0, inverse: null, payload: {} }
const PLAN = planOf([
  { ...STEP, id: 'stop/a', object: 'deployments/ns/a' },
  { ...STEP, id: 'stop/b', object: 'deployments/ns/\u001b[31mb' },
])

async function makeRun(id: string, events: readonly RunEvent[], undoes: string | null = null): Promise<void> {
  const clock = { now: () => Date.parse('2026-01-05T00:00:00Z') }
  const run = await runDirectories({ root, clock, readRecords, isRunId }).create(id, JSON.stringify(PLAN))
  const opened = {
    event: 'opened',
    run: id,
    purpose: 'operator apply',
    digest: PLAN.digest,
    undoes,
    tool: '0',
  } as const
  for (const event of [opened, ...events]) await run.append(event)
  await run.close()
}

const done = (step: string): RunEvent => ({ event: 'done', step, observed: false, kept: null, facts: null })
const failed = { event: 'failed', step: 'stop/b', code: 'SO_X', message: 'no right', why: null, exit: 'auth' } as const

beforeAll(async () => {
  await makeRun(OLD, [done('stop/a'), done('stop/b'), { event: 'closed', outcome: 'done', by: null }])
  await makeRun(UNDONE, [done('stop/a'), { event: 'closed', outcome: 'superseded', by: OPEN }])
  await makeRun(OPEN, [done('stop/a'), { event: 'intent', step: 'stop/b', attempt: 1 }, failed], UNDONE)
  await makeRun(DAMAGED, [])
  writeFileSync(join(root, DAMAGED, 'journal.ndjson'), 'nonsense\n')
})

async function documentOf<D>(schema: string, ...words: string[]): Promise<D> {
  const { code, stdout, stderr } = await runCli(['runs', ...words, '--json'], { env })
  expect(code, stderr).toBe(0)
  const document = JSON.parse(stdout) as D
  expectMatchesSchema(schema, document)
  return document
}

describe('runs list', () => {
  it('tells which runs ended, which can go on, and which cannot be read, the newest first', async () => {
    const { items, summary } = await documentOf<RunList>('run-list', 'list')
    expect(items.map(({ id, state }) => [id, state])).toEqual([
      [DAMAGED, 'unreadable'],
      [OPEN, 'open'],
      [UNDONE, 'superseded'],
      [OLD, 'done'],
    ])
    expect(items[1]).toMatchObject({ failure: 'stop/b: no right', undoes: UNDONE, steps: { done: 1, total: 2 } })
    expect(summary).toMatchObject({ total: 4, open: 1 })
  })

  it('says in words that there are none, and is no error', async () => {
    const { code, stdout } = await runCli(['runs', 'list'], { env: { XDG_STATE_HOME: join(home, 'empty') } })
    expect([code, stdout]).toEqual([0, 'no runs\n'])
  })
})

describe('runs show', () => {
  it('shows each step of a run with what became of it', async () => {
    const { steps, journal, torn } = await documentOf<RunReport>('run', 'show', OPEN)
    expect(steps.map(({ id, state }) => [id, state])).toEqual([
      ['stop/a', 'done'],
      ['stop/b', 'failed'],
    ])
    expect(journal.map(({ event }) => event)).toEqual(['opened', 'done', 'intent', 'failed'])
    expect(torn).toBe(false)
  })

  it('finds a run by the beginning of its name, and refuses what is no run or several with 64', async () => {
    expect((await documentOf<RunReport>('run', 'show', OLD.slice(0, 9))).run.id).toBe(OLD)
    for (const name of ['2026', 'nothing', '../../etc']) {
      expect((await runCli(['runs', 'show', name], { env })).code).toBe(64)
    }
  })

  it('makes names of objects harmless, and names the line of a damaged journal', async () => {
    const wide = await runCli(['runs', 'show', OPEN, '-o', 'wide'], { env })
    expect(wide.stdout).not.toContain('\u001b[31m')
    const damaged = await runCli(['runs', 'show', DAMAGED], { env })
    expect([damaged.code, damaged.stderr.includes('journal.ndjson:1')]).toEqual([65, true])
  })

  it('takes a last line that was cut off as not written', async () => {
    const file = join(root, OPEN, 'journal.ndjson')
    const before = readFileSync(file)
    appendFileSync(file, '{"at":"2026')
    const { torn, journal } = await documentOf<RunReport>('run', 'show', OPEN)
    expect([torn, journal.length]).toEqual([true, 4])
    writeFileSync(file, before)
  })
})

describe('runs prune', () => {
  it('keeps open runs and what they take back, and asks for --yes without a terminal', async () => {
    const rule = ['prune', '--older-than', '1d', '--keep', '0']
    const plan = await documentOf<RunPruning>('run-pruning', ...rule, '--dry-run')
    expect(plan.items.map(({ id }) => id)).toEqual([OLD])
    const refused = await runCli(['runs', ...rule], { env })
    expect([refused.code, refused.stderr.includes('--yes')]).toEqual([64, true])
    expect((await documentOf<RunPruning>('run-pruning', ...rule, '--yes')).summary).toMatchObject({
      removed: 1,
      kept: 3,
      dryRun: false,
    })
    const { items } = await documentOf<RunList>('run-list', 'list')
    expect(items.map(({ id }) => id)).toEqual([DAMAGED, OPEN, UNDONE])
  })
})
