/** Dumps as connectors and stores leave them: each gives the very bill of the plain dump. */
import { gzipSync } from 'node:zlib'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs } from '../support/capabilities.ts'
import { runCli } from '../support/run.ts'
import { someEnvelopes, temporaryDirectory, writer } from '../support/usage/dump-files.ts'
import { ObjectStore, STORE_LOGIN } from '../support/usage/object-store.ts'

const directory = temporaryDirectory()
const write = writer(directory)

const lines = someEnvelopes()
const text = (all: readonly string[]): string => `${all.join('\n')}\n`
let bill = ''

async function compute(path: string, env?: Record<string, string>, ...extra: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(
    ['usage', 'compute', path, '--by', 'app', '-o', 'csv', ...extra],
    env ? { env } : {},
  )
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

beforeAll(async () => {
  bill = await compute(write('plain.ndjson', text(lines)))
  expect(bill.split('\n').length).toBeGreaterThan(5)
})

describe('a dump that a connector left', () => {
  it.each<[string, (line: string) => string]>([
    ['a string a line, as Confluent’s S3 sink writes with its string converter', (line) => JSON.stringify(line)],
    [
      'an object with a value, as Aiven’s S3 sink writes',
      (line) => `{"key":"k","value":${line},"timestamp":"2026-11-22T00:00:00Z"}`,
    ],
    ['an object with a value that is a string', (line) => JSON.stringify({ key: 'k', value: line })],
    [
      'a message beside topic and offset, as Vector writes',
      (line) => JSON.stringify({ message: line, offset: 1, topic: 't' }),
    ],
    ['a payload, as Fluent Bit writes', (line) => JSON.stringify({ date: 1_795_375_332.387, payload: line })],
    [
      'fields in another order',
      (line) => {
        const [, head, event] = /^\{(.*),"event":(.*)\}$/.exec(line)!
        return `{"event":${event},${head}}`
      },
    ],
  ])('%s', async (_, wrap) => {
    expect(await compute(write('wrapped.ndjson', text(lines.map(wrap))))).toBe(bill)
  })

  it('objects without line ends between them, as Firehose joins them', async () => {
    expect(await compute(write('joined.json', lines.join('')))).toBe(bill)
  })

  it('is told by its place when something else is wrapped', async () => {
    const odd = [...lines, JSON.stringify({ message: '{"hello":1}' })]
    const { code, stderr } = await runCli(['usage', 'compute', write('odd.ndjson', text(odd))])
    expect(code).toBe(65)
    expect(stderr).toContain(`odd.ndjson:${odd.length}`)
  })
})

describe('a dump in a bucket', () => {
  const { it: stored } = needs('moto')
  let store: ObjectStore | undefined
  beforeAll(async () => {
    // The server is there only where the tests are not skipped.
    if (stored !== it) return
    store = await ObjectStore.start()
    await store.createBucket('events')
  })
  afterAll(() => store?.stop())

  async function put(key: string, body: string | Buffer): Promise<void> {
    await store!.client.send(new PutObjectCommand({ Bucket: 'events', Key: key, Body: body }))
  }

  stored('gives the bill of the files, however it is cut into objects and packed', async () => {
    for (let part = 0; part < 12; part++) {
      const some = text(lines.filter((_, index) => index % 12 === part))
      await put(`many/topics/t+0+${part}.json${part % 2 ? '.gz' : ''}`, part % 2 ? gzipSync(some) : some)
    }
    await put('many/_SUCCESS', 'x')
    await put('many/.hidden', 'x')
    await put('many/empty', '')
    const at = ['--s3-endpoint', store!.endpoint]
    expect(await compute('s3://events/many/', STORE_LOGIN, ...at)).toBe(bill)
  })

  stored('says which bucket is not there, and shows no secret', async () => {
    const { code, stderr } = await runCli(['usage', 'compute', 's3://nowhere/x', '--s3-endpoint', store!.endpoint], {
      env: STORE_LOGIN,
    })
    expect(code).toBe(65)
    expect(stderr).toContain('s3://nowhere/x: cannot be read.')
    expect(stderr).toContain('NoSuchBucket (404)')
    expect(stderr).not.toContain(STORE_LOGIN.AWS_SECRET_ACCESS_KEY)
  })

  stored('says that nothing has that prefix', async () => {
    const { code, stderr } = await runCli(['usage', 'compute', 's3://events/none', '--s3-endpoint', store!.endpoint], {
      env: STORE_LOGIN,
    })
    expect(code).toBe(65)
    expect(stderr).toContain('no file is there to read')
  })

  stored('names the object that is damaged', async () => {
    await put('cut/whole.gz', gzipSync(text(lines)))
    await put('cut/zcut.gz', gzipSync(text(lines)).subarray(0, 5000))
    const { code, stderr } = await runCli(['usage', 'compute', 's3://events/cut', '--s3-endpoint', store!.endpoint], {
      env: STORE_LOGIN,
    })
    expect(code).toBe(65)
    expect(stderr).toContain('s3://events/cut/zcut.gz: the gzip data is damaged or cut off')
  })
})
