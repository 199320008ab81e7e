/** An operator 2.5.2 of which there are only its objects: installed by its chart, its pods and its lease said to be there. */
import type { TestCluster } from '../lab/cluster.ts'
import { ownAddress } from '../lab/own-address.ts'
import { installOperator } from '../operator/lab-operator.ts'

const OPERATOR = '/api/v1/namespaces/spark-operator/pods'

/** Installs it for these namespaces, with one pod of its controller; `metricsPort` is where that pod is asked. */
export async function installIdleOperator(
  lab: TestCluster,
  { namespaces, metricsPort }: { namespaces: readonly string[]; metricsPort: number },
): Promise<void> {
  for (const name of namespaces) await lab.request('POST', '/api/v1/namespaces', { metadata: { name } })
  const values = [`prometheus.metrics.port=${metricsPort}`, `spark.jobNamespaces={${namespaces.join(',')}}`]
  await installOperator(lab, '2.5.2', { values })
  for (const component of ['controller', 'webhook']) await becomeReady(lab, component)
  await makeOperatorPod(lab, 'controller-a', 'controller')
  await writeLease(lab, 3)
}

async function becomeReady(lab: TestCluster, component: string): Promise<void> {
  const path = `/apis/apps/v1/namespaces/spark-operator/deployments/spark-operator-${component}/status`
  const counts = { replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 }
  await lab.request('PATCH', path, { status: { ...counts, observedGeneration: 1 } }, 'application/merge-patch+json')
}

export async function makeOperatorPod(lab: TestCluster, name: string, component: string): Promise<void> {
  const labels = {
    'app.kubernetes.io/name': 'spark-operator',
    'app.kubernetes.io/instance': 'spark-operator',
    'app.kubernetes.io/component': component,
  }
  const spec = { nodeName: 'node', containers: [{ name: component, image: 'operator' }] }
  await lab.request('POST', OPERATOR, { metadata: { name, labels }, spec })
  await sayOfPod(lab, name, 0)
}

export async function sayOfPod(lab: TestCluster, name: string, restartCount: number): Promise<void> {
  const container = { name: 'controller', image: 'operator', imageID: 'x', ready: true, restartCount }
  const status = {
    phase: 'Running',
    podIP: ownAddress(),
    podIPs: [{ ip: ownAddress() }],
    containerStatuses: [container],
  }
  await lab.request('PATCH', `${OPERATOR}/${name}/status`, { status }, 'application/merge-patch+json')
}

export async function writeLease(lab: TestCluster, leaseTransitions: number): Promise<void> {
  const path = '/apis/coordination.k8s.io/v1/namespaces/spark-operator/leases'
  const name = 'spark-operator-controller-lock'
  const spec = { holderIdentity: 'controller-a', leaseDurationSeconds: 15, leaseTransitions }
  await lab
    .request('POST', path, { metadata: { name }, spec })
    .catch(() => lab.request('PATCH', `${path}/${name}`, { spec }, 'application/merge-patch+json'))
}
