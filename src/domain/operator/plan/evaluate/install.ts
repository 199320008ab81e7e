/** For whom the rules about Helm, ownership, values, images and the cluster hold. */
import type { KubeObject } from '../../../../ports/cluster.ts'
import { isWatched } from '../../behaviour/namespaces.ts'
import { TERMINAL_STATES } from '../../discover/applications.ts'
import { listAt, textAt } from '../../discover/json.ts'
import { takesUp, watches } from '../../discover/watching.ts'
import { findRelease } from '../../releases/find-release.ts'
import { versionFromText } from '../../releases/version-order.ts'
import { objectName } from '../../steps/operator-step.ts'
import { liveCases, type Move } from '../move.ts'
import { isRight, type LiveObject } from '../ownership.ts'
import type { Evaluators } from './evaluators.ts'

export const INSTALL_EVALUATORS: Evaluators = {
  'OP-HELM-IMPORT': ({ helm }) => names(helm?.refused.filter(({ live }) => live.kind !== 'Secret')),
  'OP-HELM-IMPORT-SECRET': ({ helm }) => names(helm?.refused.filter(({ live }) => live.kind === 'Secret')),
  'OP-HELM-RBAC-DELETED': ({ helm }) => names(helm?.recreatedAndDeleted.filter(({ live }) => isRight(live))),
  'OP-HELM-HOOK-TOKEN': ({ helm }) => names(helm?.recreated.filter(({ live }) => live.kind === 'ServiceAccount')),
  'OP-SPARK-ACCOUNT-DELETED': (move) => names(rightsInUse(move)),
  'OP-HOOKS-LEFT-BEHIND': ({ helm }) => names(helm?.outliving),
  'OP-HOOKS-LEAVE': ({ helm }) => (helm?.coming ?? []).map((key) => objectName(key)),
  'OP-PLAIN-LEFT-BEHIND': ({ leftBehind }) => [...leftBehind],
  'OP-VALUES-IGNORED': ({ said }) => [...said.ignored, ...said.dropped.map(({ key, why }) => `${key}: ${why}`)],
  'OP-NAMESPACE-UNWATCHED': unwatched,
  'OP-NAMESPACES-WIDENED': widened,
  'OP-LABEL-FILTER-LOST': ({ installation, behaviour }) => {
    const selector = installation?.behaviour?.labelSelector ?? ''
    const isKept = behaviour?.generation === '1.x' && behaviour.labelSelector === selector
    return selector === '' || isKept ? [] : [selector]
  },
  'OP-IMAGE-ARGUMENTS': ({ behaviour, target }) => {
    const image = behaviour?.controller.image ?? ''
    const version = versionFromText(image.slice(image.lastIndexOf(':') + 1))
    if (version === undefined || behaviour === undefined) return []
    const generation = Number(version.split('.')[0]) >= 2 ? '2.x' : '1.x'
    return generation === behaviour.generation ? [] : [`${image} with arguments of ${target.origin.given}`]
  },
  'OP-IMAGE-UNPULLABLE': ({ pullFaults, behaviour }) => {
    const images = new Set([behaviour?.controller.image, behaviour?.webhook?.workload.image])
    return pullFaults
      .filter(({ image }) => images.has(image))
      .map(({ image, pod, reason }) => `${image} (${pod}: ${reason})`)
  },
  'OP-KUBERNETES-TOO-NEW': ({ discovery: { server }, target }) => {
    const below = target.traits.kubernetesBelow
    const [, minor] = (below ?? '').split('.')
    return below !== undefined && server.minor >= Number(minor) ? [server.gitVersion] : []
  },
  'OP-GITOPS-OWNER': ({ installation }) =>
    (installation?.owners ?? [])
      .filter(({ suspended }) => suspended !== true)
      .map(({ tool, by, evidence }) => `${tool} ${by} (${evidence})`),
  'OP-RELEASE-PENDING': ({ installation, target }) => {
    const release = installation?.release
    const isEnded = /^(deployed|failed|superseded)$/.test(release?.newest.status ?? '')
    if (release === undefined || target.chart === undefined || isEnded) return []
    const { namespace, name, newest } = release
    return [
      `${namespace}/${name} revision ${newest.revision}: ${newest.status} (sh.helm.release.v1.${name}.v${newest.revision})`,
    ]
  },
  'OP-RELEASE-FAILED': ({ installation, target }) => {
    const release = installation?.release
    if (release === undefined || target.chart === undefined || release.newest.status !== 'failed') return []
    const { namespace, name, revision, newest } = release
    const before = newest.revision === revision ? 'none was deployed before' : `deployed before it: ${revision}`
    return [`${namespace}/${name} revision ${newest.revision} (${before})`]
  },
  'OP-SPARK-CLIENT': ({ from, target }) => {
    const [before, after] = [sparkOf(from.version), sparkOf(target.version)]
    return before === undefined || after === undefined || before === after
      ? []
      : [`Spark ${before} before, ${after} after`]
  },
}

