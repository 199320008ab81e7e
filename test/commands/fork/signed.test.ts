/** New commits signed by the user's own git, and nothing else about them changed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ForkProof } from '../../../src/domain/fork/proof/verify-fork.ts'
import type { ForkRun } from '../../../src/domain/fork/sync/run-report.ts'
import { fixedTime } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, type TestRepository } from '../../support/fork/repository.ts'
import { needs } from '../../support/capabilities.ts'
import { runCli, type RunResult } from '../../support/run.ts'

const directory = testDirectory()
let count = 0

/** A home of its own, with a key of its own and git set up to sign with it. */
function home(passphrase = ''): string {
  const place = join(directory, `home${(count += 1)}`)
  mkdirSync(place)
  const key = join(place, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'ada', '-f', key])
  const signers = join(place, 'signers')
  writeFileSync(signers, `ada@acme.example ${readFileSync(`${key}.pub`, 'utf8')}`)
  const config = `[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tallowedSignersFile = ${signers}\n[user]\n\tsigningKey = ${key}\n`
  writeFileSync(join(place, '.gitconfig'), config)
  return place
}

function fork(): TestRepository {
  const repository = newRepository(directory, `g${(count += 1)}`)
  const base = repository.commit('base', { f: '1\n2\n3\n4\n5\n', h: 'h\n' })
  repository.git('tag', 'v1.0.0')
  repository.commit('upstream (#7)', { f: 'ONE\n2\n3\n4\n5\n', h: 'H\n' })
  repository.git('tag', 'v2.0.0')
  repository.moveTo(base)
  repository.commit('clean', { f: '1\n2\n3\n4\nfive\n' }, { message: 'clean\n\n#1234 is the ticket  \n\n\n' })
  repository.commit('conflicts', { h: 'company\n' }, { date: '1500000000 +0530' })
  return repository
}

const at = async ({ path }: TestRepository, place: string, verb: string, ...words: string[]): Promise<RunResult> =>
  await runCli(['fork', verb, '-C', path, ...words], { env: { ...fixedTime(directory), HOME: place } })
const codeOf = ({ stdout }: RunResult): string => (JSON.parse(stdout) as { error: { code: string } }).error.code
const verified = (repository: TestRepository, place: string, commit: string): string =>
  execFileSync(
    'git',
    ['-C', repository.path, '-c', 'gpg.ssh.program=ssh-keygen', 'log', '-1', '--format=%G? %GS', commit],
    {
      env: { PATH: process.env.PATH, HOME: place },
      encoding: 'utf8',
    },
  ).trim()

/** A home with an OpenPGP key, under a path short enough for the agent's socket. */
function openPgpHome(): string {
  const place = mkdtempSync(join(tmpdir(), 'pgp-'))
  onTestFinished(() => {
    spawnSync('gpgconf', ['--homedir', join(place, '.gnupg'), '--kill', 'all'])
    rmSync(place, { recursive: true, force: true })
  })
  mkdirSync(join(place, '.gnupg'), { mode: 0o700 })
  const env = { PATH: process.env.PATH, HOME: place }
  const id = 'Ada <ada@acme.example>'
  execFileSync('gpg', ['--batch', '--quiet', '--passphrase', '', '--quick-gen-key', id, 'ed25519', 'sign'], {
    env,
    stdio: 'ignore',
  })
  writeFileSync(join(place, '.gitconfig'), '[user]\n\tsigningKey = ada@acme.example\n')
  return place
}

needs('gpg').describe('commits signed with OpenPGP', () => {
  it('lose their signatures, which the proof tells, and get new ones where asked', async () => {
    const [repository, place] = [fork(), openPgpHome()]
    const env = { ...process.env, HOME: place }
    repository.git('checkout', '--quiet', '-B', 'main')
    const resign = [
      '-C',
      repository.path,
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=ada@acme.example',
      'rebase',
      '--quiet',
      '--force-rebase',
      '-S',
      'v1.0.0',
    ]
    execFileSync('git', resign, { env, stdio: 'ignore' })
    const raw = (oid: string): string => repository.gitBytes(['cat-file', 'commit', oid]).toString('latin1')
    expect(raw('HEAD')).toContain('gpgsig -----BEGIN PGP SIGNATURE-----')
    expect((await at(repository, place, 'sync', '--onto', 'v2.0.0')).code).toBe(8)
    expect((await at(repository, place, 'resolve', 'h', '--take', 'company')).code).toBe(0)
    const plain = JSON.parse((await at(repository, place, 'continue', '--json')).stdout) as ForkRun
    expect(raw(plain.tip)).not.toContain('gpgsig')
    const proof = JSON.parse((await at(repository, place, 'verify', '--json')).stdout) as ForkProof
    expect(proof.commits.map(({ wasSigned }) => wasSigned)).toEqual([true, true])
    expect((await at(repository, place, 'abort')).code).toBe(0)
    expect((await at(repository, place, 'sync', '--onto', 'v2.0.0', '--sign')).code).toBe(8)
    expect((await at(repository, place, 'resolve', 'h', '--take', 'company')).code).toBe(0)
    const signed = JSON.parse((await at(repository, place, 'continue', '--sign', '--json')).stdout) as ForkRun
    const status = execFileSync('git', ['-C', repository.path, 'log', '-2', '--format=%G? %GS', signed.tip], {
      env,
      encoding: 'utf8',
    })
    expect(status).toBe('G Ada <ada@acme.example>\n'.repeat(2))
  }, 100_000)
})

