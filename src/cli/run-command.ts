/** Runs one command through oclif, which parses its flags and calls it. Loaded only when there is a command to run. */
import { fileURLToPath } from 'node:url'
import { Config, settings } from '@oclif/core'
import { SparkopsError } from '../domain/errors.ts'
import { rejectOnInterrupt } from './shutdown.ts'

/** Runs a command to its end, or to the first Ctrl-C. */
export async function runCommand(root: URL, id: string, argv: readonly string[]): Promise<void> {
  await Promise.race([rejectOnInterrupt(interrupted), loadAndRun(root, id, argv)])
}

async function loadAndRun(root: URL, id: string, argv: readonly string[]): Promise<void> {
  // Without this, oclif looks for a TypeScript runner when NODE_ENV is development or test.
  settings.enableAutoTranspile = false
  const config = await Config.load({ root: fileURLToPath(root) })
  await config.runCommand(id, [...argv])
}

function interrupted(): SparkopsError {
  return new SparkopsError({
    code: 'SO_INTERRUPTED',
    message: 'interrupted',
    why: 'Ctrl-C, or the system asked it to end',
    hint: 'run the same command again; nothing is left half written',
    exit: 'interrupted',
  })
}
