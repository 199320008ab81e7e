/** A proven move goes to the company, and never to upstream, however upstream is spelled. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixedTime } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, TestRepository } from '../../support/fork/repository.ts'
import { runCli, type RunResult } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const directory = testDirectory()
const home = join(directory, 'home')
mkdirSync(home)
let count = 0

interface Places {
  fork: TestRepository
  company: TestRepository
  upstream: TestRepository
}

/** A fork with a finished move, whose origin is the company's and whose upstream is upstream's. */
async function moved(): Promise<Places> {
  const place = join(directory, `p${(count += 1)}`)
  mkdirSync(place)
  const fork = newRepository(place, 'fork')
  const base = fork.commit('base', { f: '1\n2\n3\n' })
  fork.git('tag', 'v1.0.0')
  fork.commit('upstream', { f: 'ONE\n2\n3\n' })
  fork.git('tag', 'v2.0.0')
  const upstream = bare(fork, join(place, 'upstream.git'))
  fork.moveTo(base)
  fork.commit('company', { f: '1\n2\nthree\n' })
  const company = bare(fork, join(place, 'company.git'))
  fork.git('remote', 'add', 'origin', company.path)
  fork.git('remote', 'add', 'upstream', upstream.path)
  const synced = await at(fork, 'sync', '--onto', 'v2.0.0')
  expect([synced.code, synced.stderr]).toEqual([0, ''])
  return { fork, company, upstream }
}

function bare(from: TestRepository, path: string): TestRepository {
  from.git('clone', '--quiet', '--bare', '.', path)
  return new TestRepository(path)
}

const at = async (fork: TestRepository, verb: string, ...words: string[]): Promise<RunResult> =>
  await runCli(['fork', verb, '-C', fork.path, ...words], { env: { ...fixedTime(directory), HOME: home } })
const publish = async (fork: TestRepository, ...words: string[]): Promise<RunResult> =>
  await at(fork, 'publish', '--json', ...words)
const codeOf = ({ code, stdout }: RunResult): unknown => [
  code,
  (JSON.parse(stdout) as { error?: { code: string } }).error?.code,
]
const heads = (repository: TestRepository): string =>
  repository.git('for-each-ref', '--format=%(refname) %(objectname)')

