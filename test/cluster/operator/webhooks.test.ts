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
import type { CheckInstallPayload } from '../../../src/domain/operator/steps/install-payloads.ts'
import type { OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import type { Plan, Step } from '../../../src/domain/plan/plan.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import type { FixtureVersion } from '../../support/operator/fixtures.ts'
import { carry, planTo, sessionOf, takeBack, verifyRunOf, withoutGrace } from '../../support/operator/planned.ts'
import {
  APPLICATIONS,
  DEPLOYMENTS,
  installOld,
  JOBS,
  makeApplication,
  OPERATOR_NAMESPACE,
  PODS,
} from '../../support/operator/scenario.ts'
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

/** Writes an application, as a user would, and gives whether that was refused. */
async function writeApplication(cluster: Cluster): Promise<boolean> {
  const key = { type: APPLICATIONS, namespace: JOBS, name: 'app-completed' }
  const body = { metadata: { annotations: { 'test/written': `${Date.now()}` } } }
  return await cluster.patch(key, { type: 'merge', body }).then(
    () => false,
    () => true,
  )
}

interface Move {
  receipt: OperatorReceipt
  /** Which webhooks executors went through that were made one after the other, each once in a row. */
  through: string[]
  /** Those of a step. */
  during: Record<string, string[]>
  /** Steps in which a write of an application was refused. */
  refused: string[]
}

/** Carries something out while executors are made all the time. */
async function whileExecutorsAreMade(
  cluster: Cluster,
  work: (meanwhile: (step: Step) => Promise<void>) => Promise<OperatorReceipt>,
): Promise<Move> {
  const during: Record<string, string[]> = {}
  const refused = new Set<string>()
  let step = 'before'
  let isOver = false
  const make = async (): Promise<void> => {
    for (let number = 0; !isOver; number += 1) {
      const through = await makeExecutor(cluster, `executor-${Date.now()}-${number}`)
      during[step] = [...(during[step] ?? []), through]
      if (await writeApplication(cluster)) refused.add(step)
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
  return { receipt, during, refused: [...refused], through: all.filter((one, index) => one !== all[index - 1]) }
}

const factsOf = ({ steps }: OperatorReceipt, id: string) =>
  steps.find((step) => step.id === id)?.facts as { gapSeconds: number; madeInGap: string[]; seenBy: string }

async function go(cluster: Cluster, session: OperatorSession, to: FixtureVersion, isBack = false): Promise<Move> {
  const values = [{ webhook: { enable: true } }]
  const plan: Plan = withoutGrace(await planTo(lab(), cluster, to, { values, isBack }))
  expect(plan.findings.filter(({ gate }) => gate === 'block')).toEqual([])
  const check = plan.steps.find(({ verb }) => verb === 'check-install')!.payload as unknown as CheckInstallPayload
  // Of 1.x nothing can be looked at before it is started.
  expect(check.webhook === null).toBe(to.startsWith('1.'))
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

  it('of 2.x is called no more from the moment on that a Service of both versions goes back to 1.x', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, join(home, 'fourth'))
    const down = await go(cluster, session, '1.6.2', true)
    expectNothingRefused(down)
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook-config'])

    const { application } = await makeApplication(cluster, 'without-policy', 'RUNNING')
    const there = await go(cluster, session, '2.5.2')
    const key = { type: APPLICATIONS, namespace: JOBS, name: 'without-policy' }
    expect((await cluster.get(key))!.spec).not.toEqual(application.spec)
    const back = await whileExecutorsAreMade(cluster, (meanwhile) =>
      takeBack(session, there.receipt.run, { meanwhile }),
    )
    expectNothingRefused(back)
    expect((await cluster.get(key))!.spec).toEqual(application.spec)
    expect(back.during['webhook/narrow']?.filter((one) => one === 'none') ?? []).toEqual([])
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook-config'])
    expect((await verifyRunOf(session, back.receipt.run)).outcome).toBe('ok')
    const left = { type: DEPLOYMENTS, namespace: OPERATOR_NAMESPACE, name: 'spark-operator-webhook' }
    expect(await cluster.get(left)).toBe(undefined)

    // And a move there by a plan, taken back to 2.x.
    const again = await go(cluster, session, '2.5.2')
    const planned = await go(cluster, session, '1.6.2', true)
    await takeBack(session, planned.receipt.run)
    expect(await configurations(cluster)).toEqual(['spark-operator-webhook', 'spark-operator-webhook'])
    expect(await makeExecutor(cluster, `last-${Date.now()}`)).toBe(NEW)
    expect(again.through.at(-1)).toBe(NEW)
  }, 240_000)
})

/** No write and no pod is refused, and pods that went through no webhook are told with how long there was none. */
function expectNothingRefused({ receipt, during, through, refused }: Move): void {
  expect(refused).toEqual([])
  expect(through).not.toContain('refused')
  expect([through.at(0), through.at(-1)]).toEqual([NEW, OLD])
  const { gapSeconds, madeInGap, seenBy } = factsOf(
    receipt,
    receipt.steps.some(({ id }) => id === 'webhook/when-registered')
      ? 'webhook/when-registered'
      : 'undo/webhook/at-once',
  )
  const unmutated = Object.values(during)
    .flat()
    .filter((one) => one === 'none')
  expect(seenBy).toBe('watch')
  expect(gapSeconds).toBeGreaterThan(0)
  expect(madeInGap.length).toBeGreaterThanOrEqual(unmutated.length)
}