describe('sync --sign', () => {
  it('signs each new commit with the user’s key, and carries the rest of it byte for byte', async () => {
    const [repository, place] = [fork(), home()]
    const old = repository.git('rev-list', '--reverse', 'v1.0.0..main').split('\n')
    expect((await at(repository, place, 'sync', '--onto', 'v2.0.0', '--sign')).code).toBe(8)
    expect((await at(repository, place, 'resolve', 'h', '--take', 'company')).code).toBe(0)
    expect(codeOf(await at(repository, place, 'continue', '--json'))).toBe('SO_OTHER_SIGNING')
    const done = await at(repository, place, 'continue', '--sign', '--json')
    expect([done.code, done.stderr]).toEqual([0, ''])
    const { steps } = JSON.parse(done.stdout) as ForkRun
    for (const [index, step] of steps.entries()) {
      expect(verified(repository, place, step.new!)).toBe('G ada@acme.example')
      const raw = (oid: string): string => repository.gitBytes(['cat-file', 'commit', oid]).toString('latin1')
      const kept = (text: string): unknown => [/^author .*$/m.exec(text)![0], text.slice(text.indexOf('\n\n'))]
      expect(kept(raw(step.new!))).toEqual(kept(raw(old[index]!)))
    }
    expect((await at(repository, place, 'verify')).code).toBe(0)
  })

  it('takes the key that the repository names, and no program that it names', async () => {
    const [repository, place] = [fork(), home()]
    const config = readFileSync(join(place, '.gitconfig'), 'utf8')
    writeFileSync(join(place, '.gitconfig'), config.replace(/\[user\][^]*/, ''))
    const ran = join(place, 'ran')
    const evil = join(place, 'evil')
    writeFileSync(evil, `#!/bin/sh\ntouch ${ran}\nexit 1\n`)
    chmodSync(evil, 0o755)
    for (const name of ['gpg.program', 'gpg.ssh.program', 'gpg.ssh.defaultKeyCommand'])
      repository.git('config', name, evil)
    repository.git('config', 'user.signingKey', join(place, 'key'))
    const stopped = await at(repository, place, 'sync', '--onto', 'v2.0.0', '--sign', '--json')
    expect([stopped.code, stopped.stderr]).toEqual([8, ''])
    expect(existsSync(ran)).toBe(false)
    expect(verified(repository, place, (JSON.parse(stopped.stdout) as ForkRun).tip)).toBe('G ada@acme.example')
  })

  it('is refused before anything is begun where git has no key to sign with', async () => {
    const repository = fork()
    const place = join(directory, `home${(count += 1)}`)
    mkdirSync(place)
    writeFileSync(join(place, '.gitconfig'), '[gpg]\n\tformat = ssh\n')
    const refused = await at(repository, place, 'sync', '--onto', 'v2.0.0', '--sign', '--json')
    expect([refused.code, codeOf(refused)]).toEqual([1, 'SO_CANNOT_SIGN'])
    expect(refused.stdout).toContain('user.signing')
    expect(repository.git('for-each-ref', 'refs/sparkops')).toBe('')
  })

  it('does not wait for a passphrase where nobody is there', async () => {
    const [repository, place] = [fork(), home('a secret')]
    const refused = await at(repository, place, 'sync', '--onto', 'v2.0.0', '--sign', '--ci', '--json')
    expect([refused.code, codeOf(refused)]).toEqual([1, 'SO_CANNOT_SIGN'])
  })

  it('leaves unsigned what git cannot write to the byte, and says so', async () => {
    const [repository, place] = [fork(), home()]
    const [first] = repository.git('rev-list', '--reverse', 'v1.0.0..main').split('\n')
    const tree = repository.git('rev-parse', `${first!}^{tree}`)
    const raw = Buffer.concat([
      Buffer.from(`tree ${tree}\nparent ${repository.git('rev-parse', 'v1.0.0')}\nauthor J`),
      Buffer.from([0xf6]),
      Buffer.from('rg <j@acme.example> 1600000000 +0000\ncommitter A <a@acme.example> 1600000000 +0000\n\nold name\n'),
    ])
    repository.moveTo(repository.gitBytes(['hash-object', '-t', 'commit', '-w', '--stdin'], raw).toString().trim())
    const done = await at(repository, place, 'sync', '--onto', 'v2.0.0', '--sign', '--json')
    expect([done.code, done.stderr]).toEqual([0, ''])
    const [step] = (JSON.parse(done.stdout) as ForkRun).steps
    expect(step!.findings).toMatchObject([{ rule: 'unsigned', gate: 'note' }])
    expect(repository.gitBytes(['cat-file', 'commit', step!.new!]).includes(Buffer.from('J\u00f6rg <', 'latin1'))).toBe(
      true,
    )
  })
})

describe('sync --ci', () => {
  it('ends with 8 where a person is needed, in plain lines and with no progress', async () => {
    const result = await at(fork(), home(), 'sync', '--onto', 'v2.0.0', '--ci')
    expect([result.code, result.stderr]).toEqual([8, ''])
    // eslint-disable-next-line no-control-regex
    expect(result.stdout).not.toMatch(/[\u001b\r]/)
  })

  it('takes no --progress beside it', async () => {
    expect((await at(fork(), home(), 'sync', '--onto', 'v2.0.0', '--ci', '--progress')).code).toBe(64)
  })
})
