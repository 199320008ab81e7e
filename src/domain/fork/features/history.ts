/**
 * The work between two upstream refs: commits on the way, bundles taken apart into what they picked, and what the older
 * ref has already left out.
 */
import type { Git, Oid } from '../../../ports/git.ts'
import { inPortions } from './blob-texts.ts'
import {
  type Change,
  changeOf,
  type Commit,
  originOf,
  parseCommit,
  type BundledPick,
  picksOf,
  readSubject,
} from './commits.ts'

/** What reading upstream needs of a repository. */
export type UpstreamReader = Pick<
  Git,
  | 'range'
  | 'readCommit'
  | 'read'
  | 'diff'
  | 'list'
  | 'readBlob'
  | 'find'
  | 'treeOf'
  | 'mergeBases'
  | 'firstTags'
  | 'patchIds'
>

export interface History {
  from: Commit
  to: Commit
  mergeBase: Oid | undefined
  /** Oldest first. */
  changes: Change[]
  /** Work of the range that the older ref has too, by picks. */
  alreadyThere: Change[]
  /** Commits of the older ref that the newer one does not have. */
  leftBehind: number
  /** Bundled work whose commits are not in this repository: it is known by its title only. */
  unseenPicks: string[]
  /** Commits of the range, bundles counted once. */
  commitCount: number
}

/** Reads the history from one commit to another. */
export async function readHistory(git: UpstreamReader, from: Oid, to: Oid, newest: Oid): Promise<History> {
  const [first, last] = [await readCommit(git, from), await readCommit(git, to)]
  const mergeBase = (await git.mergeBases(from, to))[0]
  const ahead = await commitsOf(git, await git.range(from, to, { firstParent: true }))
  const behind = mergeBase === undefined || mergeBase === from ? [] : await commitsOf(git, await git.range(to, from))
  const lookup = pullLookup(git, newest, from, to)
  const expand = async (commits: readonly Commit[]): Promise<Change[]> => {
    const changes: Change[] = []
    for (const commit of commits) changes.push(...(await expandCommit(git, commit, lookup)))
    return changes
  }
  const [changes, theirs] = [await expand(ahead), await expand(behind)]
  const known = new Set(theirs.flatMap(({ name, source }) => (source === undefined ? [name] : [name, source.oid])))
  const alike = await pickedAlike(git, changes, theirs)
  const seen = new Set<string>()
  const history: History = {
    from: first,
    to: last,
    mergeBase,
    changes: [],
    alreadyThere: [],
    leftBehind: behind.length,
    unseenPicks: [],
    commitCount: ahead.length,
  }
  const isHeld = ancestryOf(git, from)
  for (const change of changes) {
    if (known.has(change.name) || alike.has(change) || (await isIn(change, isHeld, known)))
      history.alreadyThere.push(change)
    else if (seen.has(change.name) && change.bundle !== undefined) continue
    else history.changes.push(change)
    seen.add(change.name)
    if (change.source === undefined) history.unseenPicks.push(change.name)
  }
  return history
}

/** Commits that are asked for together. */
const AT_ONCE = 256

async function readCommit(git: UpstreamReader, oid: Oid): Promise<Commit> {
  return parseCommit(oid, await git.readCommit(oid))
}

async function commitsOf(git: UpstreamReader, oids: readonly Oid[]): Promise<Commit[]> {
  return await inPortions(oids, AT_ONCE, (oid) => readCommit(git, oid))
}

type PullLookup = (pull: number) => Promise<Commit | undefined>

/** Finds the commit that landed a pull request on the newest ref; built when a bundle names no commit. */
function pullLookup(git: UpstreamReader, newest: Oid, from: Oid, to: Oid): PullLookup {
  let index: Promise<Map<number, Commit>> | undefined
  const build = async (): Promise<Map<number, Commit>> => {
    const base = (await git.mergeBases(from, newest))[0]
    const map = new Map<number, Commit>()
    if (base === undefined || newest === to) return map
    for (const commit of await commitsOf(git, await git.range(base, newest, { firstParent: true }))) {
      const { pull } = readSubject(commit.subject, commit.body)
      if (pull !== undefined && !map.has(pull)) map.set(pull, commit)
    }
    return map
  }
  return async (pull) => (await (index ??= build())).get(pull)
}

