/** Takes the fingerprints of a plan's inputs again, as the planner did, so that a stale plan is refused (exit 5). */
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import type { Helm } from '../../../ports/helm.ts'
import type { VersionSource } from '../../../ports/version-source.ts'
import { digestOf } from '../../plan/json.ts'
import type { Plan } from '../../plan/plan.ts'
import type { TakeFingerprint } from '../../plan/stale.ts'
import { locateAgain } from '../source/locate-chart.ts'
import type { HelmUpgradePayload } from '../steps/install-payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { describeOwners, findGitOpsOwners } from '../discover/gitops.ts'
import { Sight } from '../discover/sight.ts'

export interface FingerprintSources {
  cluster: Cluster
  helm: Helm
  sources: VersionSource
  signal: AbortSignal
}

/** What the inputs of a plan are now. An input of a kind that is not known here counts as gone. */
export function fingerprintsNow(plan: Plan, from: FingerprintSources): TakeFingerprint {
  return async (of) => {
    const [kind = '', ...names] = of.split('/')
    switch (kind) {
      case 'cluster':
        return from.cluster.identity.uid
      case 'target':
        return (await targetDigest(plan, from)) ?? planned(plan, of)
      case 'crd':
        return await crdDigest(names.join('/'), from)
      case 'owners':
        return await ownersNow(plan, from)
      case 'release':
        return await releaseState(names, from)
      default:
        return await workloadState(kind, names, from)
    }
  }
}

function planned({ inputs }: Plan, of: string): string | undefined {
  return inputs.find((input) => input.of === of)?.value
}

/** Of the chart behind the reference; manifests are in the plan itself, and cannot have changed. */
async function targetDigest(plan: Plan, { helm, sources, signal }: FingerprintSources): Promise<string | undefined> {
  const install = plan.steps.find(({ verb }) => verb === 'helm-upgrade')
  if (install === undefined) return undefined
  const { reference, version } = (install.payload as unknown as HelmUpgradePayload).chart
  const located = await locateAgain({ helm, sources }, { reference, version }, signal)
  await located?.held?.release()
  return located?.origin.digest
}

async function crdDigest(name: string, { cluster, signal }: FingerprintSources): Promise<string> {
  const live = await cluster.get({ type: CRD_TYPE, name }, signal)
  return live === undefined ? 'absent' : digestOf(live.spec)
}

async function releaseState(
  [namespace = '', name = '']: readonly string[],
  { helm, signal }: FingerprintSources,
): Promise<string | undefined> {
  const newest = (await helm.history({ name, namespace }, signal)).at(-1)
  return newest && `revision ${newest.revision} ${newest.status}`
}

/** Whoever puts objects back may have been let loose again since. */
async function ownersNow({ inputs }: Plan, { cluster, signal }: FingerprintSources): Promise<string> {
  const workloads: KubeObject[] = []
  for (const { of } of inputs) {
    const [kind = '', namespace = '', name = ''] = of.split('/')
    if (!['deployment', 'statefulset', 'daemonset'].includes(kind)) continue
    const type = await cluster.findType({ group: 'apps', resource: `${kind}s` })
    const live = type && (await cluster.get({ type, namespace, name }, signal))
    if (live !== undefined) workloads.push(live)
  }
  return describeOwners(await findGitOpsOwners(new Sight(cluster, signal), workloads))
}

async function workloadState(
  kind: string,
  [namespace = '', name = '']: readonly string[],
  { cluster, signal }: FingerprintSources,
): Promise<string | undefined> {
  const type = await cluster.findType({ group: 'apps', resource: `${kind}s` })
  const live = type && (await cluster.get({ type, namespace, name }, signal))
  return live && `${live.metadata.uid ?? ''} generation ${live.metadata.generation ?? 0}`
}
