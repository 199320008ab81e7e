/** The verdict on live objects, foretold and told by a real API server. */
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect } from 'vitest'
import { judgeObjects, type Judgement } from '../../../src/domain/operator/plan/judge-objects.ts'
import { Sight } from '../../../src/domain/operator/discover/sight.ts'
import type { KubeObject, ResourceType } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { application, crd } from '../../support/operator/objects.ts'
import { sparkSchema } from '../../support/operator/schemas.ts'

const { it } = needs('lab')
const lab = useCluster()
const TYPE: ResourceType = {
  group: 'sparkoperator.k8s.io',
  version: 'v1beta2',
  resource: 'sparkapplications',
  kind: 'SparkApplication',
  namespaced: true,
}
const CRD_PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** Objects of either age, each named after what it shows. */
const OBJECTS: readonly KubeObject[] = [
  application('plain'),
  application('ports', { spec: { driver: { cores: 1, ports: [{ port: 4040 }] } } }),
  application('template', { spec: { driver: { template: { spec: { hostNetwork: true } } } } }),
  application('empty-template', { spec: { driver: { cores: 1, template: {} } } }),
  application('suspend', { spec: { suspend: true } }),
  application('twice', { spec: { driver: { env: [{ name: 'A' }, { name: 'A' }] } } }),
  application('no-file', { spec: { mainApplicationFile: undefined } }),
]

async function define(schema: ReturnType<typeof sparkSchema>): Promise<void> {
  const definition = crd('SparkApplication', { schema })
  delete definition.metadata.uid
  delete definition.status
  delete (definition.spec as Record<string, unknown>).preserveUnknownFields
  await lab().request('POST', CRD_PATH, definition)
}

async function judge(to: 'older' | 'newer', options: { kubeconfig?: string } = {}): Promise<Judgement> {
  const cluster = await openLab(lab(), options)
  return await judgeObjects({
    sight: new Sight(await openLab(lab())),
    type: TYPE,
    now: { schema: permissive(), preserveUnknownFields: false },
    then: { schema: sparkSchema(to), preserveUnknownFields: false },
    prepare: (object) => object,
    server: cluster,
    signal: undefined,
    sleep,
    onHeld: () => () => undefined,
    report: undefined,
  })
}

/** The live definition: everything both ages have, and nothing required, as a live one between two ages would be. */
function permissive() {
  const newer = sparkSchema('newer')
  return {
    ...newer,
    properties: { ...newer.properties, spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  }
}

describe('the verdict on every live object', () => {
  beforeAll(async () => {
    await define(permissive())
    await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
    for (const object of OBJECTS) {
      const {
        uid: _uid,
        resourceVersion: _version,
        generation: _generation,
        creationTimestamp: _at,
        ...metadata
      } = object.metadata
      await create({ ...object, metadata })
    }
  }, 60_000)

  async function create(object: KubeObject): Promise<void> {
    const path = '/apis/sparkoperator.k8s.io/v1beta2/namespaces/jobs/sparkapplications'
    const deadline = Date.now() + 30_000
    for (;;) {
      try {
        await lab().request('POST', path, object)
        return
      } catch (error) {
        if (Date.now() > deadline || !String(error).includes('404')) throw error
        await sleep(200)
      }
    }
  }

  const classes = ({ verdicts }: Judgement) => Object.fromEntries(verdicts.map(({ name, class: word }) => [name, word]))

  it('is that of the API server itself, to the path, when a schema is raised', async () => {
    const judgement = await judge('newer')
    expect(judgement).toMatchObject({ notAsked: undefined, disagreements: [] })
    expect(judgement.asked).toBe(judgement.shapes)
    expect(classes(judgement)).toEqual({
      plain: 'identical',
      ports: 'defaulted',
      template: 'identical',
      'empty-template': 'identical',
      suspend: 'identical',
      twice: 'invalid',
      'no-file': 'invalid',
    })
  })

  it('is that of the API server itself, to the path, when a schema is lowered', async () => {
    const judgement = await judge('older')
    expect(judgement).toMatchObject({ notAsked: undefined, disagreements: [] })
    expect(classes(judgement)).toEqual({
      plain: 'identical',
      ports: 'identical',
      template: 'pruned-semantic',
      'empty-template': 'pruned-inert',
      suspend: 'pruned-semantic',
      twice: 'identical',
      'no-file': 'identical',
    })
    expect(judgement.verdicts.find(({ name }) => name === 'template')?.lost).toEqual(['spec.driver.template'])
  })

  it('leaves nothing behind, and changes no object', async () => {
    const before = await lab().request('GET', '/apis/sparkoperator.k8s.io/v1beta2/sparkapplications')
    await judge('newer')
    const definitions = (await lab().request('GET', CRD_PATH)) as { items: KubeObject[] }
    const left = definitions.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    expect(left.map(({ metadata }) => metadata.name)).toEqual(['sparkapplications.sparkoperator.k8s.io'])
    const after = await lab().request('GET', '/apis/sparkoperator.k8s.io/v1beta2/sparkapplications')
    expect((after as { items: unknown }).items).toEqual((before as { items: unknown }).items)
  })

  it('is foretold alone, and says so, where this login may not make the temporary definition', async () => {
    const { kubeconfigPath: kubeconfig } = await lab().addUser('reader')
    const judgement = await judge('newer', { kubeconfig })
    expect(judgement.notAsked).toMatch(/may not create/)
    expect(classes(judgement)).toMatchObject({ twice: 'invalid', ports: 'defaulted' })
  })
})
