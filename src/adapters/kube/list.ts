/** Lists in pages of one moment: limit and continue (kubernetes.io, API Concepts, "in chunks"). */
import { isRefusedWith } from '../../domain/kube-error.ts'
import type { KubeObject, ListOptions, ObjectList, ResourceType } from '../../ports/cluster.ts'
import { type KubeClient, parseAnswer } from './client.ts'
import { collectionPath, describeType } from './paths.ts'

const PAGE = 500
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
/** A list that is overtaken by the server's memory so often would be so for ever. */
const MAX_RESTARTS = 5

type WireItem = KubeObject | Omit<KubeObject, 'apiVersion' | 'kind'>

interface WireList {
  metadata?: { resourceVersion?: string; continue?: string }
  items?: WireItem[] | null
}

interface Page {
  items: KubeObject[]
  resourceVersion: string
  next: string | undefined
}

/** All objects, as of one moment. Begins again where that moment is forgotten half-way. */
export async function listWhole(
  client: KubeClient,
  type: ResourceType,
  options: ListOptions,
  pageSize = PAGE,
): Promise<ObjectList> {
  for (let restarts = 0; ; restarts++) {
    try {
      const items: KubeObject[] = []
      let resourceVersion = ''
      for await (const page of pages(client, type, options, pageSize)) {
        items.push(...page.items)
        resourceVersion = page.resourceVersion
      }
      return { resourceVersion, items }
    } catch (error) {
      if (!isRefusedWith(error, 410) || restarts === MAX_RESTARTS) throw error
    }
  }
}

/** The same, object by object. After a 410 the server's own token goes on behind the last object, at a later moment. */
export async function* listEach(
  client: KubeClient,
  type: ResourceType,
  options: ListOptions,
  pageSize = PAGE,
): AsyncGenerator<KubeObject> {
  let from: string | undefined
  for (let restarts = 0; ; restarts++) {
    try {
      for await (const page of pages(client, type, options, pageSize, from)) yield* page.items
      return
    } catch (error) {
      from = isRefusedWith(error, 410) && restarts < MAX_RESTARTS ? error.status.continueAt : undefined
      if (from === undefined) throw error
    }
  }
}

async function* pages(
  client: KubeClient,
  type: ResourceType,
  options: ListOptions,
  pageSize: number,
  from?: string,
): AsyncGenerator<Page> {
  let next = from
  do {
    const page = await readPage(client, type, options, { limit: pageSize, from: next })
    yield page
    next = page.next
  } while (next !== undefined)
}

async function readPage(
  client: KubeClient,
  type: ResourceType,
  { namespace, labelSelector, fieldSelector, metadataOnly, signal }: ListOptions,
  { limit, from }: { limit: number; from: string | undefined },
): Promise<Page> {
  const answer = await client.call({
    doing: `list ${describeType(type)}${namespace === undefined ? '' : ` in ${namespace}`}`,
    method: 'GET',
    path: collectionPath(type, namespace),
    query: { limit: String(limit), continue: from, labelSelector, fieldSelector },
    accept: metadataOnly ? METADATA_ONLY : undefined,
    signal,
  })
  const { metadata = {}, items } = parseAnswer(answer) as WireList
  return {
    items: (items ?? []).map((item) => named(type, item)),
    resourceVersion: metadata.resourceVersion ?? '',
    next: metadata.continue || undefined,
  }
}

/** Items of lists of built-in types do not say what they are, and bare metadata say that they are bare metadata. */
function named(type: ResourceType, item: WireItem): KubeObject {
  if ('kind' in item && item.kind === type.kind) return item as KubeObject
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`
  const { apiVersion: _bare, kind: _kind, ...rest } = item as KubeObject
  return { apiVersion, kind: type.kind, ...rest }
}
