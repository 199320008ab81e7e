/** Takes a snapshot: lists what it should hold, type by type, and says what could not be had. */
import type { Clock } from '../../ports/clock.ts'
import type { ClusterReader, ResourceType } from '../../ports/cluster.ts'
import type { ReportProgress } from '../../ports/progress.ts'
import type { SnapshotForm, SnapshotGap, SnapshotManifest, SnapshotType, SnapshotWriter } from '../../ports/snapshot.ts'
import { API_VERSION, type Document } from '../document.ts'
import { isRefusedWith } from '../kube-error.ts'
import { sparkGroups } from '../operator/discover/groups.ts'
import { CRD, SPARK_GROUP } from '../operator/discover/kinds.ts'
import { Sight } from '../operator/discover/sight.ts'
import { keptOf } from './redact.ts'
import { findOperatorParts } from './operator-parts.ts'
import { placeOf, type Selection, selectionsFor } from './selection.ts'

export interface SnapshotReport extends Document {
  kind: 'Snapshot'
  directory: string
  takenAt: string
  cluster: { uid: string; context: string | null; server: string }
  items: SnapshotType[]
  /** What was asked for and could not be had. */
  missing: SnapshotGap[]
}

export interface SnapshotRequest {
  cluster: ClusterReader
  writer: SnapshotWriter
  clock: Clock
  /** Hex; of the hashes of Secrets. */
  salt: string
  toolVersion: string
  /** Keeps Secrets whole. */
  includeSecrets: boolean
  signal?: AbortSignal | undefined
  report: ReportProgress
}

/** Writes the snapshot; on any failure nothing of it stays behind. */
export async function takeSnapshot(request: SnapshotRequest): Promise<SnapshotReport> {
  try {
    return await write(request)
  } catch (error) {
    await request.writer.abandon()
    throw error
  }
}

async function write(request: SnapshotRequest): Promise<SnapshotReport> {
  const { cluster, writer, clock, salt, toolVersion, report } = request
  const takenAt = new Date(clock.now()).toISOString()
  const types: SnapshotType[] = []
  const missing: SnapshotGap[] = []
  const progress: Progress = { objects: 0, sparkUids: new Set() }
  report({ phase: 'looking for operators' })
  const groups = await findGroups(cluster, request.signal)
  const parts = await findOperatorParts(cluster, { groups, signal: request.signal })
  for (const selection of selectionsFor(groups, parts)) {
    report({ phase: `reading ${selection.resource}`, count: progress.objects, noun: 'objects' })
    const taken = await takeType(request, selection, progress)
    if (typeof taken === 'string') missing.push({ group: selection.group, resource: selection.resource, why: taken })
    else types.push(taken)
  }
  report({ phase: 'reading the snapshot back', count: progress.objects, noun: 'objects' })
  const manifest: SnapshotManifest = {
    format: 1,
    tool: { name: 'sparkops', version: toolVersion },
    takenAt,
    cluster: cluster.identity,
    serverVersion: await cluster.serverVersion(),
    types,
    missing,
    salt,
  }
  await writer.finish(manifest)
  const { uid, context, server } = cluster.identity
  return {
    apiVersion: API_VERSION,
    kind: 'Snapshot',
    directory: writer.directory,
    takenAt,
    cluster: { uid, context: context ?? null, server },
    items: types,
    missing,
  }
}

/** Kubeflow's in any case, so that it is known where it is not served, and those of forks. */
async function findGroups(cluster: ClusterReader, signal: AbortSignal | undefined): Promise<string[]> {
  const definitions = await new Sight(cluster, signal).list(CRD)
  return [...new Set([SPARK_GROUP, ...sparkGroups(definitions)])]
}

interface Progress {
  objects: number
  /** Of applications and of their pods: what these own was made for them. */
  sparkUids: Set<string>
}

async function takeType(
  request: SnapshotRequest,
  selection: Selection,
  progress: Progress,
): Promise<SnapshotType | SnapshotGap['why']> {
  const { group, resource } = selection
  const form: SnapshotForm = selection.form === 'hashed' && request.includeSecrets ? 'whole' : selection.form
  const type = await request.cluster.findType({ group, resource })
  if (type === undefined) return 'not served'
  try {
    const counted = await writeObjects(request, { ...selection, form }, type, progress)
    return { ...type, form, selection: selection.selection, ...counted }
  } catch (error) {
    if (isRefusedWith(error, 403)) return 'not allowed'
    throw error
  }
}

async function writeObjects(
  { cluster, writer, salt, signal }: SnapshotRequest,
  { form, fields, selectors = [{}], keep, namedIn, ofSpark }: Selection,
  type: ResourceType,
  progress: Progress,
): Promise<Pick<SnapshotType, 'objects' | 'resourceVersion' | 'namedIn' | 'leftOut'>> {
  const seen = new Set<string>()
  let resourceVersion = ''
  for (const selector of selectors) {
    const metadataOnly = form === 'metadata'
    const list = await cluster.list(type, { ...selector, metadataOnly, signal })
    resourceVersion = list.resourceVersion
    for (const object of list.items) {
      const key = placeOf(object)
      if (seen.has(key) || keep?.(object, { type, sparkUids: progress.sparkUids }) === false) continue
      seen.add(key)
      progress.objects++
      if (ofSpark && object.metadata.uid !== undefined) progress.sparkUids.add(object.metadata.uid)
      await writer.add(type, keptOf(object, { form, fields }, salt))
    }
  }
  const counted = { objects: seen.size, resourceVersion }
  if (namedIn === undefined) return counted
  const leftOut: string[] = []
  for (const namespace of namedIn) {
    const { items } = await cluster.list(type, { namespace, metadataOnly: true, signal })
    leftOut.push(...items.map(placeOf).filter((place) => !seen.has(place)))
  }
  return { ...counted, namedIn, leftOut: leftOut.sort() }
}
