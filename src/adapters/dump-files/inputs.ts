// Finds what is behind the arguments of a command: files, directories, globs, standard input, buckets, topics.
import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { isDynamicPattern, glob } from 'tinyglobby'
import { SparkopsError } from '../../domain/errors.ts'
import type { DumpInput, Reach } from '../../ports/dump-source.ts'
import { unreadable } from './faults.ts'
import { counting, decompressed, openBytes, openStandardInput } from './bytes.ts'
import { splitFile } from './split.ts'

const STANDARD_INPUT = '-'
const BUCKET = 's3://'
const TOPIC = 'kafka://'

/** An object of a bucket, as whoever lists buckets gives it. */
export interface StoredObject {
  name: string
  bytes: number
  /** Unix milliseconds. */
  modifiedAt: number
  read: () => AsyncIterable<Buffer>
  prepare: () => void
}

/** A partition of a topic, as whoever lists topics gives it. */
export interface StoredMessages {
  name: string
  read: () => AsyncIterable<Buffer>
  prepare: () => void
  numberOf: (line: number) => number
  /** The same, with the messages of some time only; undefined where there is none. */
  narrow: (reach: Reach) => Promise<{ messages: StoredMessages | undefined; before: boolean; after: boolean }>
}

/** What lies elsewhere, by its address. */
export interface Elsewhere {
  objects: (address: string) => Promise<readonly StoredObject[]>
  messages: (address: string) => Promise<readonly StoredMessages[]>
}

/** Opens what the arguments name, in the order of the arguments, files of a directory in order of their names. */
export async function findInputs(paths: readonly string[], elsewhere: Elsewhere): Promise<DumpInput[]> {
  const found = new Map<string, DumpInput>()
  for (const path of paths) {
    const inputs = await inputsOf(path, elsewhere)
    for (const input of inputs) {
      const known = found.get(input.name)
      // A file named twice is read once; named itself, it must be a dump.
      found.set(input.name, known === undefined ? input : { ...known, named: known.named || input.named })
    }
  }
  return [...found.values()]
}

async function inputsOf(path: string, { objects, messages }: Elsewhere): Promise<DumpInput[]> {
  if (path.startsWith(BUCKET)) return objectsOf(path, await objects(path))
  if (path.startsWith(TOPIC)) return messagesOf(path, await messages(path))
  if (path === STANDARD_INPUT)
    return [
      {
        name: '<stdin>',
        bytes: undefined,
        modifiedAt: undefined,
        named: true,
        open: openStandardInput,
        split: undefined,
      },
    ]
  const info = await stat(path).catch((error: unknown) => {
    if (isDynamicPattern(path)) return undefined
    throw unreadable(path, error)
  })
  if (info === undefined) return await expanded(path, [path], undefined)
  if (info.isDirectory()) return await expanded(path, ['**/*'], path)
  return [fileInput(path, info, true)]
}

function objectsOf(address: string, objects: readonly StoredObject[]): DumpInput[] {
  if (objects.length === 0) throw nothingThere(address, 'No object has a name that begins like this.')
  return objects.map(({ name, bytes, modifiedAt, read, prepare }) => ({
    ...{ name, bytes, prepare, named: address === name, below: name.slice(address.lastIndexOf('/') + 1) },
    modifiedAt: nanoseconds(modifiedAt),
    latest: nanoseconds(modifiedAt),
    open: (onBytes) => decompressed(name, read(), onBytes),
    split: undefined,
  }))
}

function messagesOf(address: string, partitions: readonly StoredMessages[]): DumpInput[] {
  if (partitions.length === 0) throw nothingThere(address, 'The topic holds no message of that range.')
  return partitions.map(messagesInput)
}

function messagesInput({ name, read, prepare, numberOf, narrow }: StoredMessages): DumpInput {
  return {
    ...{ name, prepare, numberOf, bytes: undefined, modifiedAt: undefined, named: true, split: undefined },
    open: (onBytes) => counting(read(), onBytes),
    narrow: async (reach) => {
      const { messages, before, after } = await narrow(reach)
      return { input: messages === undefined ? undefined : messagesInput(messages), before, after }
    },
  }
}

async function expanded(path: string, patterns: string[], cwd: string | undefined): Promise<DumpInput[]> {
  const names = await glob(patterns, {
    ...(cwd === undefined ? {} : { cwd }),
    dot: false,
    onlyFiles: true,
    absolute: false,
  })
  const files = names.filter((name) => !/(^|\/)[._][^/]*$|\.crc$/.test(name)).sort()
  if (files.length === 0) {
    const why =
      cwd === undefined
        ? 'The pattern matches no file.'
        : 'The directory holds no file (names that begin with . or _ are passed over).'
    throw nothingThere(path, why)
  }
  return await Promise.all(
    files.map(async (name) => {
      const file = cwd === undefined ? name : `${cwd.replace(/\/+$/, '')}/${name}`
      return { ...fileInput(file, await stat(file), false), below: cwd === undefined ? undefined : name }
    }),
  )
}

function fileInput(path: string, info: Stats, named: boolean): DumpInput {
  const bytes = info.isFile() ? info.size : undefined
  const modifiedAt = info.isFile() ? nanoseconds(info.mtimeMs) : undefined
  const location = { path, range: undefined }
  return {
    ...{ name: path, bytes, modifiedAt, named },
    open: (onBytes) => openBytes(location, onBytes),
    split: bytes === undefined ? undefined : (partBytes) => splitFile(path, bytes, partBytes),
  }
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.ceil(milliseconds)) * 1_000_000n
}

function nothingThere(path: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_DUMP',
    message: `${path}: no file is there to read.`,
    why,
    hint: 'Name a dump of /ws/v1/events/batch or /events/stream, or a directory that holds some.',
    exit: 'data',
  })
}
