/** What `operator status` finds in clusters that were made for it, object by object. */
import { beforeAll, describe, expect, it } from 'vitest'
import { discover } from '../../../../src/domain/operator/discover/discover.ts'
import { operatorStatus, type OperatorStatus, statusExit } from '../../../../src/domain/operator/status/status.ts'
import type { ClusterReader, KubeObject } from '../../../../src/ports/cluster.ts'
import { createAuthority } from '../../../support/lab/certificates.ts'
import {
  application,
  ARGS_1X,
  crd,
  crds,
  helmSecret,
  object,
  operator1x,
  operatorRights,
  sparkPod,
} from '../../../support/operator/objects.ts'
import { snapshotOf } from '../../../support/snapshot-of.ts'
import { recordedCluster, type RecordedOptions } from '../../../support/operator/recorded-cluster.ts'

const NOW = Date.parse('2026-06-01T00:00:00Z')
const SOUND = [
  ...crds(),
  ...operator1x({ args: ARGS_1X.filter((flag) => !flag.includes('webhook')) }),
  helmSecret('spark-operator'),
]
const ACCOUNT = object('v1', 'ServiceAccount', 'spark', { namespace: 'jobs' })

/** What a cluster shows, and, where all of it may be read, what its snapshot shows as well: always the same. */
async function statusOf(objects: readonly KubeObject[], options: RecordedOptions = {}): Promise<OperatorStatus> {
  const read = async (reader: ClusterReader) => operatorStatus(await discover(reader, { now: NOW }), NOW, () => [])
  const cluster = recordedCluster(objects, options)
  const status = await read(cluster)
  if (options.forbidden === undefined) {
    const { cluster: _cluster, ...kept } = await read(await snapshotOf(cluster))
    expect({ ...kept, cluster: status.cluster }).toEqual(status)
  }
  return status
}

function remark(status: OperatorStatus, id: string) {
  return status.remarks.find((one) => one.id === id)
}

