/** What holds of any conversion: the pods are the same without the webhook, but for what the report names. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convertApplication } from '../../../src/domain/app/convert/convert.ts'
import type { Conversion, ConversionQuestion } from '../../../src/domain/app/convert/conversion.ts'
import { checkFields } from '../../../src/domain/app/schema/check.ts'
import { TEMPLATE_SCHEMA } from '../../../src/domain/app/schema/fields.ts'
import { type JsonMap, at, mapAt, mapsAt, textAt } from '../../../src/domain/pods/json.ts'
import type { Role } from '../../../src/domain/pods/rows.ts'
import { versionOf } from '../../../src/domain/pods/versions.ts'
import { type Effect, effectsOf } from '../../../src/domain/pods/webhook/effects.ts'
import { enforce } from '../../../src/domain/pods/webhook/enforce.ts'
import { operatorVersion } from '../../../src/domain/pods/webhook/operator-versions.ts'
import { OPERATORS, anyApplication } from '../../support/app/applications.ts'
import { bodyOf, withTemplate } from '../../support/app/spark-pods.ts'
import { ROLES, diffOf, differences } from '../../support/pods.ts'

const TEMPLATES_AT = 'local:///opt/templates'

function questionOf(object: JsonMap, version: string, templatesAt: string | undefined): ConversionQuestion {
  const jobSpark = versionOf(textAt(object, 'spec', 'sparkVersion'))!
  return { object, operator: operatorVersion(version), jobSpark, isIdeal: false, templatesAt }
}

describe('a conversion', () => {
  for (const version of OPERATORS)
    for (const templatesAt of version.startsWith('1.') || version === '2.0.2' ? [undefined, TEMPLATES_AT] : [undefined])
      it(`makes the pods that the webhook of ${version} made, but for what it names${templatesAt ? ', with template files' : ''}`, () => {
        fc.assert(
          fc.property(anyApplication, (application) => {
            const question = questionOf(application, version, templatesAt)
            const conversion = convertApplication(question)
            for (const role of ROLES) {
              const spark = role === 'driver' ? versionOf(question.operator.spark)! : question.jobSpark
              const effects = effectsLeft(question, conversion, role)
              const before = enforce(bodyOf(application, role, spark), effects, 0).pod
              const template =
                conversion.templates.find((one) => one.role === role)?.pod ??
                at(conversion.object, 'spec', role, 'template')
              const after = withTemplate(bodyOf(conversion.object, role, spark), template, role, spark)
              expect(differences(diffOf(before, withoutAdded(after, conversion, before)))).toEqual([])
            }
          }),
          { numRuns: 50 },
        )
      })

  for (const version of OPERATORS)
    it(`of what was converted changes nothing: ${version}`, () => {
      fc.assert(
        fc.property(anyApplication, fc.constantFrom(undefined, TEMPLATES_AT), (application, templatesAt) => {
          const first = convertApplication(questionOf(application, version, templatesAt))
          const second = convertApplication(questionOf(first.object, version, templatesAt))
          expect(second.object).toEqual(first.object)
          expect(second.templates).toEqual([])
        }),
        { numRuns: 30 },
      )
    })

  it('writes templates that Kubernetes knows every field of', () => {
    fc.assert(
      fc.property(anyApplication, (application) => {
        const { object } = convertApplication(questionOf(application, '2.5.2', undefined))
        for (const role of ROLES) {
          const type = { kind: 'struct', name: 'PodTemplateSpec', atomic: false } as const
          const template = at(object, 'spec', role, 'template')
          expect(checkFields(template, type, [], { schema: TEMPLATE_SCHEMA, version: [2, 5, 2] })).toEqual([])
        }
      }),
      { numRuns: 30 },
    )
  })

  it('leaves the application that it was given as it was', () => {
    fc.assert(
      fc.property(anyApplication, fc.constantFrom(...OPERATORS), (application, version) => {
        const text = JSON.stringify(application)
        convertApplication(questionOf(application, version, TEMPLATES_AT))
        expect(JSON.stringify(application)).toBe(text)
      }),
      { numRuns: 30 },
    )
  })
})

/** What the webhook did, without what the report says is lost, changed or done by the operator. */
function effectsLeft(question: ConversionQuestion, { rows }: Conversion, role: Role): Effect[] {
  const { object, operator, jobSpark } = question
  const asked = { application: object, role, operator, isSpark2: jobSpark[0]! < 3 }
  const real = effectsOf({ ...asked, isIdeal: false })
  const { effects } = real.refused === undefined ? real : effectsOf({ ...asked, isIdeal: true })
  const spec = mapAt(object, 'spec')
  const told = rows.filter((row) => row.role === role)
  return effects.filter((effect) => {
    const { field, change } = effect
    if (field === 'metadata.name') return false
    const volume = /^volumes\[name=(.*)\]$/.exec(field)?.[1]
    const index = mapsAt(spec, 'volumes').findLastIndex(({ name }) => name === volume)
    const path = volume === undefined ? `spec.${field}` : `spec.volumes[${index}]`
    const own = told.filter((row) => row.field === path)
    if (own.some(({ severity }) => severity === 'changed')) return false
    const isPartly =
      own.some(({ outcome }) => outcome !== 'impossible') && own.some(({ severity }) => severity === 'lost')
    if (isPartly) return !(change.do === 'append' && change.to.at(-1) === 'env')
    return !own.some(({ severity }) => severity === 'lost')
  })
}

/** Without what the webhook could not have made: volumes of sidecars (the API server refused such pods), changed forms. */
function withoutAdded(pod: JsonMap, { rows }: Conversion, before: JsonMap): JsonMap {
  const isAdded = rows.some(({ rule }) => rule === 'C10')
  const isChanged = rows.some(({ severity }) => severity === 'changed')
  const spec = mapAt(pod, 'spec')
  const there = new Set(mapsAt(before, 'spec', 'volumes').map(({ name }) => name))
  if (isAdded || isChanged) spec['volumes'] = mapsAt(spec, 'volumes').filter(({ name }) => there.has(name))
  if (isChanged)
    for (const container of mapsAt(spec, 'containers')) {
      container['volumeMounts'] = mapsAt(container, 'volumeMounts').filter(
        ({ name }) => there.has(name) || container['name'] === 'log',
      )
      if (rows.some(({ rule }) => rule === 'C26'))
        container['env'] = mapsAt(container, 'env').filter(({ name }) => name !== 'HADOOP_CONF_DIR')
    }
  if (rows.some(({ rule }) => rule === 'C29')) spec['nodeSelector'] = mapAt(before, 'spec')['nodeSelector']
  return pod
}
