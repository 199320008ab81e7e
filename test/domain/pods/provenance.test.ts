/** Who set what: a pod as a mutating webhook leaves it has the owners of the request and the fields of the answer. */
import { describe, expect, it } from 'vitest'
import { at, type JsonMap, mapAt, mapsAt } from '../../../src/domain/pods/json.ts'
import { verifyPods } from '../../../src/domain/pods/verify-pods.ts'
import { NOTHING_ACCEPTED, ROLES, recorded, sparkPod } from '../../support/pods.ts'

const CASE = '10-webhook-vs-template'

describe('a pod that a webhook changed', () => {
  for (const role of ROLES) {
    const found = webhooks(proof(changedByWebhook(role), recorded(`${CASE}/app-webhook.yaml`)))
    const main = `spec.containers[name=spark-kubernetes-${role}]`

    it(`shows what the webhook added, and nothing that the submitter or Kubernetes set: ${role}`, () => {
      expect(found).toContain('spec.priorityClassName')
      expect(found).toContain('spec.volumes[name=data]')
      expect(found).toContain(`${main}.volumeMounts[mountPath=/data]`)
      expect(found).toContain(`${main}.env[name=TZ]`)
      expect(found).toContain(`${main}.lifecycle`)
      expect(found).toContain('spec.containers[name=fluent]')
      expect(found).toContain('spec.initContainers')
      expect(found).toContain('spec.nodeSelector')
      expect(
        found.filter((path) => /kube-api-access|serviceaccount|not-ready|\.priority$|spark-local-dir/.test(path)),
      ).toEqual([])
    })

    it(`says of values that were the submitter’s before that it cannot tell: ${role}`, () => {
      const answer = proof(changedByWebhook(role))
      const undecided = answer.fields.filter(({ verdict }) => verdict === 'undecided').map(({ path }) => path)
      expect(undecided).toEqual(
        expect.arrayContaining([
          'spec.schedulerName',
          'spec.terminationGracePeriodSeconds',
          `${main}.resources.limits.memory`,
        ]),
      )
      expect(answer.exit).toBe('findings')
    })
  }
})

describe('a pod that no webhook changed', () => {
  it('is proven where the application asks for the very values that cannot be told', () => {
    for (const role of ROLES) {
      const answer = proof(recorded(`${CASE}/converted/${role}.live.json`), recorded(`${CASE}/app-converted.yaml`))
      expect(answer.fields.filter(({ verdict }) => verdict !== 'same')).toEqual([])
      expect(answer.unseen).toEqual([`no ${role === 'driver' ? 'executor' : 'driver'} of all was seen`])
    }
  })

  it('is not proven without the application, and names what is open', () => {
    const answer = proof(recorded(`${CASE}/converted/driver.live.json`))
    expect(webhooks(answer)).toEqual([])
    expect(answer.exit).toBe('inconclusive')
    expect(answer.fields.find(({ path }) => path === 'spec.schedulerName')).toMatchObject({
      verdict: 'undecided',
      rule: 'R01',
    })
  })

  it('is proven by itself where it has nothing but what Spark and the API server set', () => {
    const answer = proof(recorded('01-plain/driver.live.json'))
    expect(answer.fields.filter(({ verdict }) => verdict !== 'same')).toEqual([])
    expect(answer.exit).toBe('ok')
  })

  it('may have the priority class that the cluster gives to all, and not the webhook’s', () => {
    const pod = recorded('01-plain/driver.live.json')
    mapAt(pod, 'spec')['priorityClassName'] = 'standard'
    const open = proof(pod).fields.filter(({ verdict }) => verdict !== 'same')
    expect(open.map(({ path, verdict, rule }) => [path, verdict, rule])).toEqual([
      ['spec.priorityClassName', 'undecided', 'R17'],
    ])
    const name = mapAt(pod, 'metadata', 'labels')['sparkoperator.k8s.io/app-name'] ?? sparkPod(pod).application
    const application = { kind: 'SparkApplication', metadata: { name }, spec: { executor: { instances: 0 } } }
    expect(proof(pod, application).exit).toBe('ok')
    const asking = { ...application, spec: { ...application.spec, driver: { priorityClassName: 'standard' } } }
    expect(webhooks(proof(pod, asking))).toEqual(['spec.priorityClassName'])
  })

  it('is not proven where managedFields were left out', () => {
    const pod = recorded('01-plain/driver.live.json')
    delete mapAt(pod, 'metadata')['managedFields']
    const answer = proof(pod)
    expect(answer.exit).toBe('inconclusive')
    expect(answer.unseen.join()).toContain('--show-managed-fields')
  })

  it('tells a later change by another manager apart', () => {
    const pod = recorded('01-plain/driver.live.json')
    const labels = mapAt(pod, 'metadata', 'labels')
    labels['owner'] = 'somebody'
    const fieldsV1 = { 'f:metadata': { 'f:labels': { 'f:owner': {} } } }
    mapsAt(pod, 'metadata', 'managedFields')
    ;(at(pod, 'metadata', 'managedFields') as unknown[]).push({
      manager: 'kubectl-label',
      operation: 'Update',
      time: '2026-11-23T00:00:00Z',
      fieldsV1,
    })
    expect(proof(pod).fields.find(({ path }) => path === 'metadata.labels.owner')).toMatchObject({
      provenance: { by: 'later' },
    })
    expect(webhooks(proof(pod))).toEqual([])
  })
})

/** The stored pod: what the webhook made of it, under the owners that the API server noted before. */
function changedByWebhook(role: string): JsonMap {
  const after = recorded(`${CASE}/webhook/${role}.webhook-v2.5.2.live.json`)
  const before = recorded(`${CASE}/webhook/${role}.live.json`)
  mapAt(after, 'metadata')['managedFields'] = at(before, 'metadata', 'managedFields')
  return after
}

function proof(object: JsonMap, application?: JsonMap) {
  const applications = application === undefined ? [] : [{ object: application, from: 'test' }]
  const actual = { from: 'test', pods: [sparkPod(object)], applications, captures: [], skipped: [], gaps: [] }
  return verifyPods({ actual, truth: { kind: 'provenance' }, accept: NOTHING_ACCEPTED, isStrict: false })
}

function webhooks({ fields }: ReturnType<typeof proof>): string[] {
  return fields
    .filter(({ verdict, provenance }) => verdict === 'extra' && provenance?.by === 'webhook')
    .map(({ path }) => path)
}
