/** One file of lines for each environment: an outcome a line, and a line for each look. */
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome } from '../../domain/rollout/observe/outcome.ts'
import type { OutcomeRecord } from '../../ports/outcome-record.ts'
import { SparkopsError } from '../../domain/errors.ts'

type Line = { look: string } | { outcome: Outcome }

/** The record in a directory, which is made when something is first written. */
export function recordFiles(directory: string): OutcomeRecord {
  const pathOf = (environment: string): string => join(directory, `${environment}.ndjson`)
  return {
    place: directory,
    read: async (environment) => {
      const path = pathOf(environment)
      const lines = linesOf(await textOf(path), path)
      const looks = lines.flatMap((line) => ('look' in line ? Date.parse(line.look) : []))
      return { outcomes: lines.flatMap((line) => ('outcome' in line ? line.outcome : [])), lastLook: looks.at(-1) }
    },
    append: async (environment, outcomes, at) => {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const lines: Line[] = [...outcomes.map((outcome) => ({ outcome })), { look: new Date(at).toISOString() }]
      const path = pathOf(environment)
      const file = await open(path, 'a+', 0o600).catch((error: unknown) => {
        throw unwritable(path, error)
      })
      try {
        // A process that was killed may have left half a line: what follows begins on its own.
        const { size } = await file.stat()
        const last = Buffer.alloc(1)
        if (size > 0) await file.read(last, 0, 1, size - 1)
        const begin = size > 0 && last[0] !== 0x0a ? '\n' : ''
        await file.appendFile(`${begin}${lines.map((line) => JSON.stringify(line)).join('\n')}\n`)
        await file.datasync()
      } catch (error) {
        throw unwritable(path, error)
      } finally {
        await file.close()
      }
    },
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new SparkopsError({
      code: 'SO_RECORD_UNREADABLE',
      message: `cannot read ${path}`,
      why: (error as Error).message,
      hint: 'look at its permissions; the rollout file names its directory as record',
      exit: 'data',
    })
  }
}

/** Half a line, as a process leaves it that is killed, is left out; what is no line of ours is a fault. */
function linesOf(text: string, path: string): Line[] {
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return []
    try {
      const value = JSON.parse(line) as Partial<{ look: unknown; outcome: Partial<Outcome> }>
      if (typeof value.look === 'string') return { look: value.look }
      if (typeof value.outcome?.uid === 'string' && typeof value.outcome.finishedAt === 'string')
        return { outcome: value.outcome as Outcome }
    } catch {
      return []
    }
    throw new SparkopsError({
      code: 'SO_RECORD_MALFORMED',
      message: `${path}, line ${index + 1}: this is no line of a record`,
      why: 'it holds neither a look nor an outcome',
      hint: 'move the file away: what is in the cluster is read again',
      exit: 'data',
    })
  })
}

function unwritable(path: string, error: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_RECORD_UNWRITABLE',
    message: `cannot write ${path}`,
    why: (error as Error).message,
    hint: 'make room or permission there, or name another directory as record in the rollout file',
    cause: error,
  })
}
