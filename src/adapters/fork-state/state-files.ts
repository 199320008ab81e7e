/** Ledgers as JSON lines below `<git directory>/sparkops/fork/`, 0600, on the disk before anything goes on. */
import { mkdir, open, readdir, readFile, rename, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type { ForkStateStore } from '../../ports/fork-state.ts'
import { takeLock } from './lock.ts'

const LEDGER = 'ledger.jsonl'

/** The state of the runs in a repository. */
export function openForkState(commonDirectory: string): ForkStateStore {
  const root = join(commonDirectory, 'sparkops', 'fork')
  const directoryOf = (id: string): string => join(root, checkRunId(id))
  const ledgerOf = (id: string): string => join(directoryOf(id), LEDGER)

  return {
    async lock(options = {}) {
      await makeDirectory(root)
      return await takeLock(join(root, 'lock'), options)
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
      await writeSynced(ledgerOf(id), 'a', lines)
      await syncDirectory(directoryOf(id))
    },

    async restoreLedger(id, lines) {
      await makeDirectory(directoryOf(id))
      await writeSynced(`${ledgerOf(id)}.tmp`, 'w', lines)
      await rename(`${ledgerOf(id)}.tmp`, ledgerOf(id))
      await syncDirectory(directoryOf(id))
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

async function writeSynced(path: string, flag: 'a' | 'w', lines: readonly string[]): Promise<void> {
  try {
    const file = await open(path, flag, 0o600)
    try {
      await file.writeFile(lines.map((line) => `${line}\n`).join(''))
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    cannotWrite(path)(error)
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

function cannotWrite(path: string): (error: unknown) => never {
  return (error) => {
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
