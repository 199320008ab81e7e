// `usage compact` as a user runs it: again, beside itself, killed, from and to a bucket.
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { bucketStore } from '../../src/adapters/s3/usage-store.ts'
import type { UsageStoreFiles as Files } from '../../src/ports/usage-store.ts'
import { needs } from '../support/capabilities.ts'
import { cleanEnvironment, PROGRAM, ROOT, runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'
import { temporaryDirectory } from '../support/usage/dump-files.ts'
import { ObjectStore, STORE_LOGIN } from '../support/usage/object-store.ts'

const root = temporaryDirectory()
const dumps = join(root, 'dumps')
const FILES = ['restart/stream.jsonl.gz', 'restart/heartbeat.jsonl.gz', 'steady/stream.jsonl.gz'] as const

beforeAll(() => {
  mkdirSync(dumps)
  for (const file of FILES) copyFileSync(join(ROOT, 'examples', file), join(dumps, file.replace('/', '-')))
})

interface Told {
  runs: number
  objects: { read: number; known: number; changed: string[] }
}

async function compacted(store: string, dump = dumps, ...more: string[]): Promise<Told> {
  const { stdout, stderr, code } = await runCli(['usage', 'compact', dump, '--store', store, '--json', ...more])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout) as Told
}

/** The answer, without what only says how it was come by. */
async function computed(from: string, env: Record<string, string> = {}, ...more: string[]): Promise<unknown> {
  const words = ['usage', 'compute', from, '--by', 'app,queue,user,node', '--json', ...more]
  const { stdout, stderr } = await runCli(words, { env })
  expect(stderr).toBe('')
  const { items, summary } = JSON.parse(stdout) as { items: unknown; summary: object }
  return { items, summary: { ...summary, input: undefined } }
}

/** Two runs at the same time, in several steps each. At least one comes to its end; whoever does not was overtaken. */
async function twoRuns(words: readonly string[], env: Record<string, string>): Promise<void> {
  const run = () => runCli(['usage', 'compact', ...words, '--batch-size', '100KB'], { env })
  const ended = await Promise.all([run(), run()])
  expect(ended.map(({ code }) => code)).toContain(0)
  for (const { code, stderr } of ended)
    if (code !== 0) {
      expect(code).toBe(5)
      expect(stderr).toContain('another run has added to this store meanwhile')
    }
}

describe('usage compact', () => {
  it('reads each object once, and gives the answer that the dumps give', async () => {
    const store = join(root, 'once')
    const first = await compacted(store)
    expectMatchesSchema('compaction', first)
    expect(first.objects).toEqual({ read: 3, known: 0, changed: [] })
    expect((await compacted(store)).objects).toEqual({ read: 0, known: 3, changed: [] })
    expect(await computed(store)).toEqual(await computed(dumps))
    for (const name of readdirSync(store, { recursive: true, withFileTypes: true }))
      if (name.isFile()) expect(statSync(join(name.parentPath, name.name)).mode & 0o777).toBe(0o600)
  })

  it('goes on where a killed run was, and the store is whole at every moment', async () => {
    const store = join(root, 'killed')
    for (let wait = 300; ; wait += 150) {
      const words = [PROGRAM, 'usage', 'compact', dumps, '--store', store, '--batch-size', '100KB']
      const child = spawn(process.execPath, words, { stdio: 'ignore', env: cleanEnvironment() })
      const ended = new Promise<number | null>((done) => child.once('close', done))
      const code = await Promise.race([ended, sleep(wait).then(() => 'late' as const)])
      if (code === 0) break
      child.kill('SIGKILL')
      await ended
      if (existsSync(join(store, 'manifests'))) {
        const { code: readable } = await runCli(['usage', 'compute', store, '--json'])
        expect([0, 65]).toContain(readable)
      }
    }
    expect((await compacted(store)).objects).toEqual({ read: 0, known: 3, changed: [] })
    expect(await computed(store)).toEqual(await computed(dumps))
    const named = readFileSync(join(store, 'manifests', readdirSync(join(store, 'manifests')).sort().at(-1)!), 'utf8')
    const files = (JSON.parse(named) as { files: { name: string }[] }).files.map(({ name }) => name)
    expect(files.every((name) => existsSync(join(store, name)))).toBe(true)
  })

  it('adds each object once where two runs work on one store: one goes on, the other says so', async () => {
    const store = join(root, 'shared')
    await twoRuns([dumps, '--store', store], {})
    expect((await compacted(store)).objects).toEqual({ read: 0, known: 3, changed: [] })
    expect(await computed(store)).toEqual(await computed(dumps))
  })

  it('names the file of a store that is not whole, and refuses dumps beside a store', async () => {
    const store = join(root, 'broken')
    await compacted(store)
    const beside = await runCli(['usage', 'compute', store, dumps])
    expect(beside.code).toBe(64)
    expect(beside.stderr).toContain('usage compact --store')
    const names = readdirSync(join(store, 'names'))
    truncateSync(join(store, 'names', names[0]!), 100)
    const { code, stderr } = await runCli(['usage', 'compute', store])
    expect(code).toBe(65)
    expect(stderr).toContain(`names/${names[0]!}`)
  })
})

