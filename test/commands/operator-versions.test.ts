/** `operator versions` as a user runs it. */
import { dirname } from 'node:path'
import { describe, expect, it as always } from 'vitest'
import { findLabProgram } from '../../scripts/lab.mjs'
import type { OperatorVersion } from '../../src/domain/operator/versions/describe-version.ts'
import type { OperatorVersions } from '../../src/domain/operator/versions/list-versions.ts'
import { needs } from '../support/capabilities.ts'
import { fixtureChart } from '../support/operator/fixtures.ts'
import { runCli, type RunResult } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const { it } = needs('lab')

function versions(...words: string[]): Promise<RunResult> {
  const PATH = `${dirname(findLabProgram('helm') ?? '/nowhere/helm')}:${process.env.PATH ?? ''}`
  return runCli(['operator', 'versions', ...words], { env: { PATH } })
}

async function read(...words: string[]): Promise<OperatorVersion> {
  const { code, stdout, stderr } = await versions(...words, '--json')
  expect(code, stderr).toBe(0)
  const document = JSON.parse(stdout) as OperatorVersion
  expectMatchesSchema('operator-version', document)
  return document
}

describe('operator versions', () => {
  always('lists every release with its definitions, charts, Spark, image and what it does otherwise', async () => {
    const { code, stdout } = await versions('--json')
    expect(code).toBe(0)
    const document = JSON.parse(stdout) as OperatorVersions
    expectMatchesSchema('operator-versions', document)
    expect(document.items.length).toBeGreaterThan(55)
    const { image, charts, spark, traits } = document.items.find(({ version }) => version === '1.3.8')!
    expect({ image, charts, spark }).toEqual({
      image: 'ghcr.io/googlecloudplatform/spark-operator:v1beta2-1.3.8-3.1.1',
      charts: ['1.1.26', '1.1.27'],
      spark: '3.1.1',
    })
    expect(traits.find(({ name }) => name === 'operatorRbac')).toMatchObject({ value: 'hooks' })
    expect(traits.every(({ source }) => source !== '')).toBe(true)
  })

  always('gives names, and newest releases first in a table that fits a terminal', async () => {
    const [names, table] = await Promise.all([versions('-o', 'name'), versions()])
    expect(names.stdout.split('\n')).toContain('2.5.2')
    expect(table.stdout.split('\n')[1]).toMatch(/^2\.5\.2 /)
    expect(Math.max(...table.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('tells what a chart is and does, and calls a schema that no release had custom', async () => {
    const document = await read(fixtureChart('2.5.2'), '--set', 'spark.jobNamespaces={a,b}', '-n', 'ops')
    expect(document).toMatchObject({
      version: '2.5.2',
      known: { version: '2.5.2', exact: true },
      operators: [
        { watches: 'a, b', workload: 'Deployment ops/spark-operator-controller', webhook: { watches: 'a, b' } },
      ],
    })
    expect(document.definitions.map(({ versions: [version] }) => version?.same)).toEqual([null, null, null])
    const { stdout } = await versions(fixtureChart('2.5.2'))
    expect(stdout).toMatch(/SparkApplication +v1beta2 +none that is known: custom/)
  })

  it('shows no value, also when the chart cannot be rendered', async () => {
    const { code, stdout, stderr } = await versions(fixtureChart('2.5.2'), '--set', 'controller.replicas.x=hunter22')
    expect(`${stdout}${stderr}`).not.toContain('hunter22')
    expect([0, 1]).toContain(code)
    const json = await versions(fixtureChart('2.5.2'), '--set', 'controller.labels.x=hunter22', '--json')
    expect(json.code).toBe(0)
    expect(json.stdout).not.toContain('hunter22')
  })

  always('says what is wrong with a source, a set, or a machine without helm', async () => {
    const [nowhere, number, set, noHelm] = await Promise.all([
      versions('./nowhere'),
      versions('2.5.2'),
      versions('./nowhere', '--set', 'hunter22'),
      runCli(['operator', 'versions', fixtureChart('2.5.2')], { env: { PATH: '/nowhere' } }),
    ])
    expect([nowhere.code, number.code, set.code, noHelm.code]).toEqual([64, 64, 64, 1])
    expect(nowhere.stderr).toMatch(/no such file/)
    expect(number.stderr).toMatch(/does not say where its chart is/)
    expect(set.stderr).not.toContain('hunter22')
    expect(noHelm.stderr).toMatch(/no helm on the PATH/)
  })
})
