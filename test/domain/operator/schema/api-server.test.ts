/** What we predict of an API server, held against a real one: pruning, defaults and refusals. */
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { readCrd } from '../../../../src/domain/operator/schema/crd.ts'
import { predictReadBack } from '../../../../src/domain/operator/schema/defaults.ts'
import { schemaIdentity } from '../../../../src/domain/operator/schema/identity.ts'
import type { Schema } from '../../../../src/domain/operator/schema/structural.ts'
import { compileValidator } from '../../../../src/domain/operator/schema/validate.ts'
import type { KubeObject } from '../../../../src/ports/cluster.ts'
import { needs } from '../../../support/capabilities.ts'
import { useCluster } from '../../../support/lab/use-cluster.ts'
import { anyObject, widerAndNarrower } from '../../../support/operator/arbitrary-schemas.ts'
import {
  type FixtureVersion,
  FIXTURE_VERSIONS,
  fixtureDefinition,
  fixtureSchema,
  lengthened,
} from '../../../support/operator/fixtures.ts'

const { it } = needs('lab')
const cluster = useCluster()
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const STRICT = { preserveUnknownFields: false }

interface Attempt {
  object?: KubeObject
  refusal?: string
}

async function attempt(method: string, path: string, body?: unknown): Promise<Attempt> {
  try {
    return { object: (await cluster().request(method, path, body)) as KubeObject }
  } catch (error) {
    return { refusal: String(error) }
  }
}

/** Waits until the server does what was asked: definitions take effect a little after they were accepted. */
async function until<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const value = await read()
    if (done(value) || tries === 200) return value
    await sleep(50)
  }
}

const contents = ({ spec, status, stray }: Record<string, unknown>) => ({ spec, status, stray })

describe('random schemas', () => {
  const pairs = fc.sample(widerAndNarrower, { numRuns: 10, seed: 4 })

  it.each(pairs.map((pair, index) => [index, pair] as const))(
    'are pruned, defaulted and enforced by the server as predicted (%i)',
    async (index, { wide, narrow }) => {
      const group = `g${index}.sparkops.test`
      const version = (name: string, schema: Schema) => ({
        name,
        served: true,
        storage: name === 'wide',
        schema: { openAPIV3Schema: schema },
      })
      await cluster().request('POST', CRDS, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `things.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { kind: 'Thing', plural: 'things' },
          versions: [version('wide', wide), version('narrow', narrow)],
        },
      })
      const path = (name: string) => `/apis/${group}/${name}/namespaces/default/things`
      await until(
        () => attempt('GET', path('narrow')),
        ({ refusal }) => refusal === undefined,
      )
      const validator = compileValidator(wide)
      for (const [number, one] of fc.sample(anyObject, { numRuns: 12, seed: index }).entries()) {
        const given = { ...one, apiVersion: `${group}/wide`, metadata: { name: `o${number}` } }
        const predicted = predictReadBack(given, wide, STRICT)
        const stored = await attempt('POST', `${path('wide')}?fieldValidation=Ignore`, given)
        const faults = validator.validate(predicted.object)
        expect(stored.refusal === undefined, `${stored.refusal ?? 'accepted'} against ${JSON.stringify(faults)}`).toBe(
          faults.length === 0,
        )
        if (stored.object === undefined) continue
        expect(contents(stored.object)).toEqual(contents(predicted.object))
        const seen = await attempt('GET', `${path('narrow')}/o${number}`)
        expect(contents(seen.object!)).toEqual(contents(predictReadBack(predicted.object, narrow, STRICT).object))
        const strict = await attempt('POST', `${path('wide')}?dryRun=All&fieldValidation=Strict`, {
          ...given,
          metadata: { name: `again${number}` },
        })
        const unknown = [...(strict.refusal ?? '').matchAll(/unknown field \\"([^"]+)\\"/g)].map(([, field]) => field)
        expect(unknown.sort()).toEqual(predicted.pruned)
      }
    },
  )
})

describe('definitions shaped like releases', () => {
  const NAME = 'sparkapplications.sparkoperator.k8s.io'
  const APPS = '/apis/sparkoperator.k8s.io/v1beta2/namespaces/default/sparkapplications'

  async function put(version: FixtureVersion): Promise<void> {
    const crd = lengthened(fixtureDefinition(version))
    const write = async (): Promise<Attempt> => {
      const live = await attempt('GET', `${CRDS}/${NAME}`)
      if (live.object === undefined) return await attempt('POST', CRDS, crd)
      const { resourceVersion } = live.object.metadata
      return await attempt('PUT', `${CRDS}/${NAME}`, { ...crd, metadata: { ...crd.metadata, resourceVersion } })
    }
    // The server writes conditions of its own between the reading and the writing.
    const written = await until(write, ({ refusal }) => !/: 409 /.test(refusal ?? ''))
    expect(written.refusal).toBeUndefined()
  }

  it('have the identity in the cluster that they have in the file, however long their texts', async () => {
    for (const version of FIXTURE_VERSIONS) {
      await put(version)
      const live = readCrd((await attempt('GET', `${CRDS}/${NAME}`)).object!)
      expect(schemaIdentity(live.versions[0]?.schema)).toBe(schemaIdentity(fixtureSchema(version)))
    }
  })

  it('cannot be applied by a client once they are so long, and can be replaced', async () => {
    const crd = lengthened(fixtureDefinition('1.6.2'))
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(crd) }
    const whole = { ...crd, metadata: { ...crd.metadata, annotations } }
    const refused = await attempt('POST', `${CRDS}?dryRun=All`, whole)
    expect(refused.refusal).toMatch(/Too long: may not be more than 262144 bytes/)
    await put('1.6.2')
  })

  it('lose exactly the predicted fields when lowered, and give all back when raised before a write', async () => {
    await put('2.5.2')
    const app = {
      apiVersion: 'sparkoperator.k8s.io/v1beta2',
      kind: 'SparkApplication',
      metadata: { name: 'all-of-it' },
      spec: {
        type: 'Scala',
        sparkVersion: '4.0.0',
        mainApplicationFile: 'local:///app.jar',
        suspend: true,
        deps: { archives: ['a.zip'], jars: ['b.jar'] },
        dynamicAllocation: { enabled: true, shuffleTrackingEnabled: false },
        volumes: [{ name: 'v', azureDisk: { diskName: 'd', diskURI: 'u' } }],
        driver: { template: { spec: { anything: 1 } }, memoryLimit: '2g', serviceLabels: { a: 'b' } },
        executor: { priorityClassName: 'high', sidecars: [{ name: 's', ports: [{ containerPort: 80 }] }] },
      },
    }
    const seen = () => attempt('GET', `${APPS}/all-of-it`)
    const created = await until(
      () => attempt('POST', APPS, app),
      ({ object }) => object !== undefined,
    )
    const before = created.object!
    for (const version of ['2.1.1', '1.6.2', '1.3.8'] as const) {
      const predicted = predictReadBack(before, fixtureSchema(version), STRICT)
      await put(version)
      const lowered = await until(
        seen,
        ({ object }) => JSON.stringify(object?.['spec']) === JSON.stringify(predicted.object['spec']),
      )
      expect(lowered.object?.['spec']).toEqual(predicted.object['spec'])
      expect(lowered.object?.metadata.resourceVersion).toBe(before.metadata.resourceVersion)
    }
    await put('2.5.2')
    const raised = await until(
      seen,
      ({ object }) => JSON.stringify(object?.['spec']) === JSON.stringify(before['spec']),
    )
    expect(raised.object).toEqual(before)
  })
})
