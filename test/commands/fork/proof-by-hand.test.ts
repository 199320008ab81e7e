/** What a person resolved passes the proof as it passed the stop: checks of git's own merging do not ask again. */
import { describe, expect, it } from 'vitest'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ForkRun } from '../../../src/domain/fork/sync/run-report.ts'
import { fixedTime } from '../../support/fork/crashes.ts'
import { newRepository, testDirectory, TestRepository } from '../../support/fork/repository.ts'
import { runCli, type RunResult } from '../../support/run.ts'

const directory = testDirectory()
const list = (...calls: string[]): string =>
  `package a\n\nfunc apply() {\n${calls.map((call) => `\t${call}()\n`).join('')}}\n`
const table = (...entries: string[]): string =>
  `package a\n\nvar options = []func(){\n${entries.map((one) => `\t${one},\n`).join('')}}\n\nfunc run() {\n\tfor _, option := range options {\n\t\toption()\n\t}\n}\n`
const helpers = 'package a\n\nfunc one() {}\n\nfunc two() {}\n'

describe('the proof of a resolution by hand', () => {
  it('bears lines that a person put into another declaration, and into files that the commit did not change', async () => {
    const repository = newRepository(directory)
    const base = repository.commit('base', { 'go.mod': 'module a\n', 'a.go': list('one', 'two'), 'b.go': helpers })
    repository.git('tag', 'v1.0.0')
    repository.commit('upstream (#7)', { 'a.go': table('one', 'two') })
    repository.git('tag', 'v2.0.0')
    repository.moveTo(base)
    repository.commit('call three', { 'a.go': `${list('one', 'two', 'three')}\nfunc three() {}\n` })
    const at = async (verb: string, ...words: string[]): Promise<RunResult> =>
      await runCli(['fork', verb, '-C', repository.path, ...words], { env: fixedTime(directory) })
    const stopped = await at('sync', '--onto', 'v2.0.0', '--json')
    const { stop } = JSON.parse(stopped.stdout) as ForkRun
    const bench = new TestRepository(stop!.directory)
    writeFileSync(join(bench.path, 'b.go'), helpers.replace('func two() {}', 'func two() { one() }'))
    writeFileSync(
      join(bench.path, 'a.go'),
      `${table('one', 'two').replace('\tfor', '\tthree()\n\tfor')}\nfunc three() {}\n`,
    )
    bench.git('add', 'a.go', 'b.go')
    expect((await at('continue')).code).toBe(0)
    const proof = await at('verify', '--json')
    expect([proof.code, JSON.parse(proof.stdout)]).toMatchObject([
      0,
      { verdict: 'proven', problems: [], commits: [{ class: 'human', paths: ['b.go'] }] },
    ])
  })

  it('takes a file for what a check stopped at, though git had merged it, and no other', async () => {
    const repository = newRepository(directory, 'checked')
    const base = repository.commit('base', { 'go.mod': 'module a\n', 'a.go': helpers, z: 'z\n' })
    repository.git('tag', 'v1.0.0')
    repository.commit('upstream (#7)', { 'a.go': helpers.replace('one', 'uno') })
    repository.git('tag', 'v2.0.0')
    repository.moveTo(base)
    repository.commit('call one', { 'own.go': list('one') })
    const at = async (verb: string, ...words: string[]): Promise<RunResult> =>
      await runCli(['fork', verb, '-C', repository.path, ...words], { env: fixedTime(directory) })
    expect((await at('sync', '--onto', 'v2.0.0', '--json')).code).toBe(8)
    const file = join(directory, 'own.go')
    writeFileSync(file, list('uno'))
    expect((await at('resolve', 'nowhere.go', '--file', file)).stderr).toContain('own.go')
    expect((await at('resolve', 'own.go', '--file', file)).code).toBe(0)
    const done = JSON.parse((await at('continue', '--json')).stdout) as ForkRun
    expect(repository.show(done.tip, 'own.go')).toBe(list('uno'))
  })
})
