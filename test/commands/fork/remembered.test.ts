/** What a person resolved once is not asked again, said to be theirs, and never taken for anything else. */
import { describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import type { ForkRun } from '../../../src/domain/fork/sync/run-report.ts'
import { fixedTime } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, type TestRepository } from '../../support/fork/repository.ts'
import { runCli, type RunResult } from '../../support/run.ts'

const directory = testDirectory()
let count = 0

/** The same conflict on the way to two releases; in v4.0.0 the file is another one. */
function fork(company: string | null = 'company\n', upstream: string | null = 'H\n'): TestRepository {
  const repository = newRepository(directory, `m${(count += 1)}`)
  const base = repository.commit('base', { f: 'f\n', h: 'h\n' })
  repository.git('tag', 'v1.0.0')
  repository.commit('upstream (#7)', { h: upstream })
  repository.git('tag', 'v2.0.0')
  repository.commit('upstream (#8)', { g: 'g\n' })
  repository.git('tag', 'v3.0.0')
  repository.commit('upstream (#9)', { h: 'another\n' })
  repository.git('tag', 'v4.0.0')
  repository.moveTo(base)
  repository.commit('conflicts', { h: company })
  return repository
}

const at = async ({ path }: TestRepository, verb: string, ...words: string[]): Promise<RunResult> =>
  await runCli(['fork', verb, '-C', path, ...words], { env: fixedTime(directory) })
const runOf = ({ stdout }: RunResult): ForkRun => JSON.parse(stdout) as ForkRun
const sync = async (repository: TestRepository, onto: string, ...words: string[]): Promise<RunResult> =>
  await at(repository, 'sync', '--onto', onto, '--json', ...words)
const memory = (repository: TestRepository): string[] =>
  repository.git('for-each-ref', '--format=%(refname)', 'refs/sparkops/resolved').split('\n').filter(Boolean)

async function resolved(repository: TestRepository, ...how: string[]): Promise<ForkRun> {
  expect((await sync(repository, 'v2.0.0')).code).toBe(8)
  expect((await at(repository, 'resolve', 'h', ...how)).code).toBe(0)
  const done = await at(repository, 'continue', '--json')
  expect([done.code, done.stderr]).toEqual([0, ''])
  return runOf(done)
}

const mine = join(directory, 'mine')
writeFileSync(mine, 'both\n')

describe('a resolution by hand', () => {
  it('is done again for the same three versions, on the ledger with the run it comes from', async () => {
    const repository = fork()
    const first = await resolved(repository, '--file', mine)
    const again = await sync(repository, 'v3.0.0')
    const run = runOf(again)
    expect([again.code, run.status, repository.show(run.tip, 'h')]).toEqual([0, 'finished', 'both\n'])
    const [resolution] = run.steps[0]!.resolutions
    expect(resolution).toMatchObject({ path: 'h', rule: 'remembered', class: 'human', confidence: 'assisted' })
    expect(resolution!.evidence).toContain(`by hand in ${first.id}, step 1`)
    expect(resolution!.evidence).toContain(memory(repository)[0])
  })

  it('is foretold by a plan, and is a person’s in the proof', async () => {
    const repository = fork()
    await resolved(repository, '--file', mine)
    const plan = await at(repository, 'plan', '--onto', 'v3.0.0', '--json')
    expect(JSON.parse(plan.stdout)).toMatchObject({ targets: [{ summary: { auto: 1, human: { files: 0 } } }] })
    const { id } = runOf(await sync(repository, 'v3.0.0'))
    const proof = await at(repository, 'verify', '--id', id, '--json')
    expect(proof.code).toBe(0)
    expect(JSON.parse(proof.stdout)).toMatchObject({ commits: [{ class: 'human', paths: ['h'] }] })
  })

  it('holds for a deletion, too', async () => {
    const repository = fork('company\n', null)
    await resolved(repository, '--take', 'deleted')
    const again = await sync(repository, 'v3.0.0')
    expect([again.code, runOf(again).steps[0]]).toMatchObject([
      0,
      {
        action: 'dropped',
        rule: 'resolved-to-nothing',
        evidence: expect.stringContaining('by hand in v2.0.0') as string,
      },
    ])
    expect((await at(repository, 'verify', '--id', runOf(again).id)).code).toBe(0)
  })

  it('is not taken for other versions of the file', async () => {
    const repository = fork()
    await resolved(repository, '--file', mine)
    expect((await sync(repository, 'v4.0.0')).code).toBe(8)
  })

  it('gives way to a later one, which keeps the earlier', async () => {
    const repository = fork()
    await resolved(repository, '--file', mine)
    const [ref] = memory(repository)
    const kept = repository.git('rev-parse', ref!)
    repository.git('update-ref', '-d', ref!)
    expect((await at(repository, 'undo')).code).toBe(0)
    expect((await at(repository, 'continue')).code).toBe(8)
    repository.git('update-ref', ref!, kept)
    expect((await at(repository, 'resolve', 'h', '--take', 'company')).code).toBe(0)
    expect((await at(repository, 'continue')).code).toBe(0)
    expect(repository.git('rev-parse', `${ref!}:earlier`)).toBe(kept)
    expect(repository.show(runOf(await sync(repository, 'v3.0.0')).tip, 'h')).toBe('company\n')
  })

  it('outlives a run that is given up, and git gc', async () => {
    const repository = fork()
    await resolved(repository, '--file', mine)
    expect((await at(repository, 'abort')).code).toBe(0)
    repository.git('gc', '--quiet', '--prune=now')
    expect((await sync(repository, 'v3.0.0')).code).toBe(0)
  })

  it('does not cover what a check finds, which is accepted for one commit alone', async () => {
    const repository = fork()
    const exec = ['--exec', '! grep -q both h']
    expect((await sync(repository, 'v2.0.0', ...exec)).code).toBe(8)
    expect((await at(repository, 'resolve', 'h', '--file', mine)).code).toBe(0)
    expect((await at(repository, 'continue', ...exec)).code).toBe(8)
    expect((await at(repository, 'continue', ...exec, '--accept', 'exec')).code).toBe(0)
    const again = await sync(repository, 'v3.0.0', ...exec)
    expect([again.code, runOf(again).stop]).toMatchObject([8, { conflicts: [], findings: [{ rule: 'exec' }] }])
  })

  it('is not made by a stop in which there was only something to accept', async () => {
    const repository = fork('h\n')
    repository.commit('fails the build', { f: 'bad\n' })
    const exec = ['--exec', '! grep -q bad f']
    expect((await sync(repository, 'v2.0.0', ...exec)).code).toBe(8)
    expect((await at(repository, 'continue', ...exec, '--accept', 'exec')).code).toBe(0)
    expect(memory(repository)).toEqual([])
  })
})
