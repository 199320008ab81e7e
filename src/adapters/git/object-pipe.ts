/** `git cat-file --batch`, kept open: an object costs a line and not a process. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { gitFailed } from './run-git.ts'

export interface StoredObject {
  type: 'commit' | 'tree' | 'blob' | 'tag'
  bytes: Buffer
}

interface Waiting {
  resolve: (found: StoredObject | undefined) => void
  reject: (error: unknown) => void
}

/** Reads objects by id in the order asked. The process starts with the first read and ends with `close`. */
export class ObjectPipe {
  private child: ChildProcessWithoutNullStreams | undefined
  private readonly waiting: Waiting[] = []
  private chunks: Buffer[] = []
  private held = 0
  /** Bytes that must be there before the answer at hand can be read on. */
  private needed = 0
  private type: StoredObject['type'] | undefined
  private said = ''

  private readonly directory: string
  private readonly environment: Readonly<Record<string, string>>

  constructor(place: { directory: string; environment: Readonly<Record<string, string>> }) {
    this.directory = place.directory
    this.environment = place.environment
  }

  read(oid: string): Promise<StoredObject | undefined> {
    const child = (this.child ??= this.start())
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      child.stdin.write(`${oid}\n`)
    })
  }

  async close(): Promise<void> {
    const child = this.child
    this.child = undefined
    if (child === undefined || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.stdin.end()
    await ended
  }

  private start(): ChildProcessWithoutNullStreams {
    const child = spawn('git', ['cat-file', '--batch'], { cwd: this.directory, env: this.environment })
    child.stdout.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk)
      this.held += chunk.length
      while (this.held >= this.needed && this.takeAnswer());
    })
    child.stderr.on('data', (chunk: Buffer) => (this.said += chunk.toString('utf8')))
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => this.fail(error))
    child.on('close', () => this.fail(gitFailed(['cat-file'], this.said.trim() || 'it ended early')))
    return child
  }

  /** Takes a header or a body from what is held; false when more must come first. */
  private takeAnswer(): boolean {
    const held = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks)
    this.chunks = [held]
    if (this.type !== undefined) {
      this.answer({ type: this.type, bytes: held.subarray(0, this.needed - 1) })
      this.drop(held, this.needed)
      return this.held > 0
    }
    const end = held.indexOf(10)
    if (end === -1) {
      this.needed = this.held + 1
      return false
    }
    const [, type, size] = held.toString('latin1', 0, end).split(' ')
    this.drop(held, end + 1)
    if (size === undefined) {
      this.answer(undefined)
      return this.held > 0
    }
    this.type = type as StoredObject['type']
    this.needed = Number(size) + 1
    return true
  }

  private answer(found: StoredObject | undefined): void {
    this.type = undefined
    this.waiting.shift()?.resolve(found)
  }

  private drop(held: Buffer, bytes: number): void {
    this.held -= bytes
    this.needed = 1
    this.chunks = this.held === 0 ? [] : [held.subarray(bytes)]
  }

  private fail(error: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(error)
  }
}
