/** Applications on a real API server without operator and Spark: the objects that they would make, in the same order. */
import { vi } from 'vitest'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import type { TestCluster } from '../lab/cluster.ts'
import { recorded } from '../pods.ts'

const GROUP = 'sparkoperator.k8s.io'

/** The definition of SparkApplications, without its schema, and without a status subresource. */
export async function serveSparkApplications({ request }: TestCluster): Promise<void> {
  const [plural, kind] = ['sparkapplications', 'SparkApplication']
  await request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${GROUP}`,
      // The server refuses a group below k8s.io without it.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, test' },
    },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural, singular: plural.slice(0, -1), kind, listKind: `${kind}List` },
      versions: [
        {
          name: 'v1beta2',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  })
  await vi.waitFor(() => request('GET', `/apis/${GROUP}/v1beta2/${plural}`), { timeout: 20_000, interval: 100 })
}

export interface StandIn {
  application: KubeObject
  createDriver(change?: (pod: KubeObject) => void): Promise<KubeObject>
  createExecutor(id: number, change?: (pod: KubeObject) => void): Promise<KubeObject>
  /** What the operator would write into the status. */
  setStatus(status: object): Promise<void>
  remove(pod: KubeObject): Promise<void>
}

/** Creates a SparkApplication; its pods come when they are asked for. */
export async function submitStandIn(
  { request }: TestCluster,
  of: { namespace: string; name: string; executors: number; spec?: object; submission?: string },
): Promise<StandIn> {
  const { namespace, name, executors, submission = `${name}-0000-4000` } = of
  const applications = `/apis/${GROUP}/v1beta2/namespaces/${namespace}/sparkapplications`
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const application = (await request('POST', applications, {
    apiVersion: `${GROUP}/v1beta2`,
    kind: 'SparkApplication',
    metadata: { name },
    spec: { type: 'Scala', sparkVersion: '3.5.7', executor: { instances: executors }, ...of.spec },
  })) as KubeObject
  const create = async (role: 'driver' | 'executor', podName: string, change?: (pod: KubeObject) => void) => {
    const pod = recorded(`10-webhook-vs-template/webhook/${role}.json`) as unknown as KubeObject
    const owner = {
      apiVersion: `${GROUP}/v1beta2`,
      kind: 'SparkApplication',
      name,
      uid: application.metadata.uid ?? '',
    }
    const labels = { ...pod.metadata.labels, [`${GROUP}/app-name`]: name, [`${GROUP}/submission-id`]: submission }
    pod.metadata = { ...pod.metadata, name: podName, labels, ownerReferences: [owner] }
    delete pod.metadata.namespace
    change?.(pod)
    return (await request('POST', pods, pod)) as KubeObject
  }
  return {
    application,
    createDriver: (change) => create('driver', `${name}-driver`, change),
    createExecutor: (id, change) => create('executor', `${name}-${'0'.repeat(16)}-exec-${id}`, change),
    setStatus: async (status) => {
      const path = `${applications}/${name}`
      const now = (await request('GET', path)) as KubeObject
      await request('PUT', path, { ...now, status })
    },
    remove: async (pod) => {
      await request('DELETE', `${pods}/${pod.metadata.name}?gracePeriodSeconds=0`)
    },
  }
}
