/** What `sparkops doctor` says of a cluster: as a user runs it, with a real control plane and without any. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect } from 'vitest'
import type { DoctorReport } from '../../src/domain/doctor/diagnose.ts'
import { needs } from '../support/capabilities.ts'
import { useCluster } from '../support/lab/use-cluster.ts'
import { type RunResult, runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-doctor-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function doctor(kubeconfig: string | undefined): Promise<{ run: RunResult; cluster: DoctorReport['cluster'] }> {
  // Without a PATH, so that no other program is asked for its version.
  const run = await runCli(['doctor', '-o', 'json'], { env: { HOME: home, PATH: '', KUBECONFIG: kubeconfig } })
  const report = JSON.parse(run.stdout) as DoctorReport
  expectMatchesSchema('doctor-report', report)
  return { run, cluster: report.cluster }
}

const allowed = ({ rights }: NonNullable<DoctorReport['cluster']>) =>
  rights.filter((one) => one.allowed === true).map(({ right }) => right)

describe('the doctor', () => {
  it('names the cluster, its version, and what this login may do there', async () => {
    const { kubeconfigPath } = lab()
    const { cluster } = await doctor(kubeconfigPath)
    expect(cluster).toMatchObject({ context: 'lab-admin', reachable: true, failure: null })
    expect(cluster!.version).toMatch(/^v1\.\d+\./)
    expect(allowed(cluster!)).toHaveLength(cluster!.rights.length)
    const rules = [{ apiGroups: ['sparkoperator.k8s.io'], resources: ['sparkapplications'], verbs: ['list'] }]
    const user = await lab().addUser('reader', { rules })
    const seen = (await doctor(user.kubeconfigPath)).cluster
    expect(allowed(seen!)).toEqual([
      'list sparkapplications.sparkoperator.k8s.io in default',
      'list sparkapplications.sparkoperator.k8s.io everywhere',
    ])
  }, 60_000)

  it('finds no fault where no cluster is named, and says why one that is named cannot be used', async () => {
    const none = await doctor(undefined)
    expect(none.cluster).toBeNull()
    const dead = join(home, 'dead')
    writeFileSync(
      dead,
      JSON.stringify({
        'current-context': 'dead',
        contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'nobody' } }],
        clusters: [{ name: 'dead', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'nobody', user: {} }],
      }),
    )
    const { run, cluster } = await doctor(dead)
    expect(cluster).toMatchObject({ context: 'dead', server: 'https://127.0.0.1:1', reachable: false, rights: [] })
    expect(cluster!.failure).toContain('127.0.0.1:1')
    expect(run.code).toBe(none.run.code)
  }, 60_000)
})
