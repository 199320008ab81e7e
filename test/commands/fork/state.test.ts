/** What may happen to a repository while a move is under way, and where it may stand. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ForkRun } from '../../../src/domain/fork/sync/run-report.ts'
import { fixedTime } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, TestRepository } from '../../support/fork/repository.ts'
import { runCli, type RunResult } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const directory = testDirectory()
let count = 0

/** A fork of two commits, of which the second conflicts in h. */
function fork(...options: string[]): TestRepository {
  const repository = newRepository(directory, `s${(count += 1)}`, ...options)
  const base = repository.commit('base', { f: '1\n2\n3\n4\n5\n', h: 'h\n' })
  repository.git('tag', 'v1.0.0')
  repository.commit('upstream (#7)', { f: 'ONE\n2\n3\n4\n5\n', h: 'H\n' })
  repository.git('tag', 'v2.0.0')
  repository.moveTo(base)
  repository.commit('clean', { f: '1\n2\n3\n4\nfive\n' })
  repository.commit('conflicts', { h: 'company\n' })
  return repository
}

const at = async (path: string, verb: string, ...words: string[]): Promise<RunResult> =>
  await runCli(['fork', verb, '-C', path, ...words], { env: fixedTime(directory) })
const sync = async (path: string): Promise<RunResult> => await at(path, 'sync', '--onto', 'v2.0.0', '--json')
const runOf = ({ stdout }: RunResult): ForkRun => {
  const document = JSON.parse(stdout) as ForkRun
  expectMatchesSchema('fork-run', document)
  return document
}
const errorOf = ({ stdout }: RunResult): { code: string; exitCode: number } =>
  (JSON.parse(stdout) as { error: { code: string; exitCode: number } }).error

async function finish(path: string): Promise<ForkRun> {
  expect((await at(path, 'resolve', 'h', '--take', 'company')).code).toBe(0)
  const done = await at(path, 'continue', '--json')
  expect([done.code, done.stderr]).toEqual([0, ''])
  return runOf(done)
}

/** Everything of the user's that a move must leave alone. */
function belongings(repository: TestRepository): unknown {
  const text = (path: string): string => readFileSync(join(repository.path, '.git', path), 'latin1')
  return {
    head: text('HEAD'),
    config: text('config'),
    index: text('index'),
    branches: repository.git('for-each-ref', 'refs/heads', 'refs/tags', 'refs/remotes'),
    files: readdirSync(repository.path).filter((name) => name !== '.git'),
    worktrees: repository.git('worktree', 'list'),
    state: readdirSync(join(repository.path, '.git')).filter(
      (name) => !['sparkops', 'objects', 'refs', 'logs'].includes(name),
    ),
  }
}

