/** Contents that merges trip over: carried to the byte, or left to a person with all sides; never taken silently. */
import { symlinkSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { move } from '../../support/fork/engine.ts'
import { newRepository, testDirectory, type TestRepository } from '../../support/fork/repository.ts'

const directory = testDirectory()
let count = 0

type Change = (repository: TestRepository) => void
const files =
  (some: Record<string, string | Buffer | null>): Change =>
  (repository) => {
    for (const [path, content] of Object.entries(some)) repository.write(path, content)
  }
const link =
  (path: string, to: string): Change =>
  (repository) => {
    repository.git('rm', '--quiet', '--cached', '--ignore-unmatch', '--', path)
    repository.git('clean', '--quiet', '--force', '-x', '--', path)
    symlinkSync(to, join(repository.path, path))
  }
const executable =
  (path: string): Change =>
  (repository) =>
    chmodSync(join(repository.path, path), 0o755)
const submodule =
  (oid: string): Change =>
  (repository) =>
    void repository.git('update-index', '--add', '--cacheinfo', `160000,${oid},sub`)

const lines = (...some: string[]): string => some.map((line) => `${line}\n`).join('')
const OLD = lines('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')
const UP = OLD.replace('a', 'A')
const COMPANY = OLD.replace('h', 'H')
const BOTH = UP.replace('h', 'H')
const SUB = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string]
const POINTER = (id: string): string => `version https://git-lfs.github.com/spec/v1\noid sha256:${id}\nsize 12\n`

interface Row {
  name: string
  base: Change
  upstream: Change
  company: Change
  /** Paths left to a person; none: finished. */
  open?: string[]
  /** What stands in the result. */
  holds?: Record<string, string | null>
  mode?: Record<string, string>
}

const ROWS: Row[] = [
  {
    name: 'a file that .gitignore hides',
    base: files({ f: OLD, '.gitignore': 'bin/\n' }),
    upstream: files({ f: UP }),
    company: files({ 'hack/bin/acme-sign': '#!/bin/sh\n' }),
    holds: { 'hack/bin/acme-sign': '#!/bin/sh\n' },
  },
  {
    name: 'a binary that both changed',
    base: files({ x: Buffer.from([0, 1]) }),
    upstream: files({ x: Buffer.from([0, 2]) }),
    company: files({ x: Buffer.from([0, 3]) }),
    open: ['x'],
  },
  {
    name: 'a mode alone',
    base: files({ run: OLD }),
    upstream: files({ run: UP }),
    company: executable('run'),
    holds: { run: UP },
    mode: { run: '100755' },
  },
  {
    name: 'a file that upstream made a link',
    base: files({ x: OLD, y: '1\n' }),
    upstream: link('x', 'y'),
    company: files({ x: COMPANY }),
    // git keeps both kinds side by side, the company's under another name.
    open: ['x', 'x~company'],
  },
  {
    name: 'a directory where the company has a file',
    base: files({ keep: '1\n' }),
    upstream: files({ 'x/inside': '1\n' }),
    company: files({ x: '1\n' }),
    open: ['x~company'],
  },
  {
    name: 'a file that both renamed, to other names',
    base: files({ old: OLD }),
    upstream: files({ old: null, up: OLD }),
    company: files({ old: null, ours: OLD }),
    open: ['old', 'ours', 'up'],
  },
  {
    name: 'a file that upstream renamed and the company changed',
    base: files({ old: OLD }),
    upstream: files({ old: null, new: UP }),
    company: files({ old: COMPANY }),
    holds: { new: BOTH, old: null },
  },
  {
    name: 'a file that upstream deleted and the company changed',
    base: files({ x: OLD }),
    upstream: files({ x: null }),
    company: files({ x: COMPANY }),
    open: ['x'],
  },
  {
    name: 'a file that the company deleted and upstream changed',
    base: files({ x: OLD }),
    upstream: files({ x: UP }),
    company: files({ x: null }),
    open: ['x'],
  },
  {
    name: 'names that differ in case alone',
    base: files({ readme: OLD }),
    upstream: files({ readme: UP }),
    company: files({ README: 'other\n' }),
    holds: { readme: UP, README: 'other\n' },
  },
  {
    name: 'a submodule that both moved',
    base: submodule(SUB[0]),
    upstream: submodule(SUB[1]),
    company: submodule(SUB[2]),
    open: ['sub'],
  },
  {
    name: 'a submodule that the company alone moved',
    base: submodule(SUB[0]),
    upstream: files({ f: '1\n' }),
    company: submodule(SUB[2]),
  },
  {
    name: 'line ends of Windows',
    base: files({ x: OLD.replaceAll('\n', '\r\n') }),
    upstream: files({ x: UP.replaceAll('\n', '\r\n') }),
    company: files({ x: COMPANY.replaceAll('\n', '\r\n') }),
    holds: { x: BOTH.replaceAll('\n', '\r\n') },
  },
  {
    name: 'line ends that attributes would convert',
    base: files({ x: OLD.replaceAll('\n', '\r\n'), '.gitattributes': '* -text\n' }),
    upstream: files({ '.gitattributes': '* text=auto eol=lf\n' }),
    company: files({ x: COMPANY.replaceAll('\n', '\r\n') }),
    holds: { x: COMPANY.replaceAll('\n', '\r\n') },
  },
  {
    name: 'a byte order mark',
    base: files({ x: `\ufeff${OLD}` }),
    upstream: files({ x: `\ufeff${UP}` }),
    company: files({ x: `\ufeff${COMPANY}` }),
    holds: { x: `\ufeff${BOTH}` },
  },
  {
    name: 'no line break at the end',
    base: files({ x: OLD.trimEnd() }),
    upstream: files({ x: UP.trimEnd() }),
    company: files({ x: COMPANY.trimEnd() }),
    holds: { x: BOTH.trimEnd() },
  },
  {
    name: 'conflict markers that are meant to be there',
    base: files({ x: OLD, 'test/marked': lines('<<<<<<< HEAD', 'a', '=======', 'b', '>>>>>>> other') }),
    upstream: files({ x: UP }),
    company: files({ 'test/marked': lines('<<<<<<< HEAD', 'a', '=======', 'c', '>>>>>>> other') }),
    holds: { 'test/marked': lines('<<<<<<< HEAD', 'a', '=======', 'c', '>>>>>>> other') },
  },
  {
    name: 'pointers of LFS that both changed',
    base: files({ x: POINTER('a'), '.gitattributes': 'x filter=lfs diff=lfs merge=lfs -text\n' }),
    upstream: files({ x: POINTER('b') }),
    company: files({ x: POINTER('c') }),
    open: ['x'],
  },
  {
    name: 'attributes that ask for a union',
    base: files({ x: OLD, '.gitattributes': 'x merge=union\n' }),
    upstream: files({ x: OLD.replace('a', 'up') }),
    company: files({ x: OLD.replace('a', 'company') }),
    open: ['x'],
  },
  {
    name: 'a file that both added, with other content',
    base: files({ keep: '1\n' }),
    upstream: files({ x: 'up\n' }),
    company: files({ x: 'company\n' }),
    open: ['x'],
  },
  {
    name: 'a file that both added alike',
    base: files({ keep: '1\n' }),
    upstream: files({ x: 'same\n' }),
    company: files({ x: 'same\n', y: '1\n' }),
    holds: { x: 'same\n', y: '1\n' },
  },
  {
    name: 'a path with a line break and an escape sequence in it',
    base: files({ 'a\nb\u001b[31m': OLD }),
    upstream: files({ 'a\nb\u001b[31m': UP }),
    company: files({ 'a\nb\u001b[31m': COMPANY }),
    holds: { 'a\nb\u001b[31m': BOTH },
  },
  {
    name: 'a path that could be an option, or magic',
    base: files({ '--output=x': OLD, ':(top)y': OLD, '*': OLD }),
    upstream: files({ '--output=x': UP, ':(top)y': UP, '*': UP }),
    company: files({ '--output=x': COMPANY, ':(top)y': COMPANY, '*': COMPANY }),
    holds: { '--output=x': BOTH, ':(top)y': BOTH, '*': BOTH },
  },
]

