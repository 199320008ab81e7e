/** `operator rehearse` as a user runs it: a snapshot of one real API server, rehearsed on another. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Rehearsal } from '../../../src/domain/operator/rehearse/rehearse.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { createObjects, installOperator } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it, describe } = needs('lab')

/** A control plane is started, and every object is read four times. */
const TIMEOUT_MS = 170_000

describe('a rehearsal of a move from 1.3.8', { timeout: TIMEOUT_MS }, () => {
  const lab = useCluster()
  let scratch: string
  let values: string

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sparkops-rehearse-test-'))
    await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
    await installOperator(lab(), '1.3.8', { values: ['sparkJobNamespace=jobs'] })
    values = join(scratch, 'values.yaml')
    await writeFile(values, 'spark: {jobNamespaces: [jobs]}\nwebhook: {enable: false}\n')
    await createObjects(lab(), [
      application('etl'),
      application('ports', { spec: { driver: { cores: 1, ports: [{ name: 'ui', containerPort: 4040 }] } } }),
      application('no-file', { spec: { mainApplicationFile: undefined }, state: 'COMPLETED' }),
    ])
    const taken = await sparkops('snapshot', '--out', join(scratch, 'snapshot'))
    expect(taken.stderr, taken.stderr).not.toContain('Error')
  }, 120_000)
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  const sparkops = async (...argv: string[]) => {
    const PATH = `${dirname(lab().helmPath)}:${process.env.PATH ?? ''}`
    const { XDG_CACHE_HOME, KUBEBUILDER_ASSETS } = process.env
    return await runCli(['operator', ...argv], {
      env: { ...lab().environment, PATH, HOME: process.env.HOME, XDG_CACHE_HOME, KUBEBUILDER_ASSETS, COLUMNS: '80' },
    })
  }
  const rehearse = (...argv: string[]) =>
    sparkops('rehearse', '--snapshot', join(scratch, 'snapshot'), '--to', fixtureChart('2.5.2'), '-f', values, ...argv)

  it('says which objects could no longer be edited, and that all come back as they were', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('sparkops-rehearsal-'))
    const { code, stdout, stderr } = await rehearse('-o', 'json')
    expect(stderr).toBe('')
    const rehearsal = JSON.parse(stdout) as Rehearsal
    expectMatchesSchema('operator-rehearsal', rehearsal)
    expect(rehearsal.loaded).toContainEqual({ resource: 'sparkapplications', count: 3, refused: [] })
    expect(rehearsal.forward.mistaken).toEqual([])
    expect(rehearsal.forward.refused.map(({ object }) => object)).toEqual(['sparkapplications/jobs/no-file'])
    expect(rehearsal.back.refused).toEqual([])
    // What the snapshot tells of Helm's release and of rights, and of the way back, although nothing of it runs here.
    const ids = rehearsal.plan.findings.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['OP-DEFAULTS-NOWHERE', 'OP-TWO-CONTROLLERS', 'OP-CRD-LEFT-BEHIND']))
    expect(ids).not.toContain('OP-SERVER-NOT-ASKED')
    expect(rehearsal.plan.summary).toMatchObject({
      installation: 'spark-operator/spark-operator',
      undecided: [],
      helm: { deleted: expect.arrayContaining(['deployments/spark-operator/spark-operator']) as string[] },
    })
    const back = rehearsal.wayBack.steps.map(({ id }) => id)
    expect(back).toEqual(expect.arrayContaining(['undo/install/helm', 'undo/crds/raise-sparkapplications']))
    expect(code).toBe(3)
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('sparkops-rehearsal-'))
    expect(after).toEqual(before)
  })

  it('is a page of 80 columns', async () => {
    const { stdout } = await rehearse()
    if (process.env.SHOW) console.log(stdout)
    expect(Math.max(...stdout.split('\n').map((line) => Array.from(line).length))).toBeLessThanOrEqual(80)
    expect(stdout).toContain('could no longer be edited')
    expect(stdout).toContain('And back')
    expect(stdout).toContain('The way back from its end')
  })

  it('refuses the cluster that the snapshot was taken of', async () => {
    const { code, stderr } = await rehearse('--context', 'lab-admin', '--kubeconfig', lab().kubeconfigPath)
    expect(code).toBe(64)
    expect(stderr).toContain('no throwaway cluster')
    expect(existsSync(lab().kubeconfigPath)).toBe(true)
  })
})
