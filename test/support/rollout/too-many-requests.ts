/** Two ways to be answered 429 by a real API server: one is throttling, the other is not. */
import { setTimeout as sleep } from 'node:timers/promises'
import { adminRequest } from '../lab/admin-request.ts'
import type { TestCluster } from '../lab/cluster.ts'

/** A disruption budget says no: 429, and nobody was throttled. */
export async function refuseEviction(lab: TestCluster, namespace: string): Promise<void> {
  const labels = { app: 'kept' }
  const spec = { nodeName: 'node', containers: [{ name: 'c', image: 'x' }] }
  await lab.request('POST', `/api/v1/namespaces/${namespace}/pods`, { metadata: { name: 'kept', labels }, spec })
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  const path = `/api/v1/namespaces/${namespace}/pods/kept`
  await lab.request('PATCH', `${path}/status`, { status }, 'application/merge-patch+json')
  await lab.request('POST', `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`, {
    metadata: { name: 'kept' },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  })
  const eviction = lab.request('POST', `${path}/eviction`, { metadata: { name: 'kept', namespace } })
  const answer = await eviction.then(() => 'done', String)
  if (!answer.includes('429')) throw new Error(`the eviction was to be refused: ${answer}`)
}

/** Somebody for whom priority and fairness has no seat asks for too much at once; gives how often that was refused. */
export async function throttle(lab: TestCluster): Promise<number> {
  const flow = '/apis/flowcontrol.apiserver.k8s.io/v1'
  const limited = {
    nominalConcurrencyShares: 0,
    lendablePercent: 0,
    borrowingLimitPercent: 0,
    limitResponse: { type: 'Reject' },
  }
  const level = { metadata: { name: 'no-seat' }, spec: { type: 'Limited', limited } }
  await lab.request('POST', `${flow}/prioritylevelconfigurations`, level)
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }
  const subjects = [{ kind: 'User', user: { name: 'busy' } }]
  await lab.request('POST', `${flow}/flowschemas`, {
    metadata: { name: 'no-seat' },
    spec: {
      priorityLevelConfiguration: { name: 'no-seat' },
      matchingPrecedence: 2,
      rules: [{ subjects, resourceRules: [all] }],
    },
  })
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]
  const { certificate, key } = await lab.addUser('busy', { rules })
  const { server, authority } = lab
  const ask = adminRequest({ server, ca: authority.certificate, certificate, key })
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const asked = await Promise.allSettled(
      Array.from({ length: 100 }, () => ask('GET', '/api/v1/namespaces/default/pods')),
    )
    const refused = asked.filter((one) => one.status === 'rejected' && String(one.reason).includes('429')).length
    if (refused > 0) return refused
    await sleep(100)
  }
  throw new Error('the API server throttles nobody')
}
