/**
 * Where a fork left upstream. Asked in this order, the first that answers wins: the user, the marker commit of the last
 * published move, the refs of the last move done here, the newest upstream tag that the fork contains, the common
 * ancestor with upstream. What was found is always shown with how: a wrong base makes a wrong series.
 */
import type { Git, Oid, Ref } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import { parseCommit, subjectOf } from '../commit/raw-commit.ts'
import type { ForkProfile } from '../profile/profile.ts'

export interface FoundBase {
  oid: Oid
  how: 'given' | 'marker' | 'recorded' | 'tag' | 'merge-base'
  /** How people call it: a tag, or an abbreviated id. */
  name: string
  /** Commits whose ancestors are not the company's: the base itself, upstream's refs, the marker. */
  exclude: readonly Oid[]
  /** The fork does not descend from it: an import without history. */
  isUnrelated: boolean
}

export interface BaseQuestion {
  start: Oid
  /** What the user said. */
  given?: string | undefined
  /** The upstream commits known: targets and upstream's branches. */
  upstream: readonly Oid[]
  profile: ForkProfile
}

/** What the first line of a marker commit begins with; Git for Windows has the second since 2013. */
export const MARKER = 'Start the fork sync onto '
const MARKERS = [MARKER, 'Start the merging-rebase to ']

/** Finds the base, or says why there is none. */
export async function findBase(git: Git, question: BaseQuestion): Promise<FoundBase> {
  const { start, given } = question
  if (given !== undefined) return await givenBase(git, start, given, question.upstream)
  const found =
    (await markerBase(git, question)) ?? (await recordedBase(git, question)) ?? (await taggedBase(git, question))
  return found ?? (await commonBase(git, question))
}

/** Tags that are upstream's: they match the profile's pattern whole. Newest version last. */
export async function upstreamTags(git: Git, profile: ForkProfile): Promise<Ref[]> {
  const pattern = new RegExp(`^(?:${profile.upstream.tagPattern})$`)
  const tags = await git.refs('refs/tags/')
  return tags
    .filter(({ name }) => pattern.test(name.slice('refs/tags/'.length)))
    .sort((one, other) => compareVersions(one.name, other.name))
}

/** Orders names by the numbers in them: v2.9.0 before v2.10.0, a release candidate before its release. */
export function compareVersions(one: string, other: string): number {
  const numbers = (name: string): string[] => name.replace(/-?rc\.?(\d+)/i, '.-1.$1').match(/-?\d+|\D+/g) ?? []
  const [left, right] = [numbers(one), numbers(other)]
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [a, b] = [left[at] ?? '', right[at] ?? '']
    if (a === b) continue
    const [x, y] = [Number(a), Number(b)]
    if (Number.isNaN(x) || Number.isNaN(y) || a === '' || b === '') return a < b ? -1 : 1
    if (x !== y) return x - y
  }
  return 0
}

async function givenBase(git: Git, start: Oid, given: string, upstream: readonly Oid[]): Promise<FoundBase> {
  const oid = await git.resolve(given)
  if (oid === undefined) throw unknownCommit(given)
  const isUnrelated = !(await git.isAncestor(oid, start)) && (await git.mergeBases(oid, start)).length === 0
  return { oid, how: 'given', name: given, exclude: [oid, ...upstream], isUnrelated }
}

async function markerBase(git: Git, { start, upstream }: BaseQuestion): Promise<FoundBase | undefined> {
  for (const oid of (await git.range(upstream, start, { firstParent: true })).reverse()) {
    const commit = parseCommit(await git.readCommit(oid))
    const subject = subjectOf(commit)
    const begins = MARKERS.find((marker) => subject.startsWith(marker))
    const [base] = commit.parents
    if (begins === undefined || base === undefined || commit.parents.length < 2) continue
    // Only a marker whose tree is its base's says where the series begins; others merely look like one.
    if ((await git.treeOf(base)) !== commit.tree) continue
    const name = subject.slice(begins.length).split(' ')[0]!
    return { oid: base, how: 'marker', name, exclude: [oid, base, ...upstream], isUnrelated: false }
  }
  return undefined
}

