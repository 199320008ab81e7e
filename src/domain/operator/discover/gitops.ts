/**
 * Who else writes an object: tools that put a repository's state back whenever the cluster differs. While one of them
 * is at work, a move of ours would be undone half-way, so a plan must know it and whether it is suspended.
 *
 * One row a tool; a newcomer adds a row.
 */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import { at, fieldsAt, listAt, textAt } from './json.ts'
import type { Sight } from './sight.ts'

export interface GitOpsOwner {
  /** `Argo CD`, `Flux`, … */
  tool: string
  /** The object that owns: `Application argocd/spark`. */
  by: string
  /** Whether it leaves the cluster alone for now; null when that could not be seen. */
  suspended: boolean | null
  /** Why we say so, in words. */
  evidence: string
}

interface Claim {
  kind: string
  group: string
  namespace: string | undefined
  name: string
}

interface Tool {
  tool: string
  /** What an object's metadata says of its owner. */
  claim: (object: KubeObject) => Claim | undefined
  /** Whether the owner is suspended, and the field that says so; undefined where the tool has no such thing. */
  suspended?: (owner: KubeObject) => { suspended: boolean; evidence: string }
}

const TOOLS: readonly Tool[] = [
  {
    // Argo CD resource tracking: annotation `argocd.argoproj.io/tracking-id: <app>:<group>/<kind>:<ns>/<name>`
    // (default since 3.0), or the label `argocd.argoproj.io/instance`. The label app.kubernetes.io/instance, its old
    // default, is Helm's too; then the Application's own status.resources decides (below).
    tool: 'Argo CD',
    claim: ({ metadata }) => {
      const tracked = metadata.annotations?.['argocd.argoproj.io/tracking-id']?.split(':')[0]
      const application = tracked ?? metadata.labels?.['argocd.argoproj.io/instance']
      if (application === undefined || application === '') return undefined
      // An Application outside Argo CD's own namespace is tracked as `<namespace>_<name>`.
      const [first = '', second] = application.split('_')
      return {
        kind: 'Application',
        group: 'argoproj.io',
        namespace: second === undefined ? undefined : first,
        name: second ?? first,
      }
    },
    suspended: argoSuspended,
  },
  {
    // https://fluxcd.io/flux/components/helm/helmreleases/: labels of what a HelmRelease made.
    tool: 'Flux',
    claim: ({ metadata }) => fluxClaim(metadata.labels, 'helm.toolkit.fluxcd.io', 'HelmRelease'),
    suspended: fluxSuspended,
  },
  {
    tool: 'Flux',
    claim: ({ metadata }) => fluxClaim(metadata.labels, 'kustomize.toolkit.fluxcd.io', 'Kustomization'),
    suspended: fluxSuspended,
  },
  {
    // Rancher Fleet marks what a Bundle made by the annotation of its object set.
    tool: 'Fleet',
    claim: ({ metadata }) => {
      const name = metadata.annotations?.['objectset.rio.cattle.io/id']
      return name === undefined
        ? undefined
        : { kind: 'BundleDeployment', group: 'fleet.cattle.io', namespace: undefined, name }
    },
  },
  {
    // https://carvel.dev/kapp-controller: an App applies again every few minutes; kapp by hand carries this label too.
    tool: 'kapp',
    claim: ({ metadata }) => {
      const name = metadata.labels?.['kapp.k14s.io/app']
      return name === undefined ? undefined : { kind: 'App', group: 'kappctrl.k14s.io', namespace: undefined, name }
    },
  },
  {
    tool: 'OLM',
    claim: ({ metadata }) => {
      const name = metadata.labels?.['olm.owner']
      return name === undefined
        ? undefined
        : {
            kind: metadata.labels?.['olm.owner.kind'] ?? 'ClusterServiceVersion',
            group: 'operators.coreos.com',
            namespace: metadata.labels?.['olm.owner.namespace'],
            name,
          }
    },
  },
]

/** The tools that own any of these objects, each once. */
export async function findGitOpsOwners(sight: Sight, objects: readonly KubeObject[]): Promise<GitOpsOwner[]> {
  const owners = new Map<string, GitOpsOwner>()
  for (const object of objects) {
    for (const row of TOOLS) {
      const claim = row.claim(object)
      if (claim === undefined) continue
      const owner = await ownerOf(sight, row, claim)
      owners.set(`${owner.tool} ${owner.by}`, owner)
    }
  }
  for (const owner of await argoOwnersByStatus(sight, objects)) owners.set(`${owner.tool} ${owner.by}`, owner)
  return [...owners.values()].sort((a, b) => (a.by < b.by ? -1 : 1))
}

