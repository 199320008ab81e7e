/** `fork features` and `fork report` as a user runs them. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ForkFeatures } from '../../src/domain/fork/features/document.ts'
import { newRepository, type TestRepository, testDirectory } from '../support/fork/repository.ts'
import { widgetUpstream } from '../support/fork/widget-upstream.ts'
import { runCli, type RunResult } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const directory = testDirectory()
let repository: TestRepository
const features = async (...words: string[]): Promise<RunResult> =>
  await runCli(['fork', 'features', '-C', repository.path, ...words], { cwd: directory })
const report = async (...words: string[]): Promise<RunResult> =>
  await runCli(['fork', 'report', '-C', repository.path, ...words], { cwd: directory })

beforeAll(() => {
  repository = newRepository(directory)
  widgetUpstream(repository)
  repository.git('checkout', '--quiet', '-b', 'acme', 'v1.0.0')
  repository.commit('Our gears', { 'gears.go': 'package main\n' })
})

describe('fork features', () => {
  it('finds where the fork stands, and changes nothing in the repository', async () => {
    const before = repository.git('for-each-ref')
    const { code, stdout, stderr } = await features('--to', 'v1.1.0', '--changelog', 'main', '--json')
    expect(code, stderr).toBe(0)
    const found = JSON.parse(stdout) as ForkFeatures
    expectMatchesSchema('fork-features', found)
    expect(found).toMatchObject({ from: { ref: 'v1.0.0' }, changelog: 'main', company: { ref: 'HEAD', commits: 1 } })
    expect(repository.git('for-each-ref')).toBe(before)
    expect(repository.git('status', '--porcelain')).toBe('')
  })

  it.each([['csv'], ['markdown'], ['html'], ['name'], ['yaml'], ['table']])('gives its result as %s', async (form) => {
    const { code, stdout, stderr } = await features('--to', 'v1.1.0', '-o', form)
    expect(code, stderr).toBe(0)
    expect(stdout).toContain(form === 'name' ? 'leader-election/pr-4' : 'Leader election')
  })

  it('keeps decisions over runs and over ranges', async () => {
    const file = join(directory, 'decisions.yaml')
    expect((await features('--to', 'v1.1.0', '--decisions', file)).code).toBe(65)
    expect((await features('--to', 'v1.1.0', '--decisions', file, '--save-decisions')).code).toBe(0)
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace(/(id: leader-election\/pr-4[\s\S]*?answer:)/, '$1 adopt # with Bob'))
    const { stdout } = await features('--to', 'main', '--decisions', file, '--save-decisions', '--json')
    const found = JSON.parse(stdout) as ForkFeatures
    expect(found.features.find(({ topic }) => topic === 'leader-election')?.decision.answer).toBe('adopt')
    expect(readFileSync(file, 'utf8')).toContain('adopt # with Bob')
    expect(readFileSync(file, 'utf8')).toContain('id: pr-15')
  })

  it('names the line of a decision that is none, before any work', async () => {
    const file = join(directory, 'bad.yaml')
    writeFileSync(file, 'decisions:\n- id: a\n  answer: perhaps\n')
    const { code, stderr } = await features('--to', 'v1.1.0', '--decisions', file)
    expect(code).toBe(65)
    expect(stderr).toContain('line 2')
  })

  it.each([
    ['nowhere', 65],
    ['--help-me', 64],
    ['-x', 64],
    ['a\nb', 64],
    ['v1..v2', 64],
  ])('refuses %j as a ref, by name', async (ref, code) => {
    const result = await features(`--to=${ref}`)
    expect([64, 65]).toContain(result.code)
    expect(result.code).toBe(code)
    expect(result.stdout).toBe('')
  })

  it('compares with upstream’s newest release where nobody names a ref, and says so', async () => {
    const { code, stdout, stderr } = await features('--json')
    expect(code, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ from: { how: 'base' }, to: { ref: 'v1.1.0', how: 'newest-release' } })
    expect((await features()).stdout).toContain('v1.1.0 (upstream’s newest release tag here)')
  })

  it.each(['csv', 'markdown', 'html', 'json', 'table'])(
    'says hostile titles and paths harmlessly as %s',
    async (form) => {
      const hostile = newRepository(directory, `hostile-${form}`)
      hostile.commit('Begin (#1)', { 'charts/x/Chart.yaml': 'name: x\n', 'charts/x/values.yaml': 'a: 1\n' })
      hostile.git('tag', 'v1.0.0')
      hostile.commit('=1+1 \u001b]0;own\u0007 <img src=x onerror=alert(1)> | b (#2)', {
        'charts/x/values.yaml': 'a: 1\nb: "=1"\n',
        'charts/x/templates/a\n\u001b[31m.yaml': 'kind: ConfigMap\n',
      })
      hostile.git('tag', 'v1.1.0')
      const words = ['fork', 'features', '-C', hostile.path, '--upstream-only', '--from', 'v1.0.0', '-o', form]
      const { code, stdout, stderr } = await runCli(words, { cwd: directory })
      expect(code, stderr).toBe(0)
      // eslint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/[\u0007\u001b]/)
      if (form === 'csv') expect(stdout).not.toMatch(/^"?=|,"?=/m)
      if (form === 'markdown' || form === 'html') expect(stdout).not.toContain('<img')
    },
  )

  it('calls what the fork has from a release that upstream rewrote a duplicate, and no loss', async () => {
    const rewritten = newRepository(directory, 'rewritten')
    const values = (...keys: string[]): Record<string, string> => ({
      'charts/x/Chart.yaml': 'name: x\n',
      'charts/x/values.yaml': keys.map((key) => `${key}: 1\n`).join(''),
    })
    const begin = rewritten.commit('Begin (#1)', values('a'))
    rewritten.git('tag', 'v0.9.0')
    rewritten.commit('Add gears (#2)', values('a', 'gears'))
    rewritten.git('tag', 'v1.0.0')
    const own = rewritten.commit('Ours', { own: '1\n' })
    rewritten.moveTo(begin)
    rewritten.commit('Add gears (#2)', values('a', 'gears'), { date: '1600000000 +0000' })
    rewritten.git('tag', '--force', 'v1.0.0')
    rewritten.commit('Add wheels (#3)', values('a', 'gears', 'wheels'))
    rewritten.git('tag', 'v2.0.0')
    rewritten.moveTo(own)
    const { code, stdout } = await runCli(['fork', 'features', '-C', rewritten.path, '--to', 'v2.0.0', '--json'])
    const told = (JSON.parse(stdout) as ForkFeatures).features
    expect([code, told.map(({ title, relevance }) => [title, ...relevance.map(({ how }) => how)])]).toEqual([
      0,
      [['Add gears', 'duplicates'], ['Add wheels']],
    ])
  })

  it('wants to know from where when it is to look at upstream only', async () => {
    const { code, stderr } = await features('--to', 'v1.1.0', '--upstream-only')
    expect(code).toBe(64)
    expect(stderr).toContain('--from')
    expect((await features('--from', 'v1.0.0', '--to', 'v1.1.0', '--upstream-only')).code).toBe(0)
  })
})

describe('fork report', () => {
  it('writes one page, replaces none by accident, and says what it wrote', async () => {
    const page = join(directory, 'fork-report.html')
    const { code, stdout, stderr } = await report('--to', 'v1.1.0', '--json')
    expect(code, stderr).toBe(0)
    expectMatchesSchema('fork-report-file', JSON.parse(stdout))
    expect(JSON.parse(stdout)).toMatchObject({ path: 'fork-report.html', bytes: statSync(page).size, verdict: null })
    expect(readFileSync(page, 'utf8')).toContain('Leader election')
    expect((await report('--to', 'v1.1.0')).code).toBe(1)
    expect((await report('--to', 'v1.1.0', '--force')).code).toBe(0)
  })

  it('refuses what is no proof before it writes anything', async () => {
    const file = join(directory, 'no-proof.json')
    writeFileSync(file, '{"kind":"Other"}')
    const { code, stderr } = await report('--to', 'v1.1.0', '--proof', file, '--out', 'other.html')
    expect(code).toBe(65)
    expect(stderr).toContain('ForkProof')
    expect(existsSync(join(directory, 'other.html'))).toBe(false)
  })
})
