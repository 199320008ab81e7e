/** What people do to applications between a plan and its end, on a real control plane, and what becomes of it. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect } from 'vitest'
import type { Plan, Step } from '../../../src/domain/plan/plan.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import { requireTakenUp } from '../../../src/domain/operator/apply/left-behind.ts'
import { requireRestForeseen } from '../../../src/domain/operator/apply/rest-foreseen.ts'
import { planWayBack } from '../../../src/domain/operator/apply/run-choice.ts'
import { progressOfRun } from '../../../src/domain/operator/apply/session.ts'
import { carry, planTo, sessionOf, takeBack, verifyRunOf, withoutGrace } from '../../support/operator/planned.ts'
import { APPLICATIONS, installOld, JOBS, makeApplication, OPERATOR } from '../../support/operator/scenario.ts'
import { type RunResult, runCli } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-meanwhile')

/** None would answer here: see webhooks.test.ts. */
const NO_WEBHOOK = { values: [{ webhook: { enable: false } }] }
const keyOf = (name: string) => ({ type: APPLICATIONS, namespace: JOBS, name })
const edit = (cluster: Cluster, name: string, spec: object) =>
  cluster.patch(keyOf(name), { type: 'merge', body: { spec } })
const specOf = async (cluster: Cluster, name: string) => (await cluster.get(keyOf(name)))?.spec

/** Where the commands keep their runs. */
const runs = join(home, 'sparkops', 'runs')