describe('a move', () => {
  it('leaves checkout, index, HEAD, branches, tags and configuration as they are, uncommitted work too', async () => {
    const repository = fork()
    repository.write('f', 'not committed\n')
    repository.write('new file', 'not added\n')
    repository.git('config', 'rebase.updateRefs', 'true')
    repository.git('config', 'core.autocrlf', 'true')
    const before = belongings(repository)
    await sync(repository.path)
    await finish(repository.path)
    expect(belongings(repository)).toEqual(before)
    expect(readFileSync(join(repository.path, 'f'), 'utf8')).toBe('not committed\n')
  })

  it('stops for a person with markers that name both sides', async () => {
    const repository = fork()
    const result = await sync(repository.path)
    expect(result.code).toBe(8)
    const { stop } = runOf(result)
    const shown = readFileSync(join(stop!.directory, 'h'), 'utf8')
    expect(shown).toMatch(
      /^<{7} upstream \(v2\.0\.0\)\nH\n\|{7} base \(v1\.0\.0\)\nh\n={7}\ncompany\n>{7} company \([0-9a-f]{12} conflicts\)\n$/,
    )
  })

  it('takes what was edited and added with git itself', async () => {
    const repository = fork()
    const { stop } = runOf(await sync(repository.path))
    const bench = new TestRepository(stop!.directory)
    bench.write('h', 'both\n')
    bench.write('note', 'left lying about\n')
    bench.git('add', 'h')
    const done = runOf(await at(repository.path, 'continue', '--json'))
    expect([done.status, repository.show(done.tip, 'h')]).toEqual(['finished', 'both\n'])
    expect(repository.git('ls-tree', '--name-only', done.tip)).not.toContain('note')
  })

  it('refuses markers that are left, and edits that were not added', async () => {
    const repository = fork()
    const { stop } = runOf(await sync(repository.path))
    expect(errorOf(await at(repository.path, 'continue', '--json'))).toMatchObject({
      code: 'SO_UNRESOLVED',
      exitCode: 8,
    })
    expect(errorOf(await at(repository.path, 'resolve', 'h', '--json'))).toMatchObject({ code: 'SO_MARKERS_LEFT' })
    const bench = new TestRepository(stop!.directory)
    bench.git('add', 'h')
    expect(errorOf(await at(repository.path, 'continue', '--json'))).toMatchObject({ code: 'SO_MARKERS_LEFT' })
    bench.write('h', 'one\n')
    bench.git('add', 'h')
    bench.write('h', 'two\n')
    expect(errorOf(await at(repository.path, 'continue', '--json'))).toMatchObject({ code: 'SO_EDITED_AFTER_ADD' })
  })

  it('is the same run when it is asked for again, stopped or finished', async () => {
    const repository = fork()
    const [first, second] = [runOf(await sync(repository.path)), runOf(await sync(repository.path))]
    expect(second).toEqual(first)
    const done = await finish(repository.path)
    const again = await sync(repository.path)
    expect([again.code, runOf(again)]).toEqual([0, done])
  })

  it('goes on from refs alone when its files are lost', async () => {
    const repository = fork()
    await sync(repository.path)
    rmSync(join(repository.path, '.git/sparkops'), { recursive: true })
    expect(errorOf(await at(repository.path, 'continue', '--json'))).toMatchObject({
      code: 'SO_WORKBENCH_GONE',
      exitCode: 8,
    })
    expect((await finish(repository.path)).status).toBe('finished')
  })

  it('goes on after git gc --prune=now', async () => {
    const repository = fork()
    await sync(repository.path)
    repository.git('reflog', 'expire', '--expire=now', '--all')
    repository.git('gc', '--quiet', '--prune=now')
    expect((await finish(repository.path)).status).toBe('finished')
  })

  it('goes on though the branch got another commit meanwhile, and status says that it did', async () => {
    const repository = fork()
    await sync(repository.path)
    repository.commit('later', { later: '1\n' })
    const done = await finish(repository.path)
    expect(done.summary.total).toBe(2)
    const status = await at(repository.path, 'status', '--json')
    const document = JSON.parse(status.stdout) as { runs: { isOutdated: boolean }[] }
    expectMatchesSchema('fork-status', document)
    expect(document.runs.map(({ isOutdated }) => isOutdated)).toEqual([true])
  })

  it('goes on though upstream’s tag was moved meanwhile', async () => {
    const repository = fork()
    const { onto } = runOf(await sync(repository.path))
    repository.git('tag', '--force', 'v2.0.0', 'v1.0.0')
    expect((await finish(repository.path)).onto.oid).toBe(onto.oid)
  })

  it('refuses to go on where something else moved its ref', async () => {
    const repository = fork()
    const { ref } = runOf(await sync(repository.path))
    repository.git('update-ref', ref, 'v1.0.0')
    expect(errorOf(await at(repository.path, 'continue', '--json'))).toMatchObject({
      code: 'SO_REF_MOVED',
      exitCode: 5,
    })
  })

  it('is not disturbed by a second one, which is refused while the first works', async () => {
    const repository = fork()
    const results = await Promise.all([sync(repository.path), sync(repository.path)])
    const codes = results.map(({ code }) => code).sort()
    expect([
      [8, 8],
      [5, 8],
    ]).toContainEqual(codes)
    expect((await finish(repository.path)).status).toBe('finished')
  })

  it('takes over the lock of a process that is dead, and not that of another machine', async () => {
    const repository = fork()
    const lock = join(repository.path, '.git/sparkops/fork/lock')
    await sync(repository.path)
    writeFileSync(lock, JSON.stringify({ pid: 2 ** 22, host: 'elsewhere', boot: 'x', began: '' }))
    expect(errorOf(await sync(repository.path))).toMatchObject({ code: 'SO_LOCKED', exitCode: 5 })
    expect((await at(repository.path, 'sync', '--onto', 'v2.0.0', '--takeover')).code).toBe(8)
    writeFileSync(lock, '{"pid":')
    expect((await sync(repository.path)).code).toBe(8)
    expect(existsSync(lock)).toBe(false)
  })

  it('that is given up keeps all of it below refs/sparkops/archive, and can begin anew', async () => {
    const repository = fork()
    const { id } = runOf(await sync(repository.path))
    const aborted = runOf(await at(repository.path, 'abort', '--json'))
    expect(aborted.status).toBe('aborted')
    const refs = repository.git('for-each-ref', '--format=%(refname)', 'refs/sparkops').split('\n')
    expect(refs.every((ref) => ref.startsWith(`refs/sparkops/archive/${id}/`))).toBe(true)
    expect(refs.some((ref) => ref.endsWith('/steps/001'))).toBe(true)
    expect((await sync(repository.path)).code).toBe(8)
  })

  it('takes steps back and does them again', async () => {
    const repository = fork()
    await sync(repository.path)
    const done = await finish(repository.path)
    expect(runOf(await at(repository.path, 'undo', '2', '--json'))).toMatchObject({ status: 'running', steps: [] })
    expect((await at(repository.path, 'continue')).code).toBe(8)
    expect((await finish(repository.path)).tip).toBe(done.tip)
    expect(errorOf(await at(repository.path, 'undo', '9', '--json'))).toMatchObject({ exitCode: 64 })
  })

  it('leaves a commit out for a reason, and the proof tells it', async () => {
    const repository = fork()
    await sync(repository.path)
    expect((await at(repository.path, 'skip', '--reason', 'not wanted any more')).code).toBe(0)
    const proof = await at(repository.path, 'verify', '--json')
    const document = JSON.parse(proof.stdout) as { verdict: string; commits: { fate: string; evidence: string }[] }
    expectMatchesSchema('fork-proof', document)
    expect([proof.code, document.commits[1]]).toMatchObject([
      0,
      { fate: 'dropped', evidence: 'skipped-by-hand: not wanted any more' },
    ])
  })
})

