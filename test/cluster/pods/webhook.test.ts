/** A mutating webhook on a real API server, told apart from what the submitter wrote: by managedFields and by dry run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, vi } from 'vitest'
import type { PodVerification } from '../../../src/domain/pods/verify-pods.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { capabilityPath, needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { type PatchOperation, type Review, type WebhookServer, serveWebhook } from '../../support/lab/webhook-server.ts'
import { recorded } from '../../support/pods.ts'
import { type StandIn, serveSparkApplications, submitStandIn } from '../../support/pods/spark-on-lab.ts'
import { type RunResult, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it } = needs('lab')
const lab = useCluster()
const LAUNCHED = 'sparkoperator.k8s.io/launched-by-spark-operator'
let root: string
let files = 0

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sparkops-webhook-'))
  if (capabilityPath('lab') !== undefined) await serveSparkApplications(lab())
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Some of what the operator's webhook does, with the patches that it makes. */
function asOperator({ object }: Review): PatchOperation[] {
  const add = (path: string, value: unknown): PatchOperation => ({ op: 'add', path, value })
  const spec = object['spec'] as { containers: { name: string; env?: unknown[] }[]; initContainers?: unknown[] }
  return [
    add('/spec/volumes/-', { name: 'injected', configMap: { name: 'settings' } }),
    add('/spec/containers/0/volumeMounts/-', { name: 'injected', mountPath: '/etc/injected' }),
    add('/spec/containers/0/env/-', { name: 'INJECTED', value: 'yes' }),
    add('/spec/containers/-', { name: 'sidecar', image: 'sidecar:1' }),
    add('/spec/hostAliases', [{ ip: '10.0.0.9', hostnames: ['injected'] }]),
    ...(object.metadata.labels?.['spark-role'] === 'driver' ? [add('/spec/terminationGracePeriodSeconds', 77)] : []),
    ...(spec.initContainers === undefined ? [add('/spec/initContainers', [{ name: 'init', image: 'init:1' }])] : []),
  ]
}

/** The webhook is called a moment after it was registered. */
async function called(webhook: WebhookServer, namespace: string): Promise<void> {
  const labels = { [LAUNCHED]: 'true', 'spark-role': 'executor' }
  const spec = {
    containers: [{ name: 'x', image: 'x', env: [{ name: 'A' }], volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
    volumes: [{ name: 'v', emptyDir: {} }],
  }
  const before = webhook.reviews.length
  await vi.waitFor(
    async () => {
      await lab().request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
        metadata: { name: 'probe', labels },
        spec,
      })
      expect(webhook.reviews.length).toBeGreaterThan(before)
    },
    { timeout: 30_000, interval: 100 },
  )
}

async function submitted(namespace: string, name: string): Promise<{ app: StandIn; pods: KubeObject[] }> {
  const app = await submitStandIn(lab(), { namespace, name, executors: 1 })
  const userFields = (pod: KubeObject): void => {
    const spec = pod['spec'] as { tolerations?: unknown[]; hostAliases?: unknown; containers: { env: unknown[] }[] }
    spec.tolerations = [{ key: 'own', operator: 'Exists' }]
    spec.containers[0]!.env.push({ name: 'OWN', value: 'yes' })
  }
  return { app, pods: [await app.createDriver(userFields), await app.createExecutor(1, userFields)] }
}

async function verify(
  pods: readonly unknown[],
  ...flags: string[]
): Promise<{ run: RunResult; found: PodVerification }> {
  const file = join(root, `${++files}.json`)
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }))
  const run = await runCli(['pods', 'verify', file, ...flags, '-o', 'json', '--kubeconfig', lab().kubeconfigPath])
  expect(run.stdout, run.stderr).not.toBe('')
  const found = JSON.parse(run.stdout) as PodVerification
  expectMatchesSchema('pod-verification', found)
  return { run, found }
}