describe('a move', () => {
  it.each(ROWS.map((row) => [row.name, row] as const))('meets %s', async (_name, row) => {
    const repository = newRepository(directory, `t${(count += 1)}`)
    const base = made(repository, 'base', row.base)
    repository.git('tag', 'v1.0.0')
    made(repository, 'upstream', row.upstream)
    repository.git('tag', 'v2.0.0')
    repository.moveTo(base)
    made(repository, 'company', row.company)
    const { run, proof } = await move(repository, 'v2.0.0')
    expect(run.stop?.conflicts.map(({ path }) => path).sort() ?? []).toEqual(row.open ?? [])
    if (row.open !== undefined) return
    expect([run.status, proof?.verdict]).toEqual(['finished', 'proven'])
    for (const [path, content] of Object.entries(row.holds ?? {}))
      expect(contentOf(repository, run.tip, path)).toBe(content)
    for (const [path, mode] of Object.entries(row.mode ?? {})) {
      expect(repository.git('ls-tree', run.tip, '--', path).slice(0, 6)).toBe(mode)
    }
  })
})

function made(repository: TestRepository, subject: string, change: Change): string {
  change(repository)
  if (!repository.git('status', '--porcelain').includes('sub')) repository.git('add', '--all', '--force', '.')
  const parents = repository.head() === '' ? [] : [repository.head()]
  const commit = repository.rawCommit(repository.git('write-tree'), parents, `${subject}\n`)
  repository.git('reset', '--quiet', '--hard', commit)
  return commit
}

function contentOf(repository: TestRepository, commit: string, path: string): string | null {
  const entries = repository.gitBytes(['ls-tree', '-z', '-r', commit]).toString('utf8').split('\0')
  const entry = entries.find((one) => one.slice(one.indexOf('\t') + 1) === path)
  return entry === undefined
    ? null
    : repository.gitBytes(['cat-file', 'blob', entry.split(/[ \t]/)[2]!]).toString('utf8')
}
