/** What is known of every release, as one document. */
import { API_VERSION } from '../../document.ts'
import { CRD_SETS } from '../releases/crd-sets.ts'
import { chartsOf } from '../releases/find-release.ts'
import { type Release, RELEASES } from '../releases/releases.ts'
import { TRAITS, type TraitName, traitsOf } from '../releases/traits.ts'
import { compareVersions } from '../releases/version-order.ts'

export interface OperatorVersions {
  apiVersion: typeof API_VERSION
  kind: 'OperatorVersions'
  /** Oldest first. */
  items: KnownVersion[]
}

export interface KnownVersion {
  version: string
  /** Null for a version that only charts name. */
  tag: string | null
  commit: string
  date: string
  /** Versions of the chart that install it. */
  charts: string[]
  /** The set of definitions in its chart, by the release that had it first, and the schemas in it. */
  definitions: string
  schemas: { kind: string; version: string; identity: string }[]
  /** The Spark that submits. */
  spark: string
  /** With the tag that the chart gives it; null before charts are known. */
  image: string | null
  /** What else is known of it, each with where that was found. */
  traits: { name: TraitName; value: string | boolean | null; source: string }[]
}

/** All releases, with what holds for each. */
export function listVersions(): OperatorVersions {
  return { apiVersion: API_VERSION, kind: 'OperatorVersions', items: RELEASES.map(describeRelease) }
}

function describeRelease(release: Release): KnownVersion {
  const { version, tag, commit, date, crds, spark, image } = release
  const set = CRD_SETS.find(({ name }) => name === crds)
  return {
    version,
    tag: tag ?? null,
    commit,
    date,
    charts: chartsOf(release).map((chart) => chart.version),
    definitions: crds,
    schemas: [...(set?.kinds ?? [])].map(([kind, schema]) => ({ kind, ...schema })),
    spark,
    image: image === undefined ? null : `${image}:${imageTag(release)}`,
    traits: traitsWithSource(version),
  }
}

/** The charts take `appVersion`: the git tag in 1.x, the number in 2.x. */
function imageTag({ version, tag, spark }: Release): string {
  if (tag?.startsWith('v1') === true) return tag
  return Number(version.split('.')[0]) < 2 ? `v1beta2-${version}-${spark}` : version
}

function traitsWithSource(version: string): KnownVersion['traits'] {
  return (Object.entries(traitsOf(version)) as [TraitName, string | boolean | undefined][]).map(([name, value]) => {
    const rows = TRAITS.filter(({ trait, from }) => trait === name && (compareVersions(version, from) ?? -1) >= 0)
    return { name, value: value ?? null, source: rows.at(-1)?.source ?? '' }
  })
}
