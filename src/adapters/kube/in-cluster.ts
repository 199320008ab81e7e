/** The login of a pod's service account, for a sparkops that runs inside the cluster. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Login } from './kubeconfig.ts'

/** Where the kubelet mounts it. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The login inside a pod; undefined outside. The token is read again as it is rotated. */
export async function inClusterLogin(
  env: Readonly<Record<string, string | undefined>>,
  directory = SERVICE_ACCOUNT,
): Promise<Login | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  if (!host || !port) return undefined
  const tokenFile = join(directory, 'token')
  const hasToken = await readFile(tokenFile).then(
    () => true,
    () => false,
  )
  if (!hasToken) return undefined
  const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => 'default')
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  return {
    context: undefined,
    namespace: namespace.trim() || 'default',
    cluster: {
      name: 'in-cluster',
      entry: { server, 'certificate-authority': join(directory, 'ca.crt') },
      directory,
    },
    user: { name: 'in-cluster', entry: { tokenFile }, directory },
  }
}
