/** Which schemas are the same, and what a definition of either API version says. */
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../../../src/ports/cluster.ts'
import { readCrd, storageVersion } from '../../../../src/domain/operator/schema/crd.ts'
import { schemaIdentity, shortIdentity } from '../../../../src/domain/operator/schema/identity.ts'
import type { Schema } from '../../../../src/domain/operator/schema/structural.ts'

const SCHEMA: Schema = {
  type: 'object',
  description: 'an application',
  required: ['spec', 'metadata'],
  properties: {
    spec: { type: 'object', properties: { mode: { type: 'string', enum: ['cluster', 'client'] }, description: {} } },
    metadata: { type: 'object' },
  },
}

describe('the identity of a schema', () => {
  it('does not count the order of keys and sets, documentation, or what says nothing', () => {
    const other: Schema = {
      properties: {
        metadata: { type: 'object', description: 'of Kubernetes', properties: {} },
        spec: {
          properties: { description: {}, mode: { enum: ['client', 'cluster'], type: 'string', nullable: false } },
          type: 'object',
          required: [],
        },
      },
      required: ['metadata', 'spec'],
      type: 'object',
    }
    expect(schemaIdentity(other)).toBe(schemaIdentity(SCHEMA))
  })

  it.each<[string, Schema]>([
    ['a default, even an empty one', { default: {} }],
    ['one required name less', { required: ['spec'] }],
    ['free-form values', { 'x-kubernetes-preserve-unknown-fields': true }],
    ['a bound of zero', { minProperties: 0 }],
    ['a property called description', { properties: { ...SCHEMA.properties, description: { type: 'string' } } }],
    ['an empty item schema', { items: {} }],
  ])('counts %s', (_what, change) => {
    expect(schemaIdentity({ ...SCHEMA, ...change })).not.toBe(schemaIdentity(SCHEMA))
  })

  it('has one for a version without a schema, and a short form', () => {
    expect(schemaIdentity(undefined)).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(shortIdentity(schemaIdentity(SCHEMA))).toMatch(/^[0-9a-f]{12}$/)
  })
})

describe('reading a definition', () => {
  const names = { kind: 'SparkApplication', plural: 'sparkapplications' }
  const crd = (apiVersion: string, spec: object, more: object = {}): KubeObject => ({
    apiVersion: `apiextensions.k8s.io/${apiVersion}`,
    kind: 'CustomResourceDefinition',
    metadata: { name: 'sparkapplications.sparkoperator.k8s.io' },
    spec: { group: 'sparkoperator.k8s.io', names, scope: 'Namespaced', ...spec },
    ...more,
  })

  it('reads v1: schema and subresources per version, unknown fields pruned unless it says otherwise', () => {
    const version = { name: 'v1beta2', served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } }
    const read = readCrd(crd('v1', { versions: [{ ...version, subresources: { status: {} } }] }))
    expect(read).toMatchObject({ preserveUnknownFields: false, conversion: 'None', kind: 'SparkApplication' })
    expect(storageVersion(read)).toMatchObject({ name: 'v1beta2', hasStatus: true, schema: SCHEMA })
    expect(readCrd(crd('v1', { preserveUnknownFields: true, versions: [version] })).preserveUnknownFields).toBe(true)
  })

  it('reads v1beta1: one schema for all versions, one version by its name alone, unknown fields kept', () => {
    const validation = { openAPIV3Schema: SCHEMA }
    const single = readCrd(crd('v1beta1', { version: 'v1beta1', validation, subresources: { status: {} } }))
    expect(single).toMatchObject({ preserveUnknownFields: true, versions: [{ name: 'v1beta1', storage: true }] })
    const several = readCrd(crd('v1beta1', { validation, versions: [{ name: 'a', storage: true }, { name: 'b' }] }))
    expect(several.versions.map(({ schema }) => schema)).toEqual([SCHEMA, SCHEMA])
  })

  it('tells the stored versions of a live definition', () => {
    const versions = [{ name: 'v1beta2', served: true, storage: true }]
    const live = crd('v1', { versions }, { status: { storedVersions: ['v1beta1', 'v1beta2'] } })
    expect(readCrd(live).storedVersions).toEqual(['v1beta1', 'v1beta2'])
  })

  it('names the field that it cannot read', () => {
    expect(() => readCrd(crd('v1', { versions: ['v1'] }))).toThrow(
      expect.objectContaining({ exit: 'data', why: 'spec.versions[0] is not an object' }),
    )
    expect(() => storageVersion(readCrd(crd('v1', { versions: [{ name: 'v1' }] })))).toThrow(/cannot be read/)
  })
})
