/**
 * Writes a capture of pods: each file beside its place and then renamed onto it, so that whoever reads the directory,
 * also after a crash, finds whole files only. Readable by its owner alone.
 */
import { mkdir, open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import { stringifyExact } from '../../domain/exact-json.ts'
import type { KubeObject } from '../../ports/cluster.ts'
import type { CaptureWriter } from '../../ports/pod-capture.ts'
import { escapeName } from './layout.ts'

const MANIFEST = 'capture.json'
const DIRECTORIES: Readonly<Record<string, string>> = {
  SparkApplication: 'applications',
  Pod: 'pods',
  ConfigMap: 'configmaps',
  Service: 'services',
  Event: 'events',
}

/** Begins a capture. Refuses a directory that holds anything. */
export async function writeCapture(directory: string): Promise<CaptureWriter> {
  await told(directory, () => prepare(directory))
  let drafts = 0
  const writeWhole = async (path: string, text: string): Promise<void> => {
    // No name that is looked for when a capture is read.
    const draft = join(directory, `.draft-${++drafts}`)
    await writeNew(draft, text)
    await rename(draft, join(directory, path))
  }
  return {
    directory,
    put: async (object) => {
      const path = fileOf(object)
      await told(directory, () => writeWhole(path, `${stringifyExact(object, 1)}\n`))
      return path
    },
    describe: async (manifest) => {
      await told(directory, () => writeWhole(MANIFEST, `${JSON.stringify(manifest, null, 2)}\n`))
    },
  }
}

/** Below the capture: names come from a cluster, and lead nowhere else. */
function fileOf({ kind, metadata }: KubeObject): string {
  const name = [metadata.namespace ?? '', metadata.name, metadata.uid ?? ''].join('.')
  return join(DIRECTORIES[kind] ?? '.', `${escapeName(name)}.json`)
}

async function prepare(directory: string): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: 0o700 })
  if (made === undefined && (await readdir(directory)).length > 0)
    throw new SparkopsError({
      code: 'SO_CAPTURE_EXISTS',
      message: `${directory} is not empty`,
      why: 'a capture never mixes with what is there',
      hint: 'name another directory with --out',
      exit: 'usage',
    })
  for (const name of Object.values(DIRECTORIES)) await mkdir(join(directory, name), { mode: 0o700 })
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
  } finally {
    await file.close()
  }
}

async function told<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SparkopsError || !(error instanceof Error) || !('syscall' in error)) throw error
    throw new SparkopsError({
      code: 'SO_CAPTURE_WRITE',
      message: `cannot write the capture ${directory}`,
      why: (error as NodeJS.ErrnoException).code === 'ENOSPC' ? 'the disk is full' : error.message,
      hint: 'name another place with --out, or make room or permission there; what was written until then can be read',
      cause: error,
    })
  }
}
