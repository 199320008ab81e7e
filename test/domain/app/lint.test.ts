/** What lint says of applications: held against the definitions that operators shipped, and rule by rule. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { lintFiles } from '../../../src/domain/app/lint/lint-files.ts'
import { LINT_RULES } from '../../../src/domain/app/lint/rules.ts'
import type { Schema } from '../../../src/domain/operator/schema/structural.ts'
import { type JsonMap, mapAt } from '../../../src/domain/pods/json.ts'
import { operatorVersion } from '../../../src/domain/pods/webhook/operator-versions.ts'
import { recorded } from '../../support/pods.ts'
import { ROOT } from '../../support/run.ts'

async function lint(
  spec: JsonMap,
  version = '2.5.2',
  more: { kind?: string; name?: string; withoutWebhook?: boolean } = {},
) {
  const object = {
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: more.kind ?? 'SparkApplication',
    metadata: { name: more.name ?? 'etl', namespace: 'jobs' },
    spec:
      more.kind === undefined
        ? {
            type: 'Python',
            sparkVersion: '3.5.7',
            mainApplicationFile: 'a.py',
            mode: 'cluster',
            driver: {},
            executor: {},
            ...spec,
          }
        : spec,
  }
  return await lintText(JSON.stringify(object), version, more.withoutWebhook)
}

async function lintText(text: string, version: string, withoutWebhook = false) {
  const { findings } = await lintFiles({
    files: [{ name: 'app.yaml', isNamed: true, text: () => Promise.resolve(text) }],
    operator: operatorVersion(version),
    sparkVersion: undefined,
    withoutWebhook,
    isStrict: false,
  })
  return findings
}

async function rulesOf(...args: Parameters<typeof lint>): Promise<string[]> {
  return (await lint(...args)).map(({ rule, field }) => `${rule} ${field}`).sort()
}

/** The definition of a kind as the operator's chart had it. */
function definition(version: string, kind: string): Schema {
  const directory = join(ROOT, 'test/fixtures/operator', version, 'crds')
  const crds = readdirSync(directory).map((file) => load(readFileSync(join(directory, file), 'utf8')) as JsonMap)
  const crd = crds.find((one) => mapAt(one, 'spec', 'names')['kind'] === kind)
  const spec = mapAt(crd, 'spec') as { versions: { storage: boolean; schema: { openAPIV3Schema: Schema } }[] }
  return spec.versions.find(({ storage }) => storage)!.schema.openAPIV3Schema
}

describe('fields of a definition', () => {
  for (const version of ['1.3.8', '2.1.1', '2.5.2']) {
    const schema = definition(version, 'SparkApplication')

    // The definitions of these charts were cut down for tests: what they have, they have as the operator had it.
    it(`are those of the operator’s definition: ${version}`, async () => {
      const { APPLICATION_SCHEMA } = await import('../../../src/domain/app/schema/fields.ts')
      const { isAtLeast, versionOf } = await import('../../../src/domain/pods/versions.ts')
      const parts = versionOf(version)!
      const faults: string[] = []
      const walk = (node: Schema, struct: string, path: string): void => {
        const fields = APPLICATION_SCHEMA(struct)
        for (const [name, child] of Object.entries(node.properties ?? {})) {
          if (name === 'status') continue
          const field = fields?.get(name)
          const isThere =
            field !== undefined && (field.since === undefined || isAtLeast(parts, versionOf(field.since)!))
          if (!isThere) faults.push(`${path}.${name}`)
          if (field === undefined) continue
          const { type, isRequired } = field
          if (isRequired(parts) !== (node.required?.includes(name) ?? false)) faults.push(`${path}.${name} required`)
          const below = type.kind === 'list' || type.kind === 'map' ? type.of : type
          const inner =
            type.kind === 'list' ? child.items : type.kind === 'map' ? (child.additionalProperties as Schema) : child
          if (below.kind === 'struct' && inner !== undefined) walk(inner, below.name, `${path}.${name}`)
        }
      }
      walk(schema, 'SparkApplication', 'app')
      walk(definition(version, 'ScheduledSparkApplication'), 'ScheduledSparkApplication', 'schedule')
      expect(faults).toEqual([])
    })
  }

  it('are told with what was probably meant, and where', async () => {
    const text = `apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: etl}
spec:
  type: Python
  mode: cluster
  sparkVersion: 3.5.7
  mainApplicationFile: a.py
  driver:
    cores: "2"
    tolerrations: []
  executor: {}
  sparkConf:
    spark.executor.instances: 2
`
    const findings = await lintText(text, '2.5.2')
    expect(findings.map(({ rule, line, column, fix }) => `${rule} ${line}:${column} ${fix}`)).toEqual([
      'AL03 10:5 put texts in quotes, and numbers and true or false out of them',
      'AL01 11:5 did you mean tolerations?',
      'AL03 14:5 put texts in quotes, and numbers and true or false out of them',
    ])
  })
})

