/** What Helm would do to live objects, by what it looks at. */
import { describe, expect, it } from 'vitest'
import type { Counterpart } from '../../../../src/domain/operator/discover/live-objects.ts'
import { SERVICE_ACCOUNT } from '../../../../src/domain/operator/discover/kinds.ts'
import { forecastHelm } from '../../../../src/domain/operator/plan/ownership.ts'
import { layValues, unknownKeys } from '../../../../src/domain/operator/plan/values.ts'
import { object } from '../../../support/operator/objects.ts'

const RELEASE = { name: 'spark', namespace: 'ops' }
const OWNED = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'spark', 'meta.helm.sh/release-namespace': 'ops' },
}

function account(name: string, live: object | undefined, rendered: object = {}): Counterpart {
  return {
    object: object('v1', 'ServiceAccount', name, { namespace: 'ops', metadata: rendered }),
    key: { type: SERVICE_ACCOUNT, namespace: 'ops', name },
    live: live && object('v1', 'ServiceAccount', name, { namespace: 'ops', metadata: live }),
    seen: true,
  }
}

const names = (objects: readonly { key: { name: string } }[]) => objects.map(({ key }) => key.name)
const HOOK = { annotations: { 'helm.sh/hook': 'pre-install, pre-upgrade' } }

describe('helm upgrade', () => {
  it('refuses what is there and not the release’s own', () => {
    const rendered = [account('ours', OWNED), account('hooks-made', {}), account('new', undefined)]
    expect(names(forecastHelm({ release: RELEASE, rendered, hooks: [], owned: [], pastHooks: [] }).refused)).toEqual([
      'hooks-made',
    ])
  })

  it('deletes what the release had and the target lacks, unless it is marked to be kept', () => {
    const kept = { ...OWNED, annotations: { ...OWNED.annotations, 'helm.sh/resource-policy': 'keep' } }
    const owned = [account('gone', OWNED), account('kept', kept), account('stays', OWNED)]
    const forecast = forecastHelm({
      release: RELEASE,
      rendered: [account('stays', OWNED)],
      hooks: [],
      owned,
      pastHooks: [],
    })
    expect(names(forecast.deleted)).toEqual(['gone'])
  })

  it('lets hooks make anew what it then deletes as left over', () => {
    const hooks = [account('operator', OWNED, HOOK)]
    const forecast = forecastHelm({
      release: RELEASE,
      rendered: [],
      hooks,
      owned: [account('operator', OWNED)],
      pastHooks: [],
    })
    expect(names(forecast.recreatedAndDeleted)).toEqual(['operator'])
  })

  it('leaves what a hook’s policy keeps from being deleted first', () => {
    const gentle = { annotations: { ...HOOK.annotations, 'helm.sh/hook-delete-policy': 'hook-succeeded' } }
    const hooks = [account('operator', {}, gentle)]
    expect(forecastHelm({ release: RELEASE, rendered: [], hooks, owned: [], pastHooks: [] }).recreated).toEqual([])
  })

  it('leaves behind what hooks of the older chart made, unless the target has it', () => {
    const pastHooks = [
      account('operator', HOOK),
      account('rendered', HOOK),
      account('hooked', HOOK),
      account('gone', undefined),
    ]
    const [rendered, hooks] = [[account('rendered', HOOK)], [account('hooked', HOOK, HOOK)]]
    expect(names(forecastHelm({ release: RELEASE, rendered, hooks, owned: [], pastHooks }).outliving)).toEqual([
      'operator',
    ])
  })

  it('does not take away again what hooks make, unless they do so themselves', () => {
    const passing = { annotations: { ...HOOK.annotations, 'helm.sh/hook-delete-policy': 'hook-succeeded' } }
    const test = { annotations: { 'helm.sh/hook': 'test' } }
    const hooks = [
      ...[account('stays', undefined, HOOK), account('there', HOOK, HOOK)],
      ...[account('passing', undefined, passing), account('tested', undefined, test)],
    ]
    const { coming } = forecastHelm({ release: RELEASE, rendered: [], hooks, owned: [], pastHooks: [] })
    expect(coming.map(({ name }) => name)).toEqual(['stays'])
  })
})

describe('values', () => {
  it('are laid over each other as Helm does, and null takes out', () => {
    expect(layValues({ a: { b: 1, c: 2 }, list: [1] }, { a: { c: 3 }, list: [2] })).toEqual({
      a: { b: 1, c: 3 },
      list: [2],
    })
  })

  it('that a chart does not have are named by their keys', () => {
    const chart = { image: { tag: '' }, nodeSelector: {}, list: [] }
    expect(
      unknownKeys({ image: { tag: '1', pull: 'x' }, nodeSelector: { a: 'b' }, old: 1, global: {} }, chart),
    ).toEqual(['image.pull', 'old'])
  })
})
