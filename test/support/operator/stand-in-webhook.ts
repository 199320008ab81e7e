/**
 * Webhooks as operators run them, behind the Services of their charts: real HTTPS, called by the real API server.
 *
 * - 2.x (`webhook start`): writes its certificate into its Secret, and its CA into the configurations of its name.
 * - 1.x (`-enable-webhook`): registers its configuration when it starts, and deletes it when it is stopped.
 *
 * A pod that goes through one gets an annotation with its name; so does what two of them have changed.
 */
import { createServer, type Server } from 'node:https'
import type { TestCluster } from '../lab/cluster.ts'
import { ownAddress } from '../lab/own-address.ts'

export interface Deployment {
  metadata: { namespace: string; name: string; generation: number }
  spec: { replicas?: number; template: { spec: { containers: { args?: string[] }[] } } }
  status?: { observedGeneration?: number }
}

export interface StandInWebhooks {
  /** Brings webhooks up and down as the Deployments say. */
  follow: (deployments: readonly Deployment[]) => Promise<void>
  /** Of 1.x: ends without deleting its configuration, as by SIGKILL. */
  killsItself: boolean
  /** Of 2.x: only the pod that leads writes the CA, and none does while the lease of a former one holds. */
  leads: boolean
  close: () => Promise<void>
}

/** What an operator's arguments say of its webhook. */
interface Webhook {
  id: string
  generation: '1.x' | '2.x'
  service: { namespace: string; name: string }
  secret: string
  configuration: string
}

interface Running {
  webhook: Webhook
  server: Server
  port: number
}

const PORT_NAME = 'webhook'

/** None runs until a Deployment asks for one. */
export function standInForWebhooks(lab: TestCluster): StandInWebhooks {
  const running = new Map<string, Running>()
  const up = async (webhook: Webhook): Promise<void> => {
    const one = running.get(webhook.id) ?? (await serve(lab, webhook))
    running.set(webhook.id, one)
    await lead(lab, one)
    if (webhook.generation === '1.x' || standIn.leads) await trust(lab, one)
  }
  const down = async ({ webhook, server }: Running): Promise<void> => {
    running.delete(webhook.id)
    if (webhook.generation === '1.x' && !standIn.killsItself) await remove(lab, webhook)
    await closed(server)
  }
  const standIn: StandInWebhooks = {
    killsItself: false,
    leads: true,
    follow: async (deployments) => {
      const asked = deployments.filter(({ spec }) => (spec.replicas ?? 1) > 0).flatMap((one) => readWebhook(one) ?? [])
      for (const one of running.values()) {
        if (!asked.some(({ id }) => id === one.webhook.id)) await down(one)
      }
      for (const webhook of asked) await up(webhook)
    },
    close: async () => {
      for (const { server } of running.values()) await closed(server)
    },
  }
  return standIn
}

function readWebhook({ metadata: { namespace, name }, spec }: Deployment): Webhook | undefined {
  const args = spec.template.spec.containers.flatMap((container) => container.args ?? [])
  const flag = (of: string): string =>
    args.find((arg) => arg.replace(/^-+/, '').startsWith(`${of}=`))?.split('=')[1] ?? ''
  const is2x = args[0] === 'webhook'
  if (!is2x && flag('enable-webhook') !== 'true') return undefined
  return {
    id: `${namespace}/${name} ${flag('webhook-svc-name')}`,
    generation: is2x ? '2.x' : '1.x',
    service: { namespace, name: flag('webhook-svc-name') },
    secret: flag('webhook-secret-name') || `${name}-webhook-certs`,
    configuration: is2x ? flag('mutating-webhook-name') : flag('webhook-config-name'),
  }
}

interface Review {
  request: { uid: string; object: { kind: string; metadata: { annotations?: Record<string, string> } } }
}

/** Listens on an address that an EndpointSlice may name: loopback ones may not be in one. */
async function serve(lab: TestCluster, webhook: Webhook): Promise<Running> {
  const { namespace, name } = webhook.service
  const { certificate: cert, key } = await lab.authority.issue({
    commonName: name,
    hosts: [`${name}.${namespace}.svc`],
  })
  const server = createServer({ cert, key }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Review
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer(review, webhook)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, ownAddress(), resolve))
  await writeSecret(lab, webhook, cert)
  return { webhook, server, port: (server.address() as { port: number }).port }
}