/** Whether they leave the cluster alone, in one line. */
export function describeOwners(owners: readonly GitOpsOwner[]): string {
  const told = owners.map(({ tool, by, suspended }) => `${tool} ${by} ${suspended === true ? 'suspended' : 'at work'}`)
  return told.length === 0 ? 'none' : told.sort().join(', ')
}

async function ownerOf(sight: Sight, row: Tool, claim: Claim): Promise<GitOpsOwner> {
  const found = await findOwner(sight, claim)
  const by = `${claim.kind} ${found?.metadata.namespace ?? claim.namespace ?? '?'}/${claim.name}`
  if (found === undefined) return { tool: row.tool, by, suspended: null, evidence: 'its object could not be read' }
  if (row.suspended === undefined)
    return { tool: row.tool, by, suspended: null, evidence: 'no sign of suspension known' }
  return { tool: row.tool, by, ...row.suspended(found) }
}

async function findOwner(sight: Sight, claim: Claim): Promise<KubeObject | undefined> {
  const type = await sight.findType({ group: claim.group, kind: claim.kind })
  if (type === undefined) return undefined
  if (claim.namespace !== undefined) {
    const key: ObjectKey = { type, namespace: claim.namespace, name: claim.name }
    return await sight.get(key)
  }
  const all = await sight.list(type)
  return all.find(({ metadata }) => metadata.name === claim.name)
}

/** With label tracking nothing on the object tells Argo CD from Helm. */
async function argoOwnersByStatus(sight: Sight, objects: readonly KubeObject[]): Promise<GitOpsOwner[]> {
  const type = await sight.findType({ group: 'argoproj.io', kind: 'Application' })
  if (type === undefined) return []
  const owners: GitOpsOwner[] = []
  for await (const application of sight.each(type)) {
    if (!listsOneOf(application, objects)) continue
    const { metadata } = application
    const by = `Application ${metadata.namespace ?? ''}/${metadata.name}`
    owners.push({ tool: 'Argo CD', by, ...argoSuspended(application) })
  }
  return owners
}

/** Whether an object of a tool owns one of these, by its own word or by theirs. */
export function isOwnerOf(owner: KubeObject, kind: string, objects: readonly KubeObject[]): boolean {
  const { name, namespace } = owner.metadata
  const isClaimed = objects.some((object) =>
    TOOLS.some(({ claim }) => {
      const claimed = claim(object)
      if (claimed?.kind !== kind || claimed.name !== name) return false
      return claimed.namespace === undefined || claimed.namespace === namespace
    }),
  )
  return isClaimed || listsOneOf(owner, objects)
}

/** Each Argo CD Application lists what it owns. */
function listsOneOf(owner: KubeObject, objects: readonly KubeObject[]): boolean {
  const wanted = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`))
  return listAt(owner, 'status', 'resources').some((resource) =>
    wanted.has(
      `${textAt(resource, 'kind') ?? ''}/${textAt(resource, 'namespace') ?? ''}/${textAt(resource, 'name') ?? ''}`,
    ),
  )
}

/** Argo CD writes by itself only under `syncPolicy.automated`; since 2.14 that can be switched off by `enabled`. */
function argoSuspended(application: KubeObject): { suspended: boolean; evidence: string } {
  if (application.metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true') {
    return { suspended: true, evidence: 'annotation argocd.argoproj.io/skip-reconcile is true' }
  }
  const automated = at(application, 'spec', 'syncPolicy', 'automated')
  if (automated === undefined || automated === null) {
    return { suspended: true, evidence: 'spec.syncPolicy.automated is not set: it syncs only when told' }
  }
  if (fieldsAt(application, 'spec', 'syncPolicy', 'automated').enabled === false) {
    return { suspended: true, evidence: 'spec.syncPolicy.automated.enabled is false' }
  }
  return { suspended: false, evidence: 'spec.syncPolicy.automated is set' }
}

function fluxSuspended(owner: KubeObject): { suspended: boolean; evidence: string } {
  const suspended = at(owner, 'spec', 'suspend') === true
  return { suspended, evidence: suspended ? 'spec.suspend is true' : 'spec.suspend is not true' }
}

function fluxClaim(labels: Record<string, string> | undefined, group: string, kind: string): Claim | undefined {
  const name = labels?.[`${group}/name`]
  return name === undefined ? undefined : { kind, group, namespace: labels?.[`${group}/namespace`], name }
}
