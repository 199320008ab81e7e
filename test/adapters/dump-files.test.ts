/** Bytes of dumps: found by path, directory and pattern, and unpacked by what they hold. */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { openBytes } from '../../src/adapters/dump-files/bytes.ts'
import { findInputs } from '../../src/adapters/dump-files/inputs.ts'
import { capabilityPath, needs } from '../support/capabilities.ts'
import { temporaryDirectory, writer } from '../support/usage/dump-files.ts'

const directory = temporaryDirectory()
const write = writer(directory)

async function read(path: string): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const chunk of openBytes({ path, range: undefined }, () => undefined)) pieces.push(Buffer.from(chunk))
  return Buffer.concat(pieces).toString('utf8')
}

const TEXT = Array.from({ length: 60_000 }, (_, index) => `line ${index} ${index * 7919}`).join('\n')

const here = (): never => expect.fail('nothing elsewhere is named')
const nowhereElse = { objects: here, messages: here }

describe('packed bytes', () => {
  it('come out as they went in: plain, gzip, several members, nothing', async () => {
    expect(await read(write('plain', TEXT))).toBe(TEXT)
    expect(await read(write('gzip', gzipSync(TEXT)))).toBe(TEXT)
    expect(await read(write('members', Buffer.concat([gzipSync(TEXT), gzipSync(''), gzipSync('x')])))).toBe(`${TEXT}x`)
    expect(await read(write('nothing', ''))).toBe('')
    expect(await read(write('one-byte', 'x'))).toBe('x')
  })

  it('are refused wherever gzip was cut off', async () => {
    const packed = gzipSync('a dump of some events, not very long')
    for (let end = 6; end < packed.length; end++)
      await expect(read(write('cut', packed.subarray(0, end)))).rejects.toMatchObject({
        code: 'SO_DAMAGED',
        exit: 'data',
      })
  })

  needs('zstd').describe('with zstd', () => {
    const pack = (input: string, ...words: string[]): Buffer =>
      execFileSync(capabilityPath('zstd')!, ['-c', ...words], { input })
    const ways = [
      ['with the zstd command', process.env.PATH],
      ['in JavaScript', ''],
    ] as const

    it.each(ways)('come out as they went in %s: one frame, several, long windows', async (_way, path) => {
      vi.resetModules()
      vi.stubEnv('PATH', path)
      const { openBytes: open } = await import('../../src/adapters/dump-files/bytes.ts')
      const cases = {
        one: pack(TEXT),
        frames: Buffer.concat([pack(TEXT), pack('x')]),
        high: pack(TEXT, '-19'),
        checked: pack(TEXT, '--check'),
      }
      for (const [name, bytes] of Object.entries(cases)) {
        const pieces: Uint8Array[] = []
        for await (const chunk of open({ path: write(name, bytes), range: undefined }, () => undefined))
          pieces.push(Buffer.from(chunk))
        expect(Buffer.concat(pieces).toString('utf8')).toBe(name === 'frames' ? `${TEXT}x` : TEXT)
      }
      vi.unstubAllEnvs()
    })

    it.each(ways)('are refused where they were cut off, %s', async (_way, path) => {
      const packed = pack('a dump of some events, not very long', '--check')
      vi.resetModules()
      vi.stubEnv('PATH', path)
      const { openBytes: open } = await import('../../src/adapters/dump-files/bytes.ts')
      for (let end = 6; end < packed.length; end += path === '' ? 1 : 9) {
        const reading = (async () => {
          for await (const _ of open(
            { path: write('cut', packed.subarray(0, end)), range: undefined },
            () => undefined,
          ));
        })()
        await expect(reading, `cut at ${end}`).rejects.toMatchObject({ code: 'SO_DAMAGED' })
      }
      vi.unstubAllEnvs()
    })
  })
})

describe('inputs', () => {
  const folder = join(directory, 'folder')
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true })
  const put = writer(folder)
  for (const name of ['b.jsonl', 'a[1].jsonl', '.hidden', '_temporary', 'x.crc', 'deep/er/c.gz']) put(name, 'x')
  const names = async (...paths: string[]): Promise<string[]> =>
    (await findInputs(paths, nowhereElse)).map(({ name }) => name)

  it('of a directory are its files, in order, without hidden and temporary ones', async () => {
    const expected = ['a[1].jsonl', 'b.jsonl', 'deep/er/c.gz'].map((name) => join(folder, name))
    expect(await names(folder)).toEqual(expected)
    expect(await names(`${folder}/`)).toEqual(expected)
  })

  it('may be named as they are, although their names look like patterns', async () => {
    expect(await names(join(folder, 'a[1].jsonl'))).toEqual([join(folder, 'a[1].jsonl')])
  })

  it('of a pattern are what it matches, absolute or not', async () => {
    const [found] = await findInputs([join(folder, '*.jsonl')], nowhereElse)
    expect(await read(found!.name)).toBe('x')
    expect(await names(join(folder, '**/*.gz'))).toHaveLength(1)
  })

  it('that are named twice are read once, and must be dumps if one naming was by name', async () => {
    const found = await findInputs([folder, join(folder, 'b.jsonl'), '-', '-'], nowhereElse)
    expect(found.map(({ named }) => named)).toEqual([false, true, false, true])
  })
})
