/** Dumps as connectors and stores leave them: each gives the very bill of the plain dump. */
import { gzipSync } from 'node:zlib'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs } from '../support/capabilities.ts'
import { runCli } from '../support/run.ts'
import { someEnvelopes, temporaryDirectory, writer } from '../support/usage/dump-files.ts'
import { CuttingProxy } from '../support/usage/cutting-proxy.ts'
import { ObjectStore, StoreFront, STORE_LOGIN } from '../support/usage/object-store.ts'

const directory = temporaryDirectory()
const write = writer(directory)

const LOGIN = '[team]\naws_access_key_id = a\naws_secret_access_key = hidden\n'
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

  stored('leaves unread what lies apart from the time asked for, when that is said or shown to be enough', async () => {
    await put('days/dt=2026-11-22/a.gz', gzipSync(text(lines)))
    await put('days/dt=2026-06-01/old', 'not a dump, and unread\n'.repeat(30))
    await put('days/dt=2027-06-01/new', `${lines[0]!}\n{"broken"\n${lines[1]!}\n`)
    await put('hours/year=2026/month=11/day=22/hour=19/a.gz', gzipSync(text(lines)))
    await put('hours/year=2026/month=11/day=20/hour=01/b', `${lines[0]!}\n{"broken"\n${lines[1]!}\n`)
    const at = ['--s3-endpoint', store!.endpoint]
    const window = ['--from', '2026-11-22T00:00:00Z', '--to', '2026-11-23T00:00:00Z']
    const whole = await compute(write('window.ndjson', text(lines)), undefined, ...window)
    const asked = (prefix: string, ...extra: string[]): ReturnType<typeof runCli> =>
      runCli(['usage', 'compute', prefix, '--by', 'app', '-o', 'csv', ...at, ...window, ...extra], { env: STORE_LOGIN })
    const days = await asked('s3://events/hours', '--lookback', '1h', '--late', '3h')
    expect(days).toMatchObject({ code: 0, stdout: whole })
    expect(days.stderr).toBe('Read 1 of 2 inputs: the others lie apart from the time asked for.\n')
    // Nothing in these events shows what lived before, and some of it is open at the end.
    expect((await asked('s3://events/hours', '--late', '3h')).code).toBe(65)
    expect((await asked('s3://events/days', '--lookback', '1h')).stderr).toContain('2027-06-01/new:2')
  })

  stored(
    'goes on where it was when connections are cut, and waits when it is told to slow down',
    async () => {
      const all = text(lines)
      await put('large/plain', all)
      const proxy = await CuttingProxy.start()
      proxy.target = Number(new URL(store!.endpoint).port)
      proxy.cutAfter = all.length >> 1
      expect(await compute('s3://events/large', STORE_LOGIN, '--s3-endpoint', `http://127.0.0.1:${proxy.port}`)).toBe(
        bill,
      )
      expect(proxy.cuts).toBeGreaterThan(0)
      proxy.stop()
      const slow = await StoreFront.start(store!.endpoint)
      slow.fault = 'slow down'
      expect(await compute('s3://events/large', STORE_LOGIN, '--s3-endpoint', slow.endpoint)).toBe(bill)
      expect(slow.failed).toBeGreaterThan(2)
      slow.stop()
    },
    60_000,
  )

  stored('takes credentials from the profile that is named', async () => {
    const [config, login] = [write('aws-config', '[profile team]\nregion = us-east-1\n'), write('aws-login', LOGIN)]
    const env = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: login, AWS_EC2_METADATA_DISABLED: 'true' }
    const at = ['--s3-endpoint', store!.endpoint]
    expect(await compute('s3://events/many/', env, ...at, '--s3-profile', 'team')).toBe(bill)
    expect(await compute('s3://events/many/', { ...env, AWS_PROFILE: 'team' }, ...at)).toBe(bill)
    const nobody = { ...env, AWS_REGION: 'us-east-1' }
    const without = await runCli(['usage', 'compute', 's3://events/many/', ...at], { env: nobody })
    expect(without.code).toBe(4)
    expect(without.stderr).toContain('Check bucket, prefix, region, endpoint and credentials.')
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
