/** The mutating webhooks that the operator's label brings on, from their registration (admissionregistration.k8s.io/v1). */
import type { KubeObject } from '../../../ports/cluster.ts'
import { type JsonMap, mapAt, mapsAt, textAt } from '../json.ts'

export interface PodWebhook {
  name: string
  /** When it cannot be reached, pods pass as they are. */
  failsOpen: boolean
}

type Labels = Readonly<Record<string, string>>

/** Of the operator by its name (1.x: webhook.sparkoperator.k8s.io, 2.x: mutate--v1-pod.sparkoperator.k8s.io). */
const OF_OPERATOR = /(^|\.)sparkoperator\.k8s\.io$/

/**
 * Webhooks that are called for a pod because of its label, or that are the operator's and look for the label themselves.
 * @param namespaceLabels undefined where they may not be read: then every namespace counts
 */
export function webhooksFor(
  configurations: readonly KubeObject[],
  labels: { with: Labels; without: Labels },
  namespaceLabels: Labels | undefined,
): PodWebhook[] {
  return configurations
    .flatMap((configuration) => mapsAt(configuration, 'webhooks'))
    .filter((webhook) => seesPods(webhook) && isInNamespace(webhook, namespaceLabels))
    .filter((webhook) => {
      const selector = mapAt(webhook, 'objectSelector')
      if (!selects(selector, labels.with)) return false
      return !selects(selector, labels.without) || OF_OPERATOR.test(textAt(webhook, 'name') ?? '')
    })
    .map((webhook) => ({ name: textAt(webhook, 'name') ?? '', failsOpen: webhook['failurePolicy'] === 'Ignore' }))
}

function seesPods(webhook: JsonMap): boolean {
  return mapsAt(webhook, 'rules').some(({ apiGroups, operations, resources }) => {
    const has = (list: unknown, ...names: string[]): boolean =>
      Array.isArray(list) && names.some((name) => list.includes(name))
    return has(apiGroups, '', '*') && has(operations, 'CREATE', '*') && has(resources, 'pods', '*', '*/*')
  })
}

function isInNamespace(webhook: JsonMap, labels: Labels | undefined): boolean {
  return labels === undefined || selects(mapAt(webhook, 'namespaceSelector'), labels)
}

/** A label selector of the API: all of its terms hold (apimachinery meta/v1 LabelSelectorAsSelector). */
export function selects(selector: JsonMap, labels: Labels): boolean {
  const isEqual = Object.entries(mapAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value)
  return isEqual && mapsAt(selector, 'matchExpressions').every((term) => holds(term, labels))
}

function holds({ key, operator, values }: JsonMap, labels: Labels): boolean {
  const value = labels[String(key)]
  const isListed = value !== undefined && Array.isArray(values) && values.includes(value)
  switch (operator) {
    case 'In':
      return isListed
    case 'NotIn':
      return !isListed
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}
