/** What is said of pods that real Spark and a real API server made. */
import { describe, expect, it } from 'vitest'
import { at, type JsonMap, mapAt, mapsAt } from '../../../src/domain/pods/json.ts'
import { requestBody } from '../../../src/domain/pods/dry-run/request-body.ts'
import { verifyPods } from '../../../src/domain/pods/verify-pods.ts'
import { effectsOf } from '../../../src/domain/pods/webhook/effects.ts'
import { enforce } from '../../../src/domain/pods/webhook/enforce.ts'
import { operatorVersion } from '../../../src/domain/pods/webhook/operator-versions.ts'
import { NOTHING_ACCEPTED, ROLES, diffOf, differences, recorded, sparkPod } from '../../support/pods.ts'

const CASES = [
  '01-plain',
  '02-volumes-conf',
  '03-scheduling-conf',
  '04-pod-template',
  '06-operator-owner-template',
  '07-local-dirs',
]
const WEBHOOK = '10-webhook-vs-template'
const APPLICATION = recorded(`${WEBHOOK}/app-webhook.yaml`)

describe('the body that a live pod was created from', () => {
  for (const name of CASES)
    for (const role of ROLES)
      it(`is had back from managedFields: ${name} ${role}`, () => {
        const request = recorded(`${name}/${role}.json`)
        const { body, isMixed } = requestBody(sparkPod(recorded(`${name}/${role}.live.json`)))
        // One recording was made with another image; what RuntimeClass puts into a map that is owned whole cannot be told.
        const open = /^different .*\.image$|^extra spec\.nodeSelector\.sandbox$/
        const own = differences(diffOf(request, body)).filter((line) => !open.test(line))
        expect([isMixed, own]).toEqual([false, []])
        expect(at(body, 'metadata', 'uid')).toBeUndefined()
      })
})

describe('a submitted pod and the pod that the API server made of it', () => {
  for (const name of CASES)
    for (const role of ROLES) {
      it(`differ in what admission set, and say so: ${name} ${role}`, () => {
        const diff = diffOf(recorded(`${name}/${role}.json`), recorded(`${name}/${role}.live.json`))
        // This one recording was made with another image.
        const known =
          name === '01-plain' && role === 'executor'
            ? ['different spec.containers[name=spark-kubernetes-executor].image']
            : []
        const open = diff.fields.filter(
          ({ verdict, provenance }) => verdict !== 'extra' || provenance?.by !== 'admission',
        )
        expect(differences({ fields: open })).toEqual(known)
        expect(diff.exit).toBe(known.length === 0 ? 'ok' : 'findings')
        const plugins = diff.fields
          .filter(({ verdict }) => verdict === 'extra')
          .map(({ provenance }) => provenance?.detail)
        for (const plugin of plugins) expect(plugin).toMatch(/^(LimitRanger|ServiceAccount|RuntimeClass) \(A\d\d\)$/)
      })
    }
})

describe('pods with the webhook and pods of the converted application', () => {
  for (const role of ROLES) {
    const main = `spec.containers[name=spark-kubernetes-${role}]`
    const diff = diffOf(
      recorded(`${WEBHOOK}/webhook/${role}.webhook-v2.5.2.json`),
      recorded(`${WEBHOOK}/converted/${role}.json`),
    )

    it(`differ in the memory limit and in the names that Spark sets itself, and in nothing else: ${role}`, () => {
      expect(differences(diff)).toEqual([
        `different ${main}.env[name=SPARK_CONF_DIR].value`,
        `different ${main}.env[name=SPARK_USER].value`,
        `different ${main}.resources.limits.memory`,
      ])
    })

    it(`have their containers in another order and the operator’s mark or not, which counts for nothing: ${role}`, () => {
      const equivalent = diff.fields
        .filter(({ verdict }) => verdict === 'equivalent')
        .map(({ path, rule }) => `${rule ?? ''} ${path}`)
      expect(equivalent).toContain('O01 spec.containers')
      expect(equivalent).toContain('P01 metadata.labels["sparkoperator.k8s.io/mutated-by-spark-operator"]')
    })
  }
})

