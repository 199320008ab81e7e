/**
 * Webhooks pass from one version to the other on a real control plane, whose API server calls them over HTTPS: pods are
 * made all the while, and each says which webhook it went through.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { OperatorReceipt } from '../../../src/domain/operator/apply/receipt.ts'
import { MUTATING_WEBHOOKS, SECRET, SERVICE, VALIDATING_WEBHOOKS } from '../../../src/domain/operator/discover/kinds.ts'
import type { OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import type { Plan, Step } from '../../../src/domain/plan/plan.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import type { FixtureVersion } from '../../support/operator/fixtures.ts'
import { carry, planTo, sessionOf, takeBack, verifyRunOf, withoutGrace } from '../../support/operator/planned.ts'
import { DEPLOYMENTS, installOld, JOBS, OPERATOR_NAMESPACE, PODS } from '../../support/operator/scenario.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'
import { MUTATED_BY } from '../../support/operator/stand-in-webhook.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-webhooks-'))
let nodes: ReturnType<typeof standInForNodes> | undefined

beforeAll(() => {
  nodes = standInForNodes(lab())
})
afterAll(async () => {
  await nodes?.stop()
  rmSync(home, { recursive: true, force: true })
})

const OLD = `${OPERATOR_NAMESPACE}/spark-operator`
const NEW = `${OPERATOR_NAMESPACE}/spark-operator-webhook`

/** Makes an executor, as a driver would, and gives which webhooks it went through; `refused` where none answered. */
async function makeExecutor(cluster: Cluster, name: string): Promise<string> {
  const labels = { 'sparkoperator.k8s.io/launched-by-spark-operator': 'true', 'spark-role': 'executor' }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: JOBS, labels },
    spec: { containers: [{ name: 'executor', image: 'registry.test/spark' }] },
  }
  return await cluster.create(PODS, pod).then(
    ({ object }) => object.metadata.annotations?.[MUTATED_BY] ?? 'none',
    () => 'refused',
  )
}

async function configurations(cluster: Cluster): Promise<string[]> {
  const lists = await Promise.all([MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS].map((type) => cluster.list(type)))
  return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name)).sort()
}

interface Move {
  receipt: OperatorReceipt
  /** Which webhooks executors went through that were made one after the other, each once in a row. */
  through: string[]
  /** Those of a step. */
  during: Record<string, string[]>
}

/** Carries something out while executors are made all the time. */
async function whileExecutorsAreMade(
  cluster: Cluster,
  work: (meanwhile: (step: Step) => Promise<void>) => Promise<OperatorReceipt>,
): Promise<Move> {
  const during: Record<string, string[]> = {}
  let step = 'before'
  let isOver = false
  const make = async (): Promise<void> => {
    for (let number = 0; !isOver; number += 1) {
      const through = await makeExecutor(cluster, `executor-${Date.now()}-${number}`)
      during[step] = [...(during[step] ?? []), through]
      await sleep(50)
    }
  }
  const making = make()
  const receipt = await work(({ id }) => {
    step = id
    return Promise.resolve()
  })
  isOver = true
  await making
  const all = Object.values(during).flat()
  return { receipt, during, through: all.filter((one, index) => one !== all[index - 1]) }
}

const factsOf = ({ steps }: OperatorReceipt, id: string) =>
  steps.find((step) => step.id === id)?.facts as { gapSeconds: number; madeInGap: string[]; seenBy: string }

async function go(cluster: Cluster, session: OperatorSession, to: FixtureVersion, isBack = false): Promise<Move> {
  const values = [{ webhook: { enable: true } }]
  const plan: Plan = withoutGrace(await planTo(lab(), cluster, to, { values, isBack }))
  expect(plan.findings.filter(({ gate }) => gate === 'block')).toEqual([])
  return await whileExecutorsAreMade(cluster, (meanwhile) => carry(session, plan, { meanwhile }))
}

