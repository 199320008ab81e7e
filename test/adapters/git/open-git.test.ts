/** The git port against real repositories. */
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { openGit } from '../../../src/adapters/git/open-git.ts'
import { decodePath, encodePath } from '../../../src/adapters/git/path-bytes.ts'
import type { Git } from '../../../src/ports/git.ts'
import { newRepository, testDirectory, type TestRepository } from '../../support/fork/repository.ts'

const directory = testDirectory()
const opened: Git[] = []
let count = 0
const fresh = (...options: string[]): TestRepository => newRepository(directory, `r${(count += 1)}`, ...options)
const open = async (repository: TestRepository, keepObjects = true): Promise<Git> => {
  const git = await openGit({ directory: repository.path, keepObjects })
  opened.push(git)
  return git
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((git) => git.close()))
})

describe('objects', () => {
  it.each(['sha1', 'sha256'])('are read as they are stored (%s)', async (format) => {
    const repository = fresh(`--object-format=${format}`)
    const commit = repository.commit('one', { 'a/b.txt': 'hello\n', 'bin/x': Buffer.from([0, 1, 10, 13]), empty: '' })
    const git = await open(repository)
    expect(Buffer.from(await git.readCommit(commit))).toEqual(repository.gitBytes(['cat-file', 'commit', commit]))
    const [blob, binary, empty] = await Promise.all(
      ['a/b.txt', 'bin/x', 'empty'].map(async (path) => await git.readBlob((await git.find(commit, path))!.oid)),
    )
    expect([String(blob), [...binary!], empty!.length]).toEqual(['hello\n', [0, 1, 10, 13], 0])
    expect((await git.list(commit)).map(({ path }) => path)).toEqual(['a/b.txt', 'bin/x', 'empty'])
    expect((await git.list(commit, 'a')).map(({ path }) => path)).toEqual(['a/b.txt'])
    expect(await git.find(commit, 'a/c')).toBeUndefined()
    expect(await git.read('0'.repeat(commit.length))).toBeUndefined()
  })

  it('make the tree that git itself makes, when paths are set and removed', async () => {
    const repository = fresh()
    const before = repository.commit('one', { 'a/b': '1', 'a-c': '2', a0: '3', 'd/e/f': '4', g: '5' })
    const git = await open(repository)
    const oid = await git.writeBlob(Buffer.from('new'))
    const file = { mode: '100644', oid } as const
    const edits = new Map([
      ['d/e/f', null],
      ['g', null],
      ['g/h', file],
      ['a', file],
      ['a/b', null],
      ['é/ü', file],
    ] as const)
    const tree = await git.editTree(await git.treeOf(before), new Map<string, typeof file | null>(edits))
    repository.write('d', null)
    repository.write('g', null)
    repository.write('a', null)
    const after = repository.commit('two', { 'g/h': 'new', a: 'new', 'é/ü': 'new' })
    expect(tree).toBe(repository.git('rev-parse', `${after}^{tree}`))
  })

  it('refuse a path that would leave the tree', async () => {
    const repository = fresh()
    const commit = repository.commit('one', { a: '1' })
    const git = await open(repository)
    const file = (await git.find(commit, 'a'))!
    for (const path of ['../a', '.git/config', 'a//b', '.GIT/hooks/x', '']) {
      await expect(git.editTree(await git.treeOf(commit), new Map([[path, file]])), path).rejects.toThrow(
        'cannot stand',
      )
    }
  })

  it('keep every byte of a path, whatever its encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(encodePath(decodePath(Buffer.from(bytes)))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('written for a plan leave nothing in the repository', async () => {
    const repository = fresh()
    repository.commit('one', { a: '1' })
    const before = readdirSync(join(repository.path, '.git'), { recursive: true }).sort()
    const git = await open(repository, false)
    const oid = await git.writeBlob(Buffer.from('a thought'))
    expect(Buffer.from(await git.readBlob(oid)).toString()).toBe('a thought')
    expect(readdirSync(join(repository.path, '.git'), { recursive: true }).sort()).toEqual(before)
  })
})

