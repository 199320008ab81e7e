/** Programs on trees: with the machine's own Go, in a scratch place, on nothing but plain files. */
import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { openGit } from '../../../src/adapters/git/open-git.ts'
import { openToolchain } from '../../../src/adapters/toolchain/open-toolchain.ts'
import { needs } from '../../support/capabilities.ts'
import { newRepository, testDirectory } from '../../support/fork/repository.ts'

const { describe, it } = needs('go')

describe('a toolchain', () => {
  const directory = testDirectory()
  const cache = join(directory, 'cache')
  const repository = newRepository(directory)
  const opened = openGit({ directory: repository.path, keepObjects: true }).then((git) => ({
    git,
    toolchain: openToolchain({ git, cache, signal: new AbortController().signal }),
  }))
  afterAll(async () => {
    const { git, toolchain } = await opened
    await toolchain.close()
    await git.close()
  })

  it('says which Go would run', async () => {
    const { toolchain } = await opened
    expect(await toolchain.goVersion()).toMatch(/^1\.\d+/)
  })

  it('tells what a program wrote and took away, and lays out the next tree anew', async () => {
    const { git, toolchain } = await opened
    const first = repository.commit('one', {
      'go.mod': 'module m\n\ngo 1.20\n',
      'a.go': 'package m\n\nfunc  A() {}\n',
      b: '1\n',
    })
    const run = { program: 'go', arguments: ['fmt', './...'], timeoutMs: 60_000 } as const
    const result = await toolchain.run(await git.treeOf(first), run)
    const written = result.ok ? [...result.changes].map(([path, bytes]) => [path, Buffer.from(bytes!).toString()]) : []
    expect(written).toEqual([['a.go', 'package m\n\nfunc A() {}\n']])
    const second = repository.commit('two', { b: '2\n' })
    const again = await toolchain.run(await git.treeOf(second), run)
    expect(again.ok && [...again.changes.keys()]).toEqual(['a.go'])
  })

  it('tells why a program failed', async () => {
    const { git, toolchain } = await opened
    const commit = repository.commit('broken', { 'go.mod': 'nonsense\n' })
    const result = await toolchain.run(await git.treeOf(commit), {
      program: 'go',
      arguments: ['mod', 'tidy'],
      timeoutMs: 60_000,
    })
    expect(result).toMatchObject({ ok: false, why: expect.stringContaining('go.mod') as string })
  })

  it('never lays out a symbolic link, which may point anywhere', async () => {
    const { git, toolchain } = await opened
    const outside = join(directory, 'outside')
    mkdirSync(outside)
    symlinkSync(outside, join(repository.path, 'link'))
    const commit = repository.commit('link', { 'go.mod': 'module m\n\ngo 1.20\n' })
    const result = await toolchain.run(await git.treeOf(commit), {
      program: 'go',
      arguments: ['version'],
      timeoutMs: 60_000,
    })
    expect(result).toEqual({ ok: true, changes: new Map() })
    const [scratch] = readdirSync(cache).filter((name) => name.startsWith('scratch-'))
    expect(existsSync(join(cache, scratch!, 'tree', 'link'))).toBe(false)
  })

  it('leaves nothing but built tools behind', async () => {
    const { toolchain } = await opened
    await toolchain.close()
    expect(readdirSync(cache).filter((name) => name.startsWith('scratch-'))).toEqual([])
  })
})
