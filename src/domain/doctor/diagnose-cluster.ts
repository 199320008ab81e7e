/** Finds out whether the cluster that is named answers, and what this login may do there. Changes nothing. */
import type { AccessQuestion, Cluster } from '../../ports/cluster.ts'
import type { FindCluster } from '../../ports/cluster-access.ts'
import { SparkopsError } from '../errors.ts'

export interface ClusterFinding {
  /** The kubeconfig's; null inside a pod, and where the kubeconfig cannot be used. */
  context: string | null
  server: string | null
  reachable: boolean
  /** Of Kubernetes, such as `v1.35.4`. */
  version: string | null
  failure: string | null
  rights: RightFinding[]
}

export interface RightFinding {
  /** `list sparkapplications.sparkoperator.k8s.io in all namespaces` */
  right: string
  /** Null where the cluster did not say. */
  allowed: boolean | null
  usedFor: string
}

interface WantedRight {
  question: AccessQuestion
  usedFor: string
}

const GROUP = 'sparkoperator.k8s.io'
const PLAN = 'operator plan'

/** Those that decide whether a group of commands is of use; docs/rbac.md has them all. */
function wantedRights(namespace: string): WantedRight[] {
  const list = (group: string, resource: string): AccessQuestion => ({ verb: 'list', group, resource })
  return [
    { question: { ...list(GROUP, 'sparkapplications'), namespace }, usedFor: 'app' },
    { question: list(GROUP, 'sparkapplications'), usedFor: 'operator' },
    { question: list('', 'pods'), usedFor: 'operator, pods' },
    { question: list('apps', 'deployments'), usedFor: 'operator' },
    { question: list('apiextensions.k8s.io', 'customresourcedefinitions'), usedFor: 'operator' },
    { question: list('', 'secrets'), usedFor: `${PLAN}: releases of Helm` },
    {
      question: { verb: 'create', group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
      usedFor: `${PLAN} without --offline`,
    },
  ]
}

/** Null where no cluster is named, which is no fault. `limit` rejects when it has taken too long. */
export async function diagnoseCluster(find: FindCluster, limit: Promise<never>): Promise<ClusterFinding | null> {
  const finding: ClusterFinding = {
    ...{ context: null, server: null, reachable: false, version: null, failure: null, rights: [] },
  }
  try {
    const access = await Promise.race([find(), limit])
    if (access === undefined) return null
    const { context, server, namespace } = access.where
    Object.assign(finding, { context: context ?? null, server })
    const cluster = await Promise.race([access.connect(), limit])
    const { gitVersion } = await Promise.race([cluster.serverVersion(), limit])
    Object.assign(finding, { reachable: true, version: gitVersion })
    finding.rights = await Promise.race([askRights(cluster, wantedRights(namespace)), limit])
    await cluster.close()
  } catch (error) {
    if (!(error instanceof SparkopsError)) throw error
    finding.failure = [error.message, error.why].filter(Boolean).join(': ')
  }
  return finding
}

async function askRights(cluster: Cluster, wanted: readonly WantedRight[]): Promise<RightFinding[]> {
  return await Promise.all(
    wanted.map(async ({ question, usedFor }) => {
      const allowed = await cluster.mayI(question).catch((error: unknown) => {
        if (error instanceof SparkopsError) return null
        throw error
      })
      return { right: describe(question), allowed, usedFor }
    }),
  )
}

function describe({ verb, group, resource, namespace }: AccessQuestion): string {
  const name = group === '' ? resource : `${resource}.${group}`
  if (verb !== 'list') return `${verb} ${name}`
  return `${verb} ${name} ${namespace === undefined ? 'everywhere' : `in ${namespace}`}`
}
