/** A sync that is killed at any moment and continued ends with the same tree and the same refs. */
import { cpSync } from 'node:fs'
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

/** Goes on until the conflict is there, settles it, and goes on to the end. */
async function finish(repository: TestRepository): Promise<{ tree: string; refs: string }> {
  const stopped = await run(...sync(repository))
  expect([stopped.code, stopped.stderr]).toEqual([8, ''])
  const document = JSON.parse(stopped.stdout) as ForkRun
  expect(document.stop?.conflicts.map(({ path }) => path)).toEqual(['h'])
  await run('fork', 'resolve', '-C', repository.path, 'h', '--take', 'company')
  const done = await run('fork', 'continue', '-C', repository.path, '--json')
  expect([done.code, done.stderr]).toEqual([0, ''])
  return outcome(repository, (JSON.parse(done.stdout) as ForkRun).tip)
}

/** All refs of the run but its ledger, whose lines have times in them. */
function outcome(repository: TestRepository, tip: string): { tree: string; refs: string } {
  const refs = repository.git('for-each-ref', '--format=%(objectname) %(refname)', 'refs/')
  return {
    tree: repository.git('rev-parse', `${tip}^{tree}`),
    refs: refs
      .split('\n')
      .filter((line) => !line.endsWith('/ledger'))
      .join('\n'),
  }
}

describe('a sync killed', () => {
  it('at any fsync, while it carries, goes on to the same tree and the same refs', async () => {
    const wanted = await finish(fresh())
    const { points } = await runKilledAtSync(sync(fresh()), 0, directory)
    expect(points).toBeGreaterThan(15)
    for (let at = 1; at <= points; at += 1) {
      const repository = fresh()
      const killed = await runKilledAtSync(sync(repository), at, directory)
      expect(killed.code, `point ${at}`).toBe(-1)
      expect(await finish(repository), `killed at fsync point ${at} of ${points}`).toEqual(wanted)
    }
  }, 400_000)

  it('before or after any change of refs goes on to the same tree and the same refs', async () => {
    const wanted = await finish(fresh())
    const { points } = await runKilledAtRefs(sync(fresh()), 0, 'before', directory)
    expect(points).toBeGreaterThan(3)
    for (let at = 1; at <= points; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const repository = fresh()
        const killed = await runKilledAtRefs(sync(repository), at, when, directory)
        expect(killed.code, `${when} change ${at}`).toBe(-1)
        expect(await finish(repository), `killed ${when} change ${at} of ${points}`).toEqual(wanted)
      }
    }
  }, 400_000)

  it('while it continues after a conflict goes on to the same tree and the same refs', async () => {
    const wanted = await finish(fresh())
    const settled = async (): Promise<TestRepository> => {
      const repository = fresh()
      await run(...sync(repository))
      await run('fork', 'resolve', '-C', repository.path, 'h', '--take', 'company')
      return repository
    }
    const words = (repository: TestRepository): string[] => ['fork', 'continue', '-C', repository.path, '--json']
    const { points } = await runKilledAtSync(words(await settled()), 0, directory)
    for (let at = 1; at <= points; at += 1) {
      const repository = await settled()
      await runKilledAtSync(words(repository), at, directory)
      const done = await run(...words(repository))
      expect([done.code, done.stderr], `killed at ${at}`).toEqual([0, ''])
      const { tip } = JSON.parse(done.stdout) as ForkRun
      expect(outcome(repository, tip), `killed at fsync point ${at} of ${points}`).toEqual(wanted)
    }
  }, 400_000)
})
