/** Looks releases up: by version, by chart, and by what their CRDs are. */
import type { CrdReading } from '../schema/crd.ts'
import { type SchemaIdentity, schemaIdentity } from '../schema/identity.ts'
import { type Chart, CHARTS } from './charts.ts'
import { CRD_SETS, type CrdSet } from './crd-sets.ts'
import { type Release, RELEASES } from './releases.ts'
import { versionFromText } from './version-order.ts'

/** The release of a version, also of a fork of it (`2.5.2-acme.1`): then `exact` is false. */
export function findRelease(version: string): { release: Release; exact: boolean } | undefined {
  const exact = RELEASES.find((release) => release.version === version)
  if (exact !== undefined) return { release: exact, exact: true }
  const base = /^\d+\.\d+\.\d+/.exec(versionFromText(version) ?? '')?.[0]
  const release = RELEASES.find((one) => one.version === base)
  return release === undefined ? undefined : { release, exact: false }
}

/** The charts that install an operator's version, oldest first; from 2.0 on the one with its own number. */
export function chartsOf({ version, commit, crds }: Release): readonly Chart[] {
  const listed = CHARTS.filter(({ operator }) => operator === version)
  const isOwn = listed.length === 0 && Number(version.split('.')[0]) >= 2
  return isOwn ? [{ version, operator: version, commit, crds }] : listed
}

/** Which known schema one version of a definition has. */
export interface SchemaMatch {
  kind: string
  version: string
  identity: SchemaIdentity
  /** The set of CRDs it belongs to, the oldest that has it; undefined for a schema that no release had: a fork's. */
  set: string | undefined
  /** Releases whose chart or manifests have it, oldest first. */
  releases: readonly string[]
}

/** Compares each version of a definition with what releases had. */
export function matchSchemas(crd: CrdReading): SchemaMatch[] {
  return crd.versions.map(({ name, schema }) => {
    const identity = schemaIdentity(schema)
    const sets = setsWith(crd.kind, name, identity)
    return { kind: crd.kind, version: name, identity, set: sets[0]?.name, releases: releasesWith(sets) }
  })
}

/** Releases whose chart or manifests have a kind with this schema, oldest first; none for a schema that none had. */
export function knownReleases(kind: string, identity: string): readonly string[] {
  return releasesWith(CRD_SETS.filter(({ kinds }) => kinds.get(kind)?.identity === identity))
}

function setsWith(kind: string, version: string, identity: SchemaIdentity): CrdSet[] {
  return CRD_SETS.filter(({ kinds }) => {
    const known = kinds.get(kind)
    return known?.identity === identity && known.version === version
  })
}

function releasesWith(sets: readonly CrdSet[]): string[] {
  const names = new Set(sets.map(({ name }) => name))
  const viaCharts = new Set(CHARTS.filter(({ crds }) => names.has(crds)).map(({ operator }) => operator))
  return RELEASES.filter(
    ({ version, crds, manifestCrds }) =>
      names.has(crds) || (manifestCrds !== undefined && names.has(manifestCrds)) || viaCharts.has(version),
  ).map(({ version }) => version)
}