describe('a pod template', () => {
  const template = (spec: JsonMap, metadata: JsonMap = {}): JsonMap => ({ driver: { template: { metadata, spec } } })
  const main = (more: JsonMap): JsonMap => ({ containers: [{ name: 'spark-kubernetes-driver', ...more }] })

  it('is held against core/v1, into which no definition looks', async () => {
    // As in the operator's own example of a template.
    const found = await rulesOf(template({ securityContext: { capabilities: { drop: ['ALL'] }, runAsUser: 1 } }))
    expect(found).toEqual(['AL10 spec.driver.template.spec.securityContext.capabilities'])
    expect(await rulesOf(template({ hostNetwork: 'yes' }))).toEqual(['AL11 spec.driver.template.spec.hostNetwork'])
  })

  it('is told what Spark overwrites, sets again, or trips over', async () => {
    expect(
      await rulesOf(
        template(
          { ...main({ image: 'x', args: ['a'] }), priority: 5, restartPolicy: 'Always' },
          { namespace: 'other' },
        ),
      ),
    ).toEqual([
      'AL15 spec.driver.template.spec.containers[0].image',
      'AL15 spec.driver.template.spec.restartPolicy',
      'AL17 spec.driver.template.spec.containers[0].args',
      'AL18 spec.driver.template.spec.priority',
      'AL19 spec.driver.template.metadata.namespace',
    ])
    expect(await rulesOf(template({ containers: [{ name: 'main' }] }))).toEqual([
      'AL14 spec.driver.template.spec.containers[0].name',
    ])
  })

  it('may name a volume once, and a variable twice', async () => {
    const volume = { name: 'a', emptyDir: {} }
    const entry = { name: 'A', value: 'x' }
    expect(await rulesOf(template({ ...main({ env: [entry, entry] }), volumes: [volume, volume] }))).toEqual([
      'AL12 spec.driver.template.spec.volumes[1]',
    ])
  })

  it('of executors depends on the Spark of the job', async () => {
    const executor = {
      template: {
        spec: {
          containers: [{ name: 'spark-kubernetes-executor', ports: [{ containerPort: 1 }] }],
          terminationGracePeriodSeconds: 5,
        },
      },
    }
    expect(await rulesOf({ executor, sparkVersion: '3.3.4' })).toEqual([
      'AL20 spec.executor.template.spec.containers[0].ports',
    ])
    expect(await rulesOf({ executor, sparkVersion: '4.1.0' })).toEqual([
      'AL21 spec.executor.template.spec.terminationGracePeriodSeconds',
    ])
    expect(await rulesOf({ executor, sparkVersion: '3.5.7' })).toEqual([])
    expect(await rulesOf({ executor, sparkVersion: '2.4.8' })).toContain('AL13 spec.executor.template')
  })

  it('does not hide from YuniKorn’s plugin what it builds task groups from', async () => {
    const spec = { ...template({ nodeSelector: { a: 'b' } }), batchScheduler: 'yunikorn' }
    expect(await rulesOf(spec)).toEqual(['AL24 spec.driver.template.spec.nodeSelector'])
  })
})

