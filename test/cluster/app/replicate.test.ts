/** `app replicate` and `app delete` as a user runs them, against a real API server with 2.5.2's definitions. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { prepareJobs } from '../../support/app/lab.ts'
import { type StandIn, startStandIn } from '../../support/app/stand-in.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { createObjects } from '../../support/operator/lab-operator.ts'
import { application } from '../../support/operator/objects.ts'
import { cleanEnvironment, PROGRAM, runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

const { it, describe } = needs('lab')
const PATH = '/apis/sparkoperator.k8s.io/v1beta2/namespaces/jobs/sparkapplications'

describe('replicating applications', () => {
  const lab = useCluster()
  let scratch: string
  let standIn: StandIn | undefined

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'sparkops-replicate-'))
    await prepareJobs(lab(), 'jobs')
    const annotations = { 'stand-in': 'completes' }
    await createObjects(lab(), [
      application('etl', {
        state: 'COMPLETED',
        spec: { arguments: ['--output', 's3a://lake/etl'] },
        metadata: { annotations },
      }),
      application('needy', { state: 'COMPLETED', spec: { driver: { cores: 1, serviceAccount: 'nobody' } } }),
      ...['a', 'b', 'c'].map((name) =>
        application(name, { state: 'COMPLETED', metadata: { labels: { tier: 'n' }, annotations } }),
      ),
      application('real', { state: 'RUNNING', metadata: { annotations: { 'stand-in': 'ignored' } } }),
    ])
    standIn = startStandIn(lab(), { namespace: 'jobs' })
  })
  afterAll(async () => {
    await standIn?.stop()
    await rm(scratch, { recursive: true, force: true })
  })

  const environment = () => ({ ...lab().environment, COLUMNS: '80', XDG_STATE_HOME: scratch })
  const sparkops = (...argv: string[]) => runCli(['app', ...argv], { env: environment() })
  const replicate = (...argv: string[]) => sparkops('replicate', '-n', 'jobs', ...argv)
  const copies = async (selector = 'sparkops.dev/made-by'): Promise<KubeObject[]> =>
    ((await lab().request('GET', `${PATH}?labelSelector=${encodeURIComponent(selector)}`)) as { items: KubeObject[] })
      .items

  it('refuses to write where the original writes, and creates nothing', async () => {
    const { code, stdout } = await replicate('etl', '--image', 'new:1', '--yes')
    expect(stdout).toContain('the copy would write where the original writes')
    expect(stdout).toContain('--map')
    expect(code).toBe(3)
    expect(await copies()).toEqual([])
  })

  it('refuses where something that it needs is not there', async () => {
    const { code, stdout } = await replicate('needy', '--yes')
    expect(stdout).toContain('ServiceAccount nobody is not there in namespace jobs')
    expect(code).toBe(3)
  })

  it('shows a plan that can be saved and carried out, once the output is mapped', async () => {
    const wish = ['etl', '--image', 'new:1', '--map', 's3a://lake=s3a://lab', '--dry-run', '-o', 'json']
    const plan = await replicate(...wish)
    expect(plan.code).toBe(0)
    expectMatchesSchema('application-plan', JSON.parse(plan.stdout))
    const file = join(scratch, 'plan.json')
    await writeFile(file, plan.stdout)
    expect(await copies()).toEqual([])
    expect(await replicate('--plan', file)).toMatchObject({ code: 64 })
    const done = await replicate('--plan', file, '--yes', '-o', 'json')
    expectMatchesSchema('application-receipt', JSON.parse(done.stdout))
    expect(done.code).toBe(0)
    const [copy] = await copies('sparkops.dev/copy-of=etl')
    expect(copy).toMatchObject({
      metadata: { labels: { 'sparkops.dev/made-by': 'app-replicate' } },
      spec: {
        image: 'new:1',
        arguments: ['--output', 's3a://lab/etl'],
        restartPolicy: { type: 'Never' },
        timeToLiveSeconds: 86_400,
      },
    })
    await writeFile(file, (await readFile(file, 'utf8')).replace('new:1', 'bad:1'))
    expect(await replicate('--plan', file, '--yes')).toMatchObject({ code: 65 })
  })

  it('demands the name of the cluster where copies may write as the originals do', async () => {
    const { code, stderr } = await replicate('etl', '--allow-write', 's3a://lake', '--yes')
    expect(stderr).toContain('--confirm=')
    expect(code).toBe(64)
  })

  it('goes on after a kill, with no copy made twice', async () => {
    const argv = ['app', 'replicate', '-n', 'jobs', '-l', 'tier=n', '--at-once', '1', '--yes']
    const child = spawn(process.execPath, [PROGRAM, ...argv], { env: cleanEnvironment(environment()) })
    await expect
      .poll(() => copies('tier=n,sparkops.dev/made-by').then(({ length }) => length), { timeout: 30_000, interval: 20 })
      .toBe(1)
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('close', resolve))
    const { code, stdout } = await replicate('--resume', 'last', '-o', 'json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'done' })
    const made = await copies('tier=n,sparkops.dev/made-by')
    expect(made.map(({ metadata }) => metadata.labels?.['sparkops.dev/copy-of']).sort()).toEqual(['a', 'b', 'c'])
  })

  it('deletes what we made after a question, and real jobs that run only by the name of the cluster', async () => {
    expect(await sparkops('delete', '--ours', '-n', 'jobs')).toMatchObject({ code: 64 })
    const plan = await sparkops('delete', '--ours', '-n', 'jobs', '--dry-run', '-o', 'name')
    expect(plan.stdout.trim().split('\n')).toHaveLength(4)
    expect(await sparkops('delete', '--ours', '-A', '--yes')).toMatchObject({ code: 0 })
    expect(await copies()).toEqual([])
    expect(await sparkops('delete', 'real', '-n', 'jobs', '--yes')).toMatchObject({ code: 64 })
    expect(await sparkops('delete', 'nobody', '-n', 'jobs', '--yes')).toMatchObject({ code: 1 })
    expect(await sparkops('delete', 'real', '-n', 'jobs', '--yes', '--confirm=lab-admin')).toMatchObject({ code: 0 })
    expect(await sparkops('delete', '-n', 'jobs')).toMatchObject({ code: 64 })
  })
})
