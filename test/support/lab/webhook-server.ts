/** A mutating admission webhook: a real HTTPS server that the test's API server calls. */
import { createServer } from 'node:https'
import { onTestFinished } from 'vitest'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import type { TestCluster } from './cluster.ts'

export interface Review {
  uid: string
  dryRun?: boolean
  namespace: string
  object: KubeObject
}

export type PatchOperation = { op: 'add' | 'replace'; path: string; value: unknown }

export interface WebhookServer {
  /** What it was asked, the earliest first. */
  reviews: Review[]
  /** Ends listening: whoever calls it gets no answer. */
  stop(): Promise<void>
}

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'

/**
 * Registers a webhook for new pods, by default as the operator's chart 2.5.2 does it; gone with the test.
 * @param mutate the patch for a pod, or a refusal
 */
export async function serveWebhook(
  { authority, request }: TestCluster,
  webhook: { name?: string; failurePolicy?: string; [field: string]: unknown },
  mutate: (review: Review) => PatchOperation[] | string,
): Promise<WebhookServer> {
  const keys = await authority.issue({ commonName: 'webhook', hosts: ['127.0.0.1'] })
  const reviews: Review[] = []
  const server = createServer({ cert: keys.certificate, key: keys.key }, (asked, answer) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as { apiVersion: string; request: Review }
      reviews.push(review.request)
      const outcome = mutate(review.request)
      const response =
        typeof outcome === 'string'
          ? { uid: review.request.uid, allowed: false, status: { message: outcome } }
          : {
              uid: review.request.uid,
              allowed: true,
              patchType: 'JSONPatch',
              patch: Buffer.from(JSON.stringify(outcome)).toString('base64'),
            }
      answer.setHeader('content-type', 'application/json')
      answer.end(JSON.stringify({ apiVersion: review.apiVersion, kind: 'AdmissionReview', response }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const name = `webhook-${port}`
  const { name: webhookName = 'mutate--v1-pod.sparkoperator.k8s.io', ...rest } = webhook
  await request('POST', CONFIGURATIONS, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name: webhookName,
        clientConfig: {
          url: `https://127.0.0.1:${port}/mutate--v1-pod`,
          caBundle: Buffer.from(authority.certificate).toString('base64'),
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        objectSelector: { matchLabels: { 'sparkoperator.k8s.io/launched-by-spark-operator': 'true' } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 10,
        ...rest,
      },
    ],
  })
  onTestFinished(async () => {
    await request('DELETE', `${CONFIGURATIONS}/${name}`)
    await stop()
  })
  return { reviews, stop }
}