function names(objects: readonly LiveObject[] | undefined): string[] {
  return (objects ?? []).map(({ key }) => objectName(key))
}

function sparkOf(version: string | undefined): string | undefined {
  return version === undefined ? undefined : findRelease(version)?.release.spark
}

/** Applications that are watched now, or by nobody else, and would be watched by nobody. */
function unwatched({ discovery, behaviour, installation, cases, schedules }: Move): string[] {
  if (behaviour === undefined) return []
  const places = new Map<string, number>()
  for (const { application } of cases) {
    if (takesUp(behaviour, application, discovery.namespaces) !== false) continue
    // What is over needs nobody; a namespace where all is over still has schedules and users.
    if (TERMINAL_STATES.has(application.state) && !isWatchedNow(installation, application.namespace, discovery))
      continue
    places.set(application.namespace, (places.get(application.namespace) ?? 0) + 1)
  }
  for (const { namespace } of schedules) {
    if (watches(behaviour, namespace, discovery.namespaces) === false && !places.has(namespace))
      places.set(namespace, 0)
  }
  return [...places].sort(([a], [b]) => (a < b ? -1 : 1)).map(([place, count]) => `${place} (${described(count)})`)
}

function described(count: number): string {
  return count === 0 ? 'schedules' : count === 1 ? '1 application' : `${count} applications`
}

function isWatchedNow(installation: Move['installation'], place: string, discovery: Move['discovery']): boolean {
  return installation?.behaviour !== undefined && watches(installation.behaviour, place, discovery.namespaces) === true
}

/** Namespaces with applications that only the target would watch. */
function widened({ discovery, behaviour, installation }: Move): string[] {
  const now = installation?.behaviour
  if (now === undefined || behaviour === undefined) return []
  const places = [...new Set(discovery.cases.map(({ application }) => application.namespace))].sort()
  const isNew = (place: string) =>
    watches(now, place, discovery.namespaces) === false && watches(behaviour, place, discovery.namespaces) === true
  const found = places.filter(isNew)
  // Nothing is there yet, and all namespaces would be watched from then on.
  const all = !now.namespaces.all && isWatched(behaviour.namespaces, '') === true
  return found.length > 0 || !all ? found : ['all namespaces']
}

/** Accounts, and what binds rights to them, that Helm would delete under running drivers. */
export function rightsInUse(move: Move): LiveObject[] {
  return rightsAmong(move, [...(move.helm?.deleted ?? []), ...(move.helm?.recreated ?? [])])
}

/** Those of some objects that running drivers act by. */
export function rightsAmong(move: Move, candidates: readonly LiveObject[]): LiveObject[] {
  // Whoever made the driver: it acts by that account.
  const used = new Set(liveCases(move.discovery).map(({ driver }) => `${driver!.namespace}/${driver!.serviceAccount}`))
  const objects = candidates.filter(({ live }) => isRight(live))
  const bindings = objects.filter(({ live }) => accountsOf(live).some((account) => used.has(account)))
  const roles = new Set(
    bindings.map(({ live }) => `${live.metadata.namespace ?? ''}/${textAt(live, 'roleRef', 'name') ?? ''}`),
  )
  return objects.filter(
    (one) =>
      bindings.includes(one) ||
      (one.live.kind === 'ServiceAccount' && used.has(`${one.key.namespace ?? ''}/${one.key.name}`)) ||
      (/Role$/.test(one.live.kind) && roles.has(`${one.key.namespace ?? ''}/${one.key.name}`)),
  )
}

function accountsOf(binding: KubeObject): string[] {
  return listAt(binding, 'subjects')
    .filter((subject) => textAt(subject, 'kind') === 'ServiceAccount')
    .map(
      (subject) =>
        `${textAt(subject, 'namespace') ?? binding.metadata.namespace ?? ''}/${textAt(subject, 'name') ?? ''}`,
    )
}