describe('an operator version', () => {
  it('refuses keys of sparkConf from 2.5.2 on', async () => {
    const spec = {
      sparkConf: {
        'spark.kubernetes.container.image': 'x',
        'spark.kubernetes.namespace': 'other',
        'spark.kubernetes.driver.podTemplateFile': '/t',
      },
    }
    expect(await rulesOf(spec)).toEqual(
      [
        'AL30 spec.sparkConf["spark.kubernetes.container.image"]',
        'AL31 spec.sparkConf["spark.kubernetes.driver.podTemplateFile"]',
        'AL30 spec.sparkConf["spark.kubernetes.namespace"]',
      ].sort(),
    )
    expect(await rulesOf(spec, '2.3.0')).toEqual([])
  })

  it('has traps of its own', async () => {
    expect(await rulesOf({}, '2.5.2', { name: '1st' })).toEqual(['AL33 metadata.name'])
    expect(await rulesOf({}, '2.2.0', { name: '1st' })).toEqual([])
    expect(await rulesOf({ executor: { lifecycle: {} } }, '2.0.2')).toEqual(['AL35 spec.executor.lifecycle'])
    expect(await rulesOf({ executor: { env: [{ name: 'A', value: 'b' }] } }, '2.2.1')).toEqual([
      'AL36 spec.executor.env',
    ])
    expect(await rulesOf({ batchSchedulerOptions: { priorityClassName: 'high' } })).toEqual([
      'AL37 spec.batchSchedulerOptions.priorityClassName',
    ])
    expect(await rulesOf({ driver: { memoryLimit: '3G' } })).toEqual(['AL35 spec.driver.memoryLimit'])
    const schedule = {
      schedule: '@daily',
      template: { type: 'Python', sparkVersion: '3.5.7', mainApplicationFile: 'a', driver: {}, executor: {} },
    }
    expect(await rulesOf(schedule, '2.5.2', { kind: 'ScheduledSparkApplication' })).toEqual([
      'AL42 spec.concurrencyPolicy',
    ])
  })

  it('is told of names that a volume cannot have, its own and those made of ConfigMaps', async () => {
    const volumeMounts = [{ name: 'a.b', mountPath: '/a' }]
    const configMaps = [
      { name: 'extra.conf', path: '/etc/extra' },
      { name: 'extra', path: '/etc/more' },
      { name: `${'x'.repeat(62)}-long`, path: '/etc/long' },
    ]
    expect(
      await rulesOf({ volumes: [{ name: 'a.b', emptyDir: {} }], driver: { volumeMounts, configMaps } }, '2.5.2'),
    ).toEqual([
      'AL43 spec.driver.configMaps[0].name',
      'AL43 spec.driver.configMaps[2].name',
      'AL43 spec.volumes[0].name',
    ])
  })

  it('adds only volumes that Spark’s own containers mount', async () => {
    const volumes = [
      { name: 'a', emptyDir: {} },
      { name: 'b', emptyDir: {} },
    ]
    const sidecars = [{ name: 's', image: 's', volumeMounts: [{ name: 'a', mountPath: '/a' }] }]
    expect(await rulesOf({ volumes, driver: { sidecars, volumeMounts: [{ name: 'c', mountPath: '/c' }] } })).toEqual(
      ['AL41 spec.volumes[0]', 'AL40 spec.volumes[1]', 'AL39 spec.driver.volumeMounts[0]'].sort(),
    )
  })
})

describe('without the webhook', () => {
  it('what nobody else carries out or fills in is named', async () => {
    const found = await rulesOf(
      { driver: { priorityClassName: 'high', cores: 1, memory: '1g' }, executor: { cores: 1, memory: '1g' } },
      '2.5.2',
      { withoutWebhook: true },
    )
    expect(found).toEqual(
      expect.arrayContaining([
        'AL50 spec.driver.priorityClassName',
        'AL51 spec.restartPolicy.type',
        'AL51 spec.executor.instances',
      ]),
    )
    expect(found).toHaveLength(3)
  })
})

it('finds nothing wrong with what a conversion wrote of the recorded application', async () => {
  const findings = await lintText(JSON.stringify(recorded('10-webhook-vs-template/app-converted.yaml')), '2.5.2')
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
})

it('gives each rule an id of its own', () => {
  const ids = Object.values(LINT_RULES).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})