async function sparkops(...words: string[]): Promise<RunResult> {
  const { environment, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  const env = { ...environment, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH }
  return await runCli(['operator', ...words], { env })
}

/** Whether the plan may still be carried out: only looks. */
async function check(plan: Plan): Promise<RunResult> {
  const file = join(home, 'plan.json')
  writeFileSync(file, JSON.stringify(plan))
  return await sparkops('apply', file, '--dry-run', '-o', 'name')
}

describe('a plan', () => {
  it('still holds when applications are made, edited and deleted, and their statuses move', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    await makeApplication(cluster, 'goes', 'COMPLETED')
    const plan = await planTo(lab(), cluster, '2.5.2', NO_WEBHOOK)
    await makeApplication(cluster, 'comes', 'RUNNING')
    await edit(cluster, 'app-running', { sparkConf: { 'spark.some': 'thing' } })
    await cluster.delete(keyOf('goes'))
    const { code, stderr } = await check(plan)
    expect([code, stderr]).toEqual([0, ''])
  }, 120_000)

  it('is stale (5) when the definition to come would hurt an application made or edited since, and names it', async () => {
    const cluster = await openLab(lab())
    const plan = await planTo(lab(), cluster, '2.5.2', NO_WEBHOOK)
    // Required from 2.1.0 on; 1.3.8 accepts it.
    await makeApplication(cluster, 'invalid-then', '', false, { mainApplicationFile: undefined })
    const made = await check(plan)
    expect([made.code, made.stderr]).toEqual([5, expect.stringContaining('jobs/invalid-then would be invalid')])
    expect((await check(await planTo(lab(), cluster, '2.5.2'))).code).not.toBe(5)
    await cluster.delete(keyOf('invalid-then'))
    await edit(cluster, 'app-completed', { mainApplicationFile: null })
    const edited = await check(plan)
    expect([edited.code, edited.stderr]).toEqual([5, expect.stringContaining('jobs/app-completed')])
    await edit(cluster, 'app-completed', { mainApplicationFile: 'local:///app.jar' })
    expect((await check(plan)).code).toBe(0)
  }, 120_000)

  it('is stale (5) when an application is made since where the target does not watch', async () => {
    const cluster = await openLab(lab())
    const plan = await planTo(lab(), cluster, '2.5.2', NO_WEBHOOK)
    const check2x = plan.steps.find(({ verb }) => verb === 'check-install')!.payload as { arguments: string[] }
    expect(check2x.arguments).toContain(`--namespaces=${JOBS}`)
    expect((await check(plan)).code).toBe(0)
    const steps = plan.steps.map((step) =>
      step.verb === 'check-install'
        ? { ...step, payload: { ...check2x, arguments: ['controller', 'start', '--namespaces=elsewhere'] } }
        : step,
    )
    const elsewhere = sealPlan({ ...plan, steps })
    expect((await check(elsewhere)).code).toBe(0)
    await makeApplication(cluster, 'left-alone', 'RUNNING')
    const { code, stderr } = await check(elsewhere)
    expect([code, stderr]).toEqual([5, expect.stringContaining('jobs/left-alone would no longer be watched')])
    await cluster.delete(keyOf('left-alone'))
  }, 120_000)

  it('that was interrupted does not go on (5) where what is left would hurt an application made since', async () => {
    const cluster = await openLab(lab())
    const interrupt = new AbortController()
    const session = { ...sessionOf(lab(), cluster, runs), signal: interrupt.signal }
    const plan = withoutGrace(await planTo(lab(), cluster, '2.5.2', NO_WEBHOOK))
    const meanwhile = ({ id }: Step): Promise<void> => {
      if (id === 'snapshot/take') interrupt.abort()
      return Promise.resolve()
    }
    await expect(carry(session, plan, { meanwhile })).rejects.toMatchObject({ exit: 'interrupted' })
    const run = (await session.store.list()).at(-1)!
    await makeApplication(cluster, 'unhurt', 'RUNNING')
    await makeApplication(cluster, 'invalid-then', '', false, { mainApplicationFile: undefined })
    const { code, stderr } = await sparkops('resume', run, '--yes')
    expect([code, stderr]).toEqual([5, expect.stringContaining('jobs/invalid-then would be invalid')])
    expect(stderr).not.toContain('unhurt')
    expect(stderr).toContain(`sparkops operator abort ${run}`)
    expect((await cluster.get(OPERATOR))!.spec).toMatchObject({ replicas: 1 })

    for (const name of ['invalid-then', 'unhurt']) await cluster.delete(keyOf(name))
    const again = sessionOf(lab(), cluster, runs)
    const stored = (await again.store.read(run))!
    await requireRestForeseen(plan, progressOfRun(stored), again)
    await takeBack(again, run)
  }, 120_000)

  it('stops before the definition changes when such an application is made in the very last moment', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, home)
    const plan = withoutGrace(await planTo(lab(), cluster, '2.5.2', NO_WEBHOOK))
    const meanwhile = async ({ id }: Step): Promise<void> => {
      if (id !== 'gate/objects' && id !== 'defaults/sparkapplications') return
      await makeApplication(cluster, 'last-moment', '', false, { mainApplicationFile: undefined })
    }
    await expect(carry(session, plan, { meanwhile })).rejects.toMatchObject({
      exit: 'partial',
      message: expect.stringContaining('the plan does not speak of 1 sparkapplications') as string,
    })
    const run = (await session.store.list()).at(-1)!
    await takeBack(session, run)
    expect((await cluster.get(OPERATOR))!.spec).toMatchObject({ replicas: 1 })
    await cluster.delete(keyOf('last-moment'))
  }, 120_000)

  it('is carried out while people make, edit and delete applications in every step, and keeps all they did', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, join(home, 'busy'))
    const plan = withoutGrace(await planTo(lab(), cluster, '2.5.2', NO_WEBHOOK))
    for (const [index] of plan.steps.entries()) {
      await makeApplication(cluster, `edited-${index}`, 'RUNNING')
      await makeApplication(cluster, `deleted-${index}`, 'COMPLETED')
    }
    const names = plan.steps.map((_step, index) => String(index))
    let steps = 0
    const meddle = async (): Promise<void> => {
      const index = steps++
      await edit(cluster, `edited-${index}`, { sparkConf: { 'edited.in': String(index) }, mode: 'client' })
      await cluster.delete(keyOf(`deleted-${index}`))
      await makeApplication(cluster, `made-${index}`, index % 2 === 0 ? '' : 'RUNNING')
    }
    const receipt = await carry(session, plan, { meanwhile: meddle })
    expect(steps).toBe(plan.steps.length)
    for (const name of names) {
      expect(await specOf(cluster, `edited-${name}`)).toMatchObject({
        sparkConf: { 'edited.in': name },
        mode: 'client',
      })
      expect(await specOf(cluster, `made-${name}`)).toBeDefined()
    }
    const proof = await verifyRunOf(session, receipt.run)
    const verdicts = new Set(proof.items.map(({ name, verdict }) => `${name.replace(/-\d+$/, '')} ${verdict}`))
    expect([...verdicts].sort()).toEqual(['jobs/deleted unseen', 'jobs/edited note'])

    // 2.5.2 suspends, 1.3.8 knows nothing of it.
    const stored = (await session.store.read(receipt.run))!
    const findings = async () =>
      (await planWayBack(stored, session, { lowerCrds: false })).findings.filter(({ gate }) => gate === 'ack')
    expect(await findings()).toEqual([])
    const down = await planTo(lab(), cluster, '1.3.8', { ...NO_WEBHOOK, isBack: true })
    await makeApplication(cluster, 'suspended', 'SUSPENDED', false, { suspend: true, mode: 'cluster' })
    await expect(requireTakenUp(down, session)).rejects.toMatchObject({
      exit: 'stale',
      why: expect.stringContaining('jobs/suspended is suspended') as string,
    })
    expect(await findings()).toMatchObject([{ id: 'OP-SUSPEND-LOST', objects: ['jobs/suspended'] }])
    await cluster.delete(keyOf('suspended'))
    await requireTakenUp(down, session)

    const back = await takeBack(session, receipt.run)
    expect(back.outcome).toBe('done')
    for (const name of names) {
      expect(await specOf(cluster, `edited-${name}`)).toMatchObject({
        sparkConf: { 'edited.in': name },
        mode: 'client',
      })
      expect(await specOf(cluster, `made-${name}`)).toBeDefined()
    }
    expect(await specOf(cluster, 'app-running')).toMatchObject({ sparkConf: { 'spark.some': 'thing' } })
  }, 240_000)
})
