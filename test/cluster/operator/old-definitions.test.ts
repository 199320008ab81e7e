/**
 * Definitions with a past: objects stored in a version that goes, a definition that keeps unknown fields since it was
 * first made under apiextensions v1beta1, and schemas too long for client-side apply. All by the commands, on a real
 * control plane.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { dump } from 'js-yaml'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart, fixtureDefinition, fixtureDefinitions, lengthened } from '../../support/operator/fixtures.ts'
import { hastened } from '../../support/operator/hastened.ts'
import { installOperator } from '../../support/operator/lab-operator.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'
import { type RunResult, runCli } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-definitions-'))
const NAME = 'sparkapplications.sparkoperator.k8s.io'
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const GROUP = '/apis/sparkoperator.k8s.io'
const APPLICATIONS = `${GROUP}/v1beta2/namespaces/jobs/sparkapplications`
const STORED = '/registry/apiextensions.k8s.io/customresourcedefinitions'
let nodes: ReturnType<typeof standInForNodes> | undefined

type Definition = KubeObject & {
  spec: { preserveUnknownFields?: boolean; versions: { name: string; storage: boolean; schema: object }[] }
  status: { storedVersions: string[] }
}

/** As 0.9.0 had it: a handful of fields. */
const FORMER = {
  name: 'v1beta1',
  served: true,
  storage: true,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: { type: { type: 'string' } } }, status: { type: 'object' } },
    },
  },
}

beforeAll(async () => {
  nodes = standInForNodes(lab())
  await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
  const made = fixtureDefinition('1.3.8') as Definition
  const [now] = made.spec.versions
  const versions = [FORMER, { ...now!, storage: false }]
  await lab().request('POST', DEFINITIONS, { ...made, spec: { ...made.spec, versions } })
  await lab().request('POST', DEFINITIONS, fixtureDefinition('1.3.8', 'ScheduledSparkApplication'))
  await served('v1beta1')
  // No client of today can say so; what was made before 1.16 still does.
  const stored = (await lab().readStored(`${STORED}/${NAME}`)) as Definition
  await lab().writeStored(`${STORED}/${NAME}`, { ...stored, spec: { ...stored.spec, preserveUnknownFields: true } })
  await until(async () => {
    await create('v1beta1', 'probe', { anything: 'kept' })
    const isKept = 'anything' in (await specOf('probe'))
    await lab().request('DELETE', `${APPLICATIONS}/probe`)
    return isKept
  })
  await create('v1beta1', 'from-2019', {})
  await create('v1beta1', 'with-more', { sparkConf: { 'spark.ui.enabled': 'false' }, memoryOfOurs: '4g' })
  await changeDefinition(({ spec, ...rest }) => ({
    ...rest,
    spec: {
      ...spec,
      versions: spec.versions.map((version) => ({ ...version, storage: version.name === 'v1beta2' })),
    },
  }))
  await until(async () => {
    // The server goes on to store in the old version for a moment.
    await create('v1beta2', 'from-2022', {})
    const isNew = (await storedAs('from-2022')) === 'v1beta2'
    if (!isNew) await lab().request('DELETE', `${APPLICATIONS}/from-2022`)
    return isNew
  })
  const status = COMPLETED
  await lab().request('PATCH', `${APPLICATIONS}/from-2022/status`, { status }, 'application/merge-patch+json')
  await installOperator(lab(), '1.3.8', { values: ['sparkJobNamespace=jobs'] })
}, 120_000)
afterAll(async () => {
  await nodes?.stop()
  rmSync(home, { recursive: true, force: true })
})

