/** Tokens of service accounts, by the API that gives them to pods. */
import type { TestCluster } from './cluster.ts'

/** A token of a service account, which is made where it is not there. */
export async function serviceAccountToken(of: TestCluster, namespace: string, name: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`
  await of.request('POST', path, { metadata: { name } })
  const { status } = (await of.request('POST', `${path}/${name}/token`, { spec: {} })) as { status: { token: string } }
  return status.token
}