describe('a move in', () => {
  const finishes = async (path: string): Promise<void> => {
    const stopped = await sync(path)
    expect([stopped.code, stopped.stderr]).toEqual([8, ''])
    expect((await finish(path)).status).toBe('finished')
  }

  it('a bare repository', async () => {
    const bare = join(directory, `bare${(count += 1)}`)
    fork().git('clone', '--quiet', '--bare', '.', bare)
    for (const [key, value] of [
      ['user.name', 'Ada'],
      ['user.email', 'ada@acme.example'],
    ] as const) {
      new TestRepository(bare).git('config', key, value)
    }
    await finishes(bare)
  })

  it('a linked worktree, with the state where all worktrees see it', async () => {
    const repository = fork()
    const linked = join(directory, `linked${(count += 1)}`)
    repository.git('worktree', 'add', '--quiet', '--detach', linked)
    await finishes(linked)
    expect(existsSync(join(repository.path, '.git/sparkops/fork'))).toBe(true)
  })

  it('a directory below the top', async () => {
    const repository = fork()
    mkdirSync(join(repository.path, 'deep/er'), { recursive: true })
    await finishes(join(repository.path, 'deep/er'))
  })

  it('a repository of SHA-256', async () => {
    await finishes(fork('--object-format=sha256').path)
  })

  it('a sparse checkout', async () => {
    const repository = fork()
    repository.git('sparse-checkout', 'set', 'nothing')
    await finishes(repository.path)
  })

  it('a repository with replace refs and grafts, which it does not believe', async () => {
    const repository = fork()
    const tip = repository.head()
    repository.git('replace', '--graft', tip)
    await finishes(repository.path)
  })

  it('a directory whose name has colons, quotes and line breaks', async () => {
    const odd = join(directory, 'o"d:d\nplace')
    mkdirSync(odd)
    const inside = newRepository(odd, 'r')
    inside.git('pull', '--quiet', fork().path, 'main', '--tags')
    await finishes(inside.path)
  })

  it('a shallow clone whose base is cut off is refused with what to do', async () => {
    const clone = join(directory, `shallow${(count += 1)}`)
    fork().git('clone', '--quiet', '--depth=1', `file://${fork().path}`, clone)
    const repository = new TestRepository(clone)
    repository.git('fetch', '--quiet', '--depth=1', 'origin', 'tag', 'v2.0.0')
    const result = await sync(clone)
    expect(errorOf(result)).toMatchObject({ code: 'SO_NO_BASE', exitCode: 65 })
    expect(result.stderr).toContain('git fetch --unshallow')
  })

  it('what is no repository is refused', async () => {
    expect(errorOf(await sync(directory))).toMatchObject({ code: 'SO_NO_REPOSITORY', exitCode: 64 })
  })

  it('a hook, whose variables it does not inherit', async () => {
    const repository = fork()
    const env = {
      ...fixedTime(directory),
      GIT_DIR: '/nowhere',
      GIT_INDEX_FILE: '/nowhere',
      GIT_OBJECT_DIRECTORY: '/nowhere',
    }
    const result = await runCli(['fork', 'sync', '-C', repository.path, '--onto', 'v2.0.0'], { env })
    expect(result.code).toBe(8)
  })

  it('a machine whose git is too old is refused', async () => {
    const place = join(directory, 'old')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'git'), '#!/bin/sh\necho git version 2.34.1\n')
    chmodSync(join(place, 'git'), 0o755)
    const env = { ...fixedTime(directory), PATH: `${place}:${process.env.PATH ?? ''}` }
    const result = await runCli(['fork', 'status', '-C', fork().path, '--json'], { env })
    expect(errorOf(result)).toMatchObject({ code: 'SO_GIT_TOO_OLD' })
  })
})

