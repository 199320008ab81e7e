/** Keeps events as compressed files in a directory, one for each segment. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { syncDirectory, unwritable, writeDurably } from '../disk/durable-file.ts'
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
      try {
        await makeDirectories(directory, dirname(path))
        await writeDurably(path, await compress(await piece.read()))
      } catch (error) {
        const hint = 'make room or permission there; nothing is lost meanwhile, the spool holds it'
        throw unwritable(path, error, { code: 'SO_SINK_UNWRITABLE', hint })
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
