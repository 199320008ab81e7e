/** What the programs of a test cluster are started with. All listen on 127.0.0.1, all ask for certificates. */
import { join } from 'node:path'

export interface Ports {
  api: number
  etcd: number
  peer: number
}

/** What tests of moves and of clean-ups rest on; names as `kube-controller-manager --help` lists them. */
const DEFAULT_CONTROLLERS = [
  'namespace-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'clusterrole-aggregation-controller',
]

export function etcdArguments(directory: string, ports: Ports): string[] {
  const at = (name: string): string => join(directory, name)
  const client = `https://127.0.0.1:${ports.etcd}`
  const peer = `https://127.0.0.1:${ports.peer}`
  return [
    `--data-dir=${at('etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    ...['', 'peer-'].flatMap((of) => [
      `--${of}cert-file=${at('server.crt')}`,
      `--${of}key-file=${at('server.key')}`,
      `--${of}trusted-ca-file=${at('ca.crt')}`,
      `--${of}client-cert-auth`,
    ]),
    // What is lost with the power is lost with the test.
    '--unsafe-no-fsync',
  ]
}

export function apiServerArguments(directory: string, ports: Ports, extra: readonly string[]): string[] {
  const at = (name: string): string => join(directory, name)
  return [
    `--etcd-servers=https://127.0.0.1:${ports.etcd}`,
    `--etcd-cafile=${at('ca.crt')}`,
    `--etcd-certfile=${at('server.crt')}`,
    `--etcd-keyfile=${at('server.key')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.api}`,
    // A loopback address cannot be an endpoint of the service kubernetes.
    '--endpoint-reconciler-type=none',
    // Webhooks are called at their endpoints: nothing here makes addresses of Services lead anywhere.
    '--enable-aggregator-routing=true',
    '--service-cluster-ip-range=10.0.0.0/24',
    `--tls-cert-file=${at('server.crt')}`,
    `--tls-private-key-file=${at('server.key')}`,
    `--client-ca-file=${at('ca.crt')}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at('service-accounts.pub')}`,
    `--service-account-signing-key-file=${at('service-accounts.key')}`,
    '--allow-privileged=true',
    '--profiling=false',
    ...extra,
  ]
}

export function controllerArguments(
  directory: string,
  kubeconfigPath: string,
  controllers: true | readonly string[],
): string[] {
  return [
    `--kubeconfig=${kubeconfigPath}`,
    `--controllers=${(controllers === true ? DEFAULT_CONTROLLERS : controllers).join(',')}`,
    `--root-ca-file=${join(directory, 'ca.crt')}`,
    `--service-account-private-key-file=${join(directory, 'service-accounts.key')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--profiling=false',
  ]
}
