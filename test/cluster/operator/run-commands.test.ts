/** `operator apply`, `resume`, `abort`, `revert` and `verify` as a user runs them, on a real control plane. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect } from 'vitest'
import { LEASE_TYPE } from '../../../src/domain/operator/apply/lock.ts'
import type { OperatorReceipt } from '../../../src/domain/operator/apply/receipt.ts'
import type { OperatorVerification } from '../../../src/domain/operator/apply/verify-report.ts'
import { LOCK_NAME } from '../../../src/domain/operator/steps/guard-steps.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { begins } from '../../support/operator/lives.ts'
import { untilDeath } from '../../support/operator/mortal.ts'
import { planTo, sessionOf, withoutGrace } from '../../support/operator/planned.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import {
  installOld,
  makeApplication,
  OPERATOR,
  OPERATOR_NAMESPACE,
  planUpgrade,
} from '../../support/operator/scenario.ts'
import { type RunResult, runCli, runShell } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it } = needs('lab', 'bash')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-commands')
const plan = join(home, 'plan.json')

function environment(): Record<string, string> {
  const { environment: own, helmPath, kubeconfigPath } = lab()
  const path = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return { ...own, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH: path }
}

function sparkops(...words: string[]): Promise<RunResult> {
  return runCli(['operator', ...words], { env: environment() })
}

async function writePlan(cluster: Cluster): Promise<void> {
  writeFileSync(plan, JSON.stringify(await planUpgrade(lab(), cluster)))
}

/** Of the newer version that the tests before have left. */
async function planBack(cluster: Cluster): Promise<Plan> {
  return withoutGrace(await planTo(lab(), cluster, '1.3.8', { isBack: true }))
}

const LOCK = { type: LEASE_TYPE, namespace: OPERATOR_NAMESPACE, name: LOCK_NAME }

