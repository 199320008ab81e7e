// Joins what the parts of one file say of connections that go on from part to part.
import { isBefore, type Stretch } from './coverage.ts'
import { type ScanResult } from './scan-part.ts'
import { type SourceRecord } from './sources.ts'

/** Gives the rest of a connection to the part that it began in; parts are in the order of the file. */
export function stitchParts(parts: readonly ScanResult[]): void {
  let open: SourceRecord | undefined
  for (const part of parts) {
    const connections = part.sources.filter((source) => source.connectionLines !== undefined)
    const first = connections[0]
    if (first !== undefined && open !== undefined && continues(first, open)) join(open, first)
    const last = connections.at(-1)
    // A part that is nothing but the rest of a connection leaves that connection open.
    if (last !== undefined && !(last === first && last.sameAs !== undefined)) open = last
  }
}

/** A scheduler that begins at the very beginning of a part is another, unless the part before ended with its name. */
function continues(first: SourceRecord, open: SourceRecord): boolean {
  return first.headless && (!first.boot || open.connectionLines === 0)
}

function join(open: SourceRecord, rest: SourceRecord): void {
  rest.sameAs = open.src
  const [begun] = open.stretches ?? []
  const [added] = rest.stretches ?? []
  rest.stretches = []
  open.connectionLines = (open.connectionLines ?? 0) + (rest.connectionLines ?? 0)
  if (begun === undefined || added === undefined) {
    open.stretches = [begun ?? added].filter((one) => one !== undefined)
    return
  }
  const joined: Stretch = {
    firstId: begun.firstId,
    lastId: begun.firstId === null ? null : begun.firstId + open.connectionLines - 1,
    from: isBefore(added.from, begun.from) ? added.from : begun.from,
    to: isBefore(begun.to, added.to) ? added.to : begun.to,
    boot: begun.boot,
  }
  open.stretches = [joined]
}
