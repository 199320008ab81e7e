/** The selector of a controller of 1.x also takes in the pods of a webhook of 2.x in the same release. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect } from 'vitest'
import { API_VERSION } from '../../../src/domain/document.ts'
import { beginRun, goOn } from '../../../src/domain/operator/apply/session.ts'
import { fenceControllers, stopController } from '../../../src/domain/operator/steps/guard-steps.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import type { KubeObject, ObjectKey } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { PODS } from '../../support/operator/scenario.ts'
import { sessionOn } from '../../support/operator/session.ts'

const { it } = needs('lab')
const lab = useCluster()
const root = mkdtempSync(join(tmpdir(), 'sparkops-labels-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const LABELS = { 'app.kubernetes.io/name': 'spark-operator', 'app.kubernetes.io/instance': 'spark-operator' }

/** As the ReplicaSet of a Deployment makes it. */
function podOf(deployment: string, namespace: string): KubeObject {
  const labels = { ...LABELS, 'pod-template-hash': '6c74f4ff6c' }
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${deployment}-6c74f4ff6c`, uid: deployment }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${deployment}-x`, namespace, labels, ownerReferences: [{ ...owner, controller: true }] },
    spec: { containers: [{ name: 'one', image: 'operator' }] },
  }
}

describe('a controller that is stopped', () => {
  it('is gone, and kept out, beside the pods of a webhook that carry its labels', async () => {
    const cluster = await openLab(lab())
    const namespace = await lab().createNamespace('operator')
    const metadata = { name: 'spark-operator', namespace }
    const template = { metadata: { labels: LABELS }, spec: { containers: [{ name: 'one', image: 'operator' }] } }
    await lab().request('POST', `/apis/apps/v1/namespaces/${namespace}/deployments`, {
      metadata,
      spec: { selector: { matchLabels: LABELS }, template },
    })
    await cluster.create(PODS, podOf('spark-operator-webhook', namespace))
    const type = { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment', namespaced: true }
    const deployment: ObjectKey = { type, ...metadata }
    const { uid } = cluster.identity
    const fence = { namespace, users: [], groups: ['sparkoperator.k8s.io'], serverMinor: 35 }
    const plan = sealPlan({
      apiVersion: API_VERSION,
      kind: 'OperatorPlan',
      schema: 1,
      tool: { name: 'sparkops', version: '0.1.0' },
      createdAt: '2026-01-01T00:00:00Z',
      target: { kind: 'cluster', id: uid, name: 'lab' },
      inputs: [{ of: 'cluster', value: uid }],
      steps: [
        stopController({ deployment, before: 1, selector: LABELS, locks: [], timeoutSeconds: 5 }),
        fenceControllers({ ...fence, controllerPods: [{ deployment: 'spark-operator', labels: LABELS }] }),
      ],
      findings: [],
      summary: {},
    })
    const { kubeconfigPath: kubeconfig, helmPath: helm, environment } = lab()
    const session = sessionOn(cluster, { kubeconfig, helm, environment, root })
    const run = await beginRun(session, plan, { purpose: 'operator apply', undoes: null })
    expect(await goOn(session, run, plan)).toMatchObject({ outcome: 'done' })

    await cluster.delete({ type: PODS, namespace, name: 'spark-operator-webhook-x' }, { gracePeriodSeconds: 0 })
    await cluster.create(PODS, podOf('spark-operator-webhook', namespace))
    await expect(cluster.create(PODS, podOf('spark-operator', namespace))).rejects.toThrow(/Forbidden/)
  })
})
