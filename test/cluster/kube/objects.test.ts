/** Reading and writing objects through the client, on a real API server. */
import { readFile } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { stringifyExact } from '../../../src/domain/exact-json.ts'
import { isRefusal, KubeStatusError } from '../../../src/domain/kube-error.ts'
import type { KubeObject, ResourceType } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { CONFIG_MAPS, CRDS } from './types.ts'

const { it } = needs('lab')
const lab = useCluster()

function configMap(namespace: string, name: string, data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }
}

async function refusal(promise: Promise<unknown>): Promise<KubeStatusError> {
  return await promise.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => (error instanceof KubeStatusError ? error : Promise.reject(error as Error)),
  )
}

describe('identity', () => {
  it('is the uid of kube-system, with the context and its namespace', async () => {
    const cluster = await openLab(lab())
    const system = (await lab().request('GET', '/api/v1/namespaces/kube-system')) as KubeObject
    expect(cluster.identity).toEqual({
      uid: system.metadata.uid,
      context: 'lab-admin',
      server: lab().server,
      namespace: 'default',
    })
    expect(await cluster.serverVersion()).toMatchObject({
      major: 1,
      gitVersion: expect.stringMatching(/^v1\./) as string,
    })
  })

  it('of a login that may not read kube-system is stable, and no uid', async () => {
    const { kubeconfigPath: kubeconfig } = await lab().addUser('nobody')
    const first = await openLab(lab(), { kubeconfig })
    const second = await openLab(lab(), { kubeconfig })
    expect(first.identity.uid).toMatch(/^address:[0-9a-f]{32}$/)
    expect(second.identity.uid).toBe(first.identity.uid)
  })
})

describe('an object', () => {
  it('is created, read, replaced, patched and deleted; what is not there is undefined', async () => {
    const cluster = await openLab(lab())
    const namespace = await lab().createNamespace()
    const key = { type: CONFIG_MAPS, namespace, name: 'one' }
    expect(await cluster.get(key)).toBeUndefined()
    const { object } = await cluster.create(CONFIG_MAPS, configMap(namespace, 'one', { a: '1' }))
    expect(await cluster.get(key)).toEqual(object)
    const replaced = await cluster.replace(CONFIG_MAPS, { ...object, data: { a: '2' } })
    await cluster.patch(key, { type: 'merge', body: { data: { b: '3' } } })
    await cluster.patch(key, { type: 'json', body: [{ op: 'remove', path: '/data/a' }] })
    expect(await cluster.get(key)).toMatchObject({ data: { b: '3' } })
    const stale = await refusal(cluster.replace(CONFIG_MAPS, replaced.object))
    expect([stale.status.code, stale.exit]).toEqual([409, 'stale'])
    const other = await refusal(cluster.delete(key, { preconditions: { uid: 'another' } }).then(String))
    expect(other.status.code).toBe(409)
    expect(await cluster.delete(key)).toBe(true)
    expect(await cluster.delete(key)).toBe(false)
  })

  it('is validated and not stored by a dry run', async () => {
    const cluster = await openLab(lab())
    const namespace = await lab().createNamespace()
    const { object } = await cluster.create(CONFIG_MAPS, configMap(namespace, 'dry'), { dryRun: true })
    expect(object.metadata.uid).toBeTruthy()
    expect(await cluster.get({ type: CONFIG_MAPS, namespace, name: 'dry' })).toBeUndefined()
  })

  it('with an unknown field is refused under strict validation, and warned of otherwise', async () => {
    const cluster = await openLab(lab())
    const namespace = await lab().createNamespace()
    const odd = { ...configMap(namespace, 'odd'), surprise: 1 }
    const error = await refusal(cluster.create(CONFIG_MAPS, odd, { fieldValidation: 'Strict' }))
    expect(error.why).toContain('unknown field "surprise"')
    const { warnings } = await cluster.create(CONFIG_MAPS, odd, { fieldValidation: 'Warn' })
    expect(warnings).toEqual(['unknown field "surprise"'])
  })

  it('of a name that would be another path is never asked for', async () => {
    const cluster = await openLab(lab())
    for (const name of ['..', '.', 'a/b', 'a%2fb', '']) {
      const asked = cluster.get({ type: CONFIG_MAPS, namespace: 'default', name })
      await expect(asked).rejects.toMatchObject({ code: 'SO_KUBE_NAME', exit: 'usage' })
    }
    const roles: ResourceType = {
      group: 'rbac.authorization.k8s.io',
      version: 'v1',
      resource: 'clusterroles',
      kind: 'ClusterRole',
      namespaced: false,
    }
    expect(await cluster.get({ type: roles, name: 'system:basic-user' })).toMatchObject({ kind: 'ClusterRole' })
  })
})

