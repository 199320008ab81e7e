/**
 * What a fork is compared with where nobody said: upstream's newest release that the fork does not hold yet, else
 * upstream's branch. Which of the two it was is always said in the output.
 */
import type { Git, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import type { ForkProfile } from '../profile/profile.ts'
import { compareVersions } from '../series/find-base.ts'
import type { TargetChoice } from './document.ts'

/** A tag that names a release. */
export interface ReleaseTag {
  name: string
  /** The first dotted version in it: `1.6.2` of `v1beta2-1.6.2-3.5.0`. */
  version: string
  /** A release candidate, a preview, an alpha: named after the version, since `v1beta2-` stands before it. */
  isPreview: boolean
  /** Of a chart that is released beside the program (`spark-operator-chart-1.4.6`, `helm-chart-2.0.0`). */
  isChart: boolean
}

const VERSION = /^(.*?)(\d+(?:\.\d+)+)(.*)$/s
const PREVIEW = /[-.+_]?(rc|alpha|beta|preview|pre|dev|snapshot|milestone|nightly)[-.]?\d*/i

/** Reads a tag's name; undefined where it names no version. */
export function readReleaseTag(name: string): ReleaseTag | undefined {
  const [, before, version, after] = VERSION.exec(name) ?? []
  if (before === undefined || version === undefined || after === undefined) return undefined
  return { name, version, isPreview: PREVIEW.test(after), isChart: /(^|[-/_])(helm|charts?)([-/_]|$)/i.test(before) }
}

/** Oldest first; of what the profile knows as releases, else of all that look like some. */
export function releaseTags(names: readonly string[], tagPattern: string): ReleaseTag[] {
  const known = new RegExp(`^(?:${tagPattern})$`)
  const tags = names.flatMap((name) => readReleaseTag(name) ?? [])
  const own = tags.filter(({ name }) => known.test(name))
  if (own.length > 0) return own.sort((one, other) => compareVersions(one.name, other.name))
  const programs = tags.filter(({ isChart }) => !isChart)
  const left = programs.length > 0 ? programs : tags
  return left.sort((one, other) => compareVersions(one.version, other.version) || compareVersions(one.name, other.name))
}

export interface ChosenTarget {
  ref: string
  commit: Oid
  how: TargetChoice
}

/** Chooses for a fork, or a start, at a commit. Throws (usage) where the repository knows nothing of upstream. */
export async function defaultTarget(git: Git, profile: ForkProfile, start: Oid): Promise<ChosenTarget> {
  const refs = new Map((await git.refs('refs/tags/')).map(({ name, peeled }) => [name.slice(10), peeled]))
  const tags = releaseTags([...refs.keys()], profile.upstream.tagPattern).reverse()
  const releases = tags.filter(({ isPreview }) => !isPreview)
  const newest = await firstNew(git, releases, refs, start)
  if (newest !== undefined) return { ...newest, how: 'newest-release' }
  const branch = await upstreamBranch(git, profile)
  if (branch !== undefined) return { ...branch, how: 'branch' }
  const preview = await firstNew(git, tags, refs, start)
  if (preview !== undefined) return { ...preview, how: 'newest-preview' }
  for (const { name } of releases) {
    const commit = refs.get(name)!
    if (await isCommit(git, commit)) return { ref: name, commit, how: 'newest-release' }
  }
  throw noTarget()
}

async function firstNew(
  git: Git,
  tags: readonly ReleaseTag[],
  refs: ReadonlyMap<string, Oid>,
  start: Oid,
): Promise<{ ref: string; commit: Oid } | undefined> {
  for (const { name } of tags) {
    const commit = refs.get(name)!
    if ((await isCommit(git, commit)) && !(await git.isAncestor(commit, start))) return { ref: name, commit }
  }
  return undefined
}

/** A tag may be of anything. */
async function isCommit(git: Git, oid: Oid): Promise<boolean> {
  return (await git.read(oid))?.type === 'commit'
}

/** Upstream's own branch as this repository knows it: the profile's, or the main one of a remote named upstream. */
export async function upstreamBranch(
  git: Git,
  { upstream }: ForkProfile,
): Promise<{ ref: string; commit: Oid } | undefined> {
  const names = ['HEAD', 'main', 'master'].map((name) => `upstream/${name}`)
  for (const ref of [...(upstream.branch === undefined ? [] : [upstream.branch]), ...names]) {
    const commit = await git.resolve(ref)
    if (commit !== undefined) return { ref, commit }
  }
  return undefined
}

function noTarget(): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_TARGET',
    message: 'nothing says what the fork is to be compared with',
    why: 'the repository has no tag that names a release, and no branch of a remote named upstream',
    hint: 'fetch upstream with its tags (git fetch upstream --tags), or say it with --to',
    exit: 'usage',
  })
}