describe('a merge', () => {
  const threeWay = (files: Record<'base' | 'ours' | 'theirs', Record<string, string | Buffer | null>>) => {
    const repository = fresh()
    const base = repository.commit('base', files.base)
    const ours = repository.commit('ours', files.ours)
    repository.moveTo(base)
    const theirs = repository.commit('theirs', files.theirs)
    return { repository, base, ours, theirs }
  }
  const merge = async (made: ReturnType<typeof threeWay>) => {
    const git = await open(made.repository)
    const [base, ours, theirs] = await Promise.all([made.base, made.ours, made.theirs].map((one) => git.treeOf(one)))
    return { git, result: await git.mergeTrees({ base: base!, ours: ours!, theirs: theirs! }) }
  }

  it('of trees that touch different lines is clean', async () => {
    const made = threeWay({
      base: { f: '1\n2\n3\n4\n5\n' },
      ours: { f: 'x\n2\n3\n4\n5\n' },
      theirs: { f: '1\n2\n3\n4\ny\n' },
    })
    const { git, result } = await merge(made)
    expect(result.conflicts).toEqual([])
    expect(String(await git.readBlob((await git.find(result.tree, 'f'))!.oid))).toBe('x\n2\n3\n4\ny\n')
  })

  it('tells stages, modes and kinds of what conflicts', async () => {
    const made = threeWay({
      base: { 'both.txt': 'a\n', gone: 'g\n', 'new\nline': 'n\n', bin: Buffer.from([0, 1]) },
      ours: { 'both.txt': 'b\n', gone: null, 'new\nline': 'o\n', bin: Buffer.from([0, 2]) },
      theirs: { 'both.txt': 'c\n', gone: 'h\n', 'new\nline': 't\n', bin: Buffer.from([0, 3]) },
    })
    const { result } = await merge(made)
    expect(result.conflicts.map(({ path, base, ours, theirs }) => [path, !!base, !!ours, !!theirs])).toEqual([
      ['bin', true, true, true],
      ['both.txt', true, true, true],
      ['gone', true, false, true],
      ['new\nline', true, true, true],
    ])
    const kinds: unknown = Object.fromEntries(result.messages.map(({ paths, type }) => [paths[0], type]))
    expect(kinds).toMatchObject({ gone: 'CONFLICT (modify/delete)', 'both.txt': 'CONFLICT (contents)' })
    expect(kinds).toHaveProperty(['new\nline'])
  })

  it('never runs a driver, takes a union, or reads attributes of the checkout', async () => {
    const made = threeWay({ base: { f: 'a\n' }, ours: { f: 'b\n' }, theirs: { f: 'c\n' } })
    const mark = join(directory, 'driver-ran')
    made.repository.git('config', 'merge.evil.driver', `touch ${mark}`)
    writeFileSync(join(made.repository.path, '.gitattributes'), 'f merge=evil\n')
    writeFileSync(join(made.repository.path, '.git/info/attributes'), 'f merge=union\n')
    const { result } = await merge(made)
    expect([result.conflicts.length, existsSync(mark)]).toEqual([1, false])
  })

  it('of texts writes zdiff3 markers with the labels given', async () => {
    const git = await open(fresh())
    const text = await git.mergeText({
      base: Buffer.from('a\nb\n'),
      ours: Buffer.from('a\nc\n'),
      theirs: Buffer.from('a\nd\n'),
      labels: { ours: 'upstream (#12)', base: 'base', theirs: 'company 1234 evil\u001b[31m\nsubject' },
    })
    expect([Buffer.from(text!.bytes).toString(), text!.conflicts]).toEqual([
      'a\n<<<<<<< upstream (#12)\nc\n||||||| base\nb\n=======\nd\n>>>>>>> company 1234 evil [31m subject\n',
      1,
    ])
  })
})

