/**
 * The plain files of a tree on disk, in a directory of ours. Laying out the next tree writes only what differs.
 *
 * Symbolic links and submodules are left out: a link in a tree may point anywhere.
 */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ObjectReader, Oid } from '../../ports/git.ts'

interface LaidFile {
  oid: Oid
  hash: string
}

export class ScratchTree {
  readonly directory: string
  readonly #git: ObjectReader
  #files = new Map<string, LaidFile>()

  constructor(git: ObjectReader, directory: string) {
    this.#git = git
    this.directory = directory
  }

  /** Makes the directory hold exactly the tree's plain files. */
  async layOut(tree: Oid): Promise<void> {
    const wanted = (await this.#git.list(tree)).filter(({ path, mode }) => mode.startsWith('100') && isInside(path))
    const paths = new Set(wanted.map(({ path }) => path))
    for (const path of this.#files.keys()) if (!paths.has(path)) await rm(join(this.directory, path), { force: true })
    const laid = new Map<string, LaidFile>()
    for (const { path, oid, mode } of wanted) {
      const known = this.#files.get(path)
      laid.set(path, known?.oid === oid ? known : await this.#write(path, oid, mode === '100755' ? 0o700 : 0o600))
    }
    this.#files = laid
  }

  /** What differs from what was laid out. The next `layOut` starts anew from those files. */
  async changes(): Promise<Map<string, Uint8Array | null>> {
    const changes = new Map<string, Uint8Array | null>()
    const present = await this.#present('')
    for (const path of present) {
      const bytes = await readFile(join(this.directory, path))
      if (this.#files.get(path)?.hash !== hashOf(bytes)) changes.set(path, bytes)
    }
    const there = new Set(present)
    for (const path of this.#files.keys()) if (!there.has(path)) changes.set(path, null)
    for (const [path, bytes] of changes) {
      if (bytes !== null && !this.#files.has(path)) await rm(join(this.directory, path), { force: true })
      this.#files.delete(path)
    }
    return changes
  }

  async #write(path: string, oid: Oid, mode: number): Promise<LaidFile> {
    const bytes = await this.#git.readBlob(oid)
    const file = join(this.directory, path)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await rm(file, { force: true, recursive: true })
    await writeFile(file, bytes, { mode })
    return { oid, hash: hashOf(bytes) }
  }

  async #present(below: string): Promise<string[]> {
    const entries = await readdir(join(this.directory, below), { withFileTypes: true })
    const found: string[] = []
    for (const entry of entries) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) found.push(...(await this.#present(path)))
      else if (entry.isFile()) found.push(path)
    }
    return found
  }
}

/** A path that stays below the directory and is nobody's repository. */
function isInside(path: string): boolean {
  return (
    !path.startsWith('/') &&
    path.split('/').every((part) => part !== '..' && part !== '.' && part.toLowerCase() !== '.git')
  )
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
