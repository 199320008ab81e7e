/** A move between versions whose kinds are in different API groups is none: applications would stay behind. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openHelm } from '../../../../src/adapters/helm/open-helm.ts'
import { openVersionSource } from '../../../../src/adapters/version-source/open-version-source.ts'
import { planOperator } from '../../../../src/domain/operator/plan/plan-operator.ts'
import type { Plan } from '../../../../src/domain/plan/plan.ts'
import type { KubeObject } from '../../../../src/ports/cluster.ts'
import { fixtureChart } from '../../../support/operator/fixtures.ts'
import { application, crds, operator1x } from '../../../support/operator/objects.ts'
import { recordedCluster } from '../../../support/operator/recorded-cluster.ts'

const OBJECTS = [...crds(), ...operator1x(), application('etl')]

function inGroup(group: string): KubeObject[] {
  return JSON.parse(JSON.stringify(OBJECTS).replaceAll('sparkoperator.k8s.io', group)) as KubeObject[]
}

async function planOn(objects: readonly KubeObject[]): Promise<Plan> {
  return await planOperator({
    reader: recordedCluster(objects),
    server: undefined,
    ports: { helm: openHelm(), sources: openVersionSource(() => () => undefined) },
    // Manifests need no helm.
    to: join(fixtureChart('2.5.2'), 'crds'),
    from: 'auto',
    operator: undefined,
    values: [],
    resetValues: false,
    crd: 'auto',
    isBack: false,
    acknowledged: [],
    tool: { version: '0.0.0-test' },
    now: Date.parse('2026-06-01T00:00:00Z'),
    sleep: () => Promise.resolve(),
    onHeld: () => () => undefined,
  })
}

const differing = ({ findings }: Plan) => findings.find(({ id }) => id === 'OP-GROUP-DIFFERS')

it('a plan is stopped where the target has its kinds in another API group', async () => {
  expect(differing(await planOn(inGroup('spark.acme.io')))).toMatchObject({
    gate: 'block',
    objects: ['spark.acme.io now, sparkoperator.k8s.io then'],
  })
  expect(differing(await planOn(OBJECTS))).toBeUndefined()
  // Where nothing is defined yet, any group will do.
  expect(differing(await planOn([]))).toBeUndefined()
})
