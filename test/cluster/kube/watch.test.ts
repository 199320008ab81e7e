/** Watches that tell every change once, whatever happens to the connection and to the server. */
import { describe, expect, onTestFinished } from 'vitest'
import type { KubeObject, WatchEvent } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { faultProxy } from '../../support/lab/fault-proxy.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { observe } from './observe.ts'
import { CONFIG_MAPS } from './types.ts'

const { it } = needs('lab')
const lab = useCluster()

async function put(namespace: string, name: string, value: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`
  const body = { metadata: { name }, data: { value } }
  const made = await lab()
    .request('POST', path, body)
    .catch(() => undefined)
  if (made === undefined) await lab().request('PUT', `${path}/${name}`, body)
}

async function remove(namespace: string, name: string): Promise<void> {
  await lab().request('DELETE', `/api/v1/namespaces/${namespace}/configmaps/${name}`)
}

function told(event: WatchEvent): string {
  if (event.type === 'SYNCED') return `SYNCED${event.initial ? ' first' : ''}`
  const { metadata, data } = event.object as KubeObject & { data?: { value?: string } }
  return `${event.type} ${metadata.name} ${data?.value ?? ''}`
}

describe('a watch', () => {
  it('tells what is there, that this was all, and then every change; an abort ends it without an error', async () => {
    const cluster = await openLab(lab())
    const namespace = await lab().createNamespace()
    await put(namespace, 'a', '1')
    const seen = observe(cluster, CONFIG_MAPS, { namespace }, told)
    await seen.until('SYNCED first')
    await put(namespace, 'b', '1')
    await put(namespace, 'a', '2')
    await remove(namespace, 'b')
    await seen.until('DELETED b 1')
    expect(seen.all).toEqual(['ADDED a 1', 'SYNCED first', 'ADDED b 1', 'MODIFIED a 2', 'DELETED b 1'])
    await seen.stop()
  })

  it('hears bookmarks, and goes on behind them when the server ends it in time', async () => {
    const cluster = await openLab(lab(), { timings: { watchSeconds: 6 } })
    const [namespace, other] = [await lab().createNamespace(), await lab().createNamespace()]
    const seen = observe(cluster, CONFIG_MAPS, { namespace }, told)
    await seen.until('SYNCED first')
    await put(namespace, 'a', '1')
    await seen.until('ADDED a 1')
    // The server tells of a later moment only where something of the type has changed.
    let changes = 0
    const changing = setInterval(() => void put(other, 'elsewhere', String(++changes)), 500)
    onTestFinished(() => clearInterval(changing))
    await seen.until('SYNCED')
    // One comes shortly before each end: a second one means that a second watch has begun.
    await seen.until('SYNCED')
    await put(namespace, 'b', '1')
    await seen.until('ADDED b 1')
    expect(seen.all.filter((line) => line.startsWith('ADDED'))).toEqual(['ADDED a 1', 'ADDED b 1'])
    expect(seen.troubles).toEqual([])
    await seen.stop()
  })

  it('whose connection is cut goes on where it was, and tells nothing twice', async () => {
    const proxy = await faultProxy(lab())
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath })
    const namespace = await lab().createNamespace()
    await put(namespace, 'a', '1')
    const seen = observe(cluster, CONFIG_MAPS, { namespace }, told)
    await seen.until('SYNCED first')
    proxy.accept(false)
    proxy.cut()
    await put(namespace, 'a', '2')
    await put(namespace, 'b', '1')
    await seen.trouble(3)
    proxy.accept(true)
    await seen.until('ADDED b 1')
    expect(seen.all).toEqual(['ADDED a 1', 'SYNCED first', 'MODIFIED a 2', 'ADDED b 1'])
    await seen.stop()
  })

  it('whose connection is half open is given up after a silence, and goes on over another', async () => {
    const proxy = await faultProxy(lab())
    const timings = { watchIdleMs: 1500 }
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath, timings })
    const namespace = await lab().createNamespace()
    const seen = observe(cluster, CONFIG_MAPS, { namespace }, told)
    await seen.until('SYNCED first')
    await put(namespace, 'a', '1')
    await seen.until('ADDED a 1')
    proxy.freeze()
    await put(namespace, 'b', '1')
    await seen.until('ADDED b 1')
    expect(seen.troubles).toEqual([])
    expect(seen.all.filter((line) => !line.startsWith('SYNCED'))).toEqual(['ADDED a 1', 'ADDED b 1'])
    await seen.stop()
  })

  it('lists again when the server has forgotten (410), and tells what changed meanwhile', async () => {
    const proxy = await faultProxy(lab())
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath })
    const namespace = await lab().createNamespace()
    for (const name of ['kept', 'changed', 'gone', 'again']) await put(namespace, name, '1')
    const seen = observe(cluster, CONFIG_MAPS, { namespace }, told)
    await seen.until('SYNCED first')
    const before = seen.all.length
    proxy.accept(false)
    proxy.cut()
    await put(namespace, 'changed', '2')
    await remove(namespace, 'gone')
    await remove(namespace, 'again')
    await put(namespace, 'again', '2')
    await put(namespace, 'new', '1')
    await lab().forgetHistory()
    proxy.accept(true)
    await seen.until('SYNCED')
    expect(seen.all.slice(before)).toEqual([
      'DELETED again 1',
      'ADDED again 2',
      'MODIFIED changed 2',
      'ADDED new 1',
      'DELETED gone 1',
      'SYNCED',
    ])
    expect(seen.troubles.some((trouble) => trouble.includes('410'))).toBe(true)
    await seen.stop()
  })

  it('survives a restart of the API server in the middle', async () => {
    const cluster = await openLab(lab())
    const namespace = await lab().createNamespace()
    const seen = observe(cluster, CONFIG_MAPS, { namespace }, told)
    await seen.until('SYNCED first')
    for (const round of [1, 2]) {
      await lab().stopApiServer()
      await seen.trouble(round)
      await lab().startApiServer()
      await put(namespace, `after-${round}`, '1')
      await seen.until(`ADDED after-${round} 1`)
    }
    expect(seen.all).toEqual(['SYNCED first', 'ADDED after-1 1', 'ADDED after-2 1'])
    await seen.stop()
  })

  it('ends with the refusal when its right is taken away', async () => {
    const user = await lab().addUser('watcher', {
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] }],
    })
    const proxy = await faultProxy(lab(), user)
    const cluster = await openLab(lab(), { kubeconfig: proxy.kubeconfigPath })
    const seen = observe(cluster, CONFIG_MAPS, {}, told)
    await seen.until('SYNCED first')
    await lab().request('DELETE', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/lab:watcher')
    // The server decides by what it has heard of the change, a moment later.
    await expect
      .poll(async () => await cluster.mayI({ verb: 'watch', group: '', resource: 'configmaps' }), { timeout: 20_000 })
      .toBe(false)
    proxy.cut()
    await expect(seen.end).rejects.toMatchObject({ exit: 'auth', status: { code: 403 } })
  })

  it('of a type that is not served ends with 404', async () => {
    const cluster = await openLab(lab())
    const type = { group: 'nowhere.sparkops.dev', version: 'v1', resource: 'things', kind: 'Thing', namespaced: true }
    const seen = observe(cluster, type, {}, told)
    await expect(seen.end).rejects.toMatchObject({ status: { code: 404 } })
  })
})
