/** A plan that was saved and looked at, carried out as it is or not at all. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ForkPlan } from '../../../src/domain/fork/plan/plan-fork.ts'
import type { ForkRun } from '../../../src/domain/fork/sync/run-report.ts'
import { fixedTime } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, type TestRepository } from '../../support/fork/repository.ts'
import { runCli, type RunResult } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const directory = testDirectory()
let count = 0

/** Clean, upstream already, in conflict. */
function fork(): TestRepository {
  const repository = newRepository(directory, `p${(count += 1)}`)
  const base = repository.commit('base', { f: '1\n2\n3\n4\n5\n', g: 'g\n', h: 'h\n' })
  repository.git('tag', 'v1.0.0')
  repository.commit('upstream (#7)', { f: 'ONE\n2\n3\n4\n5\n', g: 'G\n', h: 'H\n' })
  repository.git('tag', 'v2.0.0')
  repository.moveTo(base)
  repository.commit('clean', { f: '1\n2\n3\n4\nfive\n' })
  repository.commit('upstream has it', { g: 'G\n' })
  repository.commit('conflicts', { h: 'company\n' })
  return repository
}

const at = async ({ path }: TestRepository, verb: string, ...words: string[]): Promise<RunResult> =>
  await runCli(['fork', verb, '-C', path, ...words], { env: fixedTime(directory) })

async function planned(repository: TestRepository, ...words: string[]): Promise<string> {
  const file = join(directory, `${(count += 1)}.json`)
  const asked = words.length > 0 ? words : ['--onto', 'v2.0.0']
  const { code, stdout, stderr } = await at(repository, 'plan', ...asked, '-o', 'json')
  expect([code, stderr]).toEqual([0, ''])
  expectMatchesSchema('fork-plan', JSON.parse(stdout))
  writeFileSync(file, stdout)
  return file
}

const edited = (file: string, edit: (plan: ForkPlan) => void): string => {
  const plan = JSON.parse(readFileSync(file, 'utf8')) as ForkPlan
  edit(plan)
  writeFileSync(file, JSON.stringify(plan))
  return file
}

interface Refusal {
  error: { code: string; message: string; why: string; exitCode: number }
}
const refused = async (repository: TestRepository, ...words: string[]): Promise<Refusal['error']> => {
  const result = await at(repository, 'sync', ...words, '--json')
  const { error } = JSON.parse(result.stdout) as Refusal
  expect(error.exitCode).toBe(result.code)
  expect(repository.git('for-each-ref', 'refs/sparkops')).toBe('')
  return error
}

describe('sync --plan', () => {
  it('does what was planned, and asked again goes on with it', async () => {
    const repository = fork()
    const plan = await planned(repository)
    const stopped = await at(repository, 'sync', '--plan', plan, '--json')
    expect([stopped.code, stopped.stderr]).toEqual([8, ''])
    const run = JSON.parse(stopped.stdout) as ForkRun
    expect([run.steps.map(({ action }) => action), run.stop?.conflicts.map(({ path }) => path)]).toEqual([
      ['carried', 'dropped'],
      ['h'],
    ])
    expect((await at(repository, 'resolve', 'h', '--take', 'company')).code).toBe(0)
    expect((await at(repository, 'continue')).code).toBe(0)
    expect((await at(repository, 'sync', '--plan', plan)).code).toBe(0)
  })

  it('refuses when the branch has another commit, and names it', async () => {
    const repository = fork()
    const plan = await planned(repository)
    repository.commit('later', { later: '1\n' })
    expect(await refused(repository, '--plan', plan)).toMatchObject({
      code: 'SO_PLAN_STALE',
      exitCode: 5,
      message: 'refs/heads/main moved',
    })
  })

  it('refuses when upstream moved its tag, and names it', async () => {
    const repository = fork()
    const plan = await planned(repository)
    repository.git('tag', '--force', 'v2.0.0', 'v1.0.0')
    expect(await refused(repository, '--plan', plan)).toMatchObject({ exitCode: 5, message: 'v2.0.0 moved' })
  })

  it('refuses when the base is found elsewhere, and names it', async () => {
    const repository = fork()
    const plan = await planned(repository)
    repository.git('tag', 'v1.5.0', 'HEAD~2')
    const error = await refused(repository, '--plan', plan)
    expect(error).toMatchObject({ exitCode: 5, message: 'the base v1.0.0 moved' })
    expect(error.why).toContain('v1.5.0')
  })

  it('refuses when the profile says something else by now', async () => {
    const repository = fork()
    const plan = await planned(repository)
    repository.write('.sparkops/fork.yaml', 'merges: linearise\n')
    expect(await refused(repository, '--plan', plan)).toMatchObject({ exitCode: 5, code: 'SO_PLAN_STALE' })
  })

  it('refuses what was edited in it: a plan is not a wish', async () => {
    const repository = fork()
    const plan = edited(await planned(repository), ({ targets }) => {
      targets[0]!.commits[1]!.verdict = 'clean'
    })
    const error = await refused(repository, '--plan', plan)
    expect([error.exitCode, error.message]).toEqual([5, expect.stringMatching(/^step 2, commit [0-9a-f]{12}, fares/)])
  })

  it('of several targets wants one named', async () => {
    const repository = fork()
    const plan = await planned(repository, '--onto', 'v2.0.0', '--onto', 'v1.0.0')
    expect(await refused(repository, '--plan', plan)).toMatchObject({ code: 'SO_PLAN_TARGET', exitCode: 64 })
    expect(await refused(repository, '--plan', plan, '--onto', 'v3')).toMatchObject({ exitCode: 64 })
    expect((await at(repository, 'sync', '--plan', plan, '--onto', 'v1.0.0')).code).toBe(0)
  })

  it('refuses what is no plan, with the field named', async () => {
    const repository = fork()
    const file = await planned(repository)
    writeFileSync(join(directory, 'none.json'), '[1')
    expect(await refused(repository, '--plan', join(directory, 'none.json'))).toMatchObject({ exitCode: 65 })
    const bad = edited(file, ({ targets }) => {
      targets[0]!.onto.oid = '--upload-pack=x'
    })
    const error = await refused(repository, '--plan', bad)
    expect([error.exitCode, error.message]).toEqual([65, expect.stringContaining('targets[0].onto.oid')])
    expect(await refused(repository, '--plan', join(directory, 'not there'))).toMatchObject({ exitCode: 64 })
  })

  it('takes no other question beside it', async () => {
    const repository = fork()
    const plan = await planned(repository)
    expect(await refused(repository, '--plan', plan, '--tidy')).toMatchObject({ exitCode: 64 })
    expect(await refused(repository)).toMatchObject({ exitCode: 64 })
  })
})
