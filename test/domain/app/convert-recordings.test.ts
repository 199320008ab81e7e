/** The conversion of a recorded application against the pods that its webhook had made: Spark's own, and real. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { convertFiles } from '../../../src/domain/app/convert/convert-files.ts'
import { type JsonMap, at, mapAt, mapsAt } from '../../../src/domain/pods/json.ts'
import { parseDocuments } from '../../../src/domain/pods/read-objects.ts'
import { operatorVersion } from '../../../src/domain/pods/webhook/operator-versions.ts'
import { nameOfMain, withTemplate } from '../../support/app/spark-pods.ts'
import { PODS, ROLES, diffOf, differences, recorded } from '../../support/pods.ts'

const CASE = '10-webhook-vs-template'
/** The drivers of the recording were made by Spark 4.0.1, the executors by 3.5.7. */
const SPARK = { driver: [4, 0, 1], executor: [3, 5, 7] }

async function converted(version: string) {
  const name = join(PODS, CASE, 'app-webhook.yaml')
  const conversion = await convertFiles({
    files: [{ name, isNamed: true, text: () => Promise.resolve(readFileSync(name, 'utf8')) }],
    operator: operatorVersion(version),
    sparkVersion: undefined,
    isIdeal: false,
    templatesAt: undefined,
  })
  const [file] = conversion.files
  return { conversion, file: file!, object: parseDocuments(file!.text, 'converted')[0] as JsonMap }
}

describe('what Spark makes of a template, as these tests tell it', () => {
  for (const role of ROLES)
    it(`is what real Spark made of the recorded template: ${role}`, () => {
      const template = at(recorded(`${CASE}/app-converted.yaml`), 'spec', role, 'template')
      const told = withTemplate(recorded(`${CASE}/webhook/${role}.json`), template, role, SPARK[role])
      expect(differences(diffOf(recorded(`${CASE}/converted/${role}.json`), told))).toEqual([])
    })
})

describe('the recorded application, converted for the operator that it was recorded with', () => {
  for (const role of ROLES)
    it(`gives the pods that its webhook made, but for the memory limit and what Spark sets itself: ${role}`, async () => {
      const { object } = await converted('2.5.2')
      const template = at(object, 'spec', role, 'template')
      const pod = withTemplate(recorded(`${CASE}/webhook/${role}.json`), template, role, SPARK[role])
      const main = `spec.containers[name=${nameOfMain(role)}]`
      expect(differences(diffOf(recorded(`${CASE}/webhook/${role}.webhook-v2.5.2.json`), pod))).toEqual([
        `different ${main}.env[name=SPARK_CONF_DIR].value`,
        `different ${main}.env[name=SPARK_USER].value`,
        `different ${main}.resources.limits.memory`,
      ])
    })

  it('names exactly these as lost, and ends with findings', async () => {
    const { conversion, file } = await converted('2.5.2')
    const rows = file.applications.flatMap(({ fields }) => fields)
    expect(
      rows.filter(({ severity }) => severity === 'lost').map(({ field, role, rule }) => [role, field, rule].join(' ')),
    ).toEqual([
      'driver spec.driver.env[2] U11',
      'driver spec.sparkConfigMap U10',
      'driver spec.driver.memoryLimit U01',
      'executor spec.executor.env[2] U11',
      'executor spec.sparkConfigMap U10',
      'executor spec.executor.memoryLimit U01',
    ])
    expect(conversion.exit).toBe('findings')
  })

  it('keeps what YuniKorn’s plugin and the controller read', async () => {
    const { object } = await converted('2.5.2')
    for (const role of ROLES) {
      const own = mapAt(object, 'spec', role)
      expect(Object.keys(own)).toEqual(expect.arrayContaining(['nodeSelector', 'tolerations', 'affinity']))
      expect(mapsAt(own, 'volumeMounts').map(({ name }) => name)).toEqual(['spark-local-dir-1'])
    }
    expect(at(object, 'spec', 'batchScheduler')).toBe('yunikorn')
    expect(at(object, 'spec', 'monitoring', 'prometheus')).toBeDefined()
  })

  it('keeps every line that it does not have to change', async () => {
    const { file } = await converted('2.5.2')
    const removed = file.diff.split('\n').filter((line) => /^-(?!--)/.test(line))
    const kept = file.text.split('\n')
    expect(kept[0]).toMatch(/^# SparkApplication that relies/)
    expect(kept).toContain('  - name: spark-local-dir-1')
    // Nothing but fields that moved: each removed line is found again, deeper, in the template.
    const words = new Set(kept.map((line) => line.trim()))
    const gone = removed.map((line) => line.slice(1).trim()).filter((line) => !words.has(line))
    expect(new Set(gone)).toEqual(
      new Set([
        'sparkConfigMap: spark-conf-cm',
        'hadoopConfigMap: hadoop-conf-cm',
        'gpu:',
        'name: nvidia.com/gpu',
        'quantity: 1',
        'podSecurityContext:',
        'sidecars:',
        'configMaps:',
        '- name: extra',
        'path: /etc/extra',
      ]),
    )
  })
})

describe('an operator that has no template', () => {
  it('gets what sparkConf can carry, and is told what to do about the rest', async () => {
    const { file } = await converted('1.6.2')
    const rows = file.applications.flatMap(({ fields }) => fields)
    expect(rows.find(({ field }) => field === 'spec.driver.env[0]')).toMatchObject({ outcome: 'conf' })
    expect(rows.find(({ field }) => field === 'spec.driver.tolerations[0]')).toMatchObject({
      outcome: 'impossible',
      rule: 'C20',
      workaround: expect.stringContaining('--templates-at') as string,
    })
  })
})