describe('the webhook of an operator version', () => {
  for (const version of ['v1beta2-1.3.8-3.1.1', '1.6.2'])
    for (const role of ROLES)
      it(`does what its recorded patch did: ${version} ${role}`, () => {
        const body = withoutOwners(recorded(`${WEBHOOK}/webhook/${role}.json`))
        const number = operatorVersion(version).name
        const patch = recorded(`${WEBHOOK}/webhook/${role}.patch-${number}.json`) as unknown as PatchOperation[]
        expectEqualPods(mutated(body, role, version), patched(body, patch))
      })

  for (const [version, role] of [
    ['2.0.2', 'driver'],
    ['2.5.2', 'driver'],
    ['2.5.2', 'executor'],
  ] as const)
    it(`does what its recorded mutation did: ${version} ${role}`, () => {
      const after = recorded(`${WEBHOOK}/webhook/${role}.webhook-v${version}.json`)
      const body = recorded(`${WEBHOOK}/webhook/${role}.json`)
      if (version === '2.0.2') {
        withoutOwners(body)
        const owners = mapsAt(after, 'metadata', 'ownerReferences').slice(1)
        mapAt(after, 'metadata')['ownerReferences'] = owners
      }
      expectEqualPods(mutated(body, role, version), after)
    })

  it('refuses the executor where the recorded one refused it: 2.0.2', () => {
    const refusal = recorded(`${WEBHOOK}/webhook/executor.webhook-v2.0.2.json`)
    const { refused } = question('executor', '2.0.2', false)
    expect(at(refusal, 'error')).toContain(refused)
    expect(question('executor', '2.0.2', true).refused).toBeUndefined()
  })

  it('is proven by the pod that it changed, and not by the same pod before', () => {
    const before = verified(recorded(`${WEBHOOK}/webhook/driver.json`))
    const after = verified(recorded(`${WEBHOOK}/webhook/driver.webhook-v2.5.2.json`))
    expect(differences(after)).toEqual([])
    expect(after.exit, 'no executor was seen').toBe('inconclusive')
    expect(after.unseen).toEqual(['no executor of all was seen'])
    expect(before.exit).toBe('findings')
    expect(differences(before).length).toBeGreaterThan(30)
  })

  it('leaves a trace in every defect of its version, and none in the ideal', () => {
    const application = structuredClone(APPLICATION)
    delete (at(application, 'spec', 'driver') as JsonMap)['env']
    delete (at(application, 'spec', 'driver') as JsonMap)['securityContext']
    const asked = { application, role: 'executor' as const, isSpark2: false }
    expect(effectsOf({ ...asked, operator: operatorVersion('2.0.0'), isIdeal: false }).defects).toHaveLength(3)
    expect(effectsOf({ ...asked, operator: operatorVersion('2.2.1'), isIdeal: false }).defects).toHaveLength(1)
    expect(effectsOf({ ...asked, operator: operatorVersion('2.3.0'), isIdeal: false }).defects).toEqual([])
    expect(effectsOf({ ...asked, operator: operatorVersion('2.0.0'), isIdeal: true }).defects).toEqual([])
  })
})

describe('the same submission under another Spark', () => {
  const versions: [string, string, string][] = ['02-volumes-conf', '03-scheduling-conf', '04-pod-template'].flatMap(
    (name) => ['3.1.3', '3.3.4', '4.0.1'].map((version): [string, string, string] => [name, name, version]),
  )
  for (const [name, folder, version] of versions)
    for (const role of ROLES)
      it(`differs in nothing that no rule explains: ${name} ${version} ${role}`, () => {
        const diff = diffOf(
          recorded(`${folder}/${role}.json`),
          recorded(`${folder}/by-version/${version}/${role}.json`),
        )
        expect(diff.fields.filter(({ verdict, rule }) => verdict !== 'same' && rule === undefined)).toEqual([])
        expect(diff.fields.filter(({ verdict }) => verdict === 'noise')).toEqual([])
      })

  it('keeps as lost what the older Spark did not do, with the reason', () => {
    const diff = diffOf(
      recorded('03-scheduling-conf/driver.json'),
      recorded('03-scheduling-conf/by-version/3.1.3/driver.json'),
    )
    expect(differences(diff)).toEqual(['missing spec.nodeSelector.disktype', 'different spec.schedulerName'])
    expect(diff.fields.find(({ path }) => path === 'spec.schedulerName')).toMatchObject({ rule: 'S22' })
  })
})

/** Bodies were recorded with arguments of v2.5.2, which writes the owner itself; older operators do not. */
function withoutOwners(body: JsonMap): JsonMap {
  mapAt(body, 'metadata')['ownerReferences'] = mapsAt(body, 'metadata', 'ownerReferences').filter(
    ({ kind }) => kind === 'Pod',
  )
  return body
}

function question(role: 'driver' | 'executor', version: string, isIdeal: boolean) {
  return effectsOf({ application: APPLICATION, role, operator: operatorVersion(version), isIdeal, isSpark2: false })
}

function mutated(body: JsonMap, role: 'driver' | 'executor', version: string): JsonMap {
  const { effects, refused } = question(role, version, false)
  expect(refused).toBeUndefined()
  return enforce(body, effects, 0).pod
}

function expectEqualPods(actual: JsonMap, expected: JsonMap): void {
  expect(differences(diffOf(expected, actual))).toEqual([])
  // Its order counts: the last of a name, and references to earlier ones.
  expect(names(actual)).toEqual(names(expected))
}

function names(pod: JsonMap): unknown[] {
  return mapsAt(mapsAt(pod, 'spec', 'containers')[0], 'env').map(({ name }) => name)
}

function verified(object: JsonMap) {
  const actual = { from: 'test', pods: [sparkPod(object)], applications: [], captures: [], skipped: [], gaps: [] }
  const operator = operatorVersion('2.5.2')
  const truth = {
    kind: 'spec',
    from: 'app',
    application: APPLICATION,
    operator,
    sparkVersion: undefined,
    isIdeal: false,
  } as const
  return verifyPods({ actual, truth, accept: NOTHING_ACCEPTED, isStrict: false })
}

interface PatchOperation {
  op: string
  path: string
  value: unknown
}

/** JSON Patch, as far as the operator uses it: `add` only. */
function patched(body: JsonMap, operations: readonly PatchOperation[]): JsonMap {
  const pod = structuredClone(body)
  for (const { op, path, value } of operations) {
    expect(op).toBe('add')
    const steps = path
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = steps.pop()!
    const holder = steps.reduce<Record<string, unknown>>((node, step) => node[step] as Record<string, unknown>, pod)
    if (last === '-') (holder as unknown as unknown[]).push(value)
    else holder[last] = value
  }
  return pod
}
