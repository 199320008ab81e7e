/** The charts under test/fixtures/operator, and their definitions. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { type CrdReading, readCrd } from '../../../src/domain/operator/schema/crd.ts'
import type { Schema } from '../../../src/domain/operator/schema/structural.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { ROOT } from '../run.ts'

/** Versions of which there is a chart, oldest first. */
export const FIXTURE_VERSIONS = ['1.3.8', '1.6.2', '2.1.1', '2.5.2'] as const
export type FixtureVersion = (typeof FIXTURE_VERSIONS)[number]

/** The directory of a version's chart. */
export function fixtureChart(version: FixtureVersion): string {
  return join(ROOT, 'test/fixtures/operator', version)
}

/** The definitions that a version's chart ships. */
export function fixtureDefinitions(version: FixtureVersion): KubeObject[] {
  const directory = join(fixtureChart(version), 'crds')
  return readdirSync(directory).map((file) => load(readFileSync(join(directory, file), 'utf8')) as KubeObject)
}

/** One of them, by kind. */
export function fixtureDefinition(version: FixtureVersion, kind = 'SparkApplication'): KubeObject {
  const found = fixtureDefinitions(version).find((crd) => readCrd(crd).kind === kind)
  if (found === undefined) throw new Error(`${version} has no ${kind}`)
  return found
}

/** The schema of its only version. */
export function fixtureSchema(version: FixtureVersion, kind = 'SparkApplication'): Schema {
  const reading: CrdReading = readCrd(fixtureDefinition(version, kind))
  return reading.versions[0]!.schema!
}

/** The same definition, with descriptions that make it too long for client-side apply, as the real ones are. */
export function lengthened(crd: KubeObject, bytes = 300_000): KubeObject {
  const copy = structuredClone(crd) as KubeObject & {
    spec: { versions: { schema: { openAPIV3Schema: { description?: string } } }[] }
  }
  copy.spec.versions[0]!.schema.openAPIV3Schema.description = 'x'.repeat(bytes)
  return copy
}
