/** The time before a proof: nothing that comes and goes in it is missed, and every change is written down. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { OPERATOR_POD_LABELS } from '../../../src/domain/operator/steps/payloads.ts'
import { type Change, watchWindow } from '../../../src/domain/operator/apply/watch-window.ts'
import type { Cluster, KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { APPLICATIONS, installOld, PODS } from '../../support/operator/scenario.ts'

const { it } = needs('lab')
const lab = useCluster()

describe('a watched window', () => {
  it('sees states that come and go, pods that end and vanish, and events, and writes each down', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    const running = { type: APPLICATIONS, namespace: 'jobs', name: 'app-running' }
    const driver = { type: PODS, namespace: 'jobs', name: 'app-running-driver' }
    const [application, pod] = [(await cluster.get(running))!, (await cluster.get(driver))!]
    const { changes, watched } = await watch(cluster, async () => {
      for (const state of ['INVALIDATING', 'RUNNING']) await setState(cluster, state)
      await cluster.replace(PODS, { ...pod, status: { ...(pod.status as object), phase: 'Failed' } }, STATUS)
      await cluster.delete(driver, { gracePeriodSeconds: 0 })
      const involvedObject = { kind: 'SparkApplication', namespace: 'jobs', name: 'app-running' }
      const event = { metadata: { name: 'told' }, involvedObject, reason: 'SparkDriverFailed', message: 'it failed' }
      await lab().request('POST', '/api/v1/namespaces/jobs/events', event)
    })
    expect(watched.states.get(application.metadata.uid!)).toEqual(new Set(['RUNNING', 'INVALIDATING']))
    expect(watched.ended.get(pod.metadata.uid!)).toBe('Failed')
    const told = changes.map(({ change, kind, object, now }) => [change, kind, object, now].join(' '))
    expect(told).toEqual(
      expect.arrayContaining([
        'MODIFIED SparkApplication jobs/app-running INVALIDATING',
        'MODIFIED Pod jobs/app-running-driver Failed',
        'DELETED Pod jobs/app-running-driver Failed',
        'ADDED Event jobs/app-running SparkDriverFailed: it failed',
      ]),
    )
    // What was there at the beginning is no change.
    expect(told.filter((line) => line.includes('app-completed'))).toEqual([])
  }, 60_000)

  it('goes on where something may not be watched, and says what', async () => {
    const rules = [{ apiGroups: ['', 'sparkoperator.k8s.io'], resources: ['pods', 'sparkapplications'], verbs: ['*'] }]
    const { kubeconfigPath } = await lab().addUser('no-events', { rules })
    const cluster = await openLab(lab(), { kubeconfig: kubeconfigPath })
    const { changes } = await watch(cluster, () => Promise.resolve())
    expect(changes).toMatchObject([
      { change: 'UNWATCHED', kind: 'Event', now: expect.stringContaining('403') as string },
    ])
  }, 60_000)
})

const STATUS = { subresource: 'status' } as const

async function watch(cluster: Cluster, meanwhile: () => Promise<void>) {
  const changes: Change[] = []
  let isDone = false
  const window = watchWindow(
    {
      types: [APPLICATIONS],
      labels: OPERATOR_POD_LABELS,
      seconds: 600,
      record: (change) => Promise.resolve(void changes.push(change)),
    },
    {
      cluster,
      // The window ends with what is done in it, not with a time.
      clock: { now: () => (isDone ? Date.now() + 600_000 : Date.now()) },
      sleep: async () => await sleep(100),
      tell: () => undefined,
    },
  )
  await sleep(1000)
  await meanwhile()
  await sleep(1000)
  isDone = true
  return { watched: await window, changes }
}

async function setState(cluster: Cluster, state: string): Promise<void> {
  const live = (await cluster.get({ type: APPLICATIONS, namespace: 'jobs', name: 'app-running' }))!
  const status = { ...(live.status as KubeObject), applicationState: { state } }
  await cluster.replace(APPLICATIONS, { ...live, status }, STATUS)
}
