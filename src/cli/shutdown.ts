/**
 * The one place where the process ends: clean-ups run first, whether a command finished, failed, was interrupted, or
 * nobody reads its output any more.
 */
import { setMaxListeners } from 'node:events'
import { exitCode, type ExitCode } from '../domain/errors.ts'

type CleanUp = () => void | Promise<void>

const cleanUps = new Set<CleanUp>()
const interruption = new AbortController()
// Every program that is started listens to it.
setMaxListeners(0, interruption.signal)

/** Aborts at the first Ctrl-C. Long work watches it and stops at a safe point. */
export const interruptSignal: AbortSignal = interruption.signal

/** Registers what must happen before the process ends, such as removing a temporary directory. Returns its removal. */
export function onShutdown(cleanUp: CleanUp): () => void {
  cleanUps.add(cleanUp)
  return () => cleanUps.delete(cleanUp)
}

/** Runs the clean-ups, newest first, and ends the process. */
export async function shutdown(code: ExitCode): Promise<never> {
  for (const cleanUp of [...cleanUps].reverse()) {
    cleanUps.delete(cleanUp)
    try {
      await cleanUp()
    } catch {
      // The other clean-ups matter more than this one's error.
    }
  }
  return endProcess(code)
}

/** The exit code that stands if nothing worse happens. */
export function standingExitCode(): ExitCode {
  return (process.exitCode as ExitCode | undefined) ?? exitCode('ok')
}

let finishers = 0

/**
 * For work that must not be left half done: the first Ctrl-C only aborts the signal, and whoever called this ends by
 * itself, with its own words. Returns what says that it has. The second Ctrl-C ends the process all the same.
 */
export function finishByOneself(): () => void {
  finishers += 1
  return () => void (finishers -= 1)
}

/** The first Ctrl-C (or SIGTERM) aborts the signal and rejects with its reason; the second ends the process at once. */
export function rejectOnInterrupt(reason: () => Error): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onSignal = (): void => {
      if (interruption.signal.aborted) endProcess(exitCode('interrupted'))
      const error = reason()
      const isFinishing = finishers > 0
      interruption.abort(error)
      if (!isFinishing) reject(error)
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

/**
 * Ends quietly when the reader of our output has gone (`| head -1`), with the result's own exit code, and says so when
 * the output cannot be written (a full disk).
 */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return void shutdown(standingExitCode())
    const lines = [
      'Error: cannot write to standard output',
      `Why: ${error.message}`,
      'Try: free space where the output goes, or send it elsewhere',
    ]
    process.stderr.write(`${lines.join('\n')}\n`)
    return void shutdown(exitCode('failed'))
  })
  process.stderr.on('error', () => undefined)
}

function endProcess(code: ExitCode): never {
  // eslint-disable-next-line no-restricted-syntax -- the one place
  process.exit(code)
}