describe('server-side apply', () => {
  it('takes fields, refuses to take what another manager has, and takes it when forced', async () => {
    const cluster = await openLab(lab())
    const namespace = await lab().createNamespace()
    const key = { type: CONFIG_MAPS, namespace, name: 'applied' }
    const body = configMap(namespace, 'applied', { a: '1' })
    await cluster.patch(key, { type: 'apply', body, force: false }, { fieldManager: 'first' })
    const mine = configMap(namespace, 'applied', { a: '2', b: '2' })
    const error = await refusal(
      cluster.patch(key, { type: 'apply', body: mine, force: false }, { fieldManager: 'second' }),
    )
    expect(isRefusal(error, 'Conflict')).toBe(true)
    expect(error.status.causes).toEqual([
      { reason: 'FieldManagerConflict', message: expect.stringContaining('first') as string, field: '.data.a' },
    ])
    const { object } = await cluster.patch(key, { type: 'apply', body: mine, force: true }, { fieldManager: 'second' })
    expect(object).toMatchObject({ data: { a: '2', b: '2' } })
    expect(object.metadata.managedFields?.map(({ manager }) => manager)).toContain('second')
  })
})

describe('a custom resource', () => {
  it('keeps its definition byte for byte, and integers beyond 2^53 through read and write', async () => {
    const cluster = await openLab(lab())
    const definition = JSON.parse(
      await readFile(new URL('../../fixtures/lab/widgets.crd.json', import.meta.url), 'utf8'),
    ) as KubeObject
    await cluster.create(CRDS, definition)
    const key = { type: CRDS, name: definition.metadata.name }
    await expect
      .poll(async () => JSON.stringify((await cluster.get(key))?.status), { timeout: 20_000 })
      .toMatch(/"type":"Established","status":"True"/)
    const read = (await cluster.get(key))!
    expect(read.spec).toMatchObject(definition.spec as object)
    const raw = await cluster.raw(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`)
    expect(`${stringifyExact(read)}\n`).toBe(raw)
    const { object } = await cluster.replace(CRDS, read)
    expect(object.metadata.generation).toBe(read.metadata.generation)

    const type = (await cluster.findType({ group: 'test.sparkops.dev', kind: 'Widget' }))!
    expect(type).toMatchObject({ version: 'v1', resource: 'widgets', namespaced: true })
    const huge = 9007199254740993n
    const namespace = await lab().createNamespace()
    const widget: KubeObject = {
      apiVersion: 'test.sparkops.dev/v1',
      kind: 'Widget',
      metadata: { name: 'big', namespace },
      spec: { size: huge, free: { deep: [huge, -huge, 1, 1.5] } },
    }
    await expect.poll(() => cluster.create(type, widget).then(() => 'made', String), { timeout: 20_000 }).toBe('made')
    const stored = (await cluster.get({ type, namespace, name: 'big' }))!
    expect(stored.spec).toEqual({ size: huge, free: { deep: [huge, -huge, 1, 1.5] } })
    await cluster.replace(type, { ...stored, metadata: { ...stored.metadata, labels: { touched: 'yes' } } })
    expect(await cluster.raw(`/apis/test.sparkops.dev/v1/namespaces/${namespace}/widgets/big`)).toContain(
      '"size":9007199254740993',
    )
    const status = await cluster.patch(
      { type, namespace, name: 'big' },
      { type: 'merge', body: { status: { phase: 'Done' } } },
      { subresource: 'status' },
    )
    expect(status.object).toMatchObject({ status: { phase: 'Done' } })
  })

  it('of a type that is not served is unknown', async () => {
    const cluster = await openLab(lab())
    expect(await cluster.findType({ group: 'nowhere.sparkops.dev', kind: 'Nothing' })).toBeUndefined()
    expect(await cluster.findType({ group: '', resource: 'pods' })).toEqual({
      group: '',
      version: 'v1',
      resource: 'pods',
      kind: 'Pod',
      namespaced: true,
    })
    expect(await cluster.findType({ group: 'apps', version: 'v1beta1', kind: 'Deployment' })).toBeUndefined()
  })
})

describe('rights', () => {
  it('are told apart: not known is 401, not allowed is 403', async () => {
    const { kubeconfigPath: kubeconfig } = await lab().addUser('limited', {
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
      namespace: 'default',
    })
    const cluster = await openLab(lab(), { kubeconfig })
    expect(await cluster.mayI({ verb: 'list', group: '', resource: 'configmaps', namespace: 'default' })).toBe(true)
    expect(await cluster.mayI({ verb: 'list', group: '', resource: 'secrets', namespace: 'default' })).toBe(false)
    const error = await refusal(cluster.list(CONFIG_MAPS))
    expect([error.status.code, error.exit]).toEqual([403, 'auth'])
  })

  it('are those of the user and groups that are impersonated', async () => {
    const asNobody = await openLab(lab(), { as: 'jörg@example.org' })
    const error = await refusal(asNobody.list(CONFIG_MAPS))
    expect(error.why).toContain('jörg@example.org')
    const asMaster = await openLab(lab(), { as: 'somebody', asGroups: ['one', 'system:masters'] })
    expect((await asMaster.list(CONFIG_MAPS)).resourceVersion).toMatch(/^\d+$/)
    await expect(openLab(lab(), { asGroups: ['x'] })).rejects.toMatchObject({ exit: 'usage' })
    await expect(openLab(lab(), { as: 'a\r\nx: y' })).rejects.toMatchObject({ exit: 'usage' })
  })
})