describe('a definition with objects in an old version that keeps unknown fields', () => {
  it('is planned with every object and path that would go, and with the migration', async () => {
    const { code, stdout, stderr } = await plan()
    expect(code, stderr).toBe(0)
    const { findings, steps } = JSON.parse(stdout) as Planned
    const objectsOf = (id: string) => findings.find((finding) => finding.id === id)?.objects
    expect(objectsOf('OP-CRD-UNKNOWN-FIELDS')).toEqual(['jobs/with-more: spec.memoryOfOurs'])
    expect(objectsOf('OP-CRD-STORED-VERSION')).toEqual([`${NAME}: v1beta1`])
    expect(objectsOf('OP-CRD-TOO-LONG')).toContain(NAME)
    const ids = steps.map(({ id }) => id)
    expect(ids.slice(ids.indexOf('crds/raise-sparkapplications-with-v1beta1'))).toEqual(
      expect.arrayContaining(['crds/migrate-sparkapplications', 'crds/raise-sparkapplications']),
    )
    expect(ids.indexOf('gate/return')).toBeLessThan(ids.indexOf('crds/migrate-sparkapplications'))
  })

  it('is not touched before somebody has read what goes (3), and stops before it goes (8)', async () => {
    const accept = await accepted()
    const refused = await sparkops('apply', file, '--yes', '--confirm=lab-admin')
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('OP-CRD-UNKNOWN-FIELDS')])
    const stopped = await sparkops('apply', file, '--yes', '--confirm=lab-admin', ...accept)
    expect([stopped.code, stopped.stderr], stopped.stderr).toEqual([8, expect.stringContaining('spec.memoryOfOurs')])
    expect(await specOf('with-more')).toMatchObject({ sparkConf: { 'spark.ui.enabled': 'false' } })
    const back = await sparkops('abort', '--yes', '--confirm=lab-admin', '--crds', 'restore')
    expect(back.code, back.stderr).toBe(0)
    const definition = await readDefinition()
    // The API server does not take preserveUnknownFields back; the schemas say the same.
    expect(definition.spec.versions[1]!.schema).toMatchObject(keepsUnknown)
    expect(definition.spec.versions.map(({ name }) => name)).toEqual(['v1beta1', 'v1beta2'])
    expect(await specOf('with-more')).toMatchObject({ memoryOfOurs: '4g' })
  }, 120_000)

  it('migrates every object, loses nothing that has a name, and goes back', async () => {
    const accept = await accepted()
    const before = await specOf('with-more')
    const oldest = await specOf('from-2019')
    const done = await sparkops('apply', file, '--yes', '--confirm=lab-admin', ...accept, '--accept=gate/return')
    expect(done.code, done.stderr).toBe(0)
    const definition = await readDefinition()
    expect(definition.status.storedVersions).toEqual(['v1beta2'])
    expect(definition.spec.versions.map(({ name }) => name)).toEqual(['v1beta2'])
    expect(definition.spec.preserveUnknownFields ?? false).toBe(false)
    for (const name of ['from-2019', 'with-more', 'from-2022']) expect(await storedAs(name)).toBe('v1beta2')
    const { memoryOfOurs: _gone, ...kept } = before
    expect(await specOf('with-more')).toMatchObject(kept)
    const proof = await sparkops('verify', 'last')
    expect(proof.code, proof.stdout).toBe(0)
    const back = await sparkops(
      'revert',
      'last',
      '--yes',
      '--confirm=lab-admin',
      '--crds',
      'restore',
      '--accept=OP-NO-WAY-BACK',
    )
    expect(back.code, back.stderr).toBe(0)
    expect((await readDefinition()).spec.versions.map(({ name }) => name)).toEqual(['v1beta1', 'v1beta2'])
    expect(await specOf('from-2019')).toEqual(oldest)
    // While no run is open anybody may delete it again.
    await lab().request('DELETE', `${DEFINITIONS}/${NAME}?dryRun=All`)
  }, 120_000)
})

const keepsUnknown = { openAPIV3Schema: { properties: { spec: { 'x-kubernetes-preserve-unknown-fields': true } } } }

interface Planned {
  findings: { id: string; objects: string[]; gate: string }[]
  steps: { id: string }[]
}

const COMPLETED = { applicationState: { state: 'COMPLETED' }, driverInfo: {} }
const file = join(home, 'plan.json')

async function plan(): Promise<RunResult> {
  const chart = join(home, 'long')
  cpSync(fixtureChart('2.5.2'), chart, { recursive: true })
  for (const crd of fixtureDefinitions('2.5.2')) {
    writeFileSync(join(chart, 'crds', `${crd.metadata.name.split('.')[0]!}.yaml`), dump(lengthened(crd)))
  }
  const planned = await sparkops('plan', '--to', chart, '--json')
  // Nothing runs here that the proof would have to wait for.
  writeFileSync(file, JSON.stringify(hastened(JSON.parse(planned.stdout) as Plan)))
  return planned
}

async function accepted(): Promise<string[]> {
  const { findings } = JSON.parse((await plan()).stdout) as Planned
  return findings.filter(({ gate }) => gate === 'ack').map(({ id }) => `--accept=${id}`)
}

function sparkops(...words: string[]): Promise<RunResult> {
  const { environment, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return runCli(['operator', ...words], {
    env: { ...environment, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: home, PATH },
  })
}

async function create(version: string, name: string, more: Record<string, unknown>): Promise<void> {
  await lab().request('POST', `${GROUP}/${version}/namespaces/jobs/sparkapplications`, {
    apiVersion: `sparkoperator.k8s.io/${version}`,
    kind: 'SparkApplication',
    metadata: { name },
    spec: {
      type: 'Scala',
      mode: 'cluster',
      sparkVersion: '2.4.5',
      mainApplicationFile: 'local:///app.jar',
      driver: { memory: '1g' },
      executor: { instances: 2 },
      restartPolicy: { type: 'Never' },
      ...more,
    },
    status: COMPLETED,
  })
}

async function storedAs(name: string): Promise<string | undefined> {
  const key = `/registry/sparkoperator.k8s.io/sparkapplications/jobs/${name}`
  const stored = (await lab().readStored(key)) as KubeObject | undefined
  return stored?.apiVersion.split('/')[1]
}

async function specOf(name: string): Promise<Record<string, unknown>> {
  const { spec } = (await lab().request('GET', `${APPLICATIONS}/${name}`)) as KubeObject
  return spec as Record<string, unknown>
}

async function readDefinition(): Promise<Definition> {
  return (await lab().request('GET', `${DEFINITIONS}/${NAME}`)) as Definition
}

async function changeDefinition(change: (live: Definition) => object): Promise<void> {
  await lab().request('PUT', `${DEFINITIONS}/${NAME}`, change(await readDefinition()))
}

async function served(version: string): Promise<void> {
  await until(() =>
    lab()
      .request('GET', `${GROUP}/${version}/sparkapplications`)
      .then(() => true),
  )
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; ;) {
    const isSo = await holds().catch(() => false)
    if (isSo) return
    if (Date.now() > deadline) throw new Error('it did not come to that')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
