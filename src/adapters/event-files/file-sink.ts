/** Keeps events as compressed files in a directory, one for each segment. */
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { SparkopsError } from '../../domain/errors.ts'
import { syncDirectory } from './durable.ts'
import type { EventSink } from '../../ports/event-sink.ts'
import type { SegmentName } from '../../ports/event-spool.ts'

const compress = promisify(gzip)

/** Files below a directory, named by their segment; a file is there whole, or not at all. */
export function fileSink(directory: string, nameOf: (segment: SegmentName) => string): EventSink {
  return {
    name: `files:${directory}`,
    unit: 'segments',
    write: async (piece) => {
      const path = join(directory, nameOf(piece.segment))
      // Named by what it becomes: what a killed process left is written over at the next attempt.
      const draft = join(dirname(path), `.${basename(path)}.tmp`)
      try {
        await makeDirectories(directory, dirname(path))
        const file = await open(draft, 'w', 0o600)
        try {
          await file.writeFile(await compress(await piece.read()))
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(draft, path)
        await syncDirectory(dirname(path))
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined)
        throw unwritable(path, error)
      }
    },
    close: () => Promise.resolve(),
  }
}

/** Makes a directory, and has the names of all that are new in it on the disk. */
async function makeDirectories(root: string, path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let at = path; at.length >= Math.min(first.length, root.length); at = dirname(at)) {
    await syncDirectory(dirname(at))
    if (at === dirname(at)) return
  }
}

function unwritable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause
  return new SparkopsError({
    code: 'SO_SINK_UNWRITABLE',
    message: `cannot write ${path}`,
    why: cause.code === 'ENOSPC' ? 'the disk is full' : cause.message,
    hint: 'make room or permission there; nothing is lost meanwhile, the spool holds it',
    cause,
  })
}
