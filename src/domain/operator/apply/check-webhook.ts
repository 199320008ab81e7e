/** Whether the API server can call an installed webhook: its certificate, and who trusts that. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isRefusal } from '../../kube-error.ts'
import { type CertificateSet, certificatesOfBundle, certificatesOfSecret } from '../discover/certificates.ts'
import { listAt, textAt } from '../discover/json.ts'
import { objectName } from '../steps/operator-step.ts'
import type { InstalledWebhook } from '../steps/install-payloads.ts'
import { type ApplyContext, POLL_MS } from './context.ts'

/**
 * Gives what is wrong with it, once it has had its time: a webhook that was started anew makes its certificate, and
 * writes its CA into its configurations, when it leads.
 */
export async function checkWebhook(webhook: InstalledWebhook, context: ApplyContext): Promise<string[]> {
  const deadline = context.clock.now() + webhook.timeoutSeconds * 1000
  for (;;) {
    const faults = await faultsOf(webhook, context)
    if (faults.length === 0 || context.clock.now() >= deadline) return faults
    context.tell(faults[0]!)
    await context.sleep(POLL_MS)
  }
}

async function faultsOf(
  { secret, service, configurations }: InstalledWebhook,
  { cluster, signal, clock }: ApplyContext,
): Promise<string[]> {
  const live = await cluster.get(secret, signal).catch((error: unknown) => {
    // Who may not read Secrets may carry a move out all the same; then the bundles alone are looked at.
    if (isRefusal(error, 'Forbidden')) return 'not to be read' as const
    throw error
  })
  const own = live === 'not to be read' ? undefined : certificatesOf(live)
  const faults = own === undefined ? [] : certificateFaults(own, clock.now())
  for (const key of configurations) {
    const configuration = await cluster.get(key, signal)
    if (configuration === undefined) faults.push(`${objectName(key)} is not there`)
    else faults.push(...trustFaults(configuration, own).map((fault) => `${objectName(key)} ${fault}`))
  }
  return faults

  function certificateFaults(set: CertificateSet, now: number): string[] {
    const { serving } = set
    if (serving === undefined) return [`${objectName(secret)} holds no certificate`]
    const host = `${service.name}.${service.namespace ?? ''}.svc`
    return [
      ...(set.isFor(host) === false ? [`the webhook's certificate is not for ${host}`] : []),
      ...(Date.parse(serving.notAfter) <= now ? [`the webhook's certificate ended ${serving.notAfter}`] : []),
    ]
  }
}

function certificatesOf(secret: KubeObject | undefined): CertificateSet {
  return certificatesOfSecret(secret ?? { apiVersion: 'v1', kind: 'Secret', metadata: { name: '' } })
}

function trustFaults(configuration: KubeObject, own: CertificateSet | undefined): string[] {
  const bundles = listAt(configuration, 'webhooks').map((one) => textAt(one, 'clientConfig', 'caBundle') ?? '')
  if (bundles.some((bundle) => bundle === '')) return ['has no CA bundle']
  const isTrusted = (bundle: string): boolean => own?.isTrustedBy(certificatesOfBundle(bundle, '')) !== false
  return bundles.every(isTrusted) ? [] : ["does not trust the webhook's certificate"]
}
