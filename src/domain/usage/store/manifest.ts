// What a store of packed usage holds, as its newest manifest says: files that are written once, and who their facts come from.
import { SparkopsError } from '../../errors.ts'
import { API_VERSION } from '../../document.ts'

/** The form of the files. It goes up when an older version of this program would read them wrongly. */
const FORMAT = 1

/** What a file holds: docs/usage-store.md has the columns. */
export type FileKind = 'closed' | 'facts' | 'users' | 'open' | 'names' | 'records' | 'lines' | 'objects' | 'statement'

export interface StoreFile {
  name: string
  kind: FileKind
  bytes: number
  /** Days from 1970, for what is kept by day. */
  day?: number
}

/** Whose facts carry a number: all that a named scheduler told, or what a cluster's listings showed. */
export interface StoreSource {
  src: number
  cluster: string
  /** The scheduler's InstanceUUID; null for listings. */
  instance: string | null
}

export interface StoreManifest {
  apiVersion: typeof API_VERSION
  kind: 'UsageStore'
  format: number
  /** Runs that have ended, the one that wrote this included. */
  run: number
  /** When it was written, RFC 3339. */
  at: string
  /** Objects read, and events in them. */
  objects: number
  events: number
  /** The next number for facts of one connection that does not say whose it is. */
  nextSource: number
  sources: StoreSource[]
  files: StoreFile[]
}

/** A store with nothing in it. */
export function emptyManifest(): StoreManifest {
  return {
    ...{ apiVersion: API_VERSION, kind: 'UsageStore', format: FORMAT, run: 0, at: '' },
    ...{ objects: 0, events: 0, nextSource: 0, sources: [], files: [] },
  }
}

/** Names of the files of a kind. */
export function filesOf({ files }: StoreManifest, ...kinds: FileKind[]): StoreFile[] {
  return files.filter(({ kind }) => kinds.includes(kind))
}

/** Reads a manifest; throws on what is none, or of a later form. `store` is how messages call it. */
export function parseManifest(store: string, text: string): StoreManifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw broken(store, `Its newest manifest is not JSON: ${error instanceof Error ? error.message : ''}`, error)
  }
  const manifest = value as Partial<StoreManifest> | null
  if (manifest?.kind !== 'UsageStore' || !Array.isArray(manifest.files) || !Array.isArray(manifest.sources))
    throw broken(store, 'Its newest manifest is of another kind.')
  if (manifest.format !== FORMAT)
    throw new SparkopsError({
      code: 'SO_STORE_FORMAT',
      message: `${store}: this usage store is of form ${String(manifest.format)}.`,
      why: `This version of sparkops reads and writes form ${FORMAT}.`,
      hint: 'Use the version that wrote it, or make the store anew from the dumps.',
      exit: 'data',
    })
  return manifest as StoreManifest
}

function broken(store: string, why: string, cause?: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_STORE_BROKEN',
    message: `${store}: this usage store cannot be read.`,
    why,
    hint: 'Take away that manifest, and the one before it counts; the next usage compact reads what is then missing.',
    exit: 'data',
    cause,
  })
}
