/** Values of one chart said for another: what is carried, dropped and not known, and that it does the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { describe, expect, it as always } from 'vitest'
import { findLabProgram } from '../../../../scripts/lab.mjs'
import { openHelm } from '../../../../src/adapters/helm/open-helm.ts'
import { openVersionSource } from '../../../../src/adapters/version-source/open-version-source.ts'
import { type BehaviourChange, compareBehaviour } from '../../../../src/domain/operator/behaviour/compare.ts'
import { loadTarget } from '../../../../src/domain/operator/source/load-target.ts'
import { type Translation, translateValues, type Values } from '../../../../src/domain/operator/values/translate.ts'
import { needs } from '../../../support/capabilities.ts'
import { fixtureChart, type FixtureVersion } from '../../../support/operator/fixtures.ts'

const { it } = needs('lab')

const chart = (version: FixtureVersion) => ({
  name: 'spark-operator',
  version,
  values: load(readFileSync(join(fixtureChart(version), 'values.yaml'), 'utf8')) as Values,
})

function translate(from: FixtureVersion, to: FixtureVersion, values: Values, release = 'spark-operator'): Translation {
  return translateValues({ values, from: chart(from), to: chart(to), release })
}

async function behaviourWith(version: FixtureVersion, object: Values) {
  const target = await loadTarget(
    {
      helm: openHelm({ program: findLabProgram('helm') ?? 'helm' }),
      sources: openVersionSource(() => () => undefined),
    },
    {
      source: fixtureChart(version),
      values: { files: [], sets: [], object },
      release: { name: 'spark-operator', namespace: 'spark' },
    },
  )
  return target.behaviours[0]!
}

describe('values on the way to another chart', () => {
  always('1.3.8 → 2.5.2: every key finds its place, and what has none is said with its reason', () => {
    const { values, dropped, unmapped } = translate('1.3.8', '2.5.2', {
      sparkJobNamespace: 'jobs',
      controllerThreads: 20,
      ingressUrlFormat: '{{$appName}}.test',
      nodeSelector: { pool: 'ops' },
      podLabels: { team: 'data' },
      resyncInterval: 60,
      labelSelectorFilter: 'a=b',
      image: { tag: 'v1beta2-1.3.8-3.1.1' },
      metrics: { port: 9999 },
      webhook: { enable: true, timeout: 20 },
      ourOwn: { key: 1 },
    })
    expect(values).toEqual({
      spark: { jobNamespaces: ['jobs'] },
      controller: {
        workers: 20,
        uiIngress: { enable: true, urlFormat: '{{$appName}}.test' },
        nodeSelector: { pool: 'ops' },
        labels: { team: 'data' },
      },
      webhook: { enable: true, timeoutSeconds: 20, nodeSelector: { pool: 'ops' } },
      prometheus: { metrics: { port: 9999 } },
    })
    expect(dropped.map(({ key }) => key)).toEqual(['image.tag', 'labelSelectorFilter', 'resyncInterval'])
    expect(unmapped).toEqual(['ourOwn.key'])
  })

  always('says all namespaces where 1.x says nothing, since 2.x would take one', () => {
    expect(translate('1.3.8', '2.5.2', {}).values).toEqual({ spark: { jobNamespaces: [''] } })
    expect(translate('2.5.2', '1.3.8', {}).values).toEqual({ sparkJobNamespace: 'default' })
    expect(translate('1.3.8', '1.6.2', {}).values).toEqual({})
    expect(translate('1.3.8', '1.6.2', { sparkJobNamespace: 'a' }).values).toEqual({ sparkJobNamespaces: ['a'] })
  })

  always('says what 1.x makes of several namespaces, in both directions', () => {
    const back = translate('2.5.2', '1.3.8', { spark: { jobNamespaces: ['a', 'b'] } })
    expect(back.values).toEqual({})
    expect(back.notes).toEqual(['namespaces of jobs: it can watch one namespace or all: a, b become all'])
    const watches = { all: true, names: [], selector: undefined }
    const request = { from: chart('1.6.2'), to: chart('2.5.2'), release: 'spark-operator', watches }
    const forward = translateValues({ ...request, values: { sparkJobNamespaces: ['a', 'b'] } })
    expect(forward.values).toEqual({ spark: { jobNamespaces: ['a', 'b'] } })
    expect(forward.notes).toEqual([expect.stringMatching(/all are watched, though only a, b are listed/)])
  })

  always('believes what is watched more than an empty list, which has not always meant the same', () => {
    const watches = { all: false, names: ['spark'], selector: undefined }
    const request = { values: { sparkJobNamespaces: [] }, from: chart('1.6.2'), to: chart('2.5.2'), release: 'x' }
    expect(translateValues({ ...request, watches }).values).toMatchObject({ spark: { jobNamespaces: ['spark'] } })
  })

  always('keeps the name of the account of jobs where the charts would call it otherwise', () => {
    expect(translate('1.6.2', '2.5.2', {}, 'etl').values).toMatchObject({
      spark: { serviceAccount: { name: 'etl-spark' } },
    })
    expect(translate('2.5.2', '1.6.2', {}, 'etl').values).toMatchObject({
      serviceAccounts: { spark: { name: 'etl-spark-operator-spark' } },
    })
    expect(translate('1.6.2', '2.5.2', { serviceAccounts: { spark: { name: 'mine' } } }, 'etl').values).toMatchObject({
      spark: { serviceAccount: { name: 'mine' } },
    })
  })

  always('leaves values alone between charts that have the same keys, and drops no image of the same version', () => {
    const values = { controller: { workers: 3 }, image: { tag: 'x' }, spark: { jobNamespaces: ['a'] } }
    expect(translate('2.5.2', '2.5.2', values)).toMatchObject({ values, dropped: [], unmapped: [] })
    expect(translate('2.1.1', '2.5.2', values).dropped.map(({ key }) => key)).toEqual(['image.tag'])
  })

  always('tells keys only, never values', () => {
    const { carried, dropped, unmapped, notes } = translate('1.3.8', '2.5.2', {
      resyncInterval: 'hunter2',
      x: 'hunter2',
    })
    expect(JSON.stringify({ carried, dropped, unmapped, notes })).not.toContain('hunter2')
  })

  it.each<[FixtureVersion, FixtureVersion, Values, string[]]>([
    ['1.3.8', '1.6.2', { sparkJobNamespace: 'a', webhook: { enable: true, port: 9000 }, replicaCount: 2 }, []],
    // The webhook of 2.x is on unless told, fails closed, its lock cannot be that of 1.x, and its queue is slower.
    [
      '1.6.2',
      '2.5.2',
      { sparkJobNamespaces: ['a'], metrics: { port: 10254 } },
      ['webhook', 'leader', 'queue', 'featureGates'],
    ],
    [
      '2.5.2',
      '1.6.2',
      { spark: { jobNamespaces: ['a'] }, webhook: { enable: false } },
      ['leader', 'queue', 'featureGates'],
    ],
    ['2.1.1', '2.5.2', { spark: { jobNamespaces: ['a', 'b'] }, controller: { replicas: 2 } }, ['featureGates']],
  ])('%s → %s does the same by what it renders, but for what is named', async (from, to, values, named) => {
    const before = await behaviourWith(from, values)
    const { values: translated } = translateValues({
      values,
      from: chart(from),
      to: chart(to),
      release: 'spark-operator',
      watches: before.namespaces,
    })
    const changes: BehaviourChange[] = compareBehaviour(before, await behaviourWith(to, translated))
    const aspects = changes.map(({ aspect }) => aspect)
    expect(aspects.filter((aspect) => aspect !== 'metrics').sort()).toEqual([...named].sort())
  })
})
