/** Large files in parts: they end where lines end, cover the file, and give what the file gives in one. */
import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { gzipSync } from 'node:zlib'
import { splitFile } from '../../src/adapters/dump-files/split.ts'
import { somePages, someStream, temporaryDirectory, writer } from '../support/usage/dump-files.ts'

const write = writer(temporaryDirectory())
const split = (path: string, partBytes: number): ReturnType<typeof splitFile> =>
  splitFile(path, statSync(path).size, partBytes)

describe('the parts of a file', () => {
  it.each([1, 100, 1000, 50_000, 65_536, 99_999])(
    'of about %i bytes end with lines and make up the file',
    async (partBytes) => {
      const text = `${someStream().join('\n')}\nthe last line has no end`
      const path = write('stream.jsonl', text)
      const parts = await split(path, partBytes)
      const pieces = parts.map(({ range }) => readFileSync(path).subarray(range!.from, range!.to).toString('utf8'))
      expect(pieces.join('')).toBe(text)
      expect(pieces.length).toBeGreaterThan(1)
      for (const piece of pieces.slice(0, -1)) expect(piece.endsWith('\n')).toBe(true)
    },
  )

  it.each([
    ['compressed', gzipSync(someStream().join('\n'))],
    ['pages, whose ids follow from each other', somePages().join('\n')],
    [
      'values printed over lines',
      JSON.stringify(
        someStream()
          .slice(1, 50)
          .map((line) => JSON.parse(line) as unknown),
        null,
        2,
      ),
    ],
    ['a page printed over lines', JSON.stringify(JSON.parse(somePages(1)[0]!), null, 2)],
    ['small', `${someStream(3).join('\n')}\n`],
  ])('is one for what must be read in one go: %s', async (what, content) => {
    const path = write(what, content)
    expect(await split(path, what === 'small' ? 1 << 20 : 100)).toEqual([{ path, range: undefined }])
  })
})
