/** What a copy keeps of the original, and where it would write. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyName, copyOf } from '../../../src/domain/app/replicate/identity.ts'
import { dataPlaces, isBelow, mapAddresses } from '../../../src/domain/app/replicate/places.ts'
import { referencesOf } from '../../../src/domain/app/replicate/references.ts'
import { applyOverrides } from '../../../src/domain/app/submit/overrides.ts'
import { percentilesOf } from '../../../src/domain/statistics/percentiles.ts'
import { application } from '../../support/operator/objects.ts'

const WISHES = {
  run: '20261123T000000Z-abcdef',
  image: 'new:1',
  sparkVersion: undefined,
  namespace: 'lab',
  queue: 'root.lab',
  labels: { tier: 'test' },
  timeToLive: 60,
}

describe('a copy of an application', () => {
  const original = application('etl', {
    metadata: {
      labels: { team: 'data', 'app.kubernetes.io/instance': 'argo', 'argocd.argoproj.io/instance': 'x' },
      annotations: { note: 'n', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u' }],
      finalizers: ['x/y'],
    },
    spec: {
      image: 'old:1',
      suspend: true,
      restartPolicy: { type: 'Always', onFailureRetries: 9 },
      sparkConf: { 'spark.kubernetes.driver.pod.name': 'etl-driver', 'spark.app.id': 'spark-1', 'spark.x': 'kept' },
      driver: { cores: 1, podName: 'p', image: 'old:2', labels: { applicationId: 'spark-1', other: 'kept' } },
      sparkUIOptions: { ingressTLS: [], ingressAnnotations: {} },
    },
  })

  it('has nothing by which it could be taken for the original', () => {
    const copy = copyOf(original, 'etl-rep-abcdef', WISHES)
    expect(copy).not.toHaveProperty('status')
    expect(copy.metadata).toEqual({
      name: 'etl-rep-abcdef',
      namespace: 'lab',
      labels: {
        team: 'data',
        tier: 'test',
        'sparkops.dev/made-by': 'app-replicate',
        'sparkops.dev/run': WISHES.run,
        'sparkops.dev/copy-of': 'etl',
      },
      annotations: { note: 'n', 'sparkops.dev/copy-of': 'jobs/etl' },
    })
    expect(copy.spec).toMatchObject({
      image: 'new:1',
      sparkConf: { 'spark.x': 'kept' },
      driver: { cores: 1, image: 'new:1', labels: { other: 'kept' } },
      restartPolicy: { type: 'Never' },
      timeToLiveSeconds: 60,
      batchSchedulerOptions: { queue: 'root.lab' },
      sparkUIOptions: {},
    })
    for (const gone of ['suspend']) expect(copy.spec).not.toHaveProperty(gone)
    expect((copy.spec as { driver: object }).driver).not.toHaveProperty('podName')
    expect(JSON.stringify(copy.spec)).not.toContain('spark-1')
    expect(original.metadata.ownerReferences).toHaveLength(1)
  })

  it('has a name that every operator takes, of its own, whatever the original is called', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,251}[a-z0-9]$/), { minLength: 1, maxLength: 5 }),
        (names) => {
          const taken = new Set<string>()
          for (const name of names) {
            const made = copyName(name, 'abcdef', taken)
            expect(made).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/)
            expect(taken.has(made)).toBe(false)
            taken.add(made)
          }
        },
      ),
    )
  })
})

describe('where an application writes', () => {
  const uses = (spec: Record<string, unknown>) => dataPlaces(spec).places.map(({ address, use }) => `${use} ${address}`)

  it('is told by the names of options, and what nothing tells counts as unknown', () => {
    const args = [
      '--output',
      's3a://lake/out',
      '--input=s3a://lake/in',
      's3a://lake/x',
      '--dest=jdbc:postgresql://db/x',
      '/data/y',
    ]
    expect(uses({ arguments: args })).toEqual([
      'writes s3a://lake/out',
      'reads s3a://lake/in',
      'unknown s3a://lake/x',
      'writes jdbc:postgresql://db/x',
      'unknown /data/y',
    ])
  })

  it('is told by keys of Spark, variables and volumes', () => {
    const spec = {
      sparkConf: {
        'spark.eventLog.dir': 's3a://logs',
        'spark.jars': 's3a://jars/a.jar',
        'spark.sql.streaming.checkpointLocation': 's3a://lake/cp',
        'spark.hadoop.hive.metastore.uris': 'thrift://hive:9083',
        'spark.hadoop.fs.s3a.endpoint': 'http://minio',
      },
      hadoopConf: { 'fs.defaultFS': 'hdfs://nn' },
      driver: {
        env: [
          { name: 'SINK_URL', value: 'kafka://b/t' },
          { name: 'X', valueFrom: {} },
        ],
        volumeMounts: [{ name: 'd' }, { name: 'r', readOnly: true }],
      },
      volumes: [
        { name: 'd', persistentVolumeClaim: { claimName: 'data' } },
        { name: 'r', hostPath: { path: '/r' } },
      ],
    }
    expect(uses(spec)).toEqual([
      'writes s3a://logs',
      'reads s3a://jars/a.jar',
      'writes s3a://lake/cp',
      'unknown thrift://hive:9083',
      'unknown hdfs://nn',
      'writes kafka://b/t',
      'writes claim:data',
    ])
    expect(dataPlaces(spec).unknowable.join()).toMatch(/code of the job.*driver\.env.*X/)
  })

  it('moves with a map, at whole parts of an address only', () => {
    const spec = {
      arguments: ['--out', 's3a://lake/a', 's3a://lakes/b', 'x=s3a://lake'],
      mainApplicationFile: 's3a://lake/app.jar',
    }
    expect(mapAddresses(spec, [['s3a://lake', 's3a://lab']])).toEqual({
      arguments: ['--out', 's3a://lab/a', 's3a://lakes/b', 'x=s3a://lab'],
      mainApplicationFile: 's3a://lake/app.jar',
    })
    expect([isBelow('s3://a/b', 's3://a'), isBelow('s3://ab', 's3://a')]).toEqual([true, false])
  })

  it('names what it needs, each once, optional things aside', () => {
    const spec = {
      hadoopConfigMap: 'h',
      imagePullSecrets: ['pull'],
      volumes: [
        { name: 'v', configMap: { name: 'h' } },
        { name: 'w', secret: { secretName: 's', optional: true } },
      ],
      driver: {
        serviceAccount: 'spark',
        envFrom: [{ secretRef: { name: 'env' } }],
        template: { spec: { priorityClassName: 'high' } },
      },
    }
    expect(referencesOf(spec).map(({ type, name }) => `${type.resource}/${name}`)).toEqual([
      'configmaps/h',
      'secrets/pull',
      'serviceaccounts/spark',
      'priorityclasses/high',
      'secrets/env',
    ])
  })
})

describe('overrides', () => {
  const set = (...texts: string[]) => {
    const object = { metadata: { name: 'a' }, spec: { arguments: ['x'], sparkConf: { 'spark.a': '1' } } }
    applyOverrides(object, { set: texts, image: undefined, nameSuffix: undefined, namespace: undefined })
    return object.spec
  }

  it('read values as kubectl does, and maps of texts as texts', () => {
    expect(
      set(
        'spec.executor.instances=3',
        'spec.sparkConf.spark.b.c=2',
        'spec.sparkConf["spark.d"]=true',
        'spec.arguments[1]=y=z',
      ),
    ).toEqual({
      arguments: ['x', 'y=z'],
      executor: { instances: 3 },
      sparkConf: { 'spark.a': '1', 'spark.b.c': '2', 'spark.d': 'true' },
    })
    expect(set('spec.arguments=null', 'spec.driver.labels.a.b/c=1')).toMatchObject({
      driver: { labels: { 'a.b/c': '1' } },
    })
  })

  it('refuse what leads nowhere', () => {
    for (const text of ['spec', '=x', 'spec.arguments[5]=x', 'spec..a=1', 'metadata.name.x=1', 'spec.__proto__.x=1'])
      expect(() => set(text), text).toThrow(/cannot be used/)
  })
})

describe('percentiles', () => {
  it('are values that were measured, by the nearest rank', () => {
    expect(percentilesOf([])).toBeNull()
    expect(percentilesOf([5, 1, 3, 2, 4])).toEqual({ count: 5, min: 1, p50: 3, p90: 5, p95: 5, p99: 5, max: 5 })
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const { p50, p90 } = percentilesOf(values)!
        expect(values).toContain(p50)
        expect(values.filter((value) => value <= p90).length).toBeGreaterThanOrEqual(0.9 * values.length)
      }),
    )
  })
})
