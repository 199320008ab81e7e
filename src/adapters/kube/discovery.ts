/** Which types an API server serves. Asked anew each time: CRDs come and change while a command runs. */
import { isRefusedWith } from '../../domain/kube-error.ts'
import type { ResourceType, TypeQuery } from '../../ports/cluster.ts'
import { type KubeClient, parseAnswer } from './client.ts'
import { groupPath } from './paths.ts'

interface WireResource {
  name: string
  kind: string
  namespaced: boolean
}

/** The type that a query names; undefined where no served version of its group has it. */
export async function findType(client: KubeClient, query: TypeQuery): Promise<ResourceType | undefined> {
  const { group, kind, resource } = query
  const versions = query.version === undefined ? await versionsOf(client, group) : [query.version]
  for (const version of versions) {
    const found = (await resourcesOf(client, group, version)).find(
      (one) =>
        !one.name.includes('/') &&
        (kind === undefined || one.kind === kind) &&
        (resource === undefined || one.name === resource),
    )
    if (found !== undefined) {
      return { group, version, resource: found.name, kind: found.kind, namespaced: found.namespaced }
    }
  }
  return undefined
}

/** The served versions of a group, the preferred one first. */
async function versionsOf(client: KubeClient, group: string): Promise<string[]> {
  if (group === '') return ['v1']
  const found = (await getOrNothing(client, groupPath(group), `look up group ${group}`)) as
    { preferredVersion?: { version: string }; versions?: { version: string }[] } | undefined
  const preferred = found?.preferredVersion?.version
  const all = (found?.versions ?? []).map(({ version }) => version)
  return preferred === undefined ? all : [preferred, ...all.filter((version) => version !== preferred)]
}

async function resourcesOf(client: KubeClient, group: string, version: string): Promise<WireResource[]> {
  const path = group === '' ? '/api/v1' : groupPath(group, version)
  const found = await getOrNothing(
    client,
    path,
    `look up the types of ${group === '' ? version : `${group}/${version}`}`,
  )
  return (found as { resources?: WireResource[] } | undefined)?.resources ?? []
}

async function getOrNothing(client: KubeClient, path: string, doing: string): Promise<unknown> {
  try {
    return parseAnswer(await client.call({ doing, method: 'GET', path }))
  } catch (error) {
    if (isRefusedWith(error, 404)) return undefined
    throw error
  }
}