describe('a plan', () => {
  it('leaves nothing behind, names who brought a conflict, and compares targets', async () => {
    const repository = fork()
    const before = readdirSync(join(repository.path, '.git'), { recursive: true }).sort()
    const result = await at(repository.path, 'plan', '--onto', 'v2.0.0', '--onto', 'v1.0.0', '--json')
    const plan = JSON.parse(result.stdout) as {
      targets: { summary: object; commits: { conflicts: { culprit: object }[] }[] }[]
    }
    expectMatchesSchema('fork-plan', plan)
    expect(plan.targets.map(({ summary }) => summary)).toMatchObject([
      { clean: 1, human: { commits: 1, files: 1 } },
      { clean: 2, human: { commits: 0, files: 0 } },
    ])
    expect(plan.targets[0]!.commits[1]!.conflicts[0]!.culprit).toMatchObject({ pullRequest: 7, how: 'bisected' })
    expect(readdirSync(join(repository.path, '.git'), { recursive: true }).sort()).toEqual(before)
    expect((await at(repository.path, 'plan', '--onto', 'v2.0.0', '--detailed-exitcode')).code).toBe(2)
  })
})

describe('documents', () => {
  it('of tidy and of a step are as their schemas say', async () => {
    const repository = fork()
    repository.commit('fixup! clean', { f: '1\n2\n3\n4\nfive!\n' })
    const tidied = await at(repository.path, 'tidy', '--json')
    expect(tidied.code).toBe(0)
    expectMatchesSchema('fork-tidy', JSON.parse(tidied.stdout))
    await sync(repository.path)
    const step = await at(repository.path, 'show', '1', '--json')
    expect(step.code).toBe(0)
    expectMatchesSchema('fork-step', JSON.parse(step.stdout))
    expect(errorOf(await at(repository.path, 'show', '7', '--json'))).toMatchObject({ exitCode: 64 })
  })
})

