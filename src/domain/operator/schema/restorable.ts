/**
 * A former definition as the API server takes it back: with the same effect on every object, if not in the same words.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isRecord, type Schema } from './structural.ts'

type Version = { name: string; schema?: { openAPIV3Schema?: Schema } }

/**
 * Two things cannot be had back as they were (apiextensions-apiserver, validation.go):
 * - a version that objects are stored in by now must stay, and to write every object back would end what the older
 *   version does not hold;
 * - `preserveUnknownFields` cannot become true again; a schema that says it for every object in it keeps the same.
 */
export function asRestorable(image: KubeObject, live: KubeObject): KubeObject {
  const before = image.spec as { versions: Version[]; preserveUnknownFields?: boolean }
  const now = live.spec as { versions: Version[]; preserveUnknownFields?: boolean }
  const { storedVersions = [] } = (live.status ?? {}) as { storedVersions?: string[] }
  const staying = now.versions
    .filter(({ name }) => storedVersions.includes(name) && !before.versions.some((version) => version.name === name))
    .map((version) => ({ ...version, storage: false }))
  const isKept = before.preserveUnknownFields === true && now.preserveUnknownFields !== true
  const versions = [...before.versions, ...staying]
  if (!isKept) return staying.length === 0 ? image : { ...image, spec: { ...before, versions } }
  return { ...image, spec: { ...before, preserveUnknownFields: false, versions: versions.map(keepingUnknown) } }
}

function keepingUnknown(version: Version): Version {
  const root = { type: 'object', ...version.schema?.openAPIV3Schema, 'x-kubernetes-embedded-resource': true }
  const { 'x-kubernetes-embedded-resource': _resource, ...opened } = openSchema(root)
  return { ...version, schema: { openAPIV3Schema: opened } }
}

/** The schema with unknown fields kept in every object of it. Structural schemas may say so nowhere else. */
function openSchema(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema
  const isResource = schema['x-kubernetes-embedded-resource'] === true
  const inner = {
    ...(properties && {
      properties: Object.fromEntries(
        // The metadata of an object keeps to the API server's own rules.
        Object.entries(properties).map(([name, one]) => [
          name,
          isResource && name === 'metadata' ? one : openSchema(one),
        ]),
      ),
    }),
    ...(items && { items: openSchema(items) }),
    ...(isRecord(additionalProperties) && { additionalProperties: openSchema(additionalProperties) }),
  }
  // A map with a schema for its values keeps every name as it is.
  const isOpened = schema.type === 'object' && additionalProperties === undefined
  return { ...schema, ...inner, ...(isOpened ? { 'x-kubernetes-preserve-unknown-fields': true } : {}) }
}
