/** Which webhooks may be called while specs are moved. */
import { describe, expect, it } from 'vitest'
import { podWebhooksOf } from '../../../../src/domain/operator/plan/pod-webhooks.ts'

function configuration(kind: string, resources: readonly string[]) {
  const webhooks = resources.map((resource) => ({ name: resource, rules: [{ resources: [resource] }] }))
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name: 'spark-operator-webhook' }, webhooks }
}

describe('webhooks that are registered before the chart is', () => {
  it('are those that pods go through, and not those that write into applications', () => {
    const mutating = configuration('MutatingWebhookConfiguration', ['pods', 'sparkapplications', 'sparkconnects'])
    expect(podWebhooksOf([mutating])).toEqual([configuration('MutatingWebhookConfiguration', ['pods'])])
  })

  it('are none of a configuration that is for applications alone', () => {
    expect(podWebhooksOf([configuration('ValidatingWebhookConfiguration', ['sparkapplications'])])).toEqual([])
  })
})
