// Which objects a store has read, and which it is to read now.
import { gunzipSync, gzipSync } from 'node:zlib'
import type { DumpInput } from '../../../ports/dump-source.ts'
import type { UsageStoreFiles } from '../../../ports/usage-store.ts'
import { SparkopsError } from '../../errors.ts'
import { filesOf, type StoreManifest } from './manifest.ts'
import { readKept } from './contents.ts'

/** An object as it was when it was listed. */
export interface ObjectState {
  input: DumpInput
  name: string
  bytes: number
  /** Unix nanoseconds, as digits: when it was last written. */
  modifiedAt: string
}

type KeptObject = Omit<ObjectState, 'input'>

/** The objects that no run has read as they are now, by name. */
export async function objectsToRead(
  inputs: readonly DumpInput[],
  manifest: StoreManifest,
  files: UsageStoreFiles,
): Promise<{ wanted: ObjectState[]; known: number; changed: string[] }> {
  const read = new Map<string, string>()
  for (const bytes of await readKept(files, filesOf(manifest, 'objects')))
    for (const line of gunzipSync(bytes).toString('utf8').split('\n'))
      if (line !== '') {
        const one = JSON.parse(line) as KeptObject
        read.set(one.name, stateOf(one))
      }
  const wanted: ObjectState[] = []
  const changed: string[] = []
  for (const input of inputs) {
    const object = asObject(input)
    const before = read.get(object.name)
    if (before === stateOf(object)) continue
    wanted.push(object)
    if (before !== undefined) changed.push(object.name)
  }
  wanted.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { wanted, known: inputs.length - wanted.length, changed }
}

/** The objects that a run read, as bytes of a file. */
export function packObjects(objects: readonly ObjectState[]): Buffer {
  const lines = objects.map(({ name, bytes, modifiedAt }) => `${JSON.stringify({ name, bytes, modifiedAt })}\n`)
  return gzipSync(lines.join(''))
}

function stateOf({ bytes, modifiedAt }: KeptObject): string {
  return `${bytes} ${modifiedAt}`
}

function asObject(input: DumpInput): ObjectState {
  const { name, bytes, modifiedAt } = input
  if (bytes !== undefined && modifiedAt !== undefined) return { input, name, bytes, modifiedAt: modifiedAt.toString() }
  throw new SparkopsError({
    code: 'SO_NOT_AN_OBJECT',
    message: `${name}: this cannot be taken into a usage store.`,
    why: 'A store remembers what it has read by name, size and time, which a pipe does not have.',
    hint: 'Name files, directories or s3://BUCKET/PREFIX.',
    exit: 'usage',
  })
}
