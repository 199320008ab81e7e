/** What goes wrong in the middle of a move on a real control plane, and how it goes on from there. */
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { planWayBack } from '../../../src/domain/operator/apply/run-choice.ts'
import { beginRun, goOn, type OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import { LEASE_TYPE } from '../../../src/domain/operator/apply/lock.ts'
import { verifyStoredRun } from '../../../src/domain/operator/apply/verify-report.ts'
import { holdLock, LOCK_NAME, releaseLock } from '../../../src/domain/operator/steps/guard-steps.ts'
import { SparkopsError } from '../../../src/domain/errors.ts'
import { KubeStatusError } from '../../../src/domain/kube-error.ts'
import { digestOf } from '../../../src/domain/plan/json.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import type { RunNews } from '../../../src/domain/plan/verb.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import type { TestCluster, TestUser } from '../../support/lab/cluster.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import {
  APPLICATIONS,
  CRDS,
  installOld,
  makeApplication,
  OPERATOR,
  OPERATOR_NAMESPACE,
  planUpgrade,
  PODS,
} from '../../support/operator/scenario.ts'
import { sessionOn } from '../../support/operator/session.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-trouble')
let places = 0

function session(of: TestCluster, cluster: Cluster, user?: TestUser): OperatorSession {
  const { helmPath, kubeconfigPath, environment } = of
  const root = join(home, String((places += 1)))
  return sessionOn(cluster, { kubeconfig: user?.kubeconfigPath ?? kubeconfigPath, helm: helmPath, environment, root })
}

const APPLY = { purpose: 'operator apply', undoes: null }

async function apply(by: OperatorSession, plan: Plan, onBegun: Record<string, () => Promise<void>> = {}) {
  const pending: Promise<void>[] = []
  const report = (news: RunNews): void => {
    if (news.kind === 'begun') pending.push(onBegun[news.step.id]?.() ?? Promise.resolve())
  }
  const receipt = await goOn({ ...by, report }, await beginRun(by, plan, APPLY), plan)
  await Promise.all(pending)
  return receipt
}

async function failureOf(promise: Promise<unknown>): Promise<SparkopsError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(SparkopsError)
  return error as SparkopsError
}

/** Writes the status of an application as a controller would, which looks again when somebody was faster. */
async function writeStatus(cluster: Cluster, controller: Cluster): Promise<void> {
  for (;;) {
    const application = (await cluster.get({ type: APPLICATIONS, namespace: 'jobs', name: 'app-running' }))!
    try {
      await controller.replace(APPLICATIONS, application, { subresource: 'status' })
      return
    } catch (error) {
      if (!(error instanceof KubeStatusError) || error.status.reason !== 'Conflict') throw error
    }
  }
}

/** Takes the newest run of a session back, so that the next test finds 1.3.8. */
async function goBack(by: OperatorSession): Promise<void> {
  const stored = (await by.store.read((await by.store.list()).at(-1)!))!
  const plan = await planWayBack(stored, by, { lowerCrds: true })
  await goOn(by, await beginRun(by, plan, { purpose: 'operator revert', undoes: stored.id }), plan)
}