function places({ fields }: PodVerification, role: string): string[] {
  return fields
    .filter((row) => row.role === role)
    .map(({ path, verdict }) => `${verdict} ${path.replace(/spark-kubernetes-(driver|executor)/, 'spark')}`)
}

const INJECTED = [
  'spec.containers[name=sidecar]',
  'spec.containers[name=spark].env[name=INJECTED]',
  'spec.containers[name=spark].volumeMounts[mountPath=/etc/injected]',
  'spec.hostAliases',
  'spec.initContainers',
]
const VOLUME = 'spec.volumes[name=injected]'

describe('a mutating webhook', () => {
  it('is told apart from the submitter by provenance, place by place', async () => {
    const namespace = await lab().createNamespace()
    const webhook = await serveWebhook(lab(), {}, asOperator)
    await called(webhook, namespace)
    const { pods } = await submitted(namespace, 'seen')
    const { run, found } = await verify(pods, '--provenance')
    expect(run.code).toBe(3)
    const byWebhook = found.fields.filter(({ provenance }) => provenance?.by === 'webhook')
    expect(new Set(byWebhook.map(({ verdict }) => verdict))).toEqual(new Set(['extra']))
    const expected = [...INJECTED, VOLUME].map((path) => `extra ${path}`)
    expect(places({ ...found, fields: byWebhook }, 'driver')).toEqual(expected)
    expect(places({ ...found, fields: byWebhook }, 'executor')).toEqual(expected)
    // A value that it put in the place of a default leaves no trace: said to be open, not proven.
    expect(places(found, 'driver')).toContain('undecided spec.terminationGracePeriodSeconds')
  })

  it('is told apart by dry run from the very pods that it changed, and nothing is stored', async () => {
    const namespace = await lab().createNamespace()
    const webhook = await serveWebhook(lab(), {}, asOperator)
    await called(webhook, namespace)
    const { pods } = await submitted(namespace, 'changed')
    const before = webhook.reviews.length
    const { run, found } = await verify(pods, '--dry-run', '-n', namespace)
    expect(run.code).toBe(3)
    const expected = [...INJECTED, VOLUME].map((path) => `missing ${path}`)
    expect(places(found, 'executor')).toEqual(expected)
    const replaced = 'undecided spec.terminationGracePeriodSeconds'
    expect(places(found, 'driver')).toEqual([...expected.slice(0, -1), replaced, ...expected.slice(-1)])
    const asked = webhook.reviews.slice(before)
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.every(({ dryRun }) => dryRun)).toBe(true)
    const list = (await lab().request('GET', `/api/v1/namespaces/${namespace}/pods`)) as { items: unknown[] }
    expect(list.items).toHaveLength(2)
  })

  it('shows by dry run what it would do to a body that was never sent, replaced values too', async () => {
    const namespace = await lab().createNamespace()
    const webhook = await serveWebhook(lab(), {}, asOperator)
    await called(webhook, namespace)
    const body = recorded('10-webhook-vs-template/webhook/driver.json')
    delete (body['metadata'] as { namespace?: string }).namespace
    const { run, found } = await verify([body], '--dry-run', '-n', namespace)
    expect(run.code).toBe(3)
    expect(places(found, 'driver')).toContain('different spec.terminationGracePeriodSeconds')
    const long = { ...body, metadata: { ...(body['metadata'] as object), labels: {} } }
    expect((await runCli(['pods', 'verify', '-', '--dry-run'], { stdin: JSON.stringify(long) })).code).toBe(65)
  })

  it('is proven to do nothing to pods only if it was asked', async () => {
    const namespace = await lab().createNamespace()
    const { pods } = await submitted(namespace, 'untouched')
    const none = await verify(pods, '--dry-run')
    expect(none.run.code).toBe(7)
    expect(none.found.unseen.join()).toContain('no mutating webhook is registered')

    const idle = await serveWebhook(lab(), {}, ({ object }) =>
      object.metadata.labels?.['sparkoperator.k8s.io/app-name'] === 'untouched' ? [] : asOperator({ object } as Review),
    )
    await called(idle, namespace)
    const proven = await verify(pods, '--dry-run')
    expect([proven.run.code, proven.found.unseen]).toEqual([0, []])

    const other = await lab().createNamespace()
    const elsewhere = pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, namespace: other } }))
    const absent = await verify(elsewhere, '--dry-run')
    expect(absent.run.code).toBe(7)
    expect(absent.found.unseen.join()).toContain('the SparkApplication untouched is not in')
  })

  it('that replaces values leaves the pods that it changed undecided, and not those that it did not', async () => {
    const namespace = await lab().createNamespace()
    const webhook = await serveWebhook(lab(), {}, ({ object }) => {
      const { tolerations } = object['spec'] as { tolerations?: unknown[] }
      const dedicated = { key: 'dedicated', operator: 'Exists' }
      if (object.metadata.labels?.['spark-role'] === 'executor') return []
      return [
        { op: 'add', path: '/spec/terminationGracePeriodSeconds', value: 77 },
        ...(JSON.stringify(tolerations ?? []).includes('dedicated')
          ? []
          : [{ op: 'add' as const, path: '/spec/tolerations', value: [...(tolerations ?? []), dedicated] }]),
      ]
    })
    await called(webhook, namespace)
    const { pods } = await submitted(namespace, 'replaced')
    const { run, found } = await verify(pods, '--dry-run')
    expect(run.code).toBe(7)
    const undecided = found.fields.filter(({ verdict }) => verdict === 'undecided')
    expect(undecided.map(({ role, path }) => `${role} ${path}`)).toEqual([
      'driver spec.terminationGracePeriodSeconds',
      'driver spec.tolerations',
    ])
  })

  it('that lets pods pass while it is down must show that it is up', async () => {
    const namespace = await lab().createNamespace()
    const isProbe = ({ object }: Review): boolean => (object['spec'] as { volumes?: unknown }).volumes === undefined
    const webhook = await serveWebhook(lab(), { failurePolicy: 'Ignore', timeoutSeconds: 2 }, (review) =>
      // As the operator's: a driver gets its owner.
      isProbe(review)
        ? [
            {
              op: 'add',
              path: '/metadata/ownerReferences',
              value: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'x' }],
            },
          ]
        : [],
    )
    await called(webhook, namespace)
    const { pods } = await submitted(namespace, 'passes')
    expect((await verify(pods, '--dry-run')).run.code).toBe(0)
    await webhook.stop()
    const down = await verify(pods, '--dry-run')
    expect(down.run.code).toBe(7)
    expect(down.found.unseen.join()).toContain('no sign that it is up')
  })

  it('that refuses a pod is a finding, and one that gives no answer decides nothing', async () => {
    const namespace = await lab().createNamespace()
    let refuses = false
    const webhook = await serveWebhook(lab(), {}, () => (refuses ? 'Spark container executor not found' : []))
    await called(webhook, namespace)
    const { pods } = await submitted(namespace, 'refused')
    refuses = true
    const refused = await verify(pods, '--dry-run')
    expect(refused.run.code).toBe(3)
    expect(refused.found.fields[0]?.reason).toContain('Spark container executor not found')
    await webhook.stop()
    const silent = await verify(pods, '--dry-run')
    expect(silent.run.code).toBe(7)
    expect(silent.found.unseen.join()).toContain('failed calling webhook')
  })

  it('is not asked without the right to create pods', async () => {
    const namespace = await lab().createNamespace()
    const user = await lab().addUser('reader', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] })
    const body = recorded('01-plain/driver.json')
    const argv = ['pods', 'verify', '-', '--dry-run', '-n', namespace, '--kubeconfig', user.kubeconfigPath]
    const run = await runCli(argv, { stdin: JSON.stringify(body) })
    expect([run.code, run.stderr.split('\n')[0]]).toEqual([4, expect.stringContaining('may not create pods in')])
  })
})