/** A commit's work: its picks where it is a bundle, followed by the bundle itself for what the picks do not explain. */
async function expandCommit(git: UpstreamReader, commit: Commit, lookup: PullLookup): Promise<Change[]> {
  const whole = changeOf(commit)
  const picks = picksOf(commit)
  if (picks.length === 0) return [await withOrigin(git, whole)]
  const changes: Change[] = []
  for (const pick of picks) changes.push(await pickedChange(git, pick, whole, lookup))
  return [...changes, whole]
}

/** A single pick has another id than its origin, but is the same work. */
async function withOrigin(git: UpstreamReader, change: Change): Promise<Change> {
  const origin = originOf(change)
  if (origin === undefined || change.pull !== undefined) return change
  const commit = await readIfThere(git, origin)
  if (commit === undefined) return change
  const { pull } = readSubject(commit.subject, commit.body)
  return pull === undefined ? change : { ...change, pull, name: `#${pull}` }
}

async function pickedChange(
  git: UpstreamReader,
  pick: BundledPick,
  bundle: Change,
  lookup: PullLookup,
): Promise<Change> {
  const said = readSubject(pick.subject, pick.body)
  const origin = pick.from === undefined ? undefined : await readIfThere(git, pick.from)
  const source = origin ?? (said.pull === undefined ? undefined : await lookup(said.pull))
  const pull = said.pull ?? (source === undefined ? undefined : readSubject(source.subject, source.body).pull)
  return {
    ...said,
    pull,
    name: pull === undefined ? (source?.oid ?? pick.from ?? pick.subject).slice(0, 8) : `#${pull}`,
    author: source?.author ?? bundle.author,
    committedAt: bundle.committedAt,
    landed: bundle.landed,
    source,
    bundle: bundle.name,
    body: source?.body ?? pick.body,
  }
}

async function readIfThere(git: UpstreamReader, oid: Oid): Promise<Commit | undefined> {
  const object = await git.read(oid)
  return object?.type === 'commit' ? parseCommit(oid, object.bytes) : undefined
}

/**
 * Work that the older ref has under the same title as the same patch: a pick that names neither its origin nor its pull
 * request, or has a pull request of its own.
 */
async function pickedAlike(
  git: UpstreamReader,
  changes: readonly Change[],
  theirs: readonly Change[],
): Promise<Set<Change>> {
  const byTitle = new Map<string, Oid[]>()
  for (const { title, source } of theirs) {
    if (source !== undefined) byTitle.set(titleKey(title), [...(byTitle.get(titleKey(title)) ?? []), source.oid])
  }
  const candidates = changes.flatMap((change) => {
    const picks = byTitle.get(titleKey(change.title))
    return change.source === undefined || picks === undefined ? [] : [{ change, oid: change.source.oid, picks }]
  })
  if (candidates.length === 0) return new Set()
  const patches = await git.patchIds([...new Set(candidates.flatMap(({ oid, picks }) => [oid, ...picks]))])
  const isAlike = ({ oid, picks }: (typeof candidates)[number]): boolean =>
    patches.has(oid) && picks.some((pick) => patches.get(pick) === patches.get(oid))
  return new Set(candidates.filter(isAlike).map(({ change }) => change))
}

function titleKey(title: string): string {
  return title.toLowerCase().replace(/\s+/g, ' ')
}

/** Whether a commit is an ancestor; the whole ancestry is listed once, when first asked for. */
function ancestryOf(git: UpstreamReader, tip: Oid): (oid: Oid) => Promise<boolean> {
  let all: Promise<ReadonlySet<Oid>> | undefined
  return async (oid) => (await (all ??= git.range([], tip).then((oids) => new Set(oids)))).has(oid)
}

/** A pick of what the older ref holds brings nothing new. */
async function isIn(
  change: Change,
  isHeld: (oid: Oid) => Promise<boolean>,
  known: ReadonlySet<string>,
): Promise<boolean> {
  const source = change.source?.oid
  if (source === undefined || source === change.landed) return source !== undefined && known.has(source)
  return known.has(source) || (await isHeld(source))
}
