/** Disks that are full or closed, clones with holes, clocks that go wrong. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ForkRun } from '../../../src/domain/fork/sync/run-report.ts'
import { needs } from '../../support/capabilities.ts'
import { fixedTime } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, TestRepository } from '../../support/fork/repository.ts'
import { runCli, type RunResult } from '../../support/run.ts'

const directory = testDirectory()
const mounting = needs('tmpfs')
let count = 0

/** A fork of two commits, of which the second conflicts in h. */
function fork(place = directory): TestRepository {
  const repository = newRepository(place, `d${(count += 1)}`)
  const base = repository.commit('base', { f: '1\n2\n3\n4\n5\n', h: 'h\n' })
  repository.git('tag', 'v1.0.0')
  repository.commit('upstream (#7)', { f: 'ONE\n2\n3\n4\n5\n', h: 'H\n' })
  repository.git('tag', 'v2.0.0')
  repository.moveTo(base)
  repository.commit('clean', { f: '1\n2\n3\n4\nfive\n' })
  repository.commit('conflicts', { h: 'company\n' })
  return repository
}

const at = async (path: string, verb: string, words: readonly string[] = [], env = {}): Promise<RunResult> =>
  await runCli(['fork', verb, '-C', path, ...words], { env: { ...fixedTime(directory), ...env } })
const sync = async (path: string, env = {}): Promise<RunResult> =>
  await at(path, 'sync', ['--onto', 'v2.0.0', '--json'], env)
const runOf = ({ stdout }: RunResult): ForkRun => JSON.parse(stdout) as ForkRun
const errorOf = ({ stdout }: RunResult): { code: string; exitCode: number; why: string; hint: string } =>
  (JSON.parse(stdout) as { error: { code: string; exitCode: number; why: string; hint: string } }).error

async function finish(path: string): Promise<ForkRun> {
  expect((await at(path, 'resolve', ['h', '--take', 'company'])).code).toBe(0)
  const done = await at(path, 'continue', ['--json'])
  expect([done.code, done.stderr]).toEqual([0, ''])
  return runOf(done)
}

/** A file system of our own for the length of `work`. */
async function mounted(
  options: string,
  work: (place: string, remount: (mode: string) => void) => Promise<void>,
): Promise<void> {
  const place = join(directory, `mount${(count += 1)}`)
  mkdirSync(place)
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', place])
  try {
    await work(place, (mode) => void execFileSync('mount', ['-o', `remount,${mode}`, place]))
  } finally {
    execFileSync('umount', ['--lazy', place])
  }
}

describe('a disk', () => {
  mounting.it('that is full stops the move with what to do, and with room it ends as if nothing had been', async () => {
    const [whole] = [runOf(await sync(fork().path))]
    await mounted('size=4m', async (place) => {
      const { path } = fork(place)
      const filler = join(place, 'filler')
      const fill = (): void => {
        try {
          writeFileSync(filler, Buffer.alloc(8 << 20))
        } catch {
          // Full is what was wanted.
        }
      }
      fill()
      const failed = await sync(path)
      expect(failed.code).toBe(1)
      expect(errorOf(failed).why).toMatch(/no space left|ENOSPC/i)
      rmSync(filler)
      const stopped = await sync(path)
      expect([stopped.code, runOf(stopped).steps.map(({ new: made }) => made)]).toEqual([
        8,
        whole.steps.map(({ new: made }) => made),
      ])
      expect((await at(path, 'resolve', ['h', '--take', 'company'])).code).toBe(0)
      fill()
      expect((await at(path, 'continue', ['--json'])).code).toBe(1)
      rmSync(filler)
      const done = await at(path, 'continue', ['--json'])
      expect([done.code, runOf(done).status]).toEqual([0, 'finished'])
    })
  })

  mounting.it('that is read-only lets a fork be planned and read, and a move is refused before it begins', async () => {
    await mounted('size=16m', async (place, remount) => {
      const repository = fork(place)
      await sync(repository.path)
      const { tip } = await finish(repository.path)
      const before = repository.git('for-each-ref')
      remount('ro')
      for (const [verb, words] of [
        ['status', []],
        ['plan', ['--onto', 'v2.0.0']],
        ['verify', []],
        ['show', []],
      ] as const) {
        const read = await at(repository.path, verb, words)
        expect([verb, read.code, read.stderr]).toEqual([verb, 0, ''])
      }
      const refused = await at(repository.path, 'sync', ['--onto', 'v1.0.0', '--json'])
      expect([refused.code, errorOf(refused).why]).toEqual([1, expect.stringMatching(/read-only/i)])
      remount('rw')
      expect([repository.git('for-each-ref'), tip]).toEqual([before, expect.any(String)])
    })
  })
})

describe('a partial clone', () => {
  it('says which object is missing and how to get it, and fetches nothing unasked', async () => {
    const origin = fork()
    origin.git('config', 'uploadpack.allowFilter', 'true')
    const clone = join(directory, `partial${(count += 1)}`)
    origin.git('clone', '--quiet', '--no-checkout', '--filter=blob:none', `file://${origin.path}`, clone)
    const repository = new TestRepository(clone)
    repository.git('config', 'user.name', 'Ada')
    repository.git('config', 'user.email', 'ada@acme.example')
    const packs = (): string[] => readdirSync(join(clone, '.git/objects/pack')).sort()
    const before = packs()
    const refused = await sync(clone)
    expect([refused.code, errorOf(refused)]).toMatchObject([
      65,
      { why: expect.stringContaining('partial clone') as string, hint: expect.stringContaining('git fetch') as string },
    ])
    expect(packs()).toEqual(before)
    repository.git('fetch', '--quiet', '--refetch', '--tags', '--filter=blob:limit=1g', 'origin')
    const stopped = await sync(clone)
    expect([stopped.code, stopped.stdout]).toEqual([8, expect.stringContaining('ForkRun')])
    expect((await finish(clone)).status).toBe('finished')
  })
})

describe('a clock', () => {
  it('that was set back during a stop does not make the end another one', async () => {
    const [one, other] = [fork(), fork()]
    await sync(one.path, { GIT_COMMITTER_DATE: '2000000000 +0000' })
    await sync(other.path, { GIT_COMMITTER_DATE: '2000000000 +0000' })
    const [early, late] = [await finish(one.path), await finish(other.path)]
    expect(early.tip).toBe(late.tip)
    expect(one.git('log', '-2', '--format=%ct', early.tip)).toBe('2000000000\n2000000000')
    expect((await at(one.path, 'verify')).code).toBe(0)
  })

  it('before that of the commits it carries changes nothing: no date is compared', async () => {
    const repository = fork()
    await sync(repository.path, { GIT_COMMITTER_DATE: '86400 +0000' })
    const { tip } = await finish(repository.path)
    expect(repository.git('log', '-1', '--format=%ct', tip)).toBe('86400')
    expect((await at(repository.path, 'verify')).code).toBe(0)
  })
})
