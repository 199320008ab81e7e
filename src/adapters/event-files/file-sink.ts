/** Keeps events as compressed files in a directory, one for each segment. */
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { makeDirectories, unwritable, writeDurably } from '../disk/durable-file.ts'
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
