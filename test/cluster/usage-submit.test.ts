/** `usage submit --apply` as a user runs it, against a real API server with 2.5.2's definitions and a real bucket. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { dump } from 'js-yaml'
import type { KubeObject } from '../../src/ports/cluster.ts'
import { jobScript } from '../../src/domain/usage/submit/job-script.ts'
import { prepareJobs } from '../support/app/lab.ts'
import { needs } from '../support/capabilities.ts'
import { useCluster } from '../support/lab/use-cluster.ts'
import { runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'
import { ObjectStore, STORE_LOGIN } from '../support/usage/object-store.ts'

const { it, describe } = needs('lab', 'moto')
const APPLICATIONS = '/apis/sparkoperator.k8s.io/v1beta2/namespaces/jobs/sparkapplications'

interface Job {
  program: string
  application: KubeObject
  submitted: { namespace: string; name: string; run: string } | null
}

describe('submitting the job that packs usage', () => {
  const lab = useCluster()
  let bucket: ObjectStore
  let scratch: string

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'sparkops-submit-'))
    bucket = await ObjectStore.start()
    await bucket.createBucket('yunikorn')
  })
  afterAll(async () => {
    await bucket.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  const submit = (words: readonly string[], env: Record<string, string> = lab().environment) =>
    runCli(['usage', 'submit', 's3://yunikorn/events/', '--s3-endpoint', bucket.endpoint, ...words], {
      env: { ...env, ...STORE_LOGIN, COLUMNS: '80' },
    })
  const FLAGS = ['--image', 'spark:py', '--service-account', 'spark', '--queue', 'root.platform']
  const OWN = [...FLAGS, '-n', 'jobs']
  const applications = async (): Promise<string[]> =>
    ((await lab().request('GET', APPLICATIONS)) as { items: KubeObject[] }).items.map(({ metadata }) => metadata.name)

  it('is refused where SparkApplications are not known, and puts nothing into the bucket', async () => {
    const { code, stderr } = await submit(['--store', 's3://yunikorn/early', ...OWN, '--apply'])
    expect(stderr).toContain('SparkApplication is not known here')
    expect(code).toBe(1)
    expect(await bucket.keys('yunikorn')).toEqual([])
  })

  it('sends nothing without --apply', async () => {
    await prepareJobs(lab(), 'jobs')
    const { code, stdout } = await submit(['--store', 's3://yunikorn/dry', ...OWN])
    expect(code).toBe(0)
    expect(stdout).toContain('Nothing was submitted.')
    expect(stdout).toContain('It needs the image spark:py, the service account spark, the queue root.platform.')
    expect(await bucket.keys('yunikorn')).toEqual([])
    expect(await applications()).toEqual([])
  })

  it('puts the program below the store, and submits what it showed before, marked as ours', async () => {
    await lab().request('POST', '/api/v1/namespaces/jobs/serviceaccounts', { metadata: { name: 'spark' } })
    const words = ['--store', 's3://yunikorn/usage', '--cluster', 'prod', ...OWN, '-o', 'json']
    const shown = JSON.parse((await submit(words)).stdout) as Job
    const { code, stdout, stderr } = await submit([...words, '--apply'])
    expect(stderr).toBe(
      'follow it: sparkops app wait sparkops-usage -n jobs; then: sparkops usage compute s3://yunikorn/usage\n',
    )
    expect(code).toBe(0)
    const job = JSON.parse(stdout) as Job
    expectMatchesSchema('usage-job', job)
    expect(job.submitted).toMatchObject({ namespace: 'jobs', name: 'sparkops-usage' })
    const stored = (await lab().request('GET', `${APPLICATIONS}/sparkops-usage`)) as KubeObject
    expect(stored.spec).toEqual(shown.application.spec)
    expect(stored.spec).toMatchObject({
      image: 'spark:py',
      driver: { serviceAccount: 'spark' },
      batchScheduler: 'yunikorn',
      batchSchedulerOptions: { queue: 'root.platform' },
    })
    expect(stored.metadata.labels).toEqual({
      'sparkops.dev/made-by': 'app-submit',
      'sparkops.dev/run': job.submitted!.run,
    })
    const { mainApplicationFile } = stored.spec as { mainApplicationFile: string }
    expect(mainApplicationFile).toBe(job.program.replace('s3://', 's3a://'))
    expect((await bucket.read('yunikorn', job.program.slice('s3://yunikorn/'.length))).toString()).toBe(jobScript())
  })

  it('refuses by name to submit it twice', async () => {
    const { code, stderr } = await submit(['--store', 's3://yunikorn/second', ...OWN, '--apply'])
    expect(stderr).toContain('"sparkops-usage" already exists')
    expect(code).toBe(5)
    expect(await bucket.keys('yunikorn')).not.toContainEqual(expect.stringMatching(/^second/))
  })

  it('refuses a place where a store is already', async () => {
    const dumps = join(scratch, 'stream.jsonl.gz')
    writeFileSync(dumps, readFileSync('examples/restart/stream.jsonl.gz'))
    expect(
      await runCli(['usage', 'compact', dumps, '--store', 's3://yunikorn/full', '--s3-endpoint', bucket.endpoint], {
        env: STORE_LOGIN,
      }),
    ).toMatchObject({ code: 0 })
    const { code, stderr } = await submit(['--store', 's3a://yunikorn/full', '--name', 'again', ...OWN, '--apply'])
    expect(stderr).toContain('s3://yunikorn/full/: there is a usage store already.')
    expect(stderr).toContain('sparkops usage compact')
    expect(code).toBe(5)
    expect(await applications()).toEqual(['sparkops-usage'])
  })

  it('takes what no flag says from a file, and names what the API server does not take', async () => {
    const base = join(scratch, 'base.yaml')
    const object = { apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'SparkApplication', metadata: { name: 'mine' } }
    const spec = { image: 'own:1', driver: { serviceAccount: 'nobody' }, nodeSelector: { disk: 'ssd' } }
    writeFileSync(base, dump({ ...object, spec }))
    const words = ['--store', 's3://yunikorn/based', '--base', base, '-n', 'jobs', '--apply']
    const { code, stderr } = await submit(words)
    expect(stderr).toMatch(/^Warning: the service account jobs\/nobody is not there/i)
    expect(code).toBe(0)
    expect(await lab().request('GET', `${APPLICATIONS}/mine`)).toMatchObject({
      spec: { image: 'own:1', nodeSelector: { disk: 'ssd' } },
    })
    writeFileSync(base, dump({ ...object, metadata: { name: 'odd' }, spec: { ...spec, exeggutor: {} } }))
    const odd = await submit(words)
    expect(odd.stderr).toContain('spec.exeggutor')
    expect(odd.code).toBe(65)
  })

  it('tells of a namespace that is not there, and of rights that are missing', async () => {
    const nowhere = await submit(['--store', 's3://yunikorn/nowhere', ...FLAGS, '-n', 'nowhere', '--apply'])
    expect(nowhere.stderr).toContain('namespaces "nowhere" not found')
    expect(nowhere.code).toBe(1)
    const rules = [{ apiGroups: ['sparkoperator.k8s.io'], resources: ['sparkapplications'], verbs: ['get'] }]
    const reader = await lab().addUser('reader', { rules, namespace: 'jobs' })
    const refused = await submit(['--store', 's3://yunikorn/refused', '--name', 'x', ...OWN, '--apply'], {
      KUBECONFIG: reader.kubeconfigPath,
    })
    expect(refused.stderr).toContain('forbidden')
    expect(refused.code).toBe(4)
    rules[0]!.verbs = ['create']
    const writer = await lab().addUser('writer', { rules, namespace: 'jobs' })
    const done = await submit(['--store', 's3://yunikorn/blind', '--name', 'y', ...OWN, '--apply'], {
      KUBECONFIG: writer.kubeconfigPath,
    })
    expect(done.stderr).toContain('whether the service account jobs/spark is there cannot be seen with this login')
    expect(done.code).toBe(0)
    expect((await bucket.keys('yunikorn')).filter((key) => /^(nowhere|refused)/.test(key))).toEqual([])
  })

  it('submits a program that lies elsewhere, and then looks at no bucket', async () => {
    const out = join(scratch, 'job')
    const words = ['--store', 'hdfs://name/usage', '--name', 'elsewhere', ...OWN]
    const refused = await submit([...words, '--apply'])
    expect(refused.stderr).toContain('--script URI')
    expect(refused.code).toBe(64)
    const script = ['--script', 'local:///opt/usage.py']
    expect(await submit([...words, ...script, '--out', out, '--apply'])).toMatchObject({ code: 0 })
    expect(readdirSync(out)).toHaveLength(2)
    expect(await lab().request('GET', `${APPLICATIONS}/elsewhere`)).toMatchObject({
      spec: { mainApplicationFile: 'local:///opt/usage.py' },
    })
  })
})