describe('the commands of an operator move', () => {
  it('refuse without consent (64), a stale plan (5) and a plan of another cluster (5), and change nothing', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    await writePlan(cluster)
    const before = (await cluster.get(OPERATOR))!.metadata.resourceVersion
    const refused = await sparkops('apply', plan)
    expect([refused.code, refused.stderr.includes('add --yes')]).toEqual([64, true])
    const made = await planUpgrade(lab(), cluster)
    const stale = sealPlan({ ...made, inputs: [{ of: 'deployment/spark-operator/spark-operator', value: 'other' }] })
    writeFileSync(join(home, 'stale.json'), JSON.stringify(stale))
    const other = sealPlan({ ...made, target: { ...made.target, id: 'another' } })
    writeFileSync(join(home, 'other.json'), JSON.stringify(other))
    for (const name of ['stale.json', 'other.json']) {
      const { code, stderr } = await sparkops('apply', join(home, name), '--yes')
      expect([code, stderr]).toEqual([5, expect.stringContaining('Try:')])
    }
    expect((await cluster.get(OPERATOR))!.metadata.resourceVersion).toBe(before)
  }, 120_000)

  it('stop when the disk is full at the snapshot, with nothing changed that matters, and abort takes the rest away', async () => {
    const cluster = await openLab(lab())
    await makeApplication(cluster, 'large', 'COMPLETED', false, { arguments: ['x'.repeat(900_000)] })
    await writePlan(cluster)
    // A limit on the size of files fails a write half-way, as a full disk does, and needs no rights.
    const script = `ulimit -f 700; sparkops operator apply '${plan}' --yes`
    const { code, stderr } = await runShell(script, { env: environment() })
    expect([code, stderr]).toEqual([6, expect.stringContaining('snapshot')])
    expect((await cluster.get(OPERATOR))!.spec).toMatchObject({ replicas: 1 })
    const abort = await sparkops('abort', '--yes')
    expect([abort.code, abort.stderr.includes('Error')]).toEqual([0, false])
    await cluster.delete({
      type: (await cluster.findType({ group: 'sparkoperator.k8s.io', resource: 'sparkapplications' }))!,
      namespace: 'jobs',
      name: 'large',
    })
  }, 120_000)

  it('carry a plan out with one line for each event, prove it, and take it back', async () => {
    const cluster = await openLab(lab())
    await writePlan(cluster)
    const done = await sparkops('apply', plan, '--yes', '--json')
    expect([done.code, done.stderr]).toEqual([
      0,
      expect.stringContaining('stop/deployments/spark-operator/spark-operator begun'),
    ])
    const receipt = JSON.parse(done.stdout) as OperatorReceipt
    expectMatchesSchema('operator-receipt', receipt)
    const proof = await sparkops('verify', '--all', '--json')
    expect(proof.code, proof.stdout).toBe(0)
    const verification = JSON.parse(proof.stdout) as OperatorVerification
    expectMatchesSchema('operator-verification', verification)
    expect(verification.items.every(({ verdict }) => verdict === 'intact')).toBe(true)
    expect((await sparkops('resume', receipt.run, '--yes')).code).toBe(5)
    const dry = await sparkops('revert', receipt.run, '--dry-run', '-o', 'name')
    expect(dry.stdout).toContain('undo/install/helm')
    const back = await sparkops('revert', receipt.run, '--yes')
    expect([back.code, back.stderr.includes('Error')]).toEqual([0, false])
    expect((await sparkops('revert', receipt.run, '--yes')).code).toBe(5)
    expect((await cluster.get(OPERATOR))!.spec).toMatchObject({ replicas: 1 })
  }, 120_000)

  it('finish the request in flight at Ctrl-C, say how to go on (130), and go on', async () => {
    const cluster = await openLab(lab())
    await writePlan(cluster)
    const script = `sparkops operator apply '${plan}' --yes 2> '${home}/stderr' & job=$!
      until grep -q 'quiesce/wait begun' '${home}/stderr'; do sleep 0.05; done
      kill -INT $(pgrep -P $job || echo $job); wait $job; echo "exit $?"; cat '${home}/stderr'`
    const { stdout } = await runShell(script, { env: environment() })
    expect(stdout).toContain('exit 130')
    expect(stdout).toContain('to go on: sparkops operator resume')
    const resumed = await sparkops('resume', 'last', '--yes')
    expect([resumed.code, resumed.stderr.includes('(done before)')]).toEqual([0, true])
  }, 120_000)

  it('give up a run that ended before its first step, and leave nothing held', async () => {
    const cluster = await openLab(lab())
    const session = sessionOf(lab(), cluster, join(home, 'sparkops/runs'))
    const died = await untilDeath(session, (point) => point === 'after opened', begins(await planBack(cluster)))
    expect(died).toBe('after opened')
    const abort = await sparkops('abort', 'last', '--yes')
    expect([abort.code, abort.stderr.includes('Error')]).toEqual([0, false])
    expect(await cluster.get(LOCK)).toBeUndefined()
    expect((await sparkops('resume', 'last', '--yes')).code).toBe(5)
  }, 120_000)

  it('end a move whose journal is lost where its run is named, and nowhere else', async () => {
    const cluster = await openLab(lab())
    const accepted = ['--accept', 'OP-NO-NODES']
    const lost = sessionOf(lab(), cluster, join(home, 'lost'))
    const isStopped = (point: string): boolean => point.startsWith('after done stop/')
    expect(await untilDeath(lost, isStopped, begins(await planBack(cluster)))).toBeDefined()
    const run = (await lost.store.list()).at(-1)!
    writeFileSync(plan, JSON.stringify(await planBack(cluster)))
    const refused = await sparkops('apply', plan, '--yes', ...accepted)
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining(`--take-over ${run}`)])
    const agreed = [...accepted, '--confirm=lab-admin']
    const unknown = await sparkops('apply', plan, '--yes', ...agreed, '--take-over', '20200101T000000Z-abcdef')
    expect([unknown.code, unknown.stderr]).toEqual([5, expect.stringContaining('held by')])
    const done = await sparkops('apply', plan, '--yes', ...agreed, '--take-over', run)
    expect([done.code, done.stderr.includes('Error')]).toEqual([0, false])
    expect((await sparkops('verify', '--all')).code).toBe(0)
    expect(await cluster.get(LOCK)).toBeUndefined()
  }, 120_000)
})