describe('what a cluster has of the operator', () => {
  it('is found sound where nothing is wrong', async () => {
    const status = await statusOf([
      ...SOUND,
      ACCOUNT,
      application('etl'),
      sparkPod('etl'),
      sparkPod('etl', { role: 'executor' }),
    ])
    expect(status.remarks).toEqual([])
    expect(status.unseen).toEqual([])
    expect(statusExit(status)).toBe('ok')
    expect(status.installations).toMatchObject([
      {
        id: 'spark-operator/spark-operator',
        version: '1.3.8',
        owner: 'Helm release spark-operator/spark-operator (chart spark-operator 1.1.27, revision 1, deployed)',
        behaviour: { watches: 'jobs', webhook: null, lock: null, threads: 10 },
      },
    ])
    expect(status.applications).toMatchObject({
      total: 1,
      byState: { RUNNING: 1 },
      running: [{ name: 'jobs/etl', driver: 'etl-driver', executors: 1 }],
    })
  })

  it('counts an operator under another image name by the flags it is given', async () => {
    const fork = operator1x({ image: 'registry.test/data/jobs-controller:7', release: undefined })
    const { installations } = await statusOf([...crds(), ...fork])
    expect(installations).toMatchObject([{ version: null, owner: 'manifests' }])
    expect(installations[0]?.workloads[0]?.evidence[0]).toMatch(/^flags /)
  })

  it('does not take Apache’s operator for ours', async () => {
    const apache = object('apps/v1', 'Deployment', 'spark-kubernetes-operator', {
      namespace: 'spark',
      spec: { template: { spec: { containers: [{ name: 'c', image: 'apache/spark-kubernetes-operator:0.4.0' }] } } },
    })
    const { installations, remarks } = await statusOf([apache])
    expect(installations).toEqual([])
    expect(remarks).toMatchObject([{ id: 'ST-NO-OPERATOR', severity: 'note' }])
  })

  it('tells of something else that its rights let write applications', async () => {
    const other = object('apps/v1', 'Deployment', 'queue', {
      namespace: 'kueue',
      spec: { template: { spec: { serviceAccountName: 'queue', containers: [{ name: 'c', image: 'kueue:1' }] } } },
    })
    const status = await statusOf([...SOUND, other, ...operatorRights('kueue', 'queue')])
    expect(remark(status, 'ST-OTHER-WRITERS')?.objects).toEqual(['kueue/queue (kueue:1)'])
    expect(statusExit(status)).toBe('ok')
  })

  it('finds several operators that act on the same namespace, and several that do not', async () => {
    const second = (namespace: string) =>
      operator1x({
        namespace: 'other',
        name: 'second',
        args: [`-namespace=${namespace}`, '-controller-threads=1', '-enable-ui-service=true'],
        release: undefined,
      })
    const jobs = object('v1', 'Namespace', 'jobs')
    expect(remark(await statusOf([...SOUND, jobs, ...second('jobs')]), 'ST-TWO-OPERATORS')?.severity).toBe('broken')
    const apart = await statusOf([...SOUND, jobs, object('v1', 'Namespace', 'ml'), ...second('ml')])
    expect(remark(apart, 'ST-TWO-OPERATORS')).toBeUndefined()
    expect(remark(apart, 'ST-SEVERAL')?.severity).toBe('note')
  })

  it('reads Helm’s record, and keeps nothing secret of it', async () => {
    const release = helmSecret('spark-operator', {
      values: { password: 'hunter2' },
      manifest:
        'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: spark-operator}\nstringData: {token: hunter2}\n',
    })
    const discovery = await discover(recordedCluster([...crds(), ...operator1x(), release]), { now: NOW })
    const status = operatorStatus(discovery, NOW, () => [])
    expect(JSON.stringify(status)).not.toContain('hunter2')
    expect(JSON.stringify(discovery.releases.releases[0]?.objects)).not.toContain('hunter2')
    expect(discovery.releases.releases[0]?.values).toEqual({ password: 'hunter2' })
  })

  it('takes the latest revision of a release for what it is, whatever state it is in', async () => {
    const status = await statusOf([
      ...SOUND,
      helmSecret('spark-operator', { revision: 10, status: 'pending-upgrade' }),
      helmSecret('spark-operator', { revision: 9 }),
    ])
    expect(remark(status, 'ST-RELEASE-STATE')?.objects).toEqual([
      'spark-operator/spark-operator revision 10: pending-upgrade',
    ])
  })

  it('says which objects of a release a rollback has deleted', async () => {
    const manifest = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: gone}\n'
    const status = await statusOf([...crds(), ...operator1x(), helmSecret('spark-operator', { manifest })])
    expect(remark(status, 'ST-RELEASE-OBJECTS')?.objects).toEqual(['ServiceAccount spark-operator/gone'])
  })

  it('says that a record is damaged instead of guessing', async () => {
    const damaged = helmSecret('spark-operator')
    damaged.data = { release: 'H4sIAAAA' }
    const status = await statusOf([...crds(), ...operator1x(), damaged])
    expect(remark(status, 'ST-RELEASE-RECORD')?.objects).toContain(
      'spark-operator/sh.helm.release.v1.spark-operator.v1',
    )
  })

  it('says what it may not see, and does not call it sound', async () => {
    const status = await statusOf([...SOUND, ACCOUNT, application('etl'), sparkPod('etl')], {
      forbidden: ['secrets', 'roles'],
    })
    expect(status.unseen.map(({ what }) => what)).toEqual([
      'roles.rbac.authorization.k8s.io',
      'secrets in namespace spark-operator',
    ])
    expect(remark(status, 'ST-RIGHTS')).toBeUndefined()
    expect(statusExit(status)).toBe('inconclusive')
  })

  it('does not call a driver an orphan when it may not see applications', async () => {
    const status = await statusOf([...SOUND, application('etl'), sparkPod('etl')], { forbidden: ['sparkapplications'] })
    expect(remark(status, 'ST-DRIVER-ORPHAN')).toBeUndefined()
    expect(statusExit(status)).toBe('inconclusive')
  })
})

