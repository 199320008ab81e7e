/** What examples/ ships for use is of a piece with the program. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load, loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { findOnPath } from '../src/adapters/machine/find-program.ts'
import { ROOT, runCli } from './support/run.ts'

interface Sidecar {
  spec: { template: { spec: { terminationGracePeriodSeconds: number; containers: { args: string[] }[] } } }
}

describe('the sidecar of examples/collector', () => {
  const text = readFileSync(join(ROOT, 'examples/collector/component/sidecar.yaml'), 'utf8')
  const { terminationGracePeriodSeconds, containers } = (load(text) as Sidecar).spec.template.spec
  const { args } = containers[0]!

  it('starts the collector with flags that it knows', async () => {
    // The last flag is no duration, so that it ends before anything is opened; an unknown one would be told first.
    const { code, stderr } = await runCli([...args.filter((arg) => !arg.startsWith('--grace')), '--grace=never'])
    expect(stderr).toContain('--grace: never is no duration')
    expect(code).toBe(64)
  })

  it('gives it more time to end than it takes', () => {
    const grace = Number(/--grace=(\d+)s/.exec(args.join(' '))![1])
    expect(terminationGracePeriodSeconds).toBeGreaterThan(grace)
  })
})

describe('the component of examples/collector', () => {
  const chart = JSON.stringify({
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'yunikorn-scheduler', namespace: 'yunikorn' } },
    spec: {
      selector: { matchLabels: { app: 'yunikorn' } },
      template: {
        metadata: { labels: { app: 'yunikorn', component: 'yunikorn-scheduler' } },
        spec: { serviceAccountName: 'yunikorn-admin', containers: [{ name: 'yunikorn-scheduler-k8s', image: 's' }] },
      },
    },
  })

  /** Where there is no kubectl, what stands in the component, which it would put together. */
  function rendered(): string {
    const folder = join(ROOT, 'examples/collector')
    if (findOnPath(['kubectl']) !== undefined)
      return execFileSync('sh', [join(folder, 'kustomize.sh')], { input: chart, encoding: 'utf8' })
    const files = ['sidecar.yaml', 'rbac.yaml', 'network-policy.yaml']
    return files.map((file) => readFileSync(join(folder, 'component', file), 'utf8')).join('\n---\n')
  }

  interface Rendered {
    kind: string
    rules?: unknown
    spec?: Record<string, unknown> & { template?: { spec: Record<string, unknown> & { containers: Container[] } } }
  }
  interface Container {
    name: string
    image: string
    securityContext?: unknown
    volumeMounts?: { mountPath: string }[]
  }

  it('adds the sidecar to what the chart makes, with the least rights, as Helm’s post-renderer does', () => {
    const objects = loadAll(rendered()) as Rendered[]
    const of = (kind: string): Rendered => objects.find((one) => one.kind === kind)!
    const pod = of('Deployment').spec!.template!.spec
    expect(pod['terminationGracePeriodSeconds']).toBe(60)
    const sidecar = pod.containers.find(({ name }) => name === 'sparkops-collect')!
    const others = pod.containers.filter((one) => one !== sidecar)
    for (const other of others) expect(other).toEqual({ name: 'yunikorn-scheduler-k8s', image: 's' })
    expect(sidecar.securityContext).toMatchObject({
      ...{ runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false },
      capabilities: { drop: ['ALL'] },
    })
    expect(sidecar.volumeMounts!.map(({ mountPath }) => mountPath)).toEqual(['/spool', '/tmp'])
    expect(of('ClusterRole').rules).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }])
    expect(of('NetworkPolicy').spec).toMatchObject({ policyTypes: ['Ingress'] })
  })

  it('comes with an image that has neither a shell nor root', () => {
    const stages = readFileSync(join(ROOT, 'examples/collector/Dockerfile'), 'utf8').split(/^FROM /m)
    expect(stages.at(-1)).toMatch(/^gcr\.io\/distroless\/\S+:nonroot\n/)
  })
})
