/** A store of usage in a directory of this machine. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import { makeDirectories, syncDirectory, writeSynced } from '../disk/durable-file.ts'
import type { KeptManifest, UsageStoreFiles } from '../../ports/usage-store.ts'

const MANIFESTS = 'manifests'
const STAGE = '.stage-'

/** Opens the directory; it is made when something is first kept in it. */
export function directoryStore(root: string): UsageStoreFiles {
  let stage: string | undefined
  const stageOf = async (run: number): Promise<string> => {
    stage ??= join(root, `${STAGE}${run}-${randomBytes(4).toString('hex')}`)
    const place = stage
    await reported(root, () => mkdir(place, { recursive: true, mode: 0o700 }))
    return place
  }
  return {
    name: root,
    newest: () => newestIn(root),
    publish: ({ number, text }) => reported(root, () => publish(root, number, text)),
    stage: stageOf,
    write: async (run, bytes) => {
      const path = join(await stageOf(run), randomBytes(8).toString('hex'))
      await reported(root, () => writeFile(path, bytes, { mode: 0o600 }))
      return path
    },
    put: (name, path) => reported(root, () => put(root, name, path)),
    fetch: (files) => Promise.all(files.map((file) => present(root, file))),
    read: async (file) => await readFile(await present(root, file)),
    list: () => filesBelow(root, ''),
    remove: async (names, upToRun) => {
      await Promise.all(names.map((name) => rm(join(root, name), { force: true })))
      for (const name of await entriesOf(root)) {
        const run = name.startsWith(STAGE) ? Number.parseInt(name.slice(STAGE.length), 10) : Infinity
        if (run <= upToRun) await rm(join(root, name), { recursive: true, force: true })
      }
    },
    close: async () => {
      if (stage !== undefined) await rm(stage, { recursive: true, force: true })
    },
  }
}

async function newestIn(root: string): Promise<KeptManifest | undefined> {
  const numbers = (await entriesOf(join(root, MANIFESTS)))
    .map((name) => /^(\d{8})\.json$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
  const newest = numbers.sort().at(-1)
  if (newest === undefined) return undefined
  return { number: Number(newest), text: await readFile(join(root, MANIFESTS, `${newest}.json`), 'utf8') }
}

/** A link is made or refused in one step, whoever else tries. */
async function publish(root: string, number: number, text: string): Promise<boolean> {
  const directory = join(root, MANIFESTS)
  await makeDirectories(root, directory)
  const draft = join(directory, `.${randomBytes(8).toString('hex')}.tmp`)
  try {
    await writeSynced(draft, text, 'wx')
    await link(draft, join(directory, `${String(number).padStart(8, '0')}.json`))
    await syncDirectory(directory)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function put(root: string, name: string, path: string): Promise<number> {
  const target = join(root, name)
  await makeDirectories(root, dirname(target))
  const file = await open(path, 'r+')
  try {
    await file.chmod(0o600)
    await file.sync()
    const { size } = await file.stat()
    await rename(path, target)
    await syncDirectory(dirname(target))
    return size
  } finally {
    await file.close()
  }
}

async function present(root: string, file: { name: string; bytes: number }): Promise<string> {
  const path = join(root, file.name)
  const found = await stat(path).catch(() => undefined)
  if (found?.size === file.bytes) return path
  throw new SparkopsError({
    code: 'SO_STORE_BROKEN',
    message: `${path}: this file of the usage store cannot be used.`,
    why: found === undefined ? 'It is not there.' : `It has ${found.size} bytes, and should have ${file.bytes}.`,
    hint: 'If another run has just ended, run this again; else put the file back, or make the store anew from the dumps.',
    exit: 'data',
  })
}

async function filesBelow(root: string, below: string): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch(() => [])
  const found: string[] = []
  for (const entry of entries) {
    if (entry.name.startsWith('.') || (below === '' && entry.name === MANIFESTS)) continue
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await filesBelow(root, name)))
    else found.push(name)
  }
  return found
}

async function entriesOf(path: string): Promise<string[]> {
  return await readdir(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  })
}

/** Does what writes, and says what failed where the system refuses. */
async function reported<Result>(root: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined) throw error
    throw new SparkopsError({
      code: 'SO_STORE_UNWRITABLE',
      message: `cannot write to the usage store ${root}`,
      why: code === 'ENOSPC' ? 'The disk is full.' : error instanceof Error ? error.message : String(error),
      hint: 'Make room or permission there and run it again: the store is as it was before.',
      cause: error,
    })
  }
}
