/** Ledgers as JSON lines below `<git directory>/sparkops/fork/`, 0600, on the disk before anything goes on. */
import { mkdir, readdir, readFile, rename, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type { ForkStateStore } from '../../ports/fork-state.ts'
import { syncDirectory, writeDurably, writeSynced } from '../disk/durable-file.ts'
import { holderText, type LockHolder, takeLock } from '../disk/process-lock.ts'

const LEDGER = 'ledger.jsonl'

/** The state of the runs in a repository. */
export function openForkState(commonDirectory: string): ForkStateStore {
  const root = join(commonDirectory, 'sparkops', 'fork')
  const directoryOf = (id: string): string => join(root, checkRunId(id))
  const ledgerOf = (id: string): string => join(directoryOf(id), LEDGER)

  return {
    async lock(options = {}) {
      await makeDirectory(root)
      const path = join(root, 'lock')
      return await takeLock(path, { ...options, refuse: (holder) => locked(path, holder) }).catch(cannotWrite(path))
    },

    async ids() {
      const entries = await readdir(root, { withFileTypes: true }).catch(ignoreMissing)
      return (entries ?? [])
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map(({ name }) => name)
    },

    async readLedger(id) {
      const text = await readFile(ledgerOf(id), 'utf8').catch(ignoreMissing)
      return text?.split('\n').slice(0, -1)
    },

    async appendLedger(id, lines) {
      await makeDirectory(directoryOf(id))
      await cutTornLine(ledgerOf(id))
      await writeSynced(ledgerOf(id), textOf(lines), 'a').catch(cannotWrite(ledgerOf(id)))
      await syncDirectory(directoryOf(id))
    },

    async restoreLedger(id, lines) {
      await makeDirectory(directoryOf(id))
      await writeDurably(ledgerOf(id), textOf(lines)).catch(cannotWrite(ledgerOf(id)))
    },

    async archive(id, name) {
      await makeDirectory(join(root, '.archive'))
      await rename(directoryOf(id), join(root, '.archive', `${checkRunId(id)}-${name.replace(/[^\w-]/g, '')}`)).catch(
        ignoreMissing,
      )
      await syncDirectory(root)
    },
  }
}

/** Ids are directory names: ours are letters, digits, dots and dashes. */
export function checkRunId(id: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,120}$/.test(id) && !id.includes('..')) return id
  throw new SparkopsError({
    code: 'SO_BAD_RUN_ID',
    message: `${JSON.stringify(id)} is not the id of a run`,
    hint: 'sparkops fork status lists them',
    exit: 'usage',
  })
}

async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch(cannotWrite(path))
}

/** A crash in the middle of a write leaves a line without its end; what follows must not be glued to it. */
async function cutTornLine(path: string): Promise<void> {
  const bytes = await readFile(path).catch(ignoreMissing)
  if (bytes === undefined || bytes.length === 0 || bytes.at(-1) === 10) return
  await truncate(path, bytes.lastIndexOf(10) + 1)
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

function locked(path: string, holder: LockHolder | undefined): SparkopsError {
  return new SparkopsError({
    code: 'SO_LOCKED',
    message: 'another run is working in this repository',
    why: `${path} is held by ${holderText(holder)}`,
    hint: 'wait for it; if it is on a machine that is gone, repeat with --takeover',
    exit: 'stale',
  })
}

function cannotWrite(path: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof SparkopsError) throw error
    throw new SparkopsError({
      code: 'SO_STATE_WRITE',
      message: `cannot write ${path}`,
      why: error instanceof Error ? error.message : String(error),
      hint: 'make room or permission in the git directory, then continue; no ref was moved',
      cause: error,
    })
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  throw error
}
