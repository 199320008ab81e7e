/** The programs of one test cluster, run by a supervisor that ends them with the test (supervisor.mjs). */
import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SUPERVISOR = fileURLToPath(new URL('./supervisor.mjs', import.meta.url))

interface Answer {
  id?: number
  error?: string
  ended?: string
  how?: string
}

export interface Programs {
  start(name: string, command: string, args: readonly string[]): Promise<void>
  /** Ends a program and waits until it is gone. */
  stop(name: string, signal?: NodeJS.Signals): Promise<void>
  /** Such as SIGSTOP and SIGCONT: a program that is there and answers nothing. */
  signal(name: string, signal: NodeJS.Signals): Promise<void>
  /** How a program ended that should run; undefined while it runs. */
  endOf(name: string): string | undefined
  /** The last lines that a program logged. */
  log(name: string): Promise<string>
  /** Ends everything and removes the directory. */
  close(): Promise<void>
}

/** Starts the supervisor of a directory, which it will remove. */
export function supervise(directory: string): Programs {
  const supervisor = fork(SUPERVISOR, [directory], { detached: true, execArgv: [], stdio: 'ignore' })
  const open = new Map<number, (answer: Answer) => void>()
  const ends = new Map<string, string>()
  let last = 0
  supervisor.on('message', (answer: Answer) => {
    if (answer.ended !== undefined) ends.set(answer.ended, answer.how ?? '')
    if (answer.id !== undefined) open.get(answer.id)?.(answer)
  })
  const gone = whenGone(supervisor)
  // A worker of the test runner outlives a runner that is killed, and would go on with tests that nobody hears of.
  const onOrphaned = (): never => process.exit(1)
  process.on('disconnect', onOrphaned)
  // A test that forgets to stop its cluster must still be able to end.
  supervisor.unref()
  supervisor.channel?.unref()

  const ask = async (order: object): Promise<void> => {
    const id = ++last
    supervisor.channel?.ref()
    const answer = await new Promise<Answer>((resolve, reject) => {
      open.set(id, resolve)
      supervisor.send({ ...order, id }, (error) => (error === null ? undefined : reject(error)))
    })
    open.delete(id)
    if (open.size === 0) supervisor.channel?.unref()
    if (answer.error !== undefined) throw new Error(answer.error)
  }

  return {
    start: async (name, command, args) => {
      ends.delete(name)
      await ask({ order: 'start', name, command, args })
    },
    stop: (name, signal = 'SIGTERM') => ask({ order: 'stop', name, signal }),
    signal: (name, signal) => ask({ order: 'signal', name, signal }),
    endOf: (name) => ends.get(name),
    log: async (name) => {
      const text = await readFile(join(directory, `${name}.log`), 'utf8').catch(() => '')
      return text.split('\n').slice(-25).join('\n')
    },
    close: async () => {
      process.off('disconnect', onOrphaned)
      if (supervisor.connected) supervisor.disconnect()
      supervisor.ref()
      await gone
    },
  }
}

function whenGone(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('exit', () => resolve())
    child.on('error', () => resolve())
  })
}
