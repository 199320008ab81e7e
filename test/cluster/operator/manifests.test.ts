/** Rendered manifests put into a cluster as they are, and seen to be there. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect } from 'vitest'
import { API_VERSION } from '../../../src/domain/document.ts'
import { beginRun, goOn } from '../../../src/domain/operator/apply/session.ts'
import { applyManifests } from '../../../src/domain/operator/steps/install-steps.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import type { KubeObject, ObjectKey } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { sessionOn } from '../../support/operator/session.ts'

const { it } = needs('lab')
const lab = useCluster()
const root = mkdtempSync(join(tmpdir(), 'sparkops-manifests-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const RIGHTS = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles', kind: 'ClusterRole' }

describe('rendered manifests', () => {
  it('are there as rendered, also a ClusterRole for which the chart renders a namespace', async () => {
    const cluster = await openLab(lab())
    const key: ObjectKey = { type: { ...RIGHTS, namespaced: false }, name: 'spark-operator-webhook' }
    const object: KubeObject = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: RIGHTS.kind,
      metadata: { name: key.name, namespace: 'spark-operator' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }
    const { uid } = cluster.identity
    const plan = sealPlan({
      apiVersion: API_VERSION,
      kind: 'OperatorPlan',
      schema: 1,
      tool: { name: 'sparkops', version: '0.1.0' },
      createdAt: '2026-01-01T00:00:00Z',
      target: { kind: 'cluster', id: uid, name: 'lab' },
      inputs: [{ of: 'cluster', value: uid }],
      steps: [applyManifests({ fieldManager: 'sparkops', objects: [{ key, object }], remove: [], hold: [] }, [])],
      findings: [],
      summary: {},
    })
    const { kubeconfigPath: kubeconfig, helmPath: helm, environment } = lab()
    const session = sessionOn(cluster, { kubeconfig, helm, environment, root })
    const run = await beginRun(session, plan, { purpose: 'operator apply', undoes: null })
    expect(await goOn(session, run, plan)).toMatchObject({ outcome: 'done' })
    expect((await cluster.get(key))?.rules).toEqual(object.rules)
  })
})