describe('who else owns an operator', () => {
  const operator = (metadata: object) => [...crds(), ...operator1x({ release: undefined, metadata })]

  it('is Argo CD by its tracking annotation, and not suspended while it syncs by itself', async () => {
    const argo = object('argoproj.io/v1alpha1', 'Application', 'spark', {
      namespace: 'argocd',
      spec: { syncPolicy: { automated: { selfHeal: true } } },
    })
    const tracked = {
      annotations: { 'argocd.argoproj.io/tracking-id': 'spark:apps/Deployment:spark-operator/spark-operator' },
    }
    const { installations } = await statusOf([...operator(tracked), argo])
    expect(installations[0]?.gitOps).toEqual([
      {
        tool: 'Argo CD',
        by: 'Application argocd/spark',
        suspended: false,
        evidence: 'spec.syncPolicy.automated is set',
      },
    ])
    delete argo.spec
    expect((await statusOf([...operator(tracked), argo])).installations[0]?.gitOps[0]?.suspended).toBe(true)
  })

  it('is Argo CD when only the Application knows it', async () => {
    const argo = object('argoproj.io/v1alpha1', 'Application', 'spark', {
      namespace: 'argocd',
      status: { resources: [{ kind: 'Deployment', namespace: 'spark-operator', name: 'spark-operator' }] },
      spec: { syncPolicy: { automated: {} } },
    })
    const { installations } = await statusOf([...operator({}), argo])
    expect(installations[0]?.gitOps).toMatchObject([{ by: 'Application argocd/spark', suspended: false }])
  })

  it('is Flux, suspended or not, and not known where its object cannot be read', async () => {
    const flux = object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'spark', {
      namespace: 'flux',
      spec: { suspend: true },
    })
    const labels = { 'helm.toolkit.fluxcd.io/name': 'spark', 'helm.toolkit.fluxcd.io/namespace': 'flux' }
    expect((await statusOf([...operator({ labels }), flux])).installations[0]?.gitOps).toMatchObject([
      { tool: 'Flux', by: 'HelmRelease flux/spark', suspended: true },
    ])
    expect((await statusOf(operator({ labels }))).installations[0]?.gitOps).toMatchObject([{ suspended: null }])
  })
})

describe('applications and their drivers', () => {
  async function remarksOn(...objects: KubeObject[]): Promise<string[]> {
    const status = await statusOf([...SOUND, ACCOUNT, ...objects])
    return status.remarks.map(({ id, objects: names }) => `${id} ${names.join()}`)
  }

  it('knows an application as half submitted by a live driver under a state nobody wrote', async () => {
    expect(await remarksOn(application('etl', { state: '' }), sparkPod('etl'))).toEqual(['ST-HALF-SUBMITTED jobs/etl'])
    expect(await remarksOn(application('etl', { state: '' }))).toEqual([])
  })

  it('does not count the driver of the attempt before as half submitted', async () => {
    const waiting = application('etl', { state: 'PENDING_RERUN' })
    expect(await remarksOn(waiting, sparkPod('etl'))).toEqual([])
    expect(await remarksOn(waiting, sparkPod('etl', { submissionId: 'newer' }))).toEqual(['ST-HALF-SUBMITTED jobs/etl'])
  })

  it('tells a driver that runs on after its application was called failed', async () => {
    const failed = application('etl', { state: 'FAILED' })
    expect(await remarksOn(failed, sparkPod('etl', { submissionId: 'older' }))).toEqual(['ST-DRIVER-LEFT jobs/etl'])
    expect(await remarksOn(failed, sparkPod('etl', { phase: 'Failed' }))).toEqual([])
  })

  it('does not take a sidecar for a driver that runs on', async () => {
    const pod = sparkPod('etl')
    const terminated = { exitCode: 1 }
    const containerStatuses = [
      { name: 'proxy', state: { running: {} } },
      { name: 'spark-kubernetes-driver', state: { terminated } },
    ]
    const kept = { ...pod, status: { phase: 'Running', containerStatuses } }
    expect(await remarksOn(application('etl', { state: 'FAILED' }), kept)).toEqual([])
  })

  it('does not give an application the driver of one that was deleted under the same name', async () => {
    const old = sparkPod('etl', { owned: false, metadata: { creationTimestamp: '2025-12-31T23:59:59Z' } })
    expect(await remarksOn(application('etl', { state: '' }), old)).toEqual(['ST-DRIVER-ORPHAN jobs/etl-driver'])
  })

  it('tells drivers without an application, and applications without a driver', async () => {
    expect(await remarksOn(sparkPod('gone'), application('etl'))).toEqual([
      'ST-DRIVER-MISSING jobs/etl',
      'ST-DRIVER-ORPHAN jobs/gone-driver',
    ])
    expect(await remarksOn(sparkPod('gone', { phase: 'Succeeded' }))).toEqual([])
  })

  it('tells applications in a namespace that nobody watches, but not those that are over', async () => {
    expect(await remarksOn(application('etl', { namespace: 'ml', state: '' }))).toEqual(['ST-UNWATCHED ml/etl'])
    expect(await remarksOn(application('etl', { namespace: 'ml', state: 'COMPLETED' }))).toEqual([])
  })

  it('tells a running driver whose service account is gone', async () => {
    expect(await remarksOn(application('etl'), sparkPod('etl', { serviceAccount: 'deleted' }))).toEqual([
      'ST-DRIVER-ACCOUNT jobs/etl-driver',
    ])
  })
})

