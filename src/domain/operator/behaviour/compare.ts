/** What an operator would do otherwise after a move: compared by what it does, never by the names of values. */
import type { OperatorBehaviour, WebhookBehaviour } from './behaviour.ts'
import { describeScope, type NamespaceScope } from './namespaces.ts'

/** One thing that would be otherwise. */
export interface BehaviourChange {
  /** `namespaces`, `webhook`, `webhook.failurePolicy`, `metrics.port`, … */
  aspect: string
  before: string
  after: string
  /** `narrower`: something is no longer served that was; `wider`: the other way; `other`: neither or both. */
  effect: 'narrower' | 'wider' | 'other'
}

type Shown = string | number | boolean | undefined
type Aspect = readonly [name: string, before: Shown, after: Shown]

/** Changes from one behaviour to another, in a fixed order; none where both do the same. */
export function compareBehaviour(before: OperatorBehaviour, after: OperatorBehaviour): BehaviourChange[] {
  return [
    ...scopeChange('namespaces', before.namespaces, after.namespaces),
    ...webhookChanges(before.webhook, after.webhook),
    ...plain([
      ['labelSelector', before.labelSelector, after.labelSelector],
      ['leader', describeLeader(before), describeLeader(after)],
      ['metrics', describeMetrics(before), describeMetrics(after)],
      ['batchScheduler', describeScheduler(before), describeScheduler(after)],
      ['uiService', before.uiService, after.uiService],
      ['ingressUrlFormat', before.ingressUrlFormat, after.ingressUrlFormat],
      ['resourceQuotaEnforcement', before.resourceQuotaEnforcement, after.resourceQuotaEnforcement],
      ['threads', before.threads, after.threads],
      ['queue', describeQueue(before), describeQueue(after)],
      ['replicas', before.controller.replicas, after.controller.replicas],
      ['defaultTimeToLiveSeconds', before.defaultTimeToLiveSeconds, after.defaultTimeToLiveSeconds],
      ['featureGates', before.featureGates.join(','), after.featureGates.join(',')],
    ]),
  ]
}

function webhookChanges(before: WebhookBehaviour | undefined, after: WebhookBehaviour | undefined): BehaviourChange[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined) return [{ aspect: 'webhook', before: 'off', after: 'on', effect: 'wider' }]
  if (after === undefined) return [{ aspect: 'webhook', before: 'on', after: 'off', effect: 'narrower' }]
  return [
    ...scopeChange('webhook.namespaces', before.namespaces, after.namespaces),
    ...plain([
      ['webhook.failurePolicy', before.failurePolicy, after.failurePolicy],
      ['webhook.registeredBy', before.registeredBy, after.registeredBy],
      ['webhook.port', before.port, after.port],
      ['webhook.timeoutSeconds', before.timeoutSeconds, after.timeoutSeconds],
      ['webhook.namespaceSelector', before.namespaceSelector, after.namespaceSelector],
      ['webhook.objectSelector', before.objectSelector, after.objectSelector],
    ]),
  ]
}

function scopeChange(aspect: string, before: NamespaceScope, after: NamespaceScope): BehaviourChange[] {
  const [was, is] = [describeScope(before), describeScope(after)]
  if (was === is) return []
  const loses = !covers(after, before)
  const gains = !covers(before, after)
  return [
    { aspect, before: was, after: is, effect: loses && !gains ? 'narrower' : gains && !loses ? 'wider' : 'other' },
  ]
}

/** Whether everything that `inner` watches, `outer` watches too, as far as names tell. */
function covers(outer: NamespaceScope, inner: NamespaceScope): boolean {
  if (outer.all) return true
  if (inner.all) return false
  const selected = inner.selector === undefined || inner.selector === outer.selector
  return selected && inner.names.every((name) => outer.names.includes(name))
}

function plain(aspects: readonly Aspect[]): BehaviourChange[] {
  return aspects
    .map(([aspect, before, after]) => ({ aspect, before: show(before), after: show(after), effect: 'other' as const }))
    .filter(({ before, after }) => before !== after)
}

function show(value: Shown): string {
  if (value === undefined) return 'not known'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === '' ? 'none' : String(value)
}

function describeLeader({ leader }: OperatorBehaviour): string {
  return leader.enabled ? `${leader.namespace}/${leader.name}` : 'off'
}

function describeMetrics({ metrics }: OperatorBehaviour): string {
  return metrics === undefined
    ? 'off'
    : `:${metrics.port}${metrics.endpoint}${metrics.prefix && ` prefix ${metrics.prefix}`}`
}

function describeQueue({ queue: { perSecond, burst, maxDelay } }: OperatorBehaviour): string {
  return `${perSecond}/s, ${burst} at once${maxDelay === undefined ? '' : `, put off for ${maxDelay} at most`}`
}

function describeScheduler({ batchScheduler }: OperatorBehaviour): string {
  if (!batchScheduler.enabled) return 'off'
  return [batchScheduler.default || 'on', ...batchScheduler.kubeSchedulerNames].join(' ')
}