describe('a build of the user’s', () => {
  const withExec = async (path: string, verb: string, ...words: string[]): Promise<RunResult> =>
    await at(path, verb, '--json', ...words)

  it('runs on every carried commit, and one that fails it stops for a person, who may correct or accept it', async () => {
    const repository = fork()
    const exec = ['--exec', 'grep -q five f && ! grep -q company h']
    await withExec(repository.path, 'sync', '--onto', 'v2.0.0', ...exec)
    await at(repository.path, 'resolve', 'h', '--take', 'company')
    const refused = await withExec(repository.path, 'continue', ...exec)
    expect([refused.code, errorOf(refused).code]).toEqual([8, 'SO_CHECK_FAILED'])
    const done = runOf(await withExec(repository.path, 'continue', ...exec, '--accept', 'exec'))
    expect(done.status).toBe('finished')
    const told = done.steps.flatMap(({ findings }) => findings.map(({ gate, message }) => `${gate}: ${message}`))
    expect([told.length, told[0]?.includes('passed in'), told[1]?.includes('accepted by hand')]).toEqual([
      2,
      true,
      true,
    ])
  })

  it('stops at a commit that merged cleanly and does not pass', async () => {
    const repository = fork()
    const result = await withExec(repository.path, 'sync', '--onto', 'v2.0.0', '--exec', 'echo no such thing; exit 3')
    expect(result.code).toBe(8)
    const { stop } = runOf(result)
    expect(stop?.number).toBe(1)
    expect(stop?.findings.map(({ rule, message }) => [rule, /exit code 3: no such thing/.test(message)])).toEqual([
      ['exec', true],
    ])
  })

  it('runs once on the finished series where asked, and can be tried again', async () => {
    const repository = fork()
    const flag = join(directory, 'passes')
    const exec = ['--exec', `test -e '${flag}'`, '--exec-last']
    await withExec(repository.path, 'sync', '--onto', 'v2.0.0', ...exec)
    await at(repository.path, 'resolve', 'h', '--take', 'company')
    const failed = await withExec(repository.path, 'continue', ...exec)
    expect([failed.code, runOf(failed).failedBuild?.gate, runOf(failed).summary.left]).toEqual([8, 'block', 0])
    writeFileSync(flag, '')
    const done = await withExec(repository.path, 'continue', ...exec)
    expect([done.code, runOf(done).status]).toEqual([0, 'finished'])
  })

  it('is not run because a repository names it', async () => {
    const repository = fork()
    await withExec(repository.path, 'sync', '--onto', 'v2.0.0', '--exec', 'true')
    await at(repository.path, 'resolve', 'h', '--take', 'company')
    const refused = await withExec(repository.path, 'continue')
    expect([refused.code, errorOf(refused).code]).toEqual([64, 'SO_OTHER_EXEC'])
  })

  it('cannot touch the repository, whose files it sees without its git directory', async () => {
    const repository = fork()
    const before = belongings(repository)
    const out = join(directory, 'seen')
    await withExec(
      repository.path,
      'sync',
      '--onto',
      'v2.0.0',
      '--exec',
      `git rev-parse --git-dir >'${out}' 2>&1; rm -rf f; env | grep ^GIT_DIR >>'${out}'; true`,
    )
    expect(belongings(repository)).toEqual(before)
    expect(readFileSync(out, 'utf8')).toContain('not a git repository')
  })
})
