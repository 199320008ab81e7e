/** The rows of the matrix but for what is observed: from what is there, without touching it. */
import { TERMINAL_STATES } from '../discover/applications.ts'
import type { Discovery, FoundInstallation } from '../discover/discover.ts'
import { matchesSelector, watches } from '../discover/watching.ts'
import type { Webhook } from '../discover/webhooks.ts'
import { isWatched } from '../behaviour/namespaces.ts'
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import { type Coverage, ELSEWHERE, type MeantScope, type NamespaceRow, type Permission } from './document.ts'
import { namedBySelector, selectsNamespace } from './selector.ts'

export interface Installed {
  installation: FoundInstallation
  behaviour: OperatorBehaviour
}

/** Every namespace that something speaks of, by name; the last row is every other one. */
export function matrixRows(
  discovery: Discovery,
  { installation, behaviour }: Installed,
  meant: MeantScope | null,
  also: readonly string[],
): NamespaceRow[] {
  const webhooks = podWebhooks(discovery, behaviour)
  const names = new Set([...(meant?.names ?? []), ...behaviour.namespaces.names, ...also])
  for (const { namespaceSelector } of webhooks) for (const name of namedBySelector(namespaceSelector)) names.add(name)
  for (const { application } of discovery.cases) names.add(application.namespace)
  for (const schedule of discovery.schedules) names.add(schedule.namespace)
  for (const name of discovery.namespaces?.keys() ?? []) {
    const isSelected =
      behaviour.namespaces.selector !== undefined && watches(behaviour, name, discovery.namespaces) === true
    if (isSelected) names.add(name)
  }
  const row = (namespace: string): NamespaceRow => {
    const isElsewhere = namespace === ELSEWHERE
    const place = isElsewhere ? undefined : namespace
    const rights = permissionFor(discovery, installation, behaviour, place)
    return {
      namespace,
      meant: meant === null ? null : isMeant(meant, namespace, discovery),
      declared: isElsewhere ? behaviour.namespaces.all : watches(behaviour, namespace, discovery.namespaces),
      ...rights,
      webhook: coverageOf(behaviour, webhooks, namespace, discovery),
      ...{ observed: 'not seen', detail: '' },
      applications: discovery.cases.filter(
        ({ application }) => application.namespace === namespace && !TERMINAL_STATES.has(application.state),
      ).length,
    }
  }
  return [...[...names].sort().map(row), row(ELSEWHERE)]
}

function isMeant({ names, selector }: MeantScope, namespace: string, { namespaces }: Discovery): boolean | null {
  if (names.includes(namespace)) return true
  if (selector === null) return names.length === 0
  if (namespace === ELSEWHERE) return false
  const labels = namespaces?.get(namespace)
  return labels === undefined ? null : matchesSelector(selector, labels)
}

/** What reconciling an application takes, by both generations: controller.go of 1.6.2 and 2.5.2, spark-submit. */
const RIGHTS = [
  { verb: 'list', group: 'sparkoperator.k8s.io', resource: 'sparkapplications' },
  { verb: 'watch', group: 'sparkoperator.k8s.io', resource: 'sparkapplications' },
  { verb: 'update', group: 'sparkoperator.k8s.io', resource: 'sparkapplications/status' },
  { verb: 'watch', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods' },
  { verb: 'delete', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'services' },
  { verb: 'create', group: '', resource: 'configmaps' },
] as const

function permissionFor(
  { rights }: Discovery,
  { controller }: FoundInstallation,
  { namespaces }: OperatorBehaviour,
  namespace: string | undefined,
): { permitted: Permission; missing: string[] } {
  if (controller === undefined) return { permitted: 'not seen', missing: [] }
  const answers = RIGHTS.map((right) => {
    // Who watches all asks for lists of all: rights in single namespaces do not answer that.
    const isWide = namespaces.all && (right.verb === 'list' || right.verb === 'watch')
    return { right, may: rights.may(controller.serviceAccount, right, isWide ? undefined : namespace) }
  })
  const missing = answers
    .filter(({ may }) => may === false)
    .map(({ right: { verb, resource } }) => `${verb} ${resource}`)
  if (missing.length > 0) return { permitted: missing.length === RIGHTS.length ? 'no' : 'partly', missing }
  return { permitted: answers.some(({ may }) => may === null) ? 'not seen' : 'yes', missing }
}

/** Webhooks of this operator that change its pods: without them fields of an application are silently left out. */
function podWebhooks({ webhooks }: Discovery, { webhook }: OperatorBehaviour): Webhook[] {
  const own = new Set(webhook?.configurations ?? [])
  return webhooks
    .filter(({ kind, name }) => kind === 'MutatingWebhookConfiguration' && own.has(name))
    .flatMap((configuration) => configuration.webhooks)
    .filter(({ resources }) => resources.includes('pods'))
}

function coverageOf(
  { webhook }: OperatorBehaviour,
  webhooks: readonly Webhook[],
  namespace: string,
  { namespaces }: Discovery,
): Coverage {
  if (webhook === undefined) return 'none'
  const isElsewhere = namespace === ELSEWHERE
  // Beside what the server calls it for, it lets pods of other namespaces pass (inSparkJobNamespace, isSparkJobNamespace).
  const own = isElsewhere ? webhook.namespaces.all : isWatched(webhook.namespaces, namespace)
  if (own === false) return 'no'
  if (webhooks.length === 0) return 'not seen'
  const labels = isElsewhere ? {} : namespaces?.get(namespace)
  const called = webhooks.map(({ namespaceSelector }) => selectsNamespace(namespaceSelector, namespace, labels))
  const first = webhooks[called.indexOf(true)]
  if (first !== undefined) return first.reach === 'broken' ? 'broken' : 'yes'
  return called.includes(null) || own === undefined ? 'not seen' : 'no'
}