async function recordedBase(git: Git, { start, upstream }: BaseQuestion): Promise<FoundBase | undefined> {
  const ours = await git.refs('refs/sparkops/fork/')
  for (const { name, oid } of ours.filter((ref) => /^refs\/sparkops\/fork\/[^/]+\/tip$/.test(ref.name))) {
    const base = ours.find((ref) => ref.name === name.replace(/tip$/, 'onto'))
    if (base === undefined || oid === base.oid || !(await git.isAncestor(oid, start))) continue
    return {
      oid: base.oid,
      how: 'recorded',
      name: short(base.oid),
      exclude: [base.oid, ...upstream],
      isUnrelated: false,
    }
  }
  return undefined
}

async function taggedBase(git: Git, { start, upstream, profile }: BaseQuestion): Promise<FoundBase | undefined> {
  const ancestors: Ref[] = []
  for (const tag of await upstreamTags(git, profile)) {
    // A fork that stands on a release carries nothing. Where any project's versions match, the tag may be the company's.
    if (tag.peeled === start && profile.name === 'generic' && !(await isOfUpstream(git, start, upstream))) continue
    if (await git.isAncestor(tag.peeled, start)) ancestors.push(tag)
  }
  // Newest by history, not by name: the one that no other one contains.
  let newest: Ref | undefined
  for (const tag of ancestors) {
    if (newest === undefined || (await git.isAncestor(newest.peeled, tag.peeled))) newest = tag
  }
  if (newest === undefined) return undefined
  // A fork that moved past the tag along upstream's branch stands on the common ancestor instead.
  const shared = (await Promise.all(upstream.map((tip) => git.mergeBases(tip, start)))).flat()
  for (const oid of shared) {
    if (oid === newest.peeled || !(await git.isAncestor(newest.peeled, oid))) continue
    return { oid, how: 'merge-base', name: short(oid), exclude: [oid, ...upstream], isUnrelated: false }
  }
  const name = newest.name.slice('refs/tags/'.length)
  return { oid: newest.peeled, how: 'tag', name, exclude: [newest.peeled, ...upstream], isUnrelated: false }
}

async function isOfUpstream(git: Git, oid: Oid, upstream: readonly Oid[]): Promise<boolean> {
  for (const tip of upstream) if (await git.isAncestor(oid, tip)) return true
  return false
}

async function commonBase(git: Git, { start, upstream }: BaseQuestion): Promise<FoundBase> {
  const bases = new Set((await Promise.all(upstream.map((tip) => git.mergeBases(tip, start)))).flat())
  const [first, ...others] = [...bases]
  if (first === undefined) throw noBase(git)
  let best = first
  for (const oid of others) if (await git.isAncestor(best, oid)) best = oid
  return { oid: best, how: 'merge-base', name: short(best), exclude: [...bases, ...upstream], isUnrelated: false }
}

/** An id as people write it. */
export function short(oid: Oid): string {
  return oid.slice(0, 12)
}

/** The error for a name that no commit has. */
export function unknownCommit(name: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_SUCH_COMMIT',
    message: `${name} is no commit of this repository`,
    why: 'no branch, tag or id of that name is here',
    hint: 'fetch it first: git fetch --tags upstream',
    exit: 'usage',
  })
}

function noBase(git: Git): SparkopsError {
  const { isShallow } = git.facts
  return new SparkopsError({
    code: 'SO_NO_BASE',
    message: 'cannot tell where the fork left upstream',
    why: isShallow ? 'the clone is shallow: its history is cut off' : 'the fork and upstream have no common commit',
    hint: isShallow ? 'git fetch --unshallow' : 'name the upstream commit that was imported with --base',
    exit: 'data',
  })
}
