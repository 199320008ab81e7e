/** Kubernetes objects out of YAML, safely: no tags, no code, and a fault is told with its file and line. */
import { loadAll, YAMLException } from 'js-yaml'
import type { KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { isRecord } from '../schema/structural.ts'

/** What `helm template` printed, apart: objects of templates, and those of `crds/`, which Helm treats otherwise. */
export function readRendered(text: string, where: string): { rendered: KubeObject[]; shipped: KubeObject[] } {
  const parts = text.split(/^---[ \t]*\r?\n(?=# Source: )/m)
  const rendered: KubeObject[] = []
  const shipped: KubeObject[] = []
  for (const part of parts) {
    const source = /^# Source: (.*)$/m.exec(part)?.[1]?.trim()
    // `CHART/crds/x.yaml`, or `CHART/charts/SUB/crds/x.yaml`; a template may be called templates/crds/x.yaml.
    const isShipped = source !== undefined && /^[^/]+\/(charts\/[^/]+\/)*crds\//.test(source)
    const objects = readObjects(part, source === undefined ? where : `${where}, ${source}`)
    ;(isShipped ? shipped : rendered).push(...objects)
  }
  return { rendered, shipped }
}

/** All objects of a stream of documents; a List is taken apart; what is empty is left out. */
function readObjects(text: string, where: string): KubeObject[] {
  return parseDocuments(text, where)
    .flatMap((document) => membersOf(document))
    .map((object) => {
      if (isObject(object)) return object
      throw malformed(
        where,
        'a document has no apiVersion, kind and metadata.name; Helm would refuse it too',
        undefined,
      )
    })
}

/** Objects of YAML that may hold other things too: what is no Kubernetes object is left out, and counted. */
export function findObjects(text: string, where: string): { objects: KubeObject[]; others: number } {
  const all = parseDocuments(text, where).flatMap((document) => membersOf(document))
  const objects = all.filter(isObject)
  return { objects, others: all.length - objects.length }
}

/** One document that is a map, such as Chart.yaml or values; empty where there is nothing. */
export function readMap(text: string, where: string): Readonly<Record<string, unknown>> {
  const [first] = parseDocuments(text, where)
  if (first === undefined || first === null) return {}
  if (!isRecord(first)) throw malformed(where, 'it is no map', undefined)
  return first
}

function parseDocuments(text: string, where: string): unknown[] {
  try {
    return loadAll(text).filter((document) => document !== null && document !== undefined)
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    throw malformed(where, error.reason, error.mark?.line)
  }
}

function membersOf(document: unknown): unknown[] {
  if (!isRecord(document)) return [document]
  const { kind, items } = document
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [document]
}

function isObject(value: unknown): value is KubeObject {
  return (
    isRecord(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isRecord(value['metadata']) &&
    typeof value['metadata']['name'] === 'string'
  )
}

function malformed(where: string, why: string, line: number | undefined): SparkopsError {
  return new SparkopsError({
    code: 'SO_YAML',
    message: `${where} cannot be read`,
    why: line === undefined ? why : `line ${line + 1}: ${why}`,
    hint: 'look at that place; helm template shows what a chart renders, and a value may be one it cannot place',
    exit: 'data',
  })
}
