/** An operator in a test cluster, installed by the real helm from the charts under test/fixtures, with applications. */
import { execa } from 'execa'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import type { TestCluster } from '../lab/cluster.ts'
import { fixtureChart, type FixtureVersion } from './fixtures.ts'

export interface InstallOptions {
  namespace?: string
  values?: readonly string[]
}

/** `helm upgrade --install spark-operator` with a chart of ours; nothing waits, since nothing runs. */
export async function installOperator(
  lab: TestCluster,
  version: FixtureVersion,
  { namespace = 'spark-operator', values = [] }: InstallOptions = {},
): Promise<void> {
  const sets = values.flatMap((value) => ['--set', value])
  const args = ['upgrade', '--install', 'spark-operator', fixtureChart(version), '-n', namespace, '--create-namespace']
  await execa(lab.helmPath, [...args, ...sets], { env: lab.environment })
}

const PATHS: Readonly<Record<string, string>> = {
  SparkApplication: '/apis/sparkoperator.k8s.io/v1beta2/namespaces/{}/sparkapplications',
  ScheduledSparkApplication: '/apis/sparkoperator.k8s.io/v1beta2/namespaces/{}/scheduledsparkapplications',
  Pod: '/api/v1/namespaces/{}/pods',
  ServiceAccount: '/api/v1/namespaces/{}/serviceaccounts',
}

/** Makes objects as they are given, status and all. Waits for a definition that has just been made. */
export async function createObjects(lab: TestCluster, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const {
      uid: _uid,
      resourceVersion: _rv,
      generation: _g,
      creationTimestamp: _at,
      ownerReferences: _o,
      ...metadata
    } = object.metadata
    const path = PATHS[object.kind]!.replace('{}', metadata.namespace ?? 'default')
    const { status, ...rest } = object
    const made = (await whenServed(() => lab.request('POST', path, { ...rest, metadata }))) as KubeObject
    if (status === undefined) continue
    await lab.request('PATCH', `${path}/${metadata.name}/status`, { status }, 'application/merge-patch+json')
    object.metadata.uid = made.metadata.uid ?? ''
  }
}

async function whenServed(send: () => Promise<unknown>): Promise<unknown> {
  for (const deadline = Date.now() + 30_000; ;) {
    try {
      return await send()
    } catch (error) {
      if (
        Date.now() > deadline ||
        !/ 404 page not found| 404 .*could not find the requested|: 404 404/.test(String(error))
      )
        throw error
      await sleep(200)
    }
  }
}
