/**
 * Waits for a moment in which no controller is submitting: a controller that is stopped in the middle of a submission
 * leaves a driver that no status names.
 *
 * Only for applications that the stop would hurt and that settle without help. Not for those whose driver runs already
 * (adoption writes what the controller could not), whose retry is not due, that no controller of these takes up, or
 * that nobody works on: where no controller is ready nothing settles, and where nothing has moved for a while neither.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import type { Verb } from '../../plan/verb.ts'
import { nameOf } from '../discover/kinds.ts'
import type { QuiescePayload } from '../steps/payloads.ts'
import { driversByApplication, listAll, type PodIdentity, sparkPods, stateOf, statusField } from './applications.ts'
import { isUnknownTo } from './adopt.ts'
import { isFields } from './compare.ts'
import { type ApplyContext, POLL_MS } from './context.ts'
import { othersTake, takesUpBy } from './others.ts'
import { POD_TYPE } from './well-known.ts'

/** An application that is waited for, and what makes it one. */
export interface Unsettled {
  application: string
  state: string
}

export const quiesce: Verb<ApplyContext> = {
  isCheck: true,
  act: async (payload, context) => {
    const { timeoutSeconds, stallSeconds, whenTimedOut } = payload as unknown as QuiescePayload
    const { clock } = context
    const deadline = clock.now() + timeoutSeconds * 1000
    const waitedFor = new Set<string>()
    for (let last = { is: '', since: clock.now() }; ;) {
      const unsettled = await unsettledNow(payload as unknown as QuiescePayload, context)
      for (const { application } of unsettled) waitedFor.add(application)
      const end = (why: string) => ({ unsettled: unsettled.map(described), waitedFor: [...waitedFor].sort(), why })
      if (unsettled.length === 0) return end('nothing is about to be submitted')
      const is = unsettled.map(described).join()
      if (is !== last.is) last = { is, since: clock.now() }
      const why = await whyNoLonger(payload as unknown as QuiescePayload, { deadline, stalled: last.since }, context)
      if (why !== undefined && whenTimedOut === 'proceed') return end(why)
      if (why !== undefined) throw unsettledStill(unsettled, why)
      const stays = Math.round((clock.now() - last.since) / 1000)
      context.tell(`waits for ${listed(unsettled)} to be submitted; unmoved for ${stays} of ${stallSeconds} s`)
      await context.sleep(POLL_MS)
    }
  },
}

async function whyNoLonger(
  { controllers, timeoutSeconds, stallSeconds }: QuiescePayload,
  { deadline, stalled }: { deadline: number; stalled: number },
  context: ApplyContext,
): Promise<string | undefined> {
  if (!(await isAnyReady(controllers, context))) return 'no controller is ready that would submit them'
  if (context.clock.now() >= deadline) return `others kept coming for ${timeoutSeconds} s`
  return context.clock.now() - stalled >= stallSeconds * 1000 ? `none of them moved for ${stallSeconds} s` : undefined
}

async function unsettledNow(payload: QuiescePayload, context: ApplyContext): Promise<Unsettled[]> {
  const drivers = driversByApplication(await sparkPods(payload.labels, context))
  const isOthers = await othersTake(payload.others, context)
  const found: Unsettled[] = []
  for (const application of await listAll(payload.type, context)) {
    const own = drivers.get(nameOf(application)) ?? []
    if (isOthers(application) || !isTakenUp(application, payload.scope)) continue
    if (!isAboutToBeSubmitted(application, own, context.clock.now())) continue
    found.push({ application: nameOf(application), state: stateOf(application) })
  }
  return found
}

function isTakenUp(application: KubeObject, scope: QuiescePayload['scope']): boolean {
  // Where the labels of namespaces decide, it may be.
  return scope === null || takesUpBy(scope, application) !== false
}

/**
 * New ones, those that wait for their rerun or are made ready for it, and failed submissions whose retry is due. The
 * state machine of 1.x (controller.go, syncSparkApplication) and of 2.x (reconcileSparkApplication) has these alone
 * lead to spark-submit.
 */
export function isAboutToBeSubmitted(application: KubeObject, drivers: readonly PodIdentity[], now: number): boolean {
  if (application.metadata.deletionTimestamp !== undefined) return false
  if (drivers.some((driver) => isUnknownTo(application, driver))) return false
  switch (stateOf(application)) {
    case '':
    case 'PENDING_RERUN':
    case 'INVALIDATING':
      return true
    case 'SUBMISSION_FAILED':
      return isRetryDue(application, now)
    default:
      return false
  }
}

const DEFAULT_INTERVAL_SECONDS = 5

/** shouldRetry and isNextRetryDue of 1.x; ShouldRetry and TimeUntilNextRetryDue of 2.x: the wait grows by attempts. */
function isRetryDue(application: KubeObject, now: number): boolean {
  const policy =
    isFields(application.spec) && isFields(application.spec.restartPolicy) ? application.spec.restartPolicy : {}
  const attempts = Number(statusField(application, 'submissionAttempts') ?? 0)
  const mayRetry =
    policy.type === 'Always' ||
    (policy.type === 'OnFailure' && attempts <= Number(policy.onSubmissionFailureRetries ?? -1))
  const last = Date.parse(String(statusField(application, 'lastSubmissionAttemptTime')))
  const seconds = Number(policy.onSubmissionFailureRetryInterval ?? DEFAULT_INTERVAL_SECONDS)
  return mayRetry && attempts > 0 && last + seconds * attempts * 1000 <= now
}

interface PodStatus {
  conditions?: { type: string; status: string }[]
}

async function isAnyReady(
  controllers: QuiescePayload['controllers'],
  { cluster, signal }: ApplyContext,
): Promise<boolean> {
  for (const { namespace, selector } of controllers) {
    const labelSelector = Object.entries(selector)
      .map(([label, value]) => `${label}=${value}`)
      .join(',')
    const { items } = await cluster.list(POD_TYPE, { namespace, labelSelector, signal })
    if (items.some(isReady)) return true
  }
  return false
}

function isReady({ metadata, status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as PodStatus
  const isSaid = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True')
  return isSaid && metadata.deletionTimestamp === undefined
}

function described({ application, state }: Unsettled): string {
  return `${application} (${state || 'new'})`
}

function listed(unsettled: readonly Unsettled[]): string {
  const names = unsettled.slice(0, 3).map(described).join(', ')
  return unsettled.length > 3 ? `${names} and ${unsettled.length - 3} more` : names
}

function unsettledStill(unsettled: readonly Unsettled[], why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_WAITED_TOO_LONG',
    message: `${unsettled.length} applications are still about to be submitted: ${listed(unsettled)}`,
    why,
    hint: 'wait, and resume',
    exit: 'pending',
  })
}
