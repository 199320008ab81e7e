/** Requests over networks and servers that fail: what is tried again, what is told, and that nothing is done twice. */
import { describe, expect, onTestFinished } from 'vitest'
import { KubeUnreachableError } from '../../../src/domain/kube-error.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import type { TestCluster } from '../../support/lab/cluster.ts'
import { faultProxy } from '../../support/lab/fault-proxy.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { observe } from './observe.ts'
import { CONFIG_MAPS } from './types.ts'

const { it } = needs('lab')
const lab = useCluster()

function configMap(namespace: string, name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } }
}

/**
 * The server takes one request of this user at a time (it never takes none) and answers the others with 429 and
 * Retry-After, until the flow is mended.
 */
async function jam(of: TestCluster, user: string): Promise<() => Promise<void>> {
  const path = '/apis/flowcontrol.apiserver.k8s.io/v1'
  const name = `jam-${user}`
  await of.request('POST', `${path}/prioritylevelconfigurations`, {
    metadata: { name },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: 'Reject' } },
    },
  })
  await of.request('POST', `${path}/flowschemas`, {
    metadata: { name },
    spec: {
      matchingPrecedence: 2,
      priorityLevelConfiguration: { name },
      rules: [
        {
          subjects: [{ kind: 'User', user: { name: user } }],
          resourceRules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'], clusterScope: true, namespaces: ['*'] }],
        },
      ],
    },
  })
  return async () => {
    await of.request('DELETE', `${path}/flowschemas/${name}`)
    await of.request('DELETE', `${path}/prioritylevelconfigurations/${name}`)
  }
}

describe('a server that puts requests off (429)', () => {
  it('is asked again after the time it names, for reads, writes and watches', async () => {
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }]
    const user = await lab().addUser('busy', { rules })
    const proxy = await faultProxy(lab(), user)
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath })
    const namespace = await lab().createNamespace()
    const seen = observe(cluster, CONFIG_MAPS, { namespace }, ({ type }) => type)
    await seen.until('SYNCED')
    const impatient = await openLab(lab(), { kubeconfig: user.kubeconfigPath, timings: { retryForMs: 0 } })
    const mend = await jam(lab(), 'busy')
    let crowded = true
    const refusals: unknown[] = []
    const crowd = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (crowded) await impatient.list(CONFIG_MAPS).catch((error: unknown) => refusals.push(error))
      }),
    )
    // The server takes up a new flow schema a moment later.
    await expect.poll(() => refusals.length, { timeout: 25_000 }).toBeGreaterThan(0)
    expect(refusals[0]).toMatchObject({
      exit: 'unreachable',
      status: { code: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
    })
    // Now and then the watch is the one that is taken.
    proxy.cut()
    const cutting = setInterval(() => proxy.cut(), 3000)
    onTestFinished(() => clearInterval(cutting))
    await expect.poll(() => seen.troubles.join(), { timeout: 60_000 }).toContain('429')
    clearInterval(cutting)
    const work = Promise.all([
      cluster.create(CONFIG_MAPS, configMap(namespace, 'late')),
      cluster.list(CONFIG_MAPS, { namespace }),
    ])
    crowded = false
    await crowd
    await mend()
    const [{ object }] = await work
    expect(object.metadata.name).toBe('late')
    await seen.until('ADDED')
    await seen.stop()
  })
})

describe('a connection', () => {
  it('that is half open is given up, and a read goes over another', async () => {
    const proxy = await faultProxy(lab())
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath, timings: { requestMs: 1000 } })
    proxy.freeze()
    const { items } = await cluster.list(CONFIG_MAPS, { namespace: 'kube-system' })
    expect(items.length).toBeGreaterThan(0)
    expect(proxy.connections()).toBeGreaterThan(1)
  })

  it('that is lost under a write leaves open whether it was done, and the write is not sent again', async () => {
    const proxy = await faultProxy(lab())
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath, timings: { requestMs: 1000 } })
    const namespace = await lab().createNamespace()
    const connections = proxy.connections()
    proxy.freeze('answers')
    const error = await cluster.create(CONFIG_MAPS, configMap(namespace, 'once')).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(KubeUnreachableError)
    expect(error).toMatchObject({ mayHaveHappened: true, code: 'SO_KUBE_OUTCOME_UNKNOWN', exit: 'unreachable' })
    expect(proxy.connections()).toBe(connections)
    // It was: here the question is settled by looking, as the error says.
    await expect.poll(() => cluster.get({ type: CONFIG_MAPS, namespace, name: 'once' })).toBeDefined()
  })

  it('that is refused under a write is tried again, since nothing was sent', async () => {
    const cluster = await openLab(lab())
    const namespace = await lab().createNamespace()
    await lab().stopApiServer()
    const writing = cluster.create(CONFIG_MAPS, configMap(namespace, 'patient'))
    await lab().startApiServer()
    expect((await writing).object.metadata.uid).toBeTruthy()
  })
})

describe('a cluster that cannot be reached', () => {
  it('is told with its address, the reason, and what to try, by exit 69', async () => {
    const proxy = await faultProxy(lab())
    proxy.accept(false)
    const cut = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath }).catch((error: unknown) => error)
    expect(cut).toMatchObject({
      exit: 'unreachable',
      code: 'SO_KUBE_UNREACHABLE',
      why: expect.stringContaining('https://127.0.0.1:') as string,
    })
    expect((cut as KubeUnreachableError).hint).toBeTruthy()
  })

  it('ends a wait at Ctrl-C', async () => {
    const proxy = await faultProxy(lab())
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath })
    proxy.accept(false)
    proxy.cut()
    const interruption = new AbortController()
    const reason = new Error('Ctrl-C')
    const key = { type: CONFIG_MAPS, namespace: 'default', name: 'x' }
    const asked = cluster.get(key, interruption.signal)
    setTimeout(() => interruption.abort(reason), 100)
    await expect(asked).rejects.toBe(reason)
  })
})
