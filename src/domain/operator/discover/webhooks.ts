/**
 * Webhook configurations that concern the operator, and whether they reach anything: a configuration whose service is
 * gone stops every pod and every application with `failurePolicy: Fail`, and silently mutates nothing with `Ignore`.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { type Certificate, certificatesOfBundle, certificatesOfSecret, CertificateSet } from './certificates.ts'
import { at, fieldsAt, listAt, numberAt, textAt, textsAt } from './json.ts'
import { ENDPOINT_SLICE, MUTATING_WEBHOOKS, SECRET, SERVICE, VALIDATING_WEBHOOKS } from './kinds.ts'
import type { Sight } from './sight.ts'

export type Reach =
  /** Service, endpoints and certificates fit. */
  | 'answers'
  /** Something says that a call fails; `problems` names it. */
  | 'broken'
  /** Not everything could be seen, and nothing seen is wrong. */
  | 'unknown'

export interface WebhookConfiguration {
  kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration'
  name: string
  uid: string | undefined
  object: KubeObject
  webhooks: Webhook[]
}

export interface Webhook {
  name: string
  failurePolicy: string
  timeoutSeconds: number
  /** `pods`, `sparkapplications`, …: what it is called for. */
  resources: string[]
  operations: string[]
  namespaceSelector: unknown
  objectSelector: unknown
  service: { namespace: string; name: string; port: number } | undefined
  url: string | undefined
  readyEndpoints: number | null
  certificate: Certificate | undefined
  reach: Reach
  problems: string[]
}

export interface WebhookScope {
  group: string
  /** Services that operators serve their webhooks by, as `namespace/name`. */
  services: ReadonlySet<string>
  /** Names of configurations that operators are told by their arguments. */
  configurations: ReadonlySet<string>
  /** Secrets that hold serving certificates, by the service they serve, as `namespace/name`. */
  secretOfService: ReadonlyMap<string, { namespace: string; name: string }>
  now: number
}

/** All configurations that are called for the operator's kinds or for pods it launches, by kind and name. */
export async function readWebhooks(sight: Sight, scope: WebhookScope): Promise<WebhookConfiguration[]> {
  const found: WebhookConfiguration[] = []
  for (const type of [MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS]) {
    for (const object of await sight.list(type)) {
      if (!concerns(object, scope)) continue
      const webhooks: Webhook[] = []
      for (const raw of listAt(object, 'webhooks')) webhooks.push(await readWebhook(sight, raw, object, scope))
      const kind = type.kind as WebhookConfiguration['kind']
      found.push({ kind, name: object.metadata.name, uid: object.metadata.uid, object, webhooks })
    }
  }
  return found.sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1))
}

/** Whether a configuration is called for the operator's kinds, or by a Service or under a name that operators have. */
export function concerns(
  object: KubeObject,
  { group, services, configurations }: Pick<WebhookScope, 'group' | 'services' | 'configurations'>,
): boolean {
  if (configurations.has(object.metadata.name)) return true
  return listAt(object, 'webhooks').some((webhook) => {
    const service = `${textAt(webhook, 'clientConfig', 'service', 'namespace') ?? ''}/${textAt(webhook, 'clientConfig', 'service', 'name') ?? ''}`
    if (services.has(service)) return true
    // 1.x names its only webhook webhook.sparkoperator.k8s.io; 2.x ends all names so.
    if ((textAt(webhook, 'name') ?? '').endsWith(`.${group}`)) return true
    return listAt(webhook, 'rules').some((rule) => textsAt(rule, 'apiGroups').includes(group))
  })
}

async function readWebhook(sight: Sight, raw: unknown, of: KubeObject, scope: WebhookScope): Promise<Webhook> {
  const rules = listAt(raw, 'rules')
  const client = fieldsAt(raw, 'clientConfig')
  const service = serviceOf(raw)
  const reached = await reach(sight, service, textAt(client, 'caBundle'), of, scope)
  return {
    name: textAt(raw, 'name') ?? '',
    failurePolicy: textAt(raw, 'failurePolicy') ?? 'Fail',
    timeoutSeconds: numberAt(raw, 'timeoutSeconds') ?? 10,
    resources: unique(rules.flatMap((rule) => textsAt(rule, 'resources'))),
    operations: unique(rules.flatMap((rule) => textsAt(rule, 'operations'))),
    namespaceSelector: at(raw, 'namespaceSelector') ?? {},
    objectSelector: at(raw, 'objectSelector') ?? {},
    service,
    url: textAt(client, 'url'),
    ...reached,
  }
}

