/** The envelope that docs/dump-format.md defines for collectors: it has its schema, and is read as the stream is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ROOT, runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const INSTANCE = '53a2b754-9593-4ba6-bbff-e96e4c9d7099'
const stream = gunzipSync(readFileSync(join(ROOT, 'examples/steady/stream.jsonl.gz'))).toString('utf8')
const events = stream.trimEnd().split('\n').slice(1)

function envelope(event: string, id: number): string {
  const time = /"timestampNano":(\d+)/.exec(event)![1]!
  return `{"v":1,"cluster":"","instance":"${INSTANCE}","id":${id},"recv":${time},"event":${event}}`
}

describe('the envelope of a collector', () => {
  it('has the shape of docs/schemas/dump-envelope.schema.json', () => {
    for (const [id, event] of events.slice(0, 200).entries())
      expectMatchesSchema('dump-envelope', JSON.parse(envelope(event, id)))
  })

  it('is shown in docs/dump-format.md as it is', () => {
    const shown = /^\{"v":1,.*$/m.exec(readFileSync(join(ROOT, 'docs/dump-format.md'), 'utf8'))![0]
    expectMatchesSchema('dump-envelope', JSON.parse(shown))
  })

  it('gives the same usage as the stream that it was made from', async () => {
    const envelopes = events.map(envelope).join('\n')
    const [fromStream, fromEnvelopes] = await Promise.all(
      [stream, envelopes].map((stdin) => runCli(['usage', 'compute', '-', '-o', 'csv'], { stdin })),
    )
    expect(fromEnvelopes!.stderr).toBe('')
    expect(fromEnvelopes!.stdout).toBe(fromStream!.stdout)
  })
})
