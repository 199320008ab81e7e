/** A move of the operator carried out on a real control plane, and taken back: every verb of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect } from 'vitest'
import { planUndo } from '../../../src/domain/operator/revert/undo-plan.ts'
import { beginRun, goOn, planOfRun, progressOfRun } from '../../../src/domain/operator/apply/session.ts'
import { verifyStoredRun } from '../../../src/domain/operator/apply/verify-report.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import {
  APPLICATIONS,
  CRDS,
  installOld,
  labHelm,
  makeApplication,
  OPERATOR,
  OPERATOR_NAMESPACE,
  planUpgrade,
  PODS,
  RELEASE,
} from '../../support/operator/scenario.ts'
import { sessionOn } from '../../support/operator/session.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'

const { it } = needs('lab')
const lab = useCluster()
const root = mkdtempSync(join(tmpdir(), 'sparkops-apply-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let nodes: ReturnType<typeof standInForNodes> | undefined
afterEach(async () => {
  await nodes?.stop()
})

describe('a move from 1.3.8 to 1.6.2 and back', () => {
  it('loses nothing, restarts nothing, adopts the half-submitted driver, and leaves no trace of itself', async () => {
    const cluster = await openLab(lab())
    nodes = standInForNodes(lab())
    await installOld(lab(), cluster)
    const half = await makeApplication(cluster, 'half-submitted', '', true)
    const { helmPath, kubeconfigPath, environment } = lab()
    const session = sessionOn(cluster, { kubeconfig: kubeconfigPath, helm: helmPath, environment, root })
    const plan = await planUpgrade(lab(), cluster)
    const receipt = await goOn(
      session,
      await beginRun(session, plan, { purpose: 'operator apply', undoes: null }),
      plan,
    )
    expect(receipt).toMatchObject({ outcome: 'done', kept: [] })

    const history = await labHelm(lab()).history({ name: RELEASE, namespace: OPERATOR_NAMESPACE })
    expect(history.at(-1)).toMatchObject({ revision: 2, status: 'deployed', chart: 'spark-operator-1.4.6' })
    expect((await cluster.get(OPERATOR))!.spec).toMatchObject({ replicas: 1 })
    const adopted = await cluster.get({ type: APPLICATIONS, namespace: 'jobs', name: 'half-submitted' })
    expect(adopted).toMatchObject({
      spec: { mode: 'cluster' },
      status: { applicationState: { state: 'SUBMITTED' }, driverInfo: { podName: 'half-submitted-driver' } },
    })
    const driver = await cluster.get({ type: PODS, namespace: 'jobs', name: 'half-submitted-driver' })
    expect(driver!.metadata.uid).toBe(half.driver!.metadata.uid)
    expect(await leftovers(cluster)).toEqual([])

    const stored = (await session.store.read(receipt.run))!
    const look = { graceSeconds: 0, all: true, tell: () => undefined }
    const proof = await verifyStoredRun(stored, { ...session, ...look })
    expect(proof.outcome).toBe('ok')
    expect(proof.summary).toMatchObject({ checked: 7, intact: 7 })

    const back = planUndo(planOfRun(stored), progressOfRun(stored), {
      lowerCrds: true,
      tool: plan.tool,
      createdAt: plan.createdAt,
    })
    const undo = await beginRun(session, back, { purpose: 'operator revert', undoes: receipt.run })
    const second = await goOn(session, undo, back)
    expect(second).toMatchObject({ outcome: 'done', undoes: receipt.run })
    const after = await labHelm(lab()).history({ name: RELEASE, namespace: OPERATOR_NAMESPACE })
    expect(after.at(-1)).toMatchObject({ revision: 3, status: 'deployed', chart: history[0]!.chart })
    const account = { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true }
    expect(await cluster.get({ type: account, namespace: OPERATOR_NAMESPACE, name: 'spark-operator' })).toBeDefined()
    const again = await cluster.get({ type: APPLICATIONS, namespace: 'jobs', name: 'app-running' })
    expect(again!.spec).not.toHaveProperty('mode')
    expect(await leftovers(cluster)).toEqual([])
    expect((await verifyStoredRun((await session.store.read(second.run))!, { ...session, ...look })).outcome).toBe('ok')
    expect(
      (await cluster.get({ type: CRDS, name: 'sparkapplications.sparkoperator.k8s.io' }))!.metadata.uid,
    ).toBeDefined()
    expect(progressOfRun((await session.store.read(receipt.run))!)).toMatchObject({
      outcome: 'superseded',
      closedBy: second.run,
    })
  }, 180_000)
})

async function leftovers(cluster: Awaited<ReturnType<typeof openLab>>): Promise<string[]> {
  const policy = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false }
  const types = [
    { ...policy, resource: 'validatingadmissionpolicies', kind: 'ValidatingAdmissionPolicy' },
    { ...policy, resource: 'validatingadmissionpolicybindings', kind: 'ValidatingAdmissionPolicyBinding' },
    { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', kind: 'Lease', namespaced: true },
  ]
  const lists = await Promise.all(types.map((type) => cluster.list(type)))
  return lists
    .flatMap(({ items }) => items.map(({ metadata }) => metadata.name))
    .filter((name) => name.startsWith('sparkops'))
}