/** What a webhook is called by; undefined where that is a URL. */
export function serviceOf(raw: unknown): Webhook['service'] {
  const name = textAt(raw, 'clientConfig', 'service', 'name')
  if (name === undefined) return undefined
  return {
    name,
    namespace: textAt(raw, 'clientConfig', 'service', 'namespace') ?? '',
    port: numberAt(raw, 'clientConfig', 'service', 'port') ?? 443,
  }
}

type Reached = Pick<Webhook, 'readyEndpoints' | 'certificate' | 'reach' | 'problems'>

async function reach(
  sight: Sight,
  service: Webhook['service'],
  caBundle: string | undefined,
  of: KubeObject,
  scope: WebhookScope,
): Promise<Reached> {
  if (service === undefined) {
    return { readyEndpoints: null, certificate: undefined, reach: 'unknown', problems: [] }
  }
  const problems = await serviceProblems(sight, service)
  const readyEndpoints = await countEndpoints(sight, service)
  const { namespace, name } = service
  const sawPath = sight.couldGet({ type: SERVICE, namespace, name }) && sight.couldList(ENDPOINT_SLICE, namespace)
  if (sawPath && readyEndpoints === 0)
    problems.push(`service ${service.namespace}/${service.name} has no ready endpoint`)
  const trust = certificatesOfBundle(caBundle ?? '', `caBundle of ${of.metadata.name}`)
  const served = await servedBy(sight, service, scope)
  problems.push(...trustProblems(service, trust, served, scope.now))
  const sawAll = sawPath && served !== undefined
  return {
    readyEndpoints: sawPath ? readyEndpoints : null,
    certificate: served?.serving,
    reach: problems.length > 0 ? 'broken' : sawAll ? 'answers' : 'unknown',
    problems,
  }
}

async function serviceProblems(sight: Sight, service: NonNullable<Webhook['service']>): Promise<string[]> {
  const { namespace, name, port } = service
  const key = { type: SERVICE, namespace, name }
  const found = await sight.get(key)
  if (!sight.couldGet(key)) return []
  if (found === undefined) return [`service ${namespace}/${name} does not exist`]
  const ports = listAt(found, 'spec', 'ports').map((one) => numberAt(one, 'port'))
  return ports.includes(port) ? [] : [`service ${namespace}/${name} has no port ${port}`]
}

async function countEndpoints(sight: Sight, { namespace, name }: { namespace: string; name: string }): Promise<number> {
  const slices = await sight.list(ENDPOINT_SLICE, { namespace, labelSelector: `kubernetes.io/service-name=${name}` })
  const endpoints = slices.flatMap((slice) => listAt(slice, 'endpoints'))
  return endpoints.filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false).length
}

async function servedBy(
  sight: Sight,
  service: { namespace: string; name: string },
  scope: WebhookScope,
): Promise<CertificateSet | undefined> {
  const named = scope.secretOfService.get(`${service.namespace}/${service.name}`)
  if (named === undefined) return undefined
  const key = { type: SECRET, ...named }
  const secret = await sight.get(key)
  if (secret === undefined) return sight.couldGet(key) ? new CertificateSet([]) : undefined
  return certificatesOfSecret(secret)
}

/** Days before its end at which a certificate is worth a word. */
const EXPIRY_DAYS = 30
const DAY = 86_400_000

function trustProblems(
  service: { namespace: string; name: string },
  trust: CertificateSet,
  served: CertificateSet | undefined,
  now: number,
): string[] {
  const problems: string[] = []
  if (trust.certificates.length === 0) problems.push('its caBundle is empty: the API server trusts no certificate')
  if (served === undefined) return problems
  const { serving } = served
  if (serving === undefined) return [...problems, 'the Secret of its certificate does not exist or holds none']
  if (Date.parse(serving.notAfter) <= now) problems.push(`its certificate ended on ${serving.notAfter.slice(0, 10)}`)
  const host = `${service.name}.${service.namespace}.svc`
  if (served.isFor(host) === false) problems.push(`its certificate is not for ${host}`)
  if (served.isTrustedBy(trust) === false)
    problems.push('its caBundle did not sign its certificate (x509: unknown authority)')
  return problems
}

/** Whether a certificate ends within 30 days. */
export function endsSoon(certificate: Pick<Certificate, 'notAfter'>, now: number): boolean {
  const left = Date.parse(certificate.notAfter) - now
  return left > 0 && left < EXPIRY_DAYS * DAY
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)].sort()
}