describe('webhooks', () => {
  let caBundle: string
  let served: KubeObject
  let stranger: string

  beforeAll(async () => {
    const authority = await createAuthority('ours')
    const { certificate, key } = await authority.issue({
      commonName: 'webhook',
      hosts: ['spark-operator-webhook.spark-operator.svc'],
      notAfter: new Date(NOW + 90 * 86_400_000),
    })
    const encode = (text: string) => Buffer.from(text).toString('base64')
    caBundle = encode(authority.certificate)
    stranger = encode((await createAuthority('theirs')).certificate)
    served = object('v1', 'Secret', 'spark-operator-webhook-certs', {
      namespace: 'spark-operator',
      data: { 'server-cert.pem': encode(certificate), 'server-key.pem': encode(key) },
    })
  })

  const configuration = (bundle: string, failurePolicy = 'Ignore') =>
    object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'spark-operator-webhook-config', {
      webhooks: [
        {
          name: 'webhook.sparkoperator.k8s.io',
          failurePolicy,
          clientConfig: { caBundle: bundle, service: { namespace: 'spark-operator', name: 'spark-operator-webhook' } },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
        },
      ],
    })
  const SERVICE = object('v1', 'Service', 'spark-operator-webhook', {
    namespace: 'spark-operator',
    spec: { ports: [{ port: 443, targetPort: 8080 }] },
  })
  const ENDPOINTS = object('discovery.k8s.io/v1', 'EndpointSlice', 'slice', {
    namespace: 'spark-operator',
    metadata: { labels: { 'kubernetes.io/service-name': 'spark-operator-webhook' } },
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
  })
  const base = () => [...crds(), ...operator1x(), helmSecret('spark-operator')]

  it('answer when service, endpoints, names and signatures fit', async () => {
    const status = await statusOf([...base(), configuration(caBundle), SERVICE, ENDPOINTS, served])
    expect(status.webhooks).toMatchObject([{ reach: 'answers', readyEndpoints: 1, problems: [] }])
    expect(status.remarks).toEqual([])
  })

  it('are broken by each thing that does not fit, and say which', async () => {
    const problems = async (...objects: KubeObject[]) =>
      (await statusOf([...base(), ...objects])).webhooks.flatMap((one) => one.problems)
    expect(await problems(configuration(stranger), SERVICE, ENDPOINTS, served)).toEqual([
      'its caBundle did not sign its certificate (x509: unknown authority)',
    ])
    expect(await problems(configuration(caBundle), SERVICE, served)).toEqual([
      'service spark-operator/spark-operator-webhook has no ready endpoint',
    ])
    expect(await problems(configuration(''), SERVICE, ENDPOINTS, served)).toEqual([
      'its caBundle is empty: the API server trusts no certificate',
    ])
    expect(await problems(configuration(caBundle), served)).toContain(
      'service spark-operator/spark-operator-webhook does not exist',
    )
  })

  it('left behind by a killed operator are known by their name alone', async () => {
    const left = await statusOf([...crds(), configuration(caBundle, 'Fail')])
    expect(remark(left, 'ST-WEBHOOK-BLOCKS')?.severity).toBe('broken')
  })

  it('are not judged where their certificate may not be read', async () => {
    const status = await statusOf([...base(), configuration(caBundle), SERVICE, ENDPOINTS, served], {
      forbidden: ['secrets'],
    })
    expect(status.webhooks).toMatchObject([{ reach: 'unknown', problems: [] }])
  })
})

