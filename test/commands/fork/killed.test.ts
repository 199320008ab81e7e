/** A sync that is killed at any moment and continued ends with the same tree and the same refs. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ForkRun } from '../../../src/domain/fork/sync/run-report.ts'
import { fixedTime, runKilledAtRefs, runKilledAtSync } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, TestRepository } from '../../support/fork/repository.ts'
import { runCli } from '../../support/run.ts'

const directory = testDirectory()
const template = newRepository(directory, 'template')
let count = 0

/** Three commits: one clean, one that upstream has, one clean; then one that conflicts, and one more. */
beforeAll(() => {
  const base = template.commit('base', { f: '1\n2\n3\n4\n5\n', g: 'g\n', h: 'h\n' })
  template.git('tag', 'v1.0.0')
  template.commit('upstream (#7)', { f: 'ONE\n2\n3\n4\n5\n', g: 'G\n', h: 'H\n' })
  template.git('tag', 'v2.0.0')
  template.moveTo(base)
  template.commit('clean', { f: '1\n2\n3\n4\nfive\n' })
  template.commit('upstream has it', { g: 'G\n' })
  template.commit('conflicts', { h: 'company\n' })
  template.commit('later', { later: '1\n' })
})

const fresh = (): TestRepository => {
  const path = join(directory, `k${(count += 1)}`)
  cpSync(template.path, path, { recursive: true })
  return new TestRepository(path)
}
const sync = (repository: TestRepository): string[] => [
  'fork',
  'sync',
  '-C',
  repository.path,
  '--onto',
  'v2.0.0',
  '--json',
]
const run = async (...words: string[]) => await runCli(words, { env: fixedTime(directory) })

/** Goes on until the conflict is there. */
async function stop(repository: TestRepository): Promise<Outcome> {
  const stopped = await run(...sync(repository))
  expect([stopped.code, stopped.stderr]).toEqual([8, ''])
  const document = JSON.parse(stopped.stdout) as ForkRun
  expect(document.stop?.conflicts.map(({ path }) => path)).toEqual(['h'])
  return outcome(repository, document.tip)
}

async function settle(repository: TestRepository): Promise<void> {
  expect((await run('fork', 'resolve', '-C', repository.path, 'h', '--take', 'company')).code).toBe(0)
}

/** Goes on to the end. */
async function finish(repository: TestRepository): Promise<Outcome> {
  const done = await run(...goOn(repository))
  expect([done.code, done.stderr]).toEqual([0, ''])
  return outcome(repository, (JSON.parse(done.stdout) as ForkRun).tip)
}

const goOn = (repository: TestRepository): string[] => ['fork', 'continue', '-C', repository.path, '--json']

interface Outcome {
  tree: string
  refs: string
}

/** All refs of the run but its ledger, whose lines have times in them. */
function outcome(repository: TestRepository, tip: string): Outcome {
  const refs = repository.git('for-each-ref', '--format=%(objectname) %(refname)', 'refs/')
  return {
    tree: repository.git('rev-parse', `${tip}^{tree}`),
    refs: refs
      .split('\n')
      .filter((line) => !line.endsWith('/ledger'))
      .join('\n'),
  }
}

/** Every point, some at a time: each is killed in a repository of its own. */
async function atEach<T>(points: readonly T[], check: (point: T) => Promise<void>): Promise<void> {
  const left = [...points]
  const worker = async (): Promise<void> => {
    for (let point = left.shift(); point !== undefined; point = left.shift()) await check(point)
  }
  await Promise.all(Array.from({ length: 3 }, worker))
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

// What follows a stop depends on nothing but refs and objects: where these are the same, so is the end.
describe('a sync killed', () => {
  it('at any fsync, while it carries, goes on to the same tree and the same refs', async () => {
    const wanted = await stop(fresh())
    const { points } = await runKilledAtSync(sync(fresh()), 0, directory)
    expect(points).toBeGreaterThan(15)
    await atEach(upTo(points), async (at) => {
      const repository = fresh()
      const killed = await runKilledAtSync(sync(repository), at, directory)
      expect(killed.code, `point ${at}`).toBe(-1)
      expect(await stop(repository), `killed at fsync point ${at} of ${points}`).toEqual(wanted)
    })
  }, 200_000)

  it('before or after any change of refs goes on to the same tree and the same refs', async () => {
    const wanted = await stop(fresh())
    const { points } = await runKilledAtRefs(sync(fresh()), 0, 'before', directory)
    expect(points).toBeGreaterThan(3)
    const moments = upTo(points).flatMap((at) => (['before', 'after'] as const).map((when) => ({ at, when })))
    await atEach(moments, async ({ at, when }) => {
      const repository = fresh()
      const killed = await runKilledAtRefs(sync(repository), at, when, directory)
      expect(killed.code, `${when} change ${at}`).toBe(-1)
      expect(await stop(repository), `killed ${when} change ${at} of ${points}`).toEqual(wanted)
    })
  }, 200_000)

  it('while it continues after a conflict goes on to the same tree and the same refs', async () => {
    const repository = fresh()
    await stop(repository)
    await settle(repository)
    const kept = join(directory, 'settled')
    cpSync(repository.path, kept, { recursive: true })
    // The directory of the stop knows where its repository is: each time it is put back in its place.
    const restore = (): void => {
      rmSync(repository.path, { recursive: true })
      cpSync(kept, repository.path, { recursive: true })
    }
    const wanted = await finish(repository)
    restore()
    const { points } = await runKilledAtSync(goOn(repository), 0, directory)
    for (const at of upTo(points)) {
      restore()
      await runKilledAtSync(goOn(repository), at, directory)
      expect(await finish(repository), `killed at fsync point ${at} of ${points}`).toEqual(wanted)
    }
  }, 200_000)
})
