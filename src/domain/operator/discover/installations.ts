/**
 * Joins what was found into installations: a controller with its webhook, who made them, and what they are told to do.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { versionFromText } from '../releases/version-order.ts'
import type { GitOpsOwner } from './gitops.ts'
import type { HelmRelease } from './helm-release.ts'
import { nameOf } from './kinds.ts'
import { tagOf, type Workload } from './workloads.ts'

export interface Installation {
  /** `namespace/name` of its controller: how it is called everywhere. */
  id: string
  namespace: string
  workloads: Workload[]
  controller: Workload | undefined
  webhook: Workload | undefined
  version: InstalledVersion
  /** The Helm release that owns it, as Helm recorded it. */
  release: HelmRelease | undefined
  /** The release that its annotations name, whether or not its record was found. */
  releaseName: { namespace: string; name: string } | undefined
  owners: GitOpsOwner[]
  /** Managers of fields of the controller, for installations that neither Helm nor GitOps made. */
  managers: string[]
}

export interface InstalledVersion {
  /** `1.3.8`, `2.5.2`; undefined where nothing tells. */
  value: string | undefined
  /** What tells: `image tag`, `label`, `chart`. */
  from: string | undefined
  /** Other things that tell another version. */
  contradictions: string[]
}

/** Groups workloads by where they are and what release or instance they belong to. */
export function joinInstallations(
  workloads: readonly Workload[],
  releases: readonly HelmRelease[],
  ownersOf: ReadonlyMap<string, readonly GitOpsOwner[]>,
): Installation[] {
  const certain = workloads.filter((workload) => workload.isCertain)
  const controllers = certain.filter(({ role }) => role !== 'webhook')
  const webhooks = certain.filter(({ role }) => role === 'webhook')
  const taken = new Set<Workload>()
  const installations = controllers.map((controller) => {
    const webhook = webhooks.find((one) => !taken.has(one) && belongTogether(controller, one, controllers))
    if (webhook !== undefined) taken.add(webhook)
    return install([controller, ...(webhook ? [webhook] : [])], releases, ownersOf)
  })
  const alone = webhooks.filter((webhook) => !taken.has(webhook)).map((one) => install([one], releases, ownersOf))
  return [...installations, ...alone].sort((a, b) => (a.id < b.id ? -1 : 1))
}

function belongTogether(controller: Workload, webhook: Workload, controllers: readonly Workload[]): boolean {
  const { namespace } = controller.object.metadata
  if (webhook.object.metadata.namespace !== namespace) return false
  const instance = instanceOf(controller.object)
  if (instance !== undefined) return instance === instanceOf(webhook.object)
  return controllers.filter(({ object }) => object.metadata.namespace === namespace).length === 1
}

function instanceOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.['meta.helm.sh/release-name'] ?? metadata.labels?.['app.kubernetes.io/instance']
}

function install(
  workloads: Workload[],
  releases: readonly HelmRelease[],
  ownersOf: ReadonlyMap<string, readonly GitOpsOwner[]>,
): Installation {
  const [first] = workloads as [Workload, ...Workload[]]
  const releaseName = releaseNameOf(first.object)
  const release = releases.find(
    ({ name, namespace }) => name === releaseName?.name && namespace === releaseName.namespace,
  )
  const owners = new Map(
    workloads
      .flatMap(({ object }) => ownersOf.get(`${object.kind} ${nameOf(object)}`) ?? [])
      .map((one) => [one.by, one]),
  )
  return {
    id: nameOf(first.object),
    namespace: first.object.metadata.namespace ?? '',
    workloads,
    controller: workloads.find(({ role }) => role !== 'webhook'),
    webhook: workloads.find(({ role }) => role !== 'controller'),
    version: versionOf(first, release),
    release,
    releaseName,
    owners: [...owners.values()],
    managers: [...new Set((first.object.metadata.managedFields ?? []).flatMap(({ manager }) => manager ?? []))].sort(),
  }
}

/** Helm marks what it owns by two annotations (since 3.2). */
export function releaseNameOf({ metadata }: KubeObject): { namespace: string; name: string } | undefined {
  const name = metadata.annotations?.['meta.helm.sh/release-name']
  if (name === undefined) return undefined
  return { name, namespace: metadata.annotations?.['meta.helm.sh/release-namespace'] ?? metadata.namespace ?? '' }
}

function versionIn(text: string | undefined): string | undefined {
  return text === undefined ? undefined : versionFromText(text)
}

function versionOf(workload: Workload, release: HelmRelease | undefined): InstalledVersion {
  const { image } = workload.container
  const label = workload.object.metadata.labels?.['app.kubernetes.io/version']
  const told = [
    { from: 'image tag', value: versionIn(tagOf(image)) },
    { from: 'label app.kubernetes.io/version', value: versionIn(label) },
    { from: 'chart', value: versionIn(release?.chart.appVersion) },
  ].flatMap(({ from, value }) => (value === undefined ? [] : [{ from, value }]))
  const [best] = told
  const others = told.filter(({ value }) => value !== best?.value).map(({ from, value }) => `${from} says ${value}`)
  return { value: best?.value, from: best?.from, contradictions: others }
}