describe('a fork with its kinds in an API group of its own', () => {
  const inGroup = (objects: readonly KubeObject[], group: string) =>
    JSON.parse(
      JSON.stringify(objects).replaceAll(/sparkoperator\.k8s\.io(?!\/(app-name|launched|submission))/g, group),
    ) as KubeObject[]
  const apaches = (): KubeObject => {
    const properties = { spec: { type: 'object', properties: { driverSpec: { type: 'object' } } } }
    const [theirs] = inGroup([crd('SparkApplication', { schema: { type: 'object', properties } })], 'spark.apache.org')
    return theirs!
  }
  const whole = [...SOUND, ACCOUNT, application('etl'), sparkPod('etl')]

  it('is found as any other, beside the SparkApplications of Apache, which are another kind', async () => {
    const status = await statusOf([...inGroup(whole, 'spark.acme.io'), apaches()])
    expect(status.remarks).toEqual([])
    expect(status.crds.map(({ name }) => name)).toContain('sparkapplications.spark.acme.io')
    expect(status.foreignCrds).toEqual(['sparkapplications.spark.apache.org'])
    expect(status.installations).toMatchObject([{ id: 'spark-operator/spark-operator', applications: { total: 1 } }])
  })

  it('stands beside the operator that it was made from, and is looked at when it is named', async () => {
    const objects = [...whole, ...inGroup([...crds(), application('forked')], 'spark.acme.io')]
    const status = await statusOf(objects)
    expect(status.applications.total).toBe(1)
    expect(status.foreignCrds).toContain('sparkapplications.spark.acme.io')
    const asked = await discover(recordedCluster(objects), { group: 'spark.acme.io', now: NOW })
    expect(asked.cases.map(({ application: { name } }) => name)).toEqual(['forked'])
  })

  it('is asked for where there are two and neither is the first one', async () => {
    const objects = ['spark.acme.io', 'spark.other.io'].flatMap((group) => inGroup(crds(), group))
    await expect(discover(recordedCluster(objects), { now: NOW })).rejects.toMatchObject({
      exit: 'usage',
      why: 'found: spark.acme.io, spark.other.io',
    })
  })
})

describe('definitions', () => {
  it('tell what they keep, what is stored, and what is missing', async () => {
    const status = await statusOf([
      crd('SparkApplication', { preserveUnknownFields: true, stored: ['v1beta1', 'v1beta2'] }),
      ...operator1x({ args: ARGS_1X.filter((flag) => !flag.includes('webhook')) }),
      helmSecret('spark-operator'),
    ])
    expect(status.remarks.map(({ id }) => id)).toEqual(['ST-CRD-MISSING', 'ST-CRD-STORED-OLD', 'ST-CRD-KEEPS-UNKNOWN'])
    expect(status.crds).toMatchObject([{ stored: ['v1beta1', 'v1beta2'], preserveUnknownFields: true, releases: [] }])
  })
})
