// What is looked at before a job is submitted, so that it does not fail after minutes of waiting for pods.
import type { ClusterReader, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { UsageStoreFiles } from '../../../ports/usage-store.ts'
import { SparkopsError } from '../../errors.ts'
import { textAt } from '../../pods/json.ts'

const ACCOUNT: ResourceType = {
  ...{ group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount' },
  namespaced: true,
}

/** The job writes a store of its own; throws (exit 5) where there is one already. */
export async function refuseStoreThere(files: UsageStoreFiles): Promise<void> {
  if ((await files.newest()) === undefined) return
  throw new SparkopsError({
    code: 'SO_STORE_THERE',
    message: `${files.name}: there is a usage store already.`,
    why: 'A job on Spark makes a new store; it adds to none.',
    hint: 'Name a new place with --store, or add to this one with sparkops usage compact.',
    exit: 'stale',
  })
}

/** A remark where the driver's account is not there, or nobody here may see whether it is. */
export async function remarksOnAccount(cluster: ClusterReader, application: KubeObject): Promise<string[]> {
  const name = textAt(application, 'spec', 'driver', 'serviceAccount') ?? ''
  const { namespace = '' } = application.metadata
  try {
    if ((await cluster.get({ type: ACCOUNT, namespace, name })) !== undefined) return []
    return [`the service account ${namespace}/${name} is not there: no driver can be made until it is`]
  } catch (error) {
    if (!(error instanceof SparkopsError) || error.exit !== 'auth') throw error
    return [`whether the service account ${namespace}/${name} is there cannot be seen with this login`]
  }
}
