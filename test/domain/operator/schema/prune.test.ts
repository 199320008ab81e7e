/** What the API server takes out and fills in, predicted: each rule once, and what holds for any schema and object. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultObject, predictReadBack } from '../../../../src/domain/operator/schema/defaults.ts'
import { pruneObject } from '../../../../src/domain/operator/schema/prune.ts'
import type { Schema } from '../../../../src/domain/operator/schema/structural.ts'
import { anyObject, anySchema, widerAndNarrower } from '../../../support/operator/arbitrary-schemas.ts'

const STRICT = { preserveUnknownFields: false }
const object = (spec: unknown, more: object = {}) => ({
  apiVersion: 'test.sparkops/v1',
  kind: 'Thing',
  metadata: { name: 'one' },
  spec,
  ...more,
})
const schemaOf = (spec: Schema): Schema => ({ type: 'object', properties: { spec } })
const fields = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
})

function prunedPaths(spec: unknown, schema: Schema): readonly string[] {
  return pruneObject(object(spec), schemaOf(schema), STRICT).pruned
}

describe('pruning', () => {
  it('takes out the topmost field that the schema does not name, and says its path as the API server does', () => {
    const env: Schema = { type: 'array', items: fields({ name: { type: 'string' } }) }
    const spec = { env: [{ name: 'a' }, { name: 'b', valueFrom: { x: 1 } }], template: { deep: { er: 1 } } }
    const { object: kept, pruned } = pruneObject(object(spec), schemaOf(fields({ env })), STRICT)
    expect(pruned).toEqual(['spec.env[1].valueFrom', 'spec.template'])
    expect(kept.spec).toEqual({ env: [{ name: 'a' }, { name: 'b' }] })
  })

  it('keeps everything below a node that preserves unknown fields, but prunes what that node does name', () => {
    const schema = fields({ named: fields({}) }, { 'x-kubernetes-preserve-unknown-fields': true })
    expect(prunedPaths({ free: { as: 'air' }, named: { not: 1 } }, schema)).toEqual(['spec.named.not'])
  })

  it('keeps the keys of a map and prunes inside its values', () => {
    const schema: Schema = { type: 'object', additionalProperties: fields({ known: { type: 'string' } }) }
    expect(prunedPaths({ anything: { known: 'x', other: 1 } }, schema)).toEqual(['spec.anything.other'])
  })

  it('keeps apiVersion, kind and the known metadata of an embedded resource', () => {
    const schema = fields({}, { 'x-kubernetes-embedded-resource': true })
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', invented: 1 }, spec: {} }
    expect(prunedPaths(pod, schema)).toEqual(['spec.metadata.invented', 'spec.spec'])
  })

  it('leaves int-or-string values alone', () => {
    const schema = fields({ port: { 'x-kubernetes-int-or-string': true } })
    expect(prunedPaths({ port: '80%' }, schema)).toEqual([])
  })

  it('drops a null that the schema does not allow, unless a default takes its place', () => {
    const schema = fields({
      plain: { type: 'string' },
      nullable: { type: 'string', nullable: true },
      filled: { type: 'string', default: 'x' },
    })
    const read = predictReadBack(object({ plain: null, nullable: null, filled: null }), schemaOf(schema), STRICT)
    expect(read.nulls).toEqual(['spec.plain'])
    expect(read.object.spec).toEqual({ nullable: null, filled: 'x' })
    expect(read.defaulted).toEqual(['spec.filled'])
  })

  it('prunes nothing but unknown metadata where the definition preserves unknown fields', () => {
    const one = object({ stray: 1 }, { metadata: { name: 'one', invented: 1 } })
    const { pruned } = pruneObject(one, schemaOf(fields({})), { preserveUnknownFields: true })
    expect(pruned).toEqual(['metadata.invented'])
  })

  it('meets a field called __proto__ as the field that it is', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}') as object
    const { object: kept, pruned } = pruneObject(object(hostile), schemaOf(fields({})), STRICT)
    expect(pruned).toEqual(['spec.__proto__', 'spec.constructor'])
    expect(Object.keys(kept.spec as object)).toEqual([])
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anySchema, anyObject, (schema, one) => {
        const once = pruneObject(one, schema, STRICT).object
        const twice = pruneObject(once, schema, STRICT)
        expect(twice).toEqual({ object: once, pruned: [], nulls: [] })
      }),
    )
  })

  it('loses the same on the way over a wider schema as it loses at once', () => {
    fc.assert(
      fc.property(widerAndNarrower, anyObject, ({ wide, narrow }, one) => {
        const over = pruneObject(pruneObject(one, wide, STRICT).object, narrow, STRICT).object
        expect(over).toEqual(pruneObject(one, narrow, STRICT).object)
      }),
    )
  })

  it('shares what stays and changes no object that it is given', () => {
    fc.assert(
      fc.property(anySchema, anyObject, (schema, one) => {
        const before = structuredClone(one)
        const { object: kept, pruned, nulls } = pruneObject(one, schema, STRICT)
        expect(one).toEqual(before)
        if (pruned.length + nulls.length === 0) expect(kept).toBe(one)
      }),
    )
  })
})

describe('defaulting', () => {
  it('fills what is missing at every depth, also in what a default brought', () => {
    const schema = fields({
      retry: fields({ times: { type: 'integer', default: 3 } }, { default: {} }),
      env: { type: 'array', items: fields({ kind: { type: 'string', default: 'plain' } }) },
    })
    const { object: filled, defaulted } = defaultObject(object({ env: [{}, { kind: 'own' }] }), schemaOf(schema))
    expect(filled.spec).toEqual({ env: [{ kind: 'plain' }, { kind: 'own' }], retry: { times: 3 } })
    expect(defaulted).toEqual(['spec.env[0].kind', 'spec.retry', 'spec.retry.times'])
  })

  it('does not make a parent for the sake of a default below it', () => {
    const schema = fields({ disk: fields({ fsType: { type: 'string', default: 'ext4' } }) })
    expect(defaultObject(object({}), schemaOf(schema)).defaulted).toEqual([])
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anySchema, anyObject, (schema, one) => {
        const once = defaultObject(one, schema).object
        expect(defaultObject(once, schema)).toEqual({ object: once, defaulted: [] })
      }),
    )
  })

  it('fills nothing that pruning would take out again', () => {
    fc.assert(
      fc.property(anySchema, anyObject, (schema, one) => {
        const read = predictReadBack(one, schema, STRICT).object
        expect(pruneObject(read, schema, STRICT).pruned).toEqual([])
      }),
    )
  })
})
