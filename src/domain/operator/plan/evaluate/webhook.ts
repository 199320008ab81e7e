/** For whom the rules about webhooks hold. */
import { called, liveCases, type Move, verdictsOf } from '../move.ts'
import { selects } from '../shared-selector.ts'
import type { Evaluators } from './evaluators.ts'

export const WEBHOOK_EVALUATORS: Evaluators = {
  'OP-WEBHOOK-GAP': (move) => (hasGap(move) ? exposed(move) : []),
  'OP-WEBHOOK-TWICE': ({ installation, behaviour }) => {
    const [now, then] = [installation?.behaviour?.webhook, behaviour?.webhook]
    return now === undefined || then === undefined || now.registeredBy === then.registeredBy
      ? []
      : [...new Set([...now.configurations, ...then.configurations])]
  },
  'OP-WEBHOOK-ORPHAN': orphans,
  'OP-WEBHOOK-FAILS-CLOSED': ({ installation, behaviour }) =>
    installation?.behaviour?.webhook?.failurePolicy !== 'Fail' && behaviour?.webhook?.failurePolicy === 'Fail'
      ? [...behaviour.webhook.configurations]
      : [],
  'OP-WEBHOOK-CERTIFICATE': ({ installation, behaviour }) => {
    const [now, then] = [installation?.behaviour?.webhook, behaviour?.webhook]
    if (now === undefined || then === undefined) return []
    const isSameSecret = called(now.secret) === called(then.secret)
    return isSameSecret && called(now.service) !== called(then.service) ? [`secrets/${called(then.secret)}`] : []
  },
  'OP-WEBHOOK-SHARED-SERVICE': sharedAndUnpinned,
  'OP-WEBHOOK-DROPS-FIELDS': dropped,
}

/** Pods of anything but a Deployment have no hash of their template. */
function sharedAndUnpinned({ installation, behaviour, owned, rendered }: Move): string[] {
  const both = [installation?.behaviour?.webhook, behaviour?.webhook]
  const older = both.find((one) => one?.registeredBy === 'self')
  const newer = both.find((one) => one?.registeredBy === 'manifests')
  if (older === undefined || newer === undefined || older.workload.kind === 'Deployment') return []
  return selects(older, newer, [...owned, ...rendered]) ? [`services/${called(older.service)}`] : []
}

/** Between the old webhook's end and the new one's beginning no pod is mutated. */
function hasGap({ installation, behaviour }: Move): boolean {
  const now = installation?.behaviour?.webhook
  if (now === undefined || behaviour?.webhook === undefined) return now !== undefined
  return now.registeredBy === 'self' || behaviour.webhook.registeredBy === 'self'
}

/** Running applications whose executors want something that only a webhook gives. */
function exposed(move: Move): string[] {
  return liveCases(move)
    .filter(({ application }) => application.webhookFields.length > 0)
    .map(({ application }) => {
      const when = application.dynamicAllocation ? 'executors come and go' : 'an executor that is lost is made again'
      return `${called(application)} (${application.webhookFields.slice(0, 3).join(', ')}; ${when})`
    })
}

/** Configurations that nothing here serves, neither what is installed nor what comes. */
function orphans({ discovery, behaviour }: Move): string[] {
  const served = discovery.installations.flatMap((one) => one.behaviour?.webhook?.configurations ?? [])
  const known = new Set([...served, ...(behaviour?.webhook?.configurations ?? [])])
  return discovery.webhooks
    .filter(({ name, webhooks }) => !known.has(name) && webhooks.some(({ reach }) => reach === 'broken'))
    .map(({ kind, name }) => `${kind} ${name}`)
}

/** Applications with fields that the target's own types do not have; its schema stands for its types. */
function dropped(move: Move): string[] {
  const { target, crds } = move
  const types = target.definitions.find(({ reading }) => reading.kind === 'SparkApplication')?.reading
  const live = crds.find(({ kind }) => kind === 'SparkApplication')
  if (types === undefined || live === undefined || live.removed.length === 0) return []
  // Objects are no longer at hand here; what is removed between the schemas is what could be dropped from any of them.
  return verdictsOf(move).length === 0 ? [] : live.removed.filter((path) => path.startsWith('spec.')).slice(0, 10)
}
