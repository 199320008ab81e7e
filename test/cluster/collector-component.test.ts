/** What examples/collector ships, given to a real API server in strict mode, which merges the patch as kustomize does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import { beforeAll, expect } from 'vitest'
import type { KubeObject } from '../../src/ports/cluster.ts'
import { needs } from '../support/capabilities.ts'
import { useCluster } from '../support/lab/use-cluster.ts'
import { ROOT } from '../support/run.ts'

const { it, describe } = needs('lab')
const STRICT = '?dryRun=All&fieldValidation=Strict'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/yunikorn/deployments'

const text = (name: string): string => readFileSync(join(ROOT, 'examples/collector/component', name), 'utf8')

interface Pod {
  containers: { name: string }[]
  volumes: unknown[]
}

describe('the component of examples/collector', () => {
  const lab = useCluster()

  beforeAll(async () => {
    await lab().request('POST', '/api/v1/namespaces', {
      metadata: { name: 'yunikorn', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    })
    await lab().request('POST', '/api/v1/namespaces/yunikorn/serviceaccounts', { metadata: { name: 'yunikorn-admin' } })
    const labels = { app: 'yunikorn', component: 'yunikorn-scheduler' }
    const containers = [{ name: 'yunikorn-scheduler-k8s', image: 's' }]
    await lab().request('POST', DEPLOYMENTS, {
      metadata: { name: 'yunikorn-scheduler' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { serviceAccountName: 'yunikorn-admin', containers } },
      },
    })
  })

  const patched = async (): Promise<Pod> => {
    const sidecar = load(text('sidecar.yaml'))
    const path = `${DEPLOYMENTS}/yunikorn-scheduler${STRICT}`
    const type = 'application/strategic-merge-patch+json'
    const made = (await lab().request('PATCH', path, sidecar, type)) as { spec: { template: { spec: Pod } } }
    return made.spec.template.spec
  }

  it('is of fields that the API server knows, and leaves the scheduler’s own container as it was', async () => {
    const { containers } = await patched()
    expect(containers.map(({ name }) => name).sort()).toEqual(['sparkops-collect', 'yunikorn-scheduler-k8s'])
    const objects = ['rbac.yaml', 'network-policy.yaml'].flatMap((name) => loadAll(text(name)) as KubeObject[])
    for (const object of objects) {
      const { apiVersion, kind, metadata } = object
      const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
      const plural = kind.toLowerCase().replace(/y$/, 'ie')
      const path = `/apis/${apiVersion}${place}/${plural}s${STRICT}`
      expect(await lab().request('POST', path, object)).toMatchObject({ kind, metadata: { name: metadata.name } })
    }
  })

  it('runs where pods are held to the restricted standard', async () => {
    const { containers, volumes } = await patched()
    const sidecar = containers.find(({ name }) => name === 'sparkops-collect')
    const pod = {
      metadata: { name: 'collector' },
      spec: { containers: [sidecar], volumes, serviceAccountName: 'yunikorn-admin' },
    }
    expect(await lab().request('POST', `/api/v1/namespaces/yunikorn/pods${STRICT}`, pod)).toMatchObject({ kind: 'Pod' })
    const loose = { ...sidecar, securityContext: {} }
    const refused = { ...pod, spec: { ...pod.spec, containers: [loose] } }
    const answer = lab().request('POST', `/api/v1/namespaces/yunikorn/pods${STRICT}`, refused)
    await expect(answer).rejects.toThrow(/violates PodSecurity/)
  })
})
