/** A repository that wants to run something, or to write somewhere: nothing runs, nothing is written outside. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixedTime } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, type TestRepository } from '../../support/fork/repository.ts'
import { runCli, type RunResult } from '../../support/run.ts'

const directory = testDirectory()
const ran = join(directory, 'ran')
let count = 0

const HOOKS = [
  'pre-commit',
  'post-commit',
  'post-checkout',
  'post-rewrite',
  'post-index-change',
  'pre-rebase',
  'prepare-commit-msg',
  'commit-msg',
  'reference-transaction',
  'pre-push',
  'pre-auto-gc',
  'post-merge',
]
const SETTINGS = (run: string): [string, string][] => [
  ['core.fsmonitor', run],
  ['core.sshCommand', run],
  ['core.gitProxy', run],
  ['core.editor', run],
  ['core.pager', run],
  ['core.askPass', run],
  ['core.alternateRefsCommand', run],
  ['credential.helper', `!${run}`],
  ['filter.evil.clean', run],
  ['filter.evil.smudge', run],
  ['filter.evil.process', run],
  ['diff.evil.textconv', run],
  ['diff.evil.command', run],
  ['diff.external', run],
  ['merge.evil.driver', run],
  ['gpg.program', run],
  ['commit.gpgSign', 'true'],
  ['uploadpack.packObjectsHook', run],
  ['sequence.editor', run],
  ['rerere.enabled', 'true'],
  ['alias.merge-tree', `!${run}`],
]

function fork(): TestRepository {
  const repository = newRepository(directory, `x${(count += 1)}`)
  const base = repository.commit('base', { f: '1\n2\n3\n4\n5\n', h: 'h\n' })
  repository.git('tag', 'v1.0.0')
  repository.commit('up \u001b[31mred\u202e (#7)', { f: 'ONE\n2\n3\n4\n5\n', h: 'H\n' })
  repository.git('tag', 'v2.0.0')
  repository.moveTo(base)
  repository.commit('clean \u001b]0;title\u0007', { f: '1\n2\n3\n4\nfive\n' })
  repository.commit('conflicts\u001b[2J', { h: 'company\n' })
  return repository
}

function boobyTrap(repository: TestRepository): void {
  const program = join(directory, `evil${count}`)
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> ${ran}\ncat\n`)
  chmodSync(program, 0o755)
  for (const hook of HOOKS) {
    writeFileSync(join(repository.path, '.git/hooks', hook), `#!/bin/sh\n${program} ${hook}\n`)
    chmodSync(join(repository.path, '.git/hooks', hook), 0o755)
  }
  mkdirSync(join(repository.path, '.git/info'), { recursive: true })
  writeFileSync(join(repository.path, '.git/info/attributes'), '* filter=evil diff=evil merge=evil\n')
  for (const [key, value] of SETTINGS(program)) repository.git('config', key, value)
}

const at = async (path: string, verb: string, ...words: string[]): Promise<RunResult> =>
  await runCli(['fork', verb, '-C', path, ...words], { env: fixedTime(directory) })
const errorOf = ({ stdout }: RunResult): { code: string; exitCode: number; message: string } =>
  (JSON.parse(stdout) as { error: { code: string; exitCode: number; message: string } }).error

describe('a hostile repository', () => {
  it('runs nothing through hooks, filters, drivers, fsmonitor or any other setting', async () => {
    const repository = fork()
    boobyTrap(repository)
    const codes: number[] = []
    for (const [verb, ...words] of [
      ['status'],
      ['plan', '--onto', 'v2.0.0'],
      ['sync', '--onto', 'v2.0.0'],
      ['show'],
      ['resolve', 'h', '--take', 'company'],
      ['continue'],
      ['verify'],
      ['tidy'],
      ['undo'],
      ['abort'],
    ] as const) {
      codes.push((await at(repository.path, verb, ...words)).code)
    }
    expect(codes).toEqual([0, 0, 8, 0, 0, 0, 0, 0, 0, 0])
    expect(existsSync(ran)).toBe(false)
  })

  it('sends no escape sequence to the terminal', async () => {
    const repository = fork()
    const runs = [
      await at(repository.path, 'plan', '--onto', 'v2.0.0'),
      await at(repository.path, 'sync', '--onto', 'v2.0.0'),
    ]
    for (const { stdout, stderr } of runs) {
      // eslint-disable-next-line no-control-regex
      expect(stdout + stderr).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/)
      expect(stdout).toContain('\\x1b')
    }
  })

  it.each(['--upload-pack=touch x', '-x', 'a..b', 'HEAD@{1}', ':/x', 'x\ny', 'v2.0.0:f'])(
    'cannot be named by %j, which is refused with 64 and the name',
    async (name) => {
      const repository = fork()
      for (const words of [
        [`--onto=${name}`],
        ['--onto', 'v2.0.0', `--base=${name}`],
        ['--onto', 'v2.0.0', `--company=${name}`],
      ]) {
        const error = errorOf(await at(repository.path, 'plan', '--json', ...words))
        expect(error).toMatchObject({ code: 'SO_BAD_REF', exitCode: 64 })
        expect(error.message).toContain(JSON.stringify(name))
      }
    },
  )

  it('cannot make the run’s own directory leave its place by an id', async () => {
    for (const id of ['../../x', '..', '-x', 'a/b', '']) {
      expect((await at(fork().path, 'continue', '--json', `--id=${id}`)).code, id).toBe(64)
    }
  })

  it('cannot write outside by paths in a tree', async () => {
    const repository = fork()
    const blob = repository.gitBytes(['hash-object', '-w', '--stdin'], 'evil').toString().trim()
    const entry = (mode: string, name: string, oid: string): Buffer =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, 'hex')])
    const write = (bytes: Buffer): string =>
      repository.gitBytes(['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], bytes).toString().trim()
    const own = repository.git('rev-parse', 'HEAD:h')
    for (const bytes of [
      Buffer.concat([entry('40000', '..', write(entry('100644', 'escaped', blob))), entry('100644', 'h', own)]),
      Buffer.concat([entry('40000', '.git', write(entry('100644', 'config', blob))), entry('100644', 'h', own)]),
    ]) {
      const commit = repository.rawCommit(write(bytes), [repository.git('rev-parse', 'v1.0.0')], 'evil tree\n')
      const before = readdirSync(directory).sort()
      const result = await at(repository.path, 'sync', '--onto', 'v2.0.0', '--company', commit, '--json')
      expect([1, 8, 65], result.stdout).toContain(result.code)
      expect(readdirSync(directory).sort()).toEqual(before)
      await at(repository.path, 'abort')
    }
  })

  it('cannot lead edits of conflicts outside by a link', async () => {
    const repository = newRepository(directory, `x${(count += 1)}`)
    const outside = join(directory, 'outside')
    mkdirSync(outside, { recursive: true })
    const base = repository.commit('base', { 'd/h': 'h\n' })
    repository.git('tag', 'v1.0.0')
    repository.commit('up', { 'd/h': 'H\n' })
    repository.git('tag', 'v2.0.0')
    repository.moveTo(base)
    const link = repository.gitBytes(['hash-object', '-w', '--stdin'], outside).toString().trim()
    repository.git('rm', '--quiet', '-r', '--cached', 'd')
    repository.git('update-index', '--add', '--cacheinfo', `120000,${link},d`)
    const commit = repository.rawCommit(repository.git('write-tree'), [base], 'link\n')
    const result = await at(repository.path, 'sync', '--onto', 'v2.0.0', '--company', commit)
    expect(result.code).toBe(8)
    expect(readdirSync(outside)).toEqual([])
  })

  it('with a profile that has unknown keys or is no YAML is refused with 65 and the key', async () => {
    const repository = fork()
    for (const [text, name] of [
      ['upstraem: {}\n', 'upstraem'],
      ['upstream: {tagPattern: "("}\n', 'upstream.tagPattern'],
      ['deletions: {ci: {deletedByCompany: always}}\n', 'deletions.ci.deletedByCompany'],
      ['a: [\n', '.sparkops/fork.yaml'],
      ['- 1\n', 'mapping'],
      ['trailer: "x\\ny"\n', 'trailer'],
    ] as const) {
      repository.write('.sparkops/fork.yaml', text)
      const result = await at(repository.path, 'status', '--json')
      expect([result.code, result.stderr.includes(name)], text).toEqual([65, true])
    }
  })
})
