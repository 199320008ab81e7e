/** Where things are in a snapshot directory. Names come from a cluster, and must not lead anywhere else. */
import { createHash } from 'node:crypto'
import { join } from 'node:path/posix'
import type { ResourceType } from '../../ports/cluster.ts'

export const MANIFEST = 'manifest.json'
/** As `sha256sum -c` reads it. */
export const SUMS = 'sha256sums.txt'
export const OBJECTS = 'objects'

/** Most file systems take 255 bytes. */
const LONGEST = 200

/** The directory of a type's objects, relative to the snapshot. */
export function typePath({ group, version, resource }: Pick<ResourceType, 'group' | 'version' | 'resource'>): string {
  return join(OBJECTS, escapeName(group === '' ? 'core' : group), escapeName(version), escapeName(resource))
}

/** The file of an object, relative to the snapshot. */
export function objectFile(type: ResourceType, namespace: string | undefined, name: string): string {
  // No namespace is called so: names of namespaces have no underscore.
  const place = namespace === undefined || !type.namespaced ? '_' : escapeName(namespace)
  return join(typePath(type), place, `${escapeName(name)}.json`)
}

/**
 * A name as one part of a path, equal for no two names, also where upper and lower case are one: all but lower-case
 * letters, digits, `-` and inner dots is written as `%` and hex. What would be too long ends in a hash of the whole.
 */
export function escapeName(name: string): string {
  const escaped = Buffer.from(name, 'utf8')
    .toString('latin1')
    .replace(/^\.|[^a-z0-9.-]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
  if (escaped.length <= LONGEST) return escaped === '' ? '%' : escaped
  return `${escaped.slice(0, LONGEST - 65)}~${createHash('sha256').update(name).digest('hex')}`
}
