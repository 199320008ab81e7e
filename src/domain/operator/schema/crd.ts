/**
 * Reads a CustomResourceDefinition of either API version (`apiextensions.k8s.io/v1`, and `v1beta1` as old charts have
 * it) into one shape. Reads only: the definition itself is kept and written back as it was.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { isRecord, type Schema } from './structural.ts'

export interface CrdReading {
  /** `sparkapplications.sparkoperator.k8s.io` */
  name: string
  group: string
  kind: string
  plural: string
  namespaced: boolean
  /**
   * Whether the API server keeps fields that the schema does not name. Unsaid, it is true under v1beta1 and false
   * under v1; a definition that was first made under v1beta1 stays true when only its schema is written anew.
   */
  preserveUnknownFields: boolean
  conversion: 'None' | 'Webhook'
  /** Versions that objects may still be stored in; empty for a definition that was read from a file. */
  storedVersions: readonly string[]
  versions: readonly CrdVersion[]
}

export interface CrdVersion {
  name: string
  served: boolean
  storage: boolean
  /** Absent in old definitions: then nothing is validated. */
  schema: Schema | undefined
  /** Whether `/status` is a resource of its own, so that writes to the object leave the status alone. */
  hasStatus: boolean
}

const GROUP = 'apiextensions.k8s.io/'

/** Whether an object is a definition of custom resources, in any API version. */
export function isCrd(object: KubeObject): boolean {
  return object.kind === 'CustomResourceDefinition' && object.apiVersion.startsWith(GROUP)
}

/** Reads a definition; throws `SO_CRD_MALFORMED` (exit 65) naming the field that cannot be read. */
export function readCrd(crd: KubeObject): CrdReading {
  const name = crd.metadata.name
  const spec = recordAt(name, 'spec', crd['spec'])
  const names = recordAt(name, 'spec.names', spec['names'])
  const status = isRecord(crd['status']) ? crd['status'] : {}
  const conversion = isRecord(spec['conversion']) ? spec['conversion']['strategy'] : undefined
  return {
    name,
    group: stringAt(name, 'spec.group', spec['group']),
    kind: stringAt(name, 'spec.names.kind', names['kind']),
    plural: stringAt(name, 'spec.names.plural', names['plural']),
    namespaced: spec['scope'] !== 'Cluster',
    preserveUnknownFields:
      typeof spec['preserveUnknownFields'] === 'boolean'
        ? spec['preserveUnknownFields']
        : crd.apiVersion === `${GROUP}v1beta1`,
    conversion: conversion === 'Webhook' ? 'Webhook' : 'None',
    storedVersions: Array.isArray(status['storedVersions'])
      ? status['storedVersions'].filter((version) => typeof version === 'string')
      : [],
    versions: versionsOf(name, spec),
  }
}

/** The version that objects are stored in. */
export function storageVersion(crd: CrdReading): CrdVersion {
  const stored = crd.versions.find(({ storage }) => storage)
  if (stored === undefined) throw malformed(crd.name, 'spec.versions', 'no version is marked as the stored one')
  return stored
}

function versionsOf(name: string, spec: Record<string, unknown>): CrdVersion[] {
  const listed = Array.isArray(spec['versions']) ? spec['versions'] : []
  // v1beta1 may say one version for all, and one schema for all versions.
  const shared = { schema: spec['validation'], subresources: spec['subresources'] }
  if (listed.length === 0) {
    const only = stringAt(name, 'spec.version', spec['version'])
    return [versionOf(name, { name: only, served: true, storage: true, ...shared })]
  }
  return listed.map((version, index) =>
    versionOf(name, { ...shared, ...recordAt(name, `spec.versions[${index}]`, version) }),
  )
}

function versionOf(crd: string, version: Record<string, unknown>): CrdVersion {
  const name = stringAt(crd, 'spec.versions[].name', version['name'])
  const holder = version['schema']
  const schema = isRecord(holder) ? holder['openAPIV3Schema'] : undefined
  if (schema !== undefined && !isRecord(schema))
    throw malformed(crd, `spec.versions[${name}].schema.openAPIV3Schema`, 'is not an object')
  return {
    name,
    served: version['served'] !== false,
    storage: version['storage'] === true,
    schema,
    hasStatus: isRecord(version['subresources']) && version['subresources']['status'] !== undefined,
  }
}

function recordAt(crd: string, field: string, value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw malformed(crd, field, 'is not an object')
  return value
}

function stringAt(crd: string, field: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw malformed(crd, field, 'is not a name')
  return value
}

function malformed(crd: string, field: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_CRD_MALFORMED',
    message: `the CustomResourceDefinition ${crd} cannot be read`,
    why: `${field} ${why}`,
    hint: 'give the definition as the API server or the chart has it',
    exit: 'data',
  })
}
