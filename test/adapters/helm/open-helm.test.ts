/** The user's helm behind the port: real releases on a real API server, hostile names, and no secrets in errors. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it as always, onTestFinished } from 'vitest'
import { openHelm } from '../../../src/adapters/helm/open-helm.ts'
import { redact } from '../../../src/adapters/helm/run-helm.ts'
import type { ChartValues, Helm } from '../../../src/ports/helm.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart, type FixtureVersion } from '../../support/operator/fixtures.ts'

const { it } = needs('lab')
const cluster = useCluster()
const NO_VALUES: ChartValues = { files: [], sets: [] }

const helm = (): Helm => openHelm({ program: cluster().helmPath, environment: cluster().environment })

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sparkops-test-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

describe('helm', () => {
  it('tells its version without a v', async () => {
    expect(await helm().version()).toMatch(/^3\.\d+\.\d+$/)
  })

  it('has no history where there is no release', async () => {
    expect(await helm().history({ name: 'nothing', namespace: 'default' })).toEqual([])
  })

  it('upgrades, tells the history and what a revision was made of, rolls back and uninstalls', async () => {
    const release = { name: 'spark-operator', namespace: await cluster().createNamespace('helm') }
    const install = (version: FixtureVersion, sets: string[]) =>
      helm().upgrade({
        release,
        chart: { reference: fixtureChart(version) },
        values: { files: [], sets, object: { controller: { workers: 7 } } },
        install: true,
        noHooks: true,
        timeoutSeconds: 60,
      })
    expect(await install('2.1.1', ['webhook.enable=false'])).toMatchObject({ revision: 1, status: 'deployed' })
    expect(await install('2.5.2', ['webhook.enable=false'])).toMatchObject({ revision: 2, appVersion: '2.5.2' })
    const { values, manifest } = await helm().get(release)
    expect(values).toEqual({ controller: { workers: 7 }, webhook: { enable: false } })
    expect(manifest).toContain('--controller-threads=7')
    expect((await helm().get(release, 1)).manifest).not.toContain('--feature-gates')
    expect(await helm().rollback({ release, revision: 1, noHooks: true, timeoutSeconds: 60 })).toMatchObject({
      revision: 3,
      appVersion: '2.1.1',
    })
    expect((await helm().history(release)).map(({ revision, status }) => [revision, status])).toEqual([
      [1, 'superseded'],
      [2, 'superseded'],
      [3, 'deployed'],
    ])
    await helm().uninstall(release, { noHooks: true, timeoutSeconds: 60 })
    expect(await helm().history(release)).toEqual([])
  })

  it('refuses to take over what hooks made, and deletes it on the way back: why the plan repairs ownership', async () => {
    const release = { name: 'spark-operator', namespace: await cluster().createNamespace('hooks') }
    const move = (version: FixtureVersion) =>
      helm().upgrade({
        release,
        chart: { reference: fixtureChart(version) },
        values: { files: [], sets: ['fullnameOverride=moved'] },
        install: true,
        noHooks: false,
        timeoutSeconds: 60,
      })
    const account = `/api/v1/namespaces/${release.namespace}/serviceaccounts/moved`
    await move('1.3.8')
    await expect(move('1.6.2')).rejects.toMatchObject({
      code: 'SO_HELM_FAILED',
      why: expect.stringMatching(/cannot be imported into the current release/) as string,
      hint: expect.stringMatching(/operator plan/) as string,
    })
    await cluster().request('DELETE', account)
    for (const kind of ['clusterroles', 'clusterrolebindings'])
      await cluster().request('DELETE', `/apis/rbac.authorization.k8s.io/v1/${kind}/moved`)
    await move('1.6.2')
    await helm().rollback({ release, revision: 1, noHooks: false, timeoutSeconds: 60 })
    await expect(cluster().request('GET', account)).rejects.toThrow(/: 404 /)
  })

  it('acts as the user and as a member of the groups that it is given, and as nobody else', async () => {
    const { environment, helmPath: program } = cluster()
    const release = { name: 'nothing', namespace: 'default' }
    const nobody = openHelm({ program, environment, as: 'nobody' }).history(release)
    await expect(nobody).rejects.toMatchObject({ exit: 'auth', why: expect.stringMatching(/User "nobody"/) as string })
    const master = openHelm({ program, environment, as: 'nobody', asGroups: ['a', 'system:masters'] })
    expect(await master.history(release)).toEqual([])
  })

  it('takes a name that looks like an option for a name', async () => {
    for (const name of ['--kubeconfig=/etc/passwd', '-o=yaml', '--help']) {
      const template = helm().template({
        chart: { reference: fixtureChart('2.5.2') },
        release: { name, namespace: 'default' },
        values: NO_VALUES,
      })
      await expect(template).rejects.toMatchObject({ why: expect.stringMatching(/invalid|must match/i) as string })
      await expect(helm().describe({ reference: name })).rejects.toMatchObject({ code: 'SO_HELM_FAILED' })
    }
  })

  it('tells no value in an error, wherever it was given', async () => {
    const chart = join(await scratch(), 'leaky')
    await mkdir(join(chart, 'templates'), { recursive: true })
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: leaky\nversion: 1.0.0\n')
    await writeFile(join(chart, 'templates/a.yaml'), '{{ fail (printf "no: %s %s" .Values.one .Values.two) }}')
    const template = helm().template({
      chart: { reference: chart },
      release: { name: 'x', namespace: 'default' },
      values: { files: [], sets: ['one=hunter2'], object: { two: 'correct horse' } },
    })
    await expect(template).rejects.toMatchObject({ why: expect.stringMatching(/no: … …/) as string })
  })

  always('is asked for where it is missing, and refused where it is too old', async () => {
    await expect(openHelm({ program: '/nowhere/helm' }).version()).rejects.toMatchObject({ code: 'SO_HELM_MISSING' })
    const old = join(await scratch(), 'helm')
    await writeFile(old, '#!/bin/sh\necho v3.5.4\n')
    await chmod(old, 0o755)
    await expect(openHelm({ program: old }).version()).rejects.toMatchObject({ message: 'helm 3.5.4 is too old' })
  })

  always('hides passwords in addresses', () => {
    expect(redact('Error: failed to fetch https://me:pass@charts.test/x\nmore', [])).toBe(
      'failed to fetch https://…@charts.test/x\nmore',
    )
  })
})
