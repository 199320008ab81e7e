/** Operators that are installed without Helm: what a chart renders, each object with its namespace, applied as it is. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { dump, loadAll } from 'js-yaml'
import { openKubeCluster } from '../../../src/adapters/kube/open-cluster.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import type { TestCluster } from '../lab/cluster.ts'
import { SHORT } from '../lab/timings.ts'
import { fixtureChart, type FixtureVersion } from './fixtures.ts'

export interface RenderOptions {
  release?: string
  namespace: string
  sets: readonly string[]
}

/** Writes everything that a chart renders, definitions too, into a directory, as `kustomize build` would have it. */
export async function renderManifests(
  lab: TestCluster,
  version: FixtureVersion,
  directory: string,
  { release = 'spark-operator', namespace, sets }: RenderOptions,
): Promise<string> {
  const values = sets.flatMap((set) => ['--set', set])
  const words = ['template', release, fixtureChart(version), '-n', namespace, '--include-crds', ...values]
  const { stdout } = await execa(lab.helmPath, words, { env: lab.environment })
  const objects = loadAll(stdout).filter((one) => one !== null) as KubeObject[]
  const placed = objects.map((object) =>
    /^(Cluster|Custom|Mutating|Validating)/.test(object.kind)
      ? object
      : { ...object, metadata: { namespace, ...object.metadata } },
  )
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'all.yaml'), placed.map((object) => dump(object)).join('---\n'))
  return directory
}

/** What was written there. */
export function objectsIn(directory: string): KubeObject[] {
  return loadAll(readFileSync(join(directory, 'all.yaml'), 'utf8')) as KubeObject[]
}

/** As `kubectl apply --server-side` does it. */
export async function applyByHand(lab: TestCluster, directory: string): Promise<void> {
  const cluster = await openKubeCluster({
    kubeconfig: lab.kubeconfigPath,
    env: {},
    interactive: false,
    userAgent: 'sparkops-test',
    timings: SHORT,
  })
  try {
    for (const object of objectsIn(directory)) {
      const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0]! : ''
      const type = (await cluster.findType({ group, kind: object.kind }))!
      const { name, namespace } = object.metadata
      const key = { type, name, ...(namespace === undefined ? {} : { namespace }) }
      await cluster.patch(key, { type: 'apply', body: object, force: true }, { fieldManager: 'kubectl' })
    }
  } finally {
    await cluster.close()
  }
}