/** Where pods that went through a webhook say so. */
export const MUTATED_BY = 'test/mutated-by'

function answer({ request: { uid, object } }: Review, { id }: Webhook): object {
  const before = object.metadata.annotations
  const value = [before?.[MUTATED_BY], id.split(' ')[0]].filter(Boolean).join(' ')
  const patch = [
    ...(before === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} }] : []),
    { op: 'add', path: `/metadata/annotations/${MUTATED_BY.replace('/', '~1')}`, value },
  ]
  const changed = { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }
  const response = { uid, allowed: true, ...(object.kind === 'Pod' ? changed : {}) }
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }
}

async function writeSecret(
  lab: TestCluster,
  { service: { namespace }, secret, generation }: Webhook,
  cert: string,
): Promise<void> {
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  const data = { 'ca-cert.pem': base64(lab.authority.certificate), 'server-cert.pem': base64(cert) }
  const path = `/api/v1/namespaces/${namespace}/secrets`
  const body = { metadata: { name: secret }, data }
  const write = (): Promise<unknown> =>
    lab.request('PATCH', `${path}/${secret}`, { data }, 'application/merge-patch+json')
  // The Job of 1.x makes one where there is none; 1.6.x has an empty one of its chart.
  await lab.request('POST', path, body).catch(generation === '1.x' ? () => undefined : write)
}

/** What the controller of EndpointSlices does; there are no pods that it could find. */
async function lead(lab: TestCluster, { webhook: { service }, port }: Running): Promise<void> {
  const name = `${service.name}-stand-in`
  const path = `/apis/discovery.k8s.io/v1/namespaces/${service.namespace}/endpointslices`
  const slice = {
    metadata: { name, labels: { 'kubernetes.io/service-name': service.name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [ownAddress()], conditions: { ready: true } }],
    ports: [{ name: PORT_NAME, port, protocol: 'TCP' }],
  }
  const live = (await lab.request('GET', `${path}/${name}`).catch(() => undefined)) as typeof slice | undefined
  if (live === undefined) await lab.request('POST', path, slice)
  else if (live.ports[0]!.port !== port) await lab.request('PUT', `${path}/${name}`, { ...live, ports: slice.ports })
}

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1'

interface Configuration {
  webhooks: { clientConfig: { caBundle?: string } }[]
}

async function trust(lab: TestCluster, { webhook }: Running): Promise<void> {
  const caBundle = Buffer.from(lab.authority.certificate).toString('base64')
  const path = `${CONFIGURATIONS}/mutatingwebhookconfigurations`
  if (webhook.generation === '1.x') {
    const live = await lab.request('GET', `${path}/${webhook.configuration}`).catch(() => undefined)
    if (live === undefined) await lab.request('POST', path, registration(webhook, caBundle))
    return
  }
  for (const kind of ['mutating', 'validating']) {
    const one = `${CONFIGURATIONS}/${kind}webhookconfigurations/${webhook.configuration}`
    const live = (await lab.request('GET', one).catch(() => undefined)) as Configuration | undefined
    if (live === undefined || live.webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) continue
    for (const { clientConfig } of live.webhooks) clientConfig.caBundle = caBundle
    await lab.request('PUT', one, live)
  }
}

/** pkg/webhook/webhook.go of 1.x, selfRegistration: pods alone, and a webhook that is down is passed over. */
function registration({ service, configuration }: Webhook, caBundle: string): object {
  return {
    metadata: { name: configuration },
    webhooks: [
      {
        name: 'webhook.sparkoperator.k8s.io',
        admissionReviewVersions: ['v1'],
        sideEffects: 'NoneOnDryRun',
        failurePolicy: 'Ignore',
        clientConfig: { caBundle, service: { ...service, path: '/webhook', port: 443 } },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
        objectSelector: { matchLabels: { 'sparkoperator.k8s.io/launched-by-spark-operator': 'true' } },
      },
    ],
  }
}

async function remove(lab: TestCluster, { configuration }: Webhook): Promise<void> {
  await lab.request('DELETE', `${CONFIGURATIONS}/mutatingwebhookconfigurations/${configuration}`).catch(() => undefined)
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
