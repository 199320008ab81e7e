/** `operator status` and `operator plan` as a user runs them, against a real API server. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect } from 'vitest'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { createObjects, installOperator } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { PROGRAM, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it, describe } = needs('lab')

describe('the commands on a cluster with 1.3.8', () => {
  const lab = useCluster()
  let scratch: string

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sparkops-plan-test-'))
    await lab().request('POST', '/api/v1/namespaces', { metadata: { name: 'jobs' } })
    await installOperator(lab(), '1.3.8', { values: ['sparkJobNamespace=jobs'] })
    await createObjects(lab(), [
      application('etl'),
      application('streaming-of-all-orders-from-the-north', { spec: { restartPolicy: { type: 'Always' } } }),
      application('done', { state: 'COMPLETED' }),
    ])
  }, 120_000)
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  const sparkops = async (...argv: string[]) => {
    const PATH = `${dirname(lab().helmPath)}:${process.env.PATH ?? ''}`
    return await runCli(['operator', ...argv], { env: { ...lab().environment, PATH, COLUMNS: '80' } })
  }
  const plan = (...argv: string[]) => sparkops('plan', '--to', fixtureChart('2.5.2'), ...argv)

  it('status tells what is there and what is wrong, and ends with 3', async () => {
    const { code, stdout } = await sparkops('status', '-o', 'json')
    const status = JSON.parse(stdout) as { installations: unknown[]; remarks: { id: string }[] }
    expectMatchesSchema('operator-status', status)
    expect(status.installations).toMatchObject([{ id: 'spark-operator/spark-operator', version: '1.3.8' }])
    expect(status.remarks.map(({ id }) => id)).toContain('ST-NOT-READY')
    expect(code).toBe(3)
    expect((await sparkops('status', '-o', 'name')).stdout).toBe('spark-operator/spark-operator\n')
  })

  it('status fits into 80 columns, and needs no colour', async () => {
    const { stdout } = await sparkops('status')
    expect(widest(stdout)).toBeLessThanOrEqual(80)
    expect(stdout).toContain('Operator spark-operator/spark-operator')
    expect(stdout).toContain('watches')
  })

  it('a login that may see nothing gets 7, and is told what was not seen', async () => {
    const { kubeconfigPath } = await lab().addUser('blind')
    const { code, stdout } = await sparkops('status', '--kubeconfig', kubeconfigPath)
    expect(code).toBe(7)
    expect(stdout).toContain('Not seen, so not judged')
  })

  it('plan is a page of 80 columns, and a document with a schema', async () => {
    const page = await plan()
    expect(widest(page.stdout)).toBeLessThanOrEqual(80)
    for (const title of ['What will change', 'How long new submissions stand still', 'How to go back']) {
      expect(page.stdout).toContain(title)
    }
    const { stdout } = await plan('-o', 'json')
    expectMatchesSchema('operator-plan', JSON.parse(stdout))
  })

  it('plan translates the values of the release, so that no namespace is lost', async () => {
    const { stdout, code } = await plan('-o', 'json', '--detailed-exitcode')
    const made = JSON.parse(stdout) as { findings: { id: string; gate: string }[] }
    expect(made.findings.filter(({ gate }) => gate === 'block')).toEqual([])
    expect(code).toBe(2)
  })

  it('plan saves what apply takes, for the user alone', async () => {
    const file = join(scratch, 'plan.json')
    const { code, stdout } = await plan('--out', file, '-o', 'json')
    expect(code).toBe(0)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const saved = JSON.parse(await readFile(file, 'utf8')) as { digest: string }
    expect(saved.digest).toBe((JSON.parse(stdout) as { digest: string }).digest)
  })

  it('plan ends with 3 where something stops it, and with 65 where values cannot be read', async () => {
    expect((await plan('--reset-values')).code).toBe(3)
    const missing = await plan('-f', join(scratch, 'none.yaml'))
    expect(missing.code).toBe(65)
    expect(missing.stderr).toContain('cannot be read')
  })

  it('plan leaves no temporary definition behind when it is interrupted', async () => {
    const PATH = `${dirname(lab().helmPath)}:${process.env.PATH ?? ''}`
    const argv = [PROGRAM, 'operator', 'plan', '--to', fixtureChart('2.5.2')]
    const child = spawn(process.execPath, argv, { env: { ...lab().environment, PATH }, stdio: 'ignore' })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    await until(async () => (await shadows()).length > 0)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    await until(async () => (await shadows()).length === 0)
  }, 60_000)

  const shadows = async (): Promise<string[]> => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const { items } = (await lab().request('GET', path)) as { items: KubeObject[] }
    return items.map(({ metadata }) => metadata.name).filter((name) => name.endsWith('.shadow.sparkops.dev'))
  }
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to that')
    await sleep(50)
  }
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => Array.from(line).length))
}
