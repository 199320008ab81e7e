/**
 * A webhook of 2.x beside a controller of 1.x, with the controllers that make pods of Deployments: whom the API server
 * would call by the Service of 1.x is what its selector finds.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { SECRET, SERVICE } from '../../../src/domain/operator/discover/kinds.ts'
import type { Plan, Step } from '../../../src/domain/plan/plan.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { carry, planTo, sessionOf, takeBack, withoutGrace } from '../../support/operator/planned.ts'
import {
  APPLICATIONS,
  installOld,
  JOBS,
  makeApplication,
  OPERATOR_NAMESPACE,
  PODS,
} from '../../support/operator/scenario.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'

const { it } = needs('lab')
const lab = useCluster({
  controllers: [
    'namespace-controller',
    'serviceaccount-controller',
    'garbage-collector-controller',
    'deployment-controller',
    'replicaset-controller',
  ],
})
const home = mkdtempSync(join(tmpdir(), 'sparkops-beside-'))
let nodes: ReturnType<typeof standInForNodes> | undefined
let isOver = false
let readying: Promise<void> | undefined

beforeAll(() => {
  nodes = standInForNodes(lab())
  readying = readyPods()
})
afterAll(async () => {
  isOver = true
  await readying
  await nodes?.stop()
  rmSync(home, { recursive: true, force: true })
})

interface Pods {
  items: { metadata: { name: string; labels: Record<string, string> }; status: { phase?: string } }[]
}

/** What a kubelet says of operator pods. */
async function readyPods(): Promise<void> {
  const path = `/api/v1/namespaces/${OPERATOR_NAMESPACE}/pods`
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  while (!isOver) {
    const { items } = (await lab()
      .request('GET', path)
      .catch(() => ({ items: [] }))) as Pods
    for (const { metadata } of items.filter((pod) => pod.status.phase !== 'Running')) {
      const body = { status }
      await lab()
        .request('PATCH', `${path}/${metadata.name}/status`, body, 'application/strategic-merge-patch+json')
        .catch(() => undefined)
    }
    await sleep(100)
  }
}

/** Deployments whose pods a Service selects. */
async function ledTo(cluster: Cluster, service: string): Promise<string[]> {
  const live = await cluster.get({ type: SERVICE, namespace: OPERATOR_NAMESPACE, name: service })
  const { selector } = (live?.spec ?? {}) as { selector?: Record<string, string> }
  if (selector === undefined) return []
  const labelSelector = Object.entries(selector)
    .map(([label, value]) => `${label}=${value}`)
    .join(',')
  const { items } = await cluster.list(PODS, { namespace: OPERATOR_NAMESPACE, labelSelector })
  const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  return [...new Set(alive.map(({ metadata }) => metadata.name.replace(/-[^-]+-[^-]+$/, '')))].sort()
}

/** Where a Service led to at the beginning of each step. */
function watching(cluster: Cluster, service: string) {
  const seen = new Map<string, string[]>()
  const meanwhile = async ({ id }: Step): Promise<void> => {
    seen.set(id, await ledTo(cluster, service))
  }
  const between = (first: string, last: string): string[] => {
    const ids = [...seen.keys()]
    const found = ids.slice(ids.indexOf(first), ids.indexOf(last) + 1)
    expect([first, last, found.length > 1]).toEqual([first, last, true])
    return [...new Set(found.flatMap((id) => seen.get(id)!))]
  }
  return { seen, meanwhile, between }
}

const VALUES = { values: [{ webhook: { enable: true } }] }
const START = 'start/deployments/spark-operator/spark-operator'
const STOP = 'stop/deployments/spark-operator/spark-operator'

async function planBack(cluster: Cluster, version: '1.3.8' | '1.6.2'): Promise<Plan> {
  return withoutGrace(await planTo(lab(), cluster, version, { ...VALUES, isBack: true }))
}

async function selectorOf(cluster: Cluster, name: string): Promise<unknown> {
  const { metadata, spec } = (await cluster.get({ type: SERVICE, namespace: OPERATOR_NAMESPACE, name }))!
  expect(metadata.annotations ?? {}).not.toHaveProperty('sparkops.dev/pinned')
  return (spec as { selector: unknown }).selector
}

describe('a webhook of 2.x that is put beside 1.x', () => {
  it('is never called by the Service of 1.x, neither on the way there nor on the way back', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster, { webhook: true })
    const service = 'spark-operator-webhook'
    await expect.poll(() => ledTo(cluster, service)).toEqual(['spark-operator'])
    const before = await selectorOf(cluster, service)
    const session = sessionOf(lab(), cluster, home)

    const there = watching(cluster, service)
    const plan = withoutGrace(await planTo(lab(), cluster, '2.5.2', VALUES))
    const { run } = await carry(session, plan, there)
    expect(there.between('webhook/stage', STOP)).toEqual(['spark-operator'])

    const back = watching(cluster, service)
    await takeBack(session, run, back)
    // Started, and the newer webhook still there until this step has ended.
    expect(back.between('undo/webhook/at-once', 'undo/webhook/stage')).toEqual(['spark-operator'])
    expect(await selectorOf(cluster, service)).toEqual(before)
    expect(await ledTo(cluster, service)).toEqual(['spark-operator'])
  }, 180_000)

  it('nor when a plan leads to 1.x, and that is taken back, whether or not both have a Service of one name', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, join(home, 'second'))
    await carry(session, withoutGrace(await planTo(lab(), cluster, '2.5.2', VALUES)))
    for (const [version, service] of [
      ['1.3.8', 'spark-operator-webhook'],
      ['1.6.2', 'spark-operator-webhook-svc'],
    ] as const) {
      const down = watching(cluster, service)
      const { run } = await carry(session, await planBack(cluster, version), down)
      expect(down.between('webhook/when-registered', 'verify/applications')).toEqual(['spark-operator'])
      expect(await ledTo(cluster, service)).toEqual(['spark-operator'])

      const up = watching(cluster, service)
      await takeBack(session, run, up)
      expect(up.between('undo/webhook/retire', `undo/${START}`)).toEqual(['spark-operator'])
      expect(await ledTo(cluster, 'spark-operator-webhook-svc')).toEqual(['spark-operator-webhook'])
    }
  }, 400_000)

  it('takes applications from the installation on, also while none of its pods leads, and keeps its certificate', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, join(home, 'third'))
    await carry(session, await planBack(cluster, '1.6.2'))
    const secret = { type: SECRET, namespace: OPERATOR_NAMESPACE, name: 'spark-operator-webhook-certs' }
    const uid = (await cluster.get(secret))?.metadata.uid
    expect(uid).toBeDefined()
    nodes!.webhooks.leads = false
    let taken: Promise<unknown> | undefined
    const meanwhile = async ({ id }: Step): Promise<void> => {
      if (id === 'install/check') taken = makeApplication(cluster, 'at-once', '')
      await taken
    }
    await carry(session, withoutGrace(await planTo(lab(), cluster, '2.5.2', VALUES)), { meanwhile })
    expect(taken).toBeDefined()
    expect(await cluster.get({ type: APPLICATIONS, namespace: JOBS, name: 'at-once' })).toBeDefined()
    expect((await cluster.get(secret))?.metadata.uid).toBe(uid)
    nodes!.webhooks.leads = true
  }, 180_000)
})