describe('a webhook', () => {
  it('passes from 1.x to 2.x as soon as the old controller is gone, and back before the new one is taken away', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster, { webhook: true })
    await expect.poll(() => configurations(cluster)).toEqual(['spark-operator-webhook-config'])
    await expect.poll(() => makeExecutor(cluster, `first-${Date.now()}`)).toBe(OLD)
    const session = sessionOf(lab(), cluster, home)

    const secret = { type: SECRET, namespace: OPERATOR_NAMESPACE, name: 'spark-operator-webhook-certs' }
    const { data: theirs } = (await cluster.get(secret))!
    const there = await go(cluster, session, '2.5.2')
    // The certificate of 1.3.8 is for another Service.
    expect((await cluster.get(secret))!.data).not.toEqual(theirs)
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook', 'spark-operator-webhook'])
    // One after the other, never both; in between none, and each of those is told.
    expect(there.through.filter((one) => one !== 'none')).toEqual([OLD, NEW])
    const gap = factsOf(there.receipt, 'webhook/at-once')
    const unmutated = Object.values(there.during)
      .flat()
      .filter((one) => one === 'none')
    expect(gap).toMatchObject({ seenBy: 'watch' })
    expect(gap.gapSeconds).toBeGreaterThan(0)
    expect(gap.madeInGap.length).toBeGreaterThanOrEqual(unmutated.length)
    expect((await verifyRunOf(session, there.receipt.run)).outcome).toBe('ok')

    const back = await whileExecutorsAreMade(cluster, (meanwhile) =>
      takeBack(session, there.receipt.run, { meanwhile }),
    )
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook-config'])
    expect((await cluster.get(secret))!.data).toEqual(theirs)
    expect(back.through).not.toContain('none')
    expect(back.through).not.toContain('refused')
    expect(back.through.at(0)).toBe(NEW)
    expect(back.through.at(-1)).toBe(OLD)
    expect(
      await cluster.get({ type: DEPLOYMENTS, namespace: OPERATOR_NAMESPACE, name: 'spark-operator-webhook' }),
    ).toBe(undefined)
  }, 180_000)

  it('passes from 2.x to 1.x by a plan, and is put back when that is taken back', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, join(home, 'second'))
    await go(cluster, session, '2.5.2')
    const down = await go(cluster, session, '1.3.8', true)
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook-config'])
    expect(down.through).not.toContain('none')
    expect(down.through).not.toContain('refused')
    for (const type of [DEPLOYMENTS, SERVICE]) {
      const names = (await cluster.list(type, { namespace: OPERATOR_NAMESPACE })).items.map(
        ({ metadata }) => metadata.name,
      )
      expect(
        names.filter((name) => name.startsWith('spark-operator-webhook-svc') || name === 'spark-operator-webhook'),
      ).toEqual(type === SERVICE ? ['spark-operator-webhook'] : [])
    }
    const up = await whileExecutorsAreMade(cluster, (meanwhile) => takeBack(session, down.receipt.run, { meanwhile }))
    // Helm makes the configurations, which fail closed until the webhook has written its CA into them.
    expect(up.through.filter((one) => !['none', 'refused'].includes(one))).toEqual([OLD, NEW])
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook', 'spark-operator-webhook'])
    const left = await cluster.get({ type: DEPLOYMENTS, namespace: OPERATOR_NAMESPACE, name: 'spark-operator-webhook' })
    expect(left?.metadata.annotations).not.toHaveProperty('helm.sh/resource-policy')
  }, 180_000)

  it('of a 1.x that was killed leaves no configuration behind, and one Service of both versions changes hands', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, join(home, 'third'))
    const down = await go(cluster, session, '1.6.2', true)
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook-config'])
    expect(down.through.at(-1)).toBe(OLD)
    nodes!.webhooks.killsItself = true
    const there = await go(cluster, session, '2.5.2')
    nodes!.webhooks.killsItself = false
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook', 'spark-operator-webhook'])
    expect(there.through.at(-1)).toBe(NEW)
    expect(there.through.filter((one) => one.includes(' '))).toEqual([])
  }, 180_000)
})