describe('publish', () => {
  it('says what it would do, does nothing without --yes, and then pushes a new branch', async () => {
    const { fork, company } = await moved()
    const before = heads(company)
    const planned = await publish(fork)
    expectMatchesSchema('fork-publication', JSON.parse(planned.stdout))
    expect([planned.code, heads(company)]).toEqual([8, before])
    const done = await publish(fork, '--yes')
    const { updates, tip } = JSON.parse(done.stdout) as { updates: { ref: string }[]; tip: string }
    expect([done.code, company.git('rev-parse', updates[0]!.ref)]).toEqual([0, tip])
    expect(updates[0]!.ref).toMatch(/^refs\/heads\/sync\/v2\.0\.0-\d{4}-\d\d-\d\d$/)
  })

  it('does not write over a branch that is there', async () => {
    const { fork, company } = await moved()
    company.git('branch', 'taken', 'main')
    const before = heads(company)
    expect(codeOf(await publish(fork, '--yes', '--branch', 'taken'))).toEqual([5, 'SO_PUSH_REJECTED'])
    expect(heads(company)).toBe(before)
  })

  it('with a marker keeps the branch fast-forwardable, and the next move finds its base there', async () => {
    const { fork, company } = await moved()
    const old = company.git('rev-parse', 'main')
    expect((await publish(fork, '--mode', 'ff', '--yes')).code).toBe(0)
    company.git('merge-base', '--is-ancestor', old, 'main')
    expect(company.git('rev-list', '--count', '--first-parent', 'v2.0.0..main')).toBe('2')
    fork.git('pull', '--quiet', '--ff-only', 'origin', 'main')
    const status = await at(fork, 'status', '--json')
    const { base, carried } = JSON.parse(status.stdout) as { base: object; carried: object }
    expect([base, carried]).toMatchObject([{ how: 'marker', name: 'v2.0.0' }, { commits: 1 }])
  })

  it('in place of the branch tags what stood there, and only while it stands there', async () => {
    const { fork, company } = await moved()
    const old = company.git('rev-parse', 'main')
    expect((await publish(fork, '--mode', 'lease', '--yes')).code).toBe(0)
    expect(company.git('tag', '--list', 'archive/*', '--points-at', old)).toMatch(/^archive\/main-/)
    const second = await moved()
    const other = second.company.rawCommit(second.company.git('rev-parse', 'main^{tree}'), [old], 'somebody else\n')
    second.company.git('update-ref', 'refs/heads/main', other)
    const before = heads(second.company)
    expect(codeOf(await publish(second.fork, '--mode', 'lease', '--yes'))).toEqual([5, 'SO_PUSH_REJECTED'])
    expect(heads(second.company)).toBe(before)
  })

  it('tells what a hook of the other side said', async () => {
    const { fork, company } = await moved()
    writeFileSync(join(company.path, 'hooks/pre-receive'), '#!/bin/sh\necho no merges on fridays >&2\nexit 1\n', {
      mode: 0o755,
    })
    const result = await publish(fork, '--yes')
    expect([codeOf(result), result.stderr.includes('no merges on fridays')]).toEqual([[5, 'SO_PUSH_REJECTED'], true])
  })

  it('refuses a move that is not finished, or not proven', async () => {
    const { fork, company } = await moved()
    const before = heads(company)
    const tip = fork.git('for-each-ref', '--format=%(refname)', 'refs/sparkops/fork/*/tip')
    const stray = fork.rawCommit(fork.git('rev-parse', `${tip}^{tree}`), [fork.git('rev-parse', tip)], 'smuggled\n')
    const was = fork.git('rev-parse', tip)
    fork.git('update-ref', tip, stray)
    expect(codeOf(await publish(fork, '--yes'))).toEqual([5, 'SO_REF_MOVED'])
    expect((await at(fork, 'verify')).code).toBe(3)
    fork.git('update-ref', tip, was)
    await at(fork, 'undo')
    expect(codeOf(await publish(fork, '--yes'))).toEqual([8, 'SO_NOT_FINISHED'])
    expect(heads(company)).toBe(before)
  })

  it('refuses where nobody says what upstream is', async () => {
    const { fork } = await moved()
    fork.git('remote', 'rename', 'upstream', 'somewhere')
    expect(codeOf(await publish(fork, '--yes'))).toEqual([64, 'SO_UPSTREAM_UNKNOWN'])
  })

  const DISGUISES: [string, (places: Places) => string][] = [
    ['its name', () => 'upstream'],
    ['its path', ({ upstream }) => upstream.path],
    ['a relative path', () => '../upstream.git'],
    ['its path without .git', ({ upstream }) => upstream.path.replace(/\.git$/, '')],
    ['a file URL', ({ upstream }) => `file://${upstream.path}/`],
    [
      'a link to it',
      ({ upstream, fork }) => {
        symlinkSync(upstream.path, join(fork.path, '../link'))
        return '../link'
      },
    ],
    [
      'a pushurl of origin',
      ({ upstream, fork }) => {
        fork.git('config', 'remote.origin.pushurl', upstream.path)
        return 'origin'
      },
    ],
    [
      'insteadOf',
      ({ upstream, fork }) => {
        fork.git('config', `url.${upstream.path}.insteadOf`, 'company:')
        return 'company:'
      },
    ],
    [
      'pushInsteadOf',
      ({ upstream, company, fork }) => {
        fork.git('config', `url.${upstream.path}.pushInsteadOf`, company.path)
        return 'origin'
      },
    ],
  ]
  it.each(DISGUISES)('refuses upstream as %s', async (_name, disguise) => {
    const places = await moved()
    const remote = disguise(places)
    const before = heads(places.upstream)
    expect(codeOf(await publish(places.fork, '--yes', '--remote', remote))).toEqual([64, 'SO_TARGET_IS_UPSTREAM'])
    expect(heads(places.upstream)).toBe(before)
  })

  const SPELLINGS = [
    'https://github.com/kubeflow/spark-operator',
    'https://GitHub.com/Kubeflow/Spark-Operator.git/',
    'https://token:x@github.com:443//kubeflow/spark-operator.git',
    'https://www.github.com/kubeflow/./spark%2Doperator',
    'git@github.com:kubeflow/spark-operator.git',
    'ssh://git@ssh.github.com:443/kubeflow/spark-operator.git',
    'git://github.com./kubeflow/spark-operator',
    'git+ssh://git@github.com/kubeflow/spark-operator',
    'gh:kubeflow/spark-operator.git',
  ]
  it.each(SPELLINGS)('refuses %s as the upstream of the profile', async (url) => {
    const { fork } = await moved()
    mkdirSync(join(home, '.ssh'), { recursive: true })
    writeFileSync(join(home, '.ssh/config'), 'Host gh\n  HostName github.com\n')
    fork.git('remote', 'set-url', 'upstream', 'https://github.com/kubeflow/spark-operator.git')
    // OpenSSH reads the configuration of the account, not of $HOME: insteadOf stands for the alias where they differ.
    if (url.startsWith('gh:')) fork.git('config', 'url.git@github.com:.insteadOf', 'gh:')
    expect(codeOf(await publish(fork, '--yes', '--remote', url))).toEqual([64, 'SO_TARGET_IS_UPSTREAM'])
  })
})
