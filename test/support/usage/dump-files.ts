// Small dumps as files, for tests that run the real command.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { recordedLines } from './ledgers.ts'

/** A directory that is removed when the test file is done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sparkops-usage-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Writes a file into the directory; gives its path. */
export function writer(directory: string): (name: string, content: string | Uint8Array) => string {
  return (name, content) => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }
}

/** The first pages of a recording: a dozen allocations, some of them ended. */
export function somePages(count = 40): string[] {
  return recordedLines('test/fixtures/recordings/restart/batch.jsonl.gz').slice(0, count)
}

/** The events of those pages as our collector would have kept them. */
export function someEnvelopes(count = 40): string[] {
  let next = 0
  return somePages(count).flatMap((page) => {
    const { InstanceUUID, EventRecords } = JSON.parse(page) as { InstanceUUID: string; EventRecords: unknown }
    if (EventRecords === null) return []
    const records = page.slice(page.indexOf('"EventRecords":[') + 16, -2).split(/,(?=\{"type":)/)
    const head = `{"v":1,"cluster":"c","instance":"${InstanceUUID}"`
    return records.map((event) => `${head},"id":${next++},"recv":1795375332387201934,"event":${event}}`)
  })
}

/** The first lines of a recorded stream, the first of which names the scheduler. */
export function someStream(count = 900): string[] {
  return recordedLines('examples/restart/stream.jsonl.gz').slice(0, count)
}

interface EventFields {
  type?: number
  objectID?: string
  message?: string
  change?: number
  detail?: number
  referenceID?: string
  /** As JSON. */
  resource?: string
}

/** One event with a time so many seconds after a beginning. */
export function event(seconds: number, fields: EventFields): string {
  const { type = 2, objectID, message, change, detail, referenceID, resource } = fields
  const parts = [
    `"type":${type}`,
    ...(objectID === undefined ? [] : [`"objectID":${JSON.stringify(objectID)}`]),
    ...(message === undefined ? [] : [`"message":${JSON.stringify(message)}`]),
    `"timestampNano":${1_795_375_760n * 1_000_000_000n + BigInt(Math.round(seconds * 1000)) * 1_000_000n}`,
    ...(change === undefined ? [] : [`"eventChangeType":${change}`]),
    ...(detail === undefined ? [] : [`"eventChangeDetail":${detail}`]),
    ...(referenceID === undefined ? [] : [`"referenceID":${JSON.stringify(referenceID)}`]),
    `"resource":${resource === undefined ? '{}' : `{"resources":${resource}}`}`,
  ]
  return `{${parts.join(',')}}`
}

const UID = '11111111-2222-3333-4444-'

/** A whole small life: a scheduler begins, and an application runs one allocation of two cores for ten seconds. */
export function oneLife(app = 'app', resource = '{"memory":{"value":1073741824},"vcore":{"value":2000}}'): string[] {
  const referenceID = `${UID}${Buffer.from(app).toString('hex').padEnd(12, '0').slice(0, 12)}`
  return [
    event(0, { type: 4, objectID: 'root', change: 2 }),
    event(1, { objectID: app, change: 2, detail: 203 }),
    event(1, { type: 4, objectID: 'root.q', change: 2, detail: 405, referenceID: app }),
    event(2, { objectID: app, change: 2, detail: 201, referenceID, resource }),
    event(2, { objectID: app, change: 1, detail: 206 }),
    event(3, { objectID: app, change: 2, detail: 200, referenceID, resource }),
    event(13, { objectID: app, change: 3, detail: 500, referenceID, resource }),
    event(14, { objectID: app, change: 1, detail: 208 }),
  ]
}

export function envelope(id: number, line: string, instance = 'i1'): string {
  return `{"v":1,"cluster":"c1","instance":"${instance}","id":${id},"recv":1795375761000000000,"event":${line}}`
}