describe('trouble in the middle of a move', () => {
  it('keeps CRDs from being deleted, and controllers out, while the run is open', async () => {
    const cluster = await openLab(lab())
    await installOld(lab(), cluster)
    const account = `system:serviceaccount:${OPERATOR_NAMESPACE}:spark-operator`
    const controller = await openLab(lab(), { as: account })
    const refusals: Record<string, string> = {}
    const attempt = async (name: string, what: Promise<unknown>): Promise<void> => {
      refusals[name] = await what.then(
        () => 'done',
        (error: unknown) => (error as SparkopsError).why ?? String(error),
      )
    }
    const by = session(lab(), cluster)
    const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const tryAll = async (): Promise<void> => {
      const name = 'sparkapplications.sparkoperator.k8s.io'
      await attempt('delete crd', cluster.delete({ type: CRDS, name }))
      await attempt('delete crds', lab().request('DELETE', `${crds}?labelSelector=`))
      const labels = { 'app.kubernetes.io/name': 'spark-operator', 'app.kubernetes.io/instance': 'spark-operator' }
      const spec = { containers: [{ name: 'a', image: 'b' }] }
      const metadata = { name: 'started-by-somebody', namespace: OPERATOR_NAMESPACE, labels }
      await attempt('start controller', cluster.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata, spec }))
      await attempt('write status', writeStatus(cluster, controller))
      const driver = { type: PODS, namespace: 'jobs', name: 'app-running-driver' }
      await attempt('delete driver', controller.delete(driver, { dryRun: true }))
    }
    await apply(by, await planUpgrade(lab(), cluster), { 'adopt/sparkapplications': tryAll })
    await goBack(by)
    expect(refusals['delete crd']).toContain('sparkops is moving the Spark Operator')
    expect(refusals['delete crds']).toContain('sparkops is moving the Spark Operator')
    for (const what of ['start controller', 'write status', 'delete driver']) {
      expect(refusals[what], what).toContain('its controllers are kept out')
    }
    expect(await cluster.get({ type: APPLICATIONS, namespace: 'jobs', name: 'app-running' })).toBeDefined()
  }, 120_000)

  it('stops with 6 and the missing right where rights are too small half-way, and goes on once they are there', async () => {
    const cluster = await openLab(lab())
    const user = await lab().addUser('small', {
      rules: [
        { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch', 'create'] },
        { apiGroups: ['coordination.k8s.io', 'admissionregistration.k8s.io', ''], resources: ['*'], verbs: ['*'] },
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'], verbs: ['*'] },
      ],
    })
    const plan = await planUpgrade(lab(), cluster)
    const small = session(lab(), await openLab(lab(), { kubeconfig: user.kubeconfigPath }), user)
    const sealed = sealPlan({ ...plan, target: { ...plan.target, name: 'lab-small' } })
    const error = await failureOf(apply(small, sealed))
    expect(error).toMatchObject({ exit: 'partial' })
    expect(error.message).toContain('stop/deployments/spark-operator/spark-operator')
    expect(error.why).toContain('cannot patch resource "deployments"')
    expect(error.hint).toContain('sparkops operator resume')
    const by = { ...session(lab(), cluster), store: small.store }
    const run = (await by.store.list()).at(-1)!
    expect(await goOn(by, await by.store.open(run), sealed)).toMatchObject({ outcome: 'done' })
    await goBack(by)
  }, 120_000)

  it('goes on through a restart of the API server', async () => {
    const cluster = await openLab(lab())
    const by = session(lab(), cluster)
    let restarting: Promise<void> | undefined
    const restart = (): Promise<void> => (restarting = lab().restartApiServer('SIGKILL'))
    const plan = await planUpgrade(lab(), cluster)
    const end = await apply(by, plan, { 'defaults/sparkapplications': restart }).catch((error: unknown) => error)
    await restarting
    if (end instanceof SparkopsError) {
      // A write whose answer got lost is not sent again blindly: the run stops, and goes on by looking.
      expect(end.exit).toBe('partial')
      const run = (await by.store.list()).at(-1)!
      await goOn(by, await by.store.open(run), plan)
    }
    const stored = (await by.store.read((await by.store.list()).at(-1)!))!
    const proof = await verifyStoredRun(stored, { ...by, graceSeconds: 0, all: false, tell: () => undefined })
    expect(proof.outcome).toBe('ok')
    await goBack(by)
  }, 120_000)

  it('keeps what somebody edits, makes and deletes meanwhile, and tells each of it', async () => {
    const cluster = await openLab(lab())
    await makeApplication(cluster, 'edited', 'RUNNING')
    await makeApplication(cluster, 'deleted', 'COMPLETED')
    const by = session(lab(), cluster)
    const edited = { type: APPLICATIONS, namespace: 'jobs', name: 'edited' }
    const meddle = async (): Promise<void> => {
      await cluster.patch(edited, { type: 'merge', body: { spec: { sparkConf: { by: 'somebody' } } } })
      await cluster.delete({ ...edited, name: 'deleted' })
      await makeApplication(cluster, 'made-meanwhile', '')
    }
    const receipt = await apply(by, await planUpgrade(lab(), cluster), {
      'crds/raise-scheduledsparkapplications': meddle,
    })
    const gate = receipt.steps.find(({ id }) => id === 'gate/objects')!
    expect(gate.facts).toMatchObject({ different: [], edited: ['jobs/edited'], deleted: ['jobs/deleted'] })
    expect(gate.facts).toMatchObject({ created: ['jobs/made-meanwhile'] })
    const stored = (await by.store.read(receipt.run))!
    const proof = await verifyStoredRun(stored, { ...by, graceSeconds: 0, all: false, tell: () => undefined })
    expect(proof.items).toMatchObject([
      { name: 'jobs/deleted', verdict: 'unseen' },
      { name: 'jobs/edited', verdict: 'note' },
    ])
    expect(proof.outcome).toBe('inconclusive')
    await goBack(by)
    expect((await cluster.get(edited))!.spec).toMatchObject({ sparkConf: { by: 'somebody' } })
    expect(await cluster.get({ ...edited, name: 'made-meanwhile' })).toBeDefined()
  }, 120_000)

  it('puts the CRD back, and loses nothing, where objects are not read back as foretold', async () => {
    const cluster = await openLab(lab())
    const by = session(lab(), cluster)
    const name = 'sparkapplications.sparkoperator.k8s.io'
    const before = digestOf((await cluster.get({ type: CRDS, name }))!.spec)
    const plan = await planUpgrade(lab(), cluster)
    const application = (await cluster.get({ type: APPLICATIONS, namespace: 'jobs', name: 'app-completed' }))!
    const { uid = '', generation = 0 } = application.metadata
    const spec = digestOf(application.spec)
    const wrong = { namespace: 'jobs', name: 'app-completed', uid, generation, spec, predicted: 'sha256:other' }
    const steps = plan.steps.map((step) =>
      step.verb === 'gate-objects'
        ? {
            ...step,
            payload: { ...(step.payload as object), types: [{ type: { ...APPLICATIONS }, predictions: [wrong] }] },
          }
        : step,
    )
    const error = await failureOf(apply(by, sealPlan({ ...plan, steps })))
    expect(error).toMatchObject({ code: 'SO_GATE_OBJECTS', exit: 'findings' })
    expect(error.message).toContain('put back as before')
    expect(digestOf((await cluster.get({ type: CRDS, name }))!.spec)).toBe(before)
    expect((await cluster.get(OPERATOR))!.spec).toMatchObject({ replicas: 0 })
    await goBack(by)
    expect((await cluster.get(OPERATOR))!.spec).toMatchObject({ replicas: 1 })
  }, 120_000)

  it('is refused with 5 while another run, of any machine, holds the cluster', async () => {
    const cluster = await openLab(lab())
    const plan = await planUpgrade(lab(), cluster)
    const first = session(lab(), cluster)
    const stop = new AbortController()
    const report = ({ kind, step }: RunNews): void => {
      if (kind === 'done' && step.id === 'guard/crds') stop.abort()
    }
    const begun = await beginRun(first, plan, APPLY)
    expect((await failureOf(goOn({ ...first, report, signal: stop.signal }, begun, plan))).exit).toBe('interrupted')
    const here = await failureOf(beginRun(first, plan, APPLY))
    expect([here.code, here.exit]).toEqual(['SO_RUN_OPEN', 'stale'])
    const elsewhere = await failureOf(apply(session(lab(), cluster), plan))
    expect([elsewhere.code, elsewhere.exit]).toEqual(['SO_LOCKED', 'stale'])
    expect(elsewhere.hint).toContain('--take-over')
    // Operators in two namespaces share definitions, guard and fence.
    const ofAnother = sealPlan({ ...plan, steps: [holdLock('jobs'), releaseLock('jobs')] })
    const other = await failureOf(apply(session(lab(), cluster), ofAnother))
    expect([other.code, other.message]).toEqual(['SO_LOCKED', expect.stringContaining('lease spark-operator/')])
    expect(await cluster.get({ type: LEASE_TYPE, namespace: 'jobs', name: LOCK_NAME })).toBeUndefined()
    await goBack(first)
  }, 120_000)
})
