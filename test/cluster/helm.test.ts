/** Which cluster helm is led to: by a file, by one of its contexts, and as somebody else; whatever is current. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dump, load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type HelmOptions, openHelm } from '../../src/adapters/helm/open-helm.ts'
import { needs } from '../support/capabilities.ts'
import { useCluster } from '../support/lab/use-cluster.ts'
import { installOperator } from '../support/operator/lab-operator.ts'

const { it } = needs('lab')
const lab = useCluster()
const RELEASE = { name: 'spark-operator', namespace: 'spark-operator' }
let scratch: string
let both: string

interface Kubeconfig {
  'current-context': string
  clusters: { name: string; cluster: object }[]
  contexts: { name: string; context: { cluster: string; user: string } }[]
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sparkops-helm-test-'))
  both = join(scratch, 'both')
  await installOperator(lab(), '1.3.8', { values: ['sparkJobNamespace=default'] })
  const config = load(await readFile(lab().kubeconfigPath, 'utf8')) as Kubeconfig
  config.clusters.push({ name: 'elsewhere', cluster: { server: 'https://127.0.0.1:1' } })
  config.contexts.push({ name: 'elsewhere', context: { ...config.contexts[0]!.context, cluster: 'elsewhere' } })
  config['current-context'] = 'elsewhere'
  await writeFile(both, dump(config))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

function helm(options: HelmOptions) {
  const { KUBECONFIG: _ours, ...environment } = lab().environment
  return openHelm({ program: lab().helmPath, environment: { ...environment, KUBECONFIG: both }, ...options })
}

describe('helm', () => {
  it('goes to the context that is named, of the file that is named, and not to the current one', async () => {
    await expect(helm({}).history(RELEASE)).rejects.toThrow(/release|history/)
    const revisions = [{ revision: 1, status: 'deployed' }]
    expect(await helm({ context: 'lab-admin' }).history(RELEASE)).toMatchObject(revisions)
    expect(await helm({ kubeconfig: lab().kubeconfigPath }).history(RELEASE)).toMatchObject(revisions)
    expect(await helm({ kubeconfig: both, context: 'lab-admin' }).history(RELEASE)).toMatchObject(revisions)
    await expect(helm({ kubeconfig: lab().kubeconfigPath, context: 'elsewhere' }).history(RELEASE)).rejects.toThrow()
  })

  it('acts as whom it is told, with no more rights than that one has', async () => {
    const options = { context: 'lab-admin', as: 'nobody', asGroups: ['none'] }
    await expect(helm(options).history(RELEASE)).rejects.toMatchObject({
      why: expect.stringContaining('nobody') as unknown,
    })
  })
})
