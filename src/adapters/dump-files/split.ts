// Splits a plain file into parts that end where lines end, so that threads can scan them apart.
import { type FileHandle, open } from 'node:fs/promises'
import type { DumpLocation } from '../../ports/dump-source.ts'
import { kindOf } from './compression.ts'

const LOOK = 1 << 16
const NEWLINE = 10
/** Pages follow from each other by their ids: they are read in one go. */
const PAGE = /^\s*\{"InstanceUUID":"[^"]*","LowestID"/
/** A value printed over several lines, which end anywhere in it. */
const PRINTED = /^\s*[{[][ \t]*\r?\n/

/** Parts of about so many bytes; the whole file where it cannot be split. */
export async function splitFile(path: string, bytes: number, partBytes: number): Promise<DumpLocation[]> {
  const whole: DumpLocation[] = [{ path, range: undefined }]
  const file = await open(path)
  try {
    const first = await read(file, 0)
    const opening = first.toString('latin1', 0, 512)
    if (kindOf(first) !== undefined || PAGE.test(opening) || PRINTED.test(opening) || bytes <= partBytes) return whole
    const ends: number[] = []
    for (let at = partBytes; at < bytes;) {
      const end = await afterNewline(file, at, bytes)
      ends.push(end)
      at = end + partBytes
    }
    if (ends.at(-1) !== bytes) ends.push(bytes)
    return ends.map((to, index) => ({ path, range: { from: ends[index - 1] ?? 0, to } }))
  } finally {
    await file.close()
  }
}

async function read(file: FileHandle, at: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(LOOK), 0, LOOK, at)
  return buffer.subarray(0, bytesRead)
}

async function afterNewline(file: FileHandle, from: number, bytes: number): Promise<number> {
  for (let at = from; at < bytes; at += LOOK) {
    const found = (await read(file, at)).indexOf(NEWLINE)
    if (found >= 0) return at + found + 1
  }
  return bytes
}
