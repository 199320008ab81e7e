/** What of a webhook may be called while definitions and specs are moved. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isFields, listAt } from '../discover/json.ts'

/**
 * Configurations with only the webhooks that pods go through; none where nothing is left. Those for applications come
 * with the chart: the defaulter of 2.x writes more into an application than was asked for (`deps: {}` into each), so
 * that specs would not be read back as foretold.
 */
export function podWebhooksOf(configurations: readonly KubeObject[]): KubeObject[] {
  return configurations.flatMap((object) => {
    const webhooks = listAt(object, 'webhooks').filter(isForPods)
    return webhooks.length === 0 ? [] : [{ ...object, webhooks }]
  })
}

function isForPods(webhook: unknown): boolean {
  return listAt(webhook, 'rules').some((rule) => isFields(rule) && listAt(rule, 'resources').includes('pods'))
}