describe('usage compact with a bucket', () => {
  const { it: onStore } = needs('moto')
  let objects: ObjectStore | undefined
  beforeAll(async () => {
    if (onStore !== it) return
    objects = await ObjectStore.start()
    await objects.createBucket('yunikorn')
    for (const file of FILES)
      await objects.client.send(
        new PutObjectCommand({
          Bucket: 'yunikorn',
          Key: `events/${file}`,
          Body: readFileSync(join(ROOT, 'examples', file)),
        }),
      )
  })
  afterAll(() => objects?.stop())

  onStore('keeps the store in a bucket, and computes from there', async () => {
    const access = ['--s3-endpoint', objects!.endpoint]
    const words = ['usage', 'compact', 's3://yunikorn/events/', '--store', 's3://yunikorn/usage', '--json', ...access]
    const first = await runCli(words, { env: STORE_LOGIN })
    expect(first.stderr).toBe('')
    expect((JSON.parse(first.stdout) as Told).objects.read).toBe(3)
    const again = await runCli(words, { env: STORE_LOGIN })
    expect((JSON.parse(again.stdout) as Told).objects).toEqual({ read: 0, known: 3, changed: [] })
    expect(await computed('s3://yunikorn/usage', STORE_LOGIN, ...access)).toEqual(await computed(dumps))
  })

  onStore('adds each object once where two runs work on one bucket', async () => {
    const access = ['--s3-endpoint', objects!.endpoint]
    const words = ['s3://yunikorn/events/', '--store', 's3://yunikorn/shared', ...access]
    await twoRuns(words, STORE_LOGIN)
    const { stdout } = await runCli(['usage', 'compact', ...words, '--json'], { env: STORE_LOGIN })
    expect((JSON.parse(stdout) as Told).objects).toEqual({ read: 0, known: 3, changed: [] })
    expect(await computed('s3://yunikorn/shared', STORE_LOGIN, ...access)).toEqual(await computed(dumps))
  })

  onStore('asks a bucket for each file of a store once', async () => {
    for (const [name, value] of Object.entries(STORE_LOGIN)) vi.stubEnv(name, value)
    const options = { endpoint: objects!.endpoint, profile: undefined }
    const [writer, reader] = [0, 1].map(() => bucketStore('s3://yunikorn/copies', options)) as [Files, Files]
    try {
      const bytes = await writer.put('names/one', await writer.write(1, Buffer.from('told')))
      const files = [{ name: 'names/one', bytes }]
      const paths = await reader.fetch(files)
      await reader.remove(['names/one'], 0)
      expect(await reader.fetch(files)).toEqual(paths)
      for (const one of [writer, reader]) expect(Buffer.from(await one.read(files[0]!)).toString()).toBe('told')
    } finally {
      await Promise.all([writer.close(), reader.close()])
      vi.unstubAllEnvs()
    }
  })
})
