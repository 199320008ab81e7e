/** The test cluster itself: that it starts, forgets on request, comes back, and leaves nothing behind. */
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import { needs } from '../capabilities.ts'
import { startCluster } from './cluster.ts'
import { useCluster } from './use-cluster.ts'

const { it } = needs('lab')
const anywhere = needs()
const run = promisify(execFile)

describe('a test cluster', () => {
  const cluster = useCluster()

  it('lets its admin do anything, and a user what the rules say', async () => {
    const namespace = await cluster().createNamespace()
    const user = await cluster().addUser('reader', {
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
      namespace,
    })
    expect(existsSync(user.kubeconfigPath)).toBe(true)
    await cluster().request('POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: 'one' } })
    const review = (verb: string): Promise<unknown> =>
      cluster().request('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        spec: { user: 'reader', resourceAttributes: { verb, resource: 'configmaps', namespace } },
      })
    expect(await review('list')).toMatchObject({ status: { allowed: true } })
    expect(await review('create')).toMatchObject({ status: { allowed: false } })
  })

  it('is what helm works with', async () => {
    const { stdout } = await run(cluster().helmPath, ['list', '-A', '-o', 'json'], { env: cluster().environment })
    expect(JSON.parse(stdout)).toEqual([])
  })

  it('keeps its objects over a restart of the API server', async () => {
    const namespace = await cluster().createNamespace()
    await cluster().restartApiServer()
    expect(await cluster().request('GET', `/api/v1/namespaces/${namespace}`)).toMatchObject({
      metadata: { name: namespace },
    })
  })

  it('forgets what was before now when told to', async () => {
    const path = '/api/v1/configmaps?limit=1'
    for (const name of ['a', 'b']) {
      await cluster().request('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name } })
    }
    const first = (await cluster().request('GET', path)) as { metadata: { continue: string } }
    await cluster().forgetHistory()
    const next = cluster().request('GET', `${path}&continue=${encodeURIComponent(first.metadata.continue)}`)
    await expect(next).rejects.toThrow(/: 410 /)
  })

  it('collects what a deleted owner leaves, where the controllers run, beside another cluster', async () => {
    const other = await startCluster({ controllers: true })
    try {
      expect(other.server).not.toBe(cluster().server)
      const path = '/api/v1/namespaces/default/configmaps'
      const owner = (await other.request('POST', path, { metadata: { name: 'owner' } })) as {
        metadata: { uid: string }
      }
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }]
      await other.request('POST', path, { metadata: { name: 'owned', ownerReferences } })
      await other.request('DELETE', `${path}/owner`, { propagationPolicy: 'Background' })
      await expect
        .poll(() => other.request('GET', `${path}/owned`).catch(String), { timeout: 60_000, interval: 200 })
        .toMatch(/: 404 /)
    } finally {
      await other.stop()
    }
    expect(existsSync(other.directory)).toBe(false)
  }, 120_000)
})

describe('the supervisor of a test cluster', () => {
  anywhere.it('ends the programs and removes the directory when the test is killed outright', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'sparkops-lab-'))
    const supervisor = fileURLToPath(new URL('./supervisor.mjs', import.meta.url))
    const program = `
      import { fork } from 'node:child_process'
      const child = fork(${JSON.stringify(supervisor)}, [${JSON.stringify(directory)}], { detached: true, execArgv: [] })
      child.on('message', () => process.stdout.write('started'))
      child.send({ id: 1, order: 'start', name: 'idle', command: process.execPath, args: ['-e', ${JSON.stringify(
        "process.title = 'idle'; require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000)",
      )}] })`
    const test = spawn(process.execPath, ['--input-type=module', '-e', program])
    await new Promise((resolve) => test.stdout.once('data', resolve))
    const pidFile = join(directory, 'pid')
    await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', { timeout: 20_000 }).toBe(true)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    test.kill('SIGKILL')
    await expect.poll(() => isRunning(pid) || existsSync(directory), { timeout: 20_000 }).toBe(false)
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
