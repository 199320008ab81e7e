/** A test cluster that knows SparkApplications of 2.5.2, with a namespace for jobs. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestCluster } from '../lab/cluster.ts'
import { fixtureDefinitions } from '../operator/fixtures.ts'

/** Installs the definitions, makes the namespace, and waits until applications are served. */
export async function prepareJobs(lab: TestCluster, namespace: string): Promise<void> {
  for (const crd of fixtureDefinitions('2.5.2'))
    await lab.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd)
  await lab.request('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  const path = `/apis/sparkoperator.k8s.io/v1beta2/namespaces/${namespace}/sparkapplications`
  for (const deadline = Date.now() + 30_000; ;) {
    const isServed = await lab.request('GET', path).then(
      () => true,
      () => false,
    )
    if (isServed) return
    if (Date.now() > deadline) throw new Error('SparkApplications are not served')
    await sleep(100)
  }
}