describe('refs', () => {
  it.each([
    '-x',
    '--upload-pack=x',
    'a..b',
    'a b',
    'a\nb',
    '@{1}',
    'a:b',
    ':/x',
    'a.lock',
    'a//b',
    '',
    'x/',
    'é\u0007',
  ])('named %j are refused before git sees them', async (name) => {
    const repository = fresh()
    repository.commit('one', { a: '1' })
    await expect((await open(repository)).resolve(name)).rejects.toMatchObject({ code: 'SO_BAD_REF', exit: 'usage' })
  })

  it('are swapped only from what they were, all or none, and only ours', async () => {
    const repository = fresh()
    const one = repository.commit('one', { a: '1' })
    const two = repository.commit('two', { a: '2' })
    const git = await open(repository)
    await git.updateRefs([{ ref: 'refs/sparkops/x/tip', before: null, after: one }], 'test')
    const stale = [
      { ref: 'refs/sparkops/x/other', before: null, after: one },
      { ref: 'refs/sparkops/x/tip', before: two, after: two },
    ]
    await expect(git.updateRefs(stale, 'test')).rejects.toMatchObject({ code: 'SO_REF_MOVED', exit: 'stale' })
    expect((await git.refs('refs/sparkops/')).map(({ name, oid }) => [name, oid])).toEqual([
      ['refs/sparkops/x/tip', one],
    ])
    await expect(git.updateRefs([{ ref: 'refs/heads/main', before: two, after: one }], 'test')).rejects.toThrow(
      'not ours',
    )
  })

  it('change without the repository’s hooks', async () => {
    const repository = fresh()
    const one = repository.commit('one', { a: '1' })
    const mark = join(directory, 'hook-ran')
    const hook = join(repository.path, '.git/hooks/reference-transaction')
    writeFileSync(hook, `#!/bin/sh\ntouch ${mark}\n`)
    chmodSync(hook, 0o755)
    await (await open(repository)).updateRefs([{ ref: 'refs/sparkops/x', before: null, after: one }], 'test')
    expect(existsSync(mark)).toBe(false)
  })

  it('name the first tag that has a commit', async () => {
    const repository = fresh()
    const one = repository.commit('one', { a: '1' })
    repository.git('tag', 'v1')
    const two = repository.commit('two', { a: '2' })
    repository.git('tag', '-a', '-m', 'two', 'v2')
    const three = repository.commit('three', { a: '3' })
    const found = await (await open(repository)).firstTags([one, two, three])
    expect([found.get(one), found.get(two), found.get(three)]).toEqual(['v1', 'v2', undefined])
  })
})

describe('a change', () => {
  it('has the patch-id that git gives it, one by one and many at once', async () => {
    const repository = fresh()
    const root = repository.commit('one', { a: '1\n' })
    const two = repository.commit('two', { a: '2\n' })
    const empty = repository.commit('three')
    const git = await open(repository)
    const id = repository
      .gitBytes(['patch-id', '--stable'], repository.gitBytes(['show', two]))
      .toString()
      .split(' ')[0]
    expect(await git.patchId(root, two)).toBe(id)
    expect(await git.patchId(two, empty)).toBeUndefined()
    const many = await git.patchIds([root, two, empty])
    expect([many.get(two), many.has(root), many.has(empty)]).toEqual([id, true, false])
  })

  it('between trees is what git diff-tree tells, for any two trees', async () => {
    const repository = fresh()
    const git = await open(repository)
    const path = fc
      .array(fc.constantFrom('a', 'b', 'a-', 'é', 'A'), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('/'))
    const files = fc.dictionary(path, fc.constantFrom('100644 1', '100755 1', '100644 2', '120000 1'), { maxKeys: 8 })
    const oids = new Map([
      ['1', await git.writeBlob(Buffer.from('1'))],
      ['2', await git.writeBlob(Buffer.from('2'))],
    ])
    const empty = repository.gitBytes(['mktree'], '').toString().trim()
    const treeOf = async (some: Record<string, string>): Promise<string> => {
      // A file has no place below another file: later paths win, as they do in editTree.
      const edits = Object.entries(some).map(([name, version]) => {
        const [mode, content] = version.split(' ') as ['100644', string]
        return [name, { mode, oid: oids.get(content)! }] as const
      })
      const clash = (name: string): boolean => edits.some(([other]) => other.startsWith(`${name}/`))
      return await git.editTree(empty, new Map(edits.filter(([name]) => !clash(name))))
    }
    await fc.assert(
      fc.asyncProperty(files, files, async (one, other) => {
        const [before, after] = [await treeOf(one), await treeOf(other)]
        const told = repository
          .gitBytes(['diff-tree', '-r', '-z', '--no-renames', before, after])
          .toString()
          .split('\0')
        const wanted = told
          .slice(0, -1)
          .flatMap((piece, at) => (at % 2 === 0 ? [`${piece.slice(-1)} ${told[at + 1]!}`] : []))
        expect((await git.diff(before, after)).map((change) => `${change.status} ${change.path}`).sort()).toEqual(
          wanted.sort(),
        )
      }),
      { numRuns: 40 },
    )
  })

  it('is told with its renames where they are asked for', async () => {
    const repository = fresh()
    const one = repository.commit('one', { 'old name': 'a\nb\nc\nd\n' })
    repository.write('old name', null)
    const two = repository.commit('two', { 'new\tname': 'a\nb\nc\nd\n' })
    const git = await open(repository)
    expect((await git.diff(one, two)).map(({ status }) => status)).toEqual(['A', 'D'])
    expect(await git.diff(one, two, { renames: 50 })).toMatchObject([
      { status: 'R', oldPath: 'old name', path: 'new\tname', similarity: 100 },
    ])
  })
})
