// Finds and reads the files of Kubernetes objects: JSON and YAML, one file, a directory of them, or standard input.
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type { ObjectText, StoredBytes } from '../../ports/object-files.ts'

/** A pod has some 10 KB. What is larger than this is not read as a whole; documents and items one by one are. */
const LARGEST = 32 << 20
const MOST_FILES = 100_000
const PIECE = 1 << 18

/** The files behind a path, those of a directory in the order of their names. Links out of it are not followed. */
export async function findObjectFiles(path: string): Promise<readonly ObjectText[]> {
  if (path === '-') return [{ name: '<stdin>', isNamed: true, text: () => readOnce('<stdin>', process.stdin) }]
  const info = await told(path, stat(path))
  if (info.isFIFO() || info.isCharacterDevice())
    return [{ name: path, isNamed: true, text: () => readOnce(path, piecesOf(path, info.isFIFO())) }]
  if (!info.isDirectory()) return [fileOf(path, true)]
  const { glob } = await import('tinyglobby')
  const names = await glob(['**/*.{json,yaml,yml}'], { cwd: path, followSymbolicLinks: false, dot: false })
  if (names.length === 0)
    throw unusable(path, 'it holds no .json or .yaml file', 'give a directory that pods capture wrote')
  if (names.length > MOST_FILES) throw unusable(path, `it holds ${names.length} files`, 'give a part of it')
  return names.sort().map((name) => fileOf(join(path, name), false))
}

function fileOf(path: string, isNamed: boolean): ObjectText {
  return { name: path, isNamed, text: () => readText(path), stored: storedBytes(path) }
}

function storedBytes(path: string): StoredBytes {
  let seen: { size: number; mtimeMs: number } | undefined
  return {
    async *pieces() {
      seen = await told(path, stat(path))
      const file = await told(path, open(path))
      const piece = Buffer.alloc(PIECE)
      try {
        for (;;) {
          const { bytesRead } = await told(path, file.read(piece))
          if (bytesRead === 0) break
          yield piece.subarray(0, bytesRead)
        }
      } finally {
        await file.close()
      }
    },
    again: (from, to) => {
      const bytes = Buffer.alloc(to - from)
      const file = openFor(path)
      const now = fstatSync(file)
      const isSame = now.size === seen?.size && now.mtimeMs === seen.mtimeMs
      if (isSame && readSync(file, bytes, 0, bytes.length, from) === bytes.length) return bytes
      throw unusable(path, 'it was changed while it was read', 'run it again when nobody writes to it')
    },
  }
}

/** Files that stay open: the two sides of a comparison are read in turn. */
const MOST_OPEN = 8
const opened = new Map<string, number>()

function openFor(path: string): number {
  const known = opened.get(path)
  if (known !== undefined) return known
  const [oldest] = opened
  if (oldest !== undefined && opened.size >= MOST_OPEN) {
    closeSync(oldest[1])
    opened.delete(oldest[0])
  }
  const file = openSync(path, 'r')
  opened.set(path, file)
  return file
}

async function readText(path: string): Promise<string> {
  const { size } = await told(path, stat(path))
  if (size > LARGEST) throw tooLarge(path, size)
  return await told(path, readFile(path, 'utf8'))
}

/** What a shell gives for `<(…)`, or a device. A pipe that nobody writes to is waited for without holding up the end. */
function piecesOf(path: string, isPipe: boolean): AsyncIterable<Buffer> {
  if (!isPipe) return createReadStream(path) as AsyncIterable<Buffer>
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false })
}

/** Standard input, a pipe or a device, as far as a file may be. */
async function readOnce(name: string, source: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of source) {
    size += piece.length
    if (size > LARGEST) throw tooLarge(name, size)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function tooLarge(path: string, size: number): SparkopsError {
  return unusable(path, `it has ${size >> 20} MiB; more than 32 are not read as one file`, 'give a file for each pod')
}

async function told<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unusable(path: string, why: string, hint: string): SparkopsError {
  return new SparkopsError({ code: 'SO_NO_PODS', message: `${path} cannot be used`, why, hint, exit: 'data' })
}

function unreadable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'code' in cause)) return cause
  return new SparkopsError({
    code: 'SO_UNREADABLE',
    message: `cannot read ${path}`,
    why: cause.code === 'ENOENT' ? 'there is no such file' : cause.message,
    hint: 'give a file of pods, a directory of such files, or - for standard input',
    exit: 'data',
    cause,
  })
}
