/** Charts and manifests on this machine, and in commits of git repositories. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type { HeldDirectory, ManifestFile, PathKind, VersionSource } from '../../ports/version-source.ts'
import { checkOutCommit } from './check-out.ts'

const MANIFEST = /\.(ya?ml|json)$/i
/** No honest set of an operator's manifests is nearly so large. */
const MOST_BYTES = 64 << 20
const MOST_FILES = 5_000

/** `onHeld` is told of each directory that is made, so that it can be removed when the process is ended. */
export function openVersionSource(onHeld: (remove: () => Promise<void>) => () => void): VersionSource {
  const makeDirectory = async (): Promise<HeldDirectory> => {
    const path = await mkdtemp(join(tmpdir(), 'sparkops-source-'))
    const remove = () => rm(path, { recursive: true, force: true })
    const forget = onHeld(remove)
    return {
      path,
      release: async () => {
        forget()
        await remove()
      },
    }
  }
  return {
    isThere: existsSync,
    kindOf,
    readManifests,
    digest,
    makeDirectory,
    checkOut: async (git) => {
      const held = await makeDirectory()
      try {
        return { ...held, ...(await checkOutCommit(git, held.path)) }
      } catch (error) {
        await held.release()
        throw error
      }
    },
  }
}

async function kindOf(path: string): Promise<PathKind> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 'missing'
  if (found.isDirectory()) return existsSync(join(path, 'Chart.yaml')) ? 'chart' : 'manifests'
  return /\.(tgz|tar\.gz)$/i.test(path) ? 'archive' : 'manifests'
}

async function readManifests(path: string): Promise<ManifestFile[]> {
  const files = (await stat(path)).isDirectory()
    ? (await filesBelow(path)).filter((file) => MANIFEST.test(file))
    : [path]
  const read: ManifestFile[] = []
  let bytes = 0
  for (const file of files) {
    bytes += (await stat(file)).size
    if (bytes > MOST_BYTES) throw tooMuch(path, `more than ${MOST_BYTES >> 20} MiB of YAML`)
    read.push({ path: file, text: await readFile(file, 'utf8') })
  }
  return read
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  const files = (await stat(path)).isDirectory() ? await filesBelow(path) : [path]
  for (const file of files) {
    const content = await readFile(file)
    // Lengths keep names and contents apart: no two trees give the same bytes.
    hash.update(`${relative(path, file)}\0${content.length}\0`).update(content)
  }
  return `sha256:${hash.digest('hex')}`
}

/** Plain files, in order; neither hidden directories nor what symbolic links lead to. */
async function filesBelow(directory: string): Promise<string[]> {
  const files: string[] = []
  for (const entry of (await readdir(directory)).sort()) {
    const path = join(directory, entry)
    const found = await lstat(path)
    if (found.isDirectory() && !entry.startsWith('.')) files.push(...(await filesBelow(path)))
    if (found.isFile()) files.push(path)
    if (files.length > MOST_FILES) throw tooMuch(directory, `more than ${MOST_FILES} files`)
  }
  return files
}

function tooMuch(path: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SOURCE_TOO_LARGE',
    message: `${path} is no set of manifests`,
    why,
    hint: 'name the directory that holds the operator’s manifests alone',
    exit: 'data',
  })
}
