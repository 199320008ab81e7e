import { beforeAll, describe, expect, it } from 'vitest'
import { checkWebhook } from '../../../../src/domain/operator/apply/check-webhook.ts'
import type { ApplyContext } from '../../../../src/domain/operator/apply/context.ts'
import { MUTATING_WEBHOOKS, SECRET, SERVICE } from '../../../../src/domain/operator/discover/kinds.ts'
import type { KubeObject, ObjectKey } from '../../../../src/ports/cluster.ts'
import { type CertificateAuthority, createAuthority } from '../../../support/lab/certificates.ts'

const NAMESPACE = 'spark-operator'
const webhook = {
  secret: { type: SECRET, namespace: NAMESPACE, name: 'certs' },
  service: { type: SERVICE, namespace: NAMESPACE, name: 'webhook-svc' },
  configurations: [{ type: MUTATING_WEBHOOKS, name: 'webhook' }],
  timeoutSeconds: 10,
}
const OWN = `webhook-svc.${NAMESPACE}.svc`
const base64 = (text: string): string => Buffer.from(text).toString('base64')
let authority: CertificateAuthority
let other: CertificateAuthority

beforeAll(async () => {
  authority = await createAuthority('own')
  other = await createAuthority('other')
})

async function secret(host: string, key = 'server-cert.pem'): Promise<KubeObject> {
  const { certificate } = await authority.issue({ commonName: host, hosts: [host] })
  const data = { 'ca-cert.pem': base64(authority.certificate), [key]: base64(certificate) }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'certs', namespace: NAMESPACE }, data }
}

function configuration(caBundle: string | undefined): KubeObject {
  const clientConfig = caBundle === undefined ? {} : { caBundle: base64(caBundle) }
  return { apiVersion: 'v1', kind: 'Any', metadata: { name: 'webhook' }, webhooks: [{ name: 'a', clientConfig }] }
}

/** What is found, when the cluster shows one state after the other, a second between two looks. */
async function faults(states: { secret?: KubeObject; configuration?: KubeObject }[], startsAt = Date.now()) {
  let looks = 0
  let now = startsAt
  const state = () => states[Math.min(looks, states.length - 1)]!
  const context = {
    cluster: {
      get: ({ type }: ObjectKey) => Promise.resolve(type === SECRET ? state().secret : state().configuration),
    },
    clock: { now: () => now },
    sleep: () => {
      looks += 1
      now += 1000
      return Promise.resolve()
    },
    tell: () => undefined,
  }
  return { found: await checkWebhook(webhook, context as unknown as ApplyContext), looks }
}

describe('the check of an installed webhook', () => {
  it('passes a certificate for the Service that its configurations trust, whatever its key in the Secret', async () => {
    for (const key of ['server-cert.pem', 'tls.crt']) {
      const state = { secret: await secret(OWN, key), configuration: configuration(authority.certificate) }
      expect(await faults([state])).toEqual({ found: [], looks: 0 })
    }
  })

  it('gives the webhook time to make its certificate and to write its CA', async () => {
    const made = await secret(OWN)
    const states = [
      { configuration: configuration(undefined) },
      { secret: made, configuration: configuration(undefined) },
      { secret: made, configuration: configuration(authority.certificate) },
    ]
    expect(await faults(states)).toEqual({ found: [], looks: 2 })
  })

  it('finds the certificate of another Service, one that has ended, and one that nobody trusts', async () => {
    const trusted = configuration(authority.certificate)
    const elsewhere = await faults([{ secret: await secret('other-svc.elsewhere.svc'), configuration: trusted }])
    expect(elsewhere.found).toEqual([`the webhook's certificate is not for ${OWN}`])
    const later = Date.now() + 50 * 365 * 86_400_000
    const ended = await faults([{ secret: await secret(OWN), configuration: trusted }], later)
    expect(ended.found).toEqual([expect.stringContaining("the webhook's certificate ended ")])
    const untrusted = await faults([{ secret: await secret(OWN), configuration: configuration(other.certificate) }])
    expect(untrusted.found).toEqual(["mutatingwebhookconfigurations/webhook does not trust the webhook's certificate"])
  })

  it('finds a Secret without a certificate, and a configuration that is not there', async () => {
    const { found } = await faults([{}])
    expect(found).toEqual([
      'secrets/spark-operator/certs holds no certificate',
      'mutatingwebhookconfigurations/webhook is not there',
    ])
  })
})
