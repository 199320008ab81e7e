/**
 * What upstream's work means for the company's patches: both change one setting, both touch one file, or upstream built
 * what the company already carries.
 */
import type { Oid } from '../../../ports/git.ts'
import { type Change, changeOf, parseCommit } from './commits.ts'
import type { Feature, Relevance } from './document.ts'
import { type FactChange, factId } from './facts.ts'
import type { UpstreamReader } from './history.ts'
import { type Delta, type Scan, scanCompany } from './scan.ts'

export interface CompanyWork {
  ref: string
  commits: readonly Oid[]
}

const LISTED = 5
/** Facts that everyone touches and that tie nothing together. */
const UNTELLING = new Set<FactChange['area']>(['package', 'version', 'argument', 'conf', 'schema', 'rendered'])

/** Adds relevance to the features, in place; gives what the document says of the company. */
export async function addRelevance(
  git: UpstreamReader,
  scan: Scan,
  features: readonly Feature[],
  company: CompanyWork,
): Promise<{ ref: string; commits: number }> {
  const changes: Change[] = []
  for (const oid of company.commits) changes.push(changeOf(parseCommit(oid, await git.readCommit(oid))))
  const single = changes.filter(({ source }) => source !== undefined && source.parents.length === 1)
  const { deltas } = await scanCompany(git, scan, single)
  const upstream = new Map(scan.deltas.map((delta) => [delta.change.name, delta]))
  for (const feature of features) {
    for (const delta of deltas) {
      const found = relevanceOf(feature, delta, upstream)
      if (found !== undefined) feature.relevance.push(found)
    }
    if (feature.relevance.some(({ how }) => how !== 'same-file') && feature.risk === 'medium') feature.risk = 'high'
    if (feature.relevance.length > 0 && feature.risk === 'low' && feature.kind !== 'fix') feature.risk = 'medium'
  }
  return { ref: company.ref, commits: company.commits.length }
}

function relevanceOf(feature: Feature, delta: Delta, upstream: ReadonlyMap<string, Delta>): Relevance | undefined {
  const { source } = delta.change
  if (source === undefined) return undefined
  const say = (how: Relevance['how'], at: readonly string[]): Relevance => ({
    how,
    commit: source.oid,
    subject: source.subject,
    at: at.slice(0, LISTED),
  })
  const own = delta.facts.filter(({ area }) => !UNTELLING.has(area))
  const theirs = new Map(feature.evidence.filter(({ area }) => !UNTELLING.has(area)).map((one) => [factId(one), one]))
  const same = own.filter((change) => theirs.has(factId(change)))
  const built = own.filter((change) => change.change === 'added' && isBuiltToo(change, feature))
  if (built.length > 0)
    return say(
      'duplicates',
      built.map(({ key }) => key),
    )
  if (same.length > 0)
    return say(
      'same-key',
      same.map(({ key }) => key),
    )
  const files = filesOf(feature, upstream)
  const met = delta.files.filter((file) => file.class === 'product' && !isReadByKey(file.path)).map(({ path }) => path)
  const at = met.filter((path) => files.has(path))
  return at.length > 0 ? say('same-file', at) : undefined
}

/** The same name in the same area, or a chart value with the same last part. */
function isBuiltToo(change: FactChange, feature: Feature): boolean {
  return feature.evidence.some(
    (one) =>
      one.area === change.area &&
      one.change === 'added' &&
      (one.key === change.key ||
        (change.area === 'value' && leaf(one.key) === leaf(change.key) && leaf(one.key).length > 4)),
  )
}

function leaf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1)
}

/** Files whose every line is a key: two patches of one file meet only where they meet in a key. */
function isReadByKey(path: string): boolean {
  return /(^|\/)(values\.yaml|Chart\.yaml)$/.test(path)
}

function filesOf(feature: Feature, upstream: ReadonlyMap<string, Delta>): Set<string> {
  const isPart = feature.id.includes('/') && feature.work.length === 1
  const paths = isPart
    ? feature.evidence.flatMap((one) => one.paths)
    : feature.work.flatMap(
        ({ name }) =>
          upstream
            .get(name)
            ?.files.filter((file) => file.class === 'product')
            .map(({ path }) => path) ?? [],
      )
  return new Set(paths)
}
