/**
 * Upstream's commits since the old base, with those that its bundled commits name: what a company's commit is compared
 * with. Release branches squash picks into one commit; its message names each by `(cherry picked from commit …)`.
 */
import { Buffer } from 'node:buffer'
import type { ObjectReader, Oid } from '../../../ports/git.ts'
import type { CarryContext } from '../resolve/resolver.ts'

export interface UpstreamCommit {
  readonly oid: Oid
  readonly subject: string
  /** The commit of the target's history that has it: itself, or the bundle that names it. */
  readonly via: Oid
  /** A commit that took it back, and was not itself taken back. */
  readonly revertedBy: Oid | undefined
}

export interface UpstreamIndex {
  readonly commits: ReadonlyMap<Oid, UpstreamCommit>
  /** Patch-id to the commits that have it. */
  readonly byPatch: ReadonlyMap<string, readonly Oid[]>
  /** Bundled picks whose commits are not in the repository, so that nothing can be said of them. */
  readonly unseen: readonly Oid[]
}

const PICKED = /\(cherry picked from commit ([0-9a-f]{40}(?:[0-9a-f]{24})?)\)/g
const REVERTS = /\bThis reverts commit ([0-9a-f]{7,64})\b/g

/** Commits that a message says it was picked from. */
export function pickedFrom(message: string): Oid[] {
  return [...message.matchAll(PICKED)].map((match) => match[1]!)
}

/** Reads the index. Deep bundles are followed: a bundle may hold a bundle. */
export async function indexUpstream(context: CarryContext): Promise<UpstreamIndex> {
  const { git } = context
  const found = new Map<Oid, { message: string; via: Oid }>()
  const unseen: Oid[] = []
  for (const oid of context.upstream) await collect(oid, oid)
  const reverted = readReverts(found)
  const commits = new Map<Oid, UpstreamCommit>()
  for (const [oid, { message, via }] of found) {
    commits.set(oid, { oid, via, subject: message.split('\n', 1)[0]!, revertedBy: reverted.get(oid) })
  }
  return { commits, byPatch: await readPatches(git, [...found.keys()]), unseen }

  async function collect(oid: Oid, via: Oid): Promise<void> {
    if (found.has(oid)) return
    context.signal.throwIfAborted()
    const message = await messageOf(git, oid)
    if (message === undefined) return void unseen.push(oid)
    found.set(oid, { message, via })
    for (const picked of pickedFrom(message)) await collect(picked, via)
  }
}

async function messageOf(git: ObjectReader, oid: Oid): Promise<string | undefined> {
  const object = await git.read(oid)
  if (object?.type !== 'commit') return undefined
  const text = Buffer.from(object.bytes).toString('utf8')
  const cut = text.indexOf('\n\n')
  return cut === -1 ? '' : text.slice(cut + 2)
}

async function readPatches(git: ObjectReader, oids: readonly Oid[]): Promise<Map<string, Oid[]>> {
  const byPatch = new Map<string, Oid[]>()
  for (const [oid, id] of await git.patchIds(oids)) byPatch.set(id, [...(byPatch.get(id) ?? []), oid])
  return byPatch
}

/** Who took back whom, by their own words; a revert that was reverted counts for nothing. */
function readReverts(found: ReadonlyMap<Oid, { message: string }>): Map<Oid, Oid> {
  const reverts = new Map<Oid, Oid>()
  const oids = [...found.keys()]
  for (const [oid, { message }] of found) {
    for (const [, named] of message.matchAll(REVERTS)) {
      const target = oids.find((one) => one.startsWith(named!))
      if (target !== undefined) reverts.set(target, oid)
    }
  }
  // Judged from the last to the first: a revert stands only if nothing took it back.
  const standing = (oid: Oid): boolean => {
    const by = reverts.get(oid)
    return by === undefined || !standing(by)
  }
  for (const [target, by] of reverts) if (!standing(by)) reverts.delete(target)
  return reverts
}
