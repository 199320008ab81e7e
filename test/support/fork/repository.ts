/** Real repositories, made by real git in a directory of the test's own. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

/** Files of a commit: text or bytes at a path; null removes it. */
export type Files = Readonly<Record<string, string | Uint8Array | null>>

export interface CommitOptions {
  author?: string
  /** As git stores it: `1500000000 +0530`. */
  date?: string
  /** The message, byte for byte. */
  message?: string | Uint8Array
  encoding?: string
}

const WHO = { name: 'Ada Lovelace', email: 'ada@acme.example' }

export class TestRepository {
  readonly path: string
  private clock = 1_600_000_000

  constructor(path: string) {
    this.path = path
  }

  /** Runs git in it and gives what it prints, trimmed. */
  git(...words: string[]): string {
    return this.gitBytes(words).toString('utf8').trim()
  }

  gitBytes(words: readonly string[], input?: string | Uint8Array): Buffer {
    return execFileSync('git', [...words], {
      cwd: this.path,
      env: this.environment(),
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    })
  }

  /** Puts files into the worktree and commits all that is there; gives the commit. */
  commit(subject: string, files: Files = {}, options: CommitOptions = {}): string {
    for (const [path, content] of Object.entries(files)) this.write(path, content)
    this.git('add', '--all', '--force', '.')
    const message = options.message ?? `${subject}\n`
    const tree = this.git('write-tree')
    const parents = this.head() === '' ? [] : [this.head()]
    return this.moveTo(this.rawCommit(tree, parents, message, options))
  }

  /** A commit object as asked, byte for byte, with no branch moved. */
  rawCommit(
    tree: string,
    parents: readonly string[],
    message: string | Uint8Array,
    options: CommitOptions = {},
  ): string {
    this.clock += 3600
    const author = options.author ?? `${WHO.name} <${WHO.email}>`
    const header = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${author} ${options.date ?? `${this.clock} +0000`}`,
      `committer ${WHO.name} <${WHO.email}> ${this.clock} +0000`,
      ...(options.encoding === undefined ? [] : [`encoding ${options.encoding}`]),
    ].join('\n')
    const raw = Buffer.concat([Buffer.from(`${header}\n\n`), Buffer.from(message as Uint8Array)])
    return this.gitBytes(['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], raw).toString().trim()
  }

  /** Sets the branch and the worktree to a commit. */
  moveTo(commit: string): string {
    this.git('reset', '--quiet', '--hard', commit)
    return commit
  }

  head(): string {
    try {
      return this.git('rev-parse', '--verify', '--quiet', 'HEAD')
    } catch {
      return ''
    }
  }

  write(path: string, content: string | Uint8Array | null): void {
    const file = join(this.path, path)
    if (content === null) return rmSync(file, { recursive: true })
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }

  /** Bytes of a file in a commit. */
  show(commit: string, path: string): string {
    return this.gitBytes(['cat-file', 'blob', `${commit}:${path}`]).toString('utf8')
  }

  private environment(): NodeJS.ProcessEnv {
    const { PATH, TMPDIR } = process.env
    const date = `${this.clock} +0000`
    return {
      PATH,
      TMPDIR,
      HOME: dirname(this.path),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: WHO.name,
      GIT_AUTHOR_EMAIL: WHO.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: WHO.name,
      GIT_COMMITTER_EMAIL: WHO.email,
      GIT_COMMITTER_DATE: date,
    }
  }
}

/** A directory that goes with the test file. */
export function testDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'sparkops-fork-')))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** An empty repository on `main`, in a directory of its own, with a committer of its own. */
export function newRepository(directory: string, name = 'fork', ...options: string[]): TestRepository {
  const path = join(directory, name)
  mkdirSync(path, { recursive: true })
  const repository = new TestRepository(path)
  repository.git('init', '--quiet', '--initial-branch=main', ...options)
  repository.git('config', 'user.name', WHO.name)
  repository.git('config', 'user.email', WHO.email)
  return repository
}
