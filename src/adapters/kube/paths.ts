/** Paths of the API, with every part escaped: names come from outside. */
import { SparkopsError } from '../../domain/errors.ts'
import type { ObjectKey, ResourceType } from '../../ports/cluster.ts'

/** The path of a type's objects: all, or one namespace's. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const base = type.group === '' ? `/api/${segment(type.version)}` : groupPath(type.group, type.version)
  const place = type.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : ''
  return `${base}${place}/${segment(type.resource)}`
}

/** The path of one object, or of a part of it such as `status`. */
export function objectPath({ type, namespace, name }: ObjectKey, subresource?: string): string {
  if (type.namespaced && !namespace) throw unusable(type, name, 'a namespace is missing')
  const path = `${collectionPath(type, namespace)}/${segment(name)}`
  return subresource === undefined ? path : `${path}/${segment(subresource)}`
}

export function groupPath(group: string, version?: string): string {
  const base = `/apis/${segment(group)}`
  return version === undefined ? base : `${base}/${segment(version)}`
}

/** How people call an object: `pods/default/driver`. */
export function describeKey({ type, namespace, name }: ObjectKey): string {
  return [describeType(type), ...(type.namespaced && namespace ? [namespace] : []), name].join('/')
}

export function describeType({ resource, group }: ResourceType): string {
  return group === '' ? resource : `${resource}.${group}`
}

function segment(text: string): string {
  // The API server refuses these as names; in a path they would mean another object (path_segment.go).
  if (text === '' || text === '.' || text === '..' || /[/%]/.test(text))
    throw unusable(undefined, text, 'no object has it')
  return encodeURIComponent(text)
}

function unusable(type: ResourceType | undefined, name: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_KUBE_NAME',
    message: `${type === undefined ? '' : `${describeType(type)} `}"${name}" cannot be asked for`,
    why,
    exit: 'usage',
  })
}
