/** Lists of many objects, in pages of one moment, over connections that break and servers that forget. */
import { beforeAll, describe, expect } from 'vitest'
import { openClient } from '../../../src/adapters/kube/open-cluster.ts'
import { listWhole } from '../../../src/adapters/kube/list.ts'
import type { KubeClient } from '../../../src/adapters/kube/client.ts'
import { capabilityPath, needs } from '../../support/capabilities.ts'
import { faultProxy } from '../../support/lab/fault-proxy.ts'
import { openLab } from '../../support/lab/open.ts'
import { SHORT } from '../../support/lab/timings.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { CONFIG_MAPS } from './types.ts'

const { it } = needs('lab')
const lab = useCluster()
const COUNT = 5000
const namespace = 'many'

beforeAll(async () => {
  if (capabilityPath('lab') === undefined) return
  await lab().request('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  const path = `/api/v1/namespaces/${namespace}/configmaps`
  const names = Array.from({ length: COUNT }, (_, index) => `c-${String(index).padStart(4, '0')}`)
  const make = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await lab().request('POST', path, {
        metadata: { name, labels: { parity: Number(name.slice(2)) % 2 ? 'odd' : 'even' } },
      })
    }
  }
  await Promise.all(Array.from({ length: 16 }, make))
}, 300_000)

/** The client of the product, and something to do before the n-th page is asked for. */
async function clientThat(before: (page: number) => Promise<void>): Promise<KubeClient> {
  const { client } = await openClient({
    kubeconfig: lab().kubeconfigPath,
    env: {},
    interactive: false,
    userAgent: 'sparkops-test',
    timings: SHORT,
  })
  let pages = 0
  return {
    ...client,
    call: async (call) => {
      await before(++pages)
      return await client.call(call)
    },
  }
}

describe('a list of 5,000 objects', () => {
  it('is whole, of one version, and says of each object what it is', async () => {
    const cluster = await openLab(lab())
    const { items, resourceVersion } = await cluster.list(CONFIG_MAPS, { namespace })
    expect(items.length).toBe(COUNT)
    expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(COUNT)
    expect(items.every(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1')).toBe(true)
    expect(Number(resourceVersion)).toBeGreaterThan(COUNT)
  })

  it('comes one by one in the same order, and by selectors', async () => {
    const cluster = await openLab(lab())
    const names: string[] = []
    for await (const { metadata } of cluster.listEach(CONFIG_MAPS, { namespace, labelSelector: 'parity=odd' })) {
      names.push(metadata.name)
    }
    expect(names.length).toBe(COUNT / 2)
    expect(names).toEqual([...names].sort())
    const one = await cluster.list(CONFIG_MAPS, { namespace, fieldSelector: 'metadata.name=c-0007' })
    expect(one.items.map(({ metadata }) => metadata.name)).toEqual(['c-0007'])
  })

  it('begins again where the server forgets its version half-way', async () => {
    let asked = 0
    const client = await clientThat(async (page) => {
      asked = page
      if (page !== 4) return
      await lab().request('DELETE', `/api/v1/namespaces/${namespace}/configmaps/c-0000`)
      await lab().forgetHistory()
    })
    const { items } = await listWhole(client, CONFIG_MAPS, { namespace })
    await lab().request('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
      metadata: { name: 'c-0000', labels: { parity: 'even' } },
    })
    // Three pages of the first moment, the refused one, and ten of the second.
    expect(asked).toBe(14)
    expect(items.length).toBe(COUNT - 1)
    expect(items[0]!.metadata.name).toBe('c-0001')
  })

  it('one by one goes on behind the last object where the server forgets, and tells none twice', async () => {
    const cluster = await openLab(lab())
    const names: string[] = []
    for await (const { metadata } of cluster.listEach(CONFIG_MAPS, { namespace })) {
      names.push(metadata.name)
      if (names.length === 1200) await lab().forgetHistory()
    }
    expect(names.length).toBe(COUNT)
    expect(new Set(names).size).toBe(COUNT)
  })

  it('survives a restart of the API server and connections that are cut in the middle of an answer', async () => {
    const proxy = await faultProxy(lab())
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath })
    const names: string[] = []
    for await (const { metadata } of cluster.listEach(CONFIG_MAPS, { namespace })) {
      names.push(metadata.name)
      if (names.length === 700) await lab().restartApiServer()
      if (names.length === 1700) proxy.cutAfter(20_000, 3)
    }
    expect(new Set(names).size).toBe(COUNT)
    expect(names.length).toBe(COUNT)
  })

  it('ends at once when it is interrupted', async () => {
    const cluster = await openLab(lab())
    const interruption = new AbortController()
    const reason = new Error('Ctrl-C')
    const read = async (): Promise<void> => {
      for await (const { metadata } of cluster.listEach(CONFIG_MAPS, { namespace, signal: interruption.signal })) {
        if (metadata.name === 'c-0100') interruption.abort(reason)
      }
    }
    await expect(read()).rejects.toBe(reason)
  })
})
