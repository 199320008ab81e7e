/** Which objects a schema refuses, without a server. */
import { describe, expect, it } from 'vitest'
import { compileValidator } from '../../../../src/domain/operator/schema/validate.ts'
import type { Schema } from '../../../../src/domain/operator/schema/structural.ts'

function violations(schema: Schema, f: unknown): string[] {
  const validator = compileValidator({ type: 'object', properties: { f: schema } })
  return validator.validate({ f }).map(({ path, rule }) => `${path} ${rule}`)
}

describe('validation without a server', () => {
  it('names a required field by its own path', () => {
    const schema: Schema = { type: 'array', items: { type: 'object', required: ['name'] } }
    expect(violations(schema, [{ name: 1 }, {}])).toEqual(['f[1].name required'])
  })

  it.each<[string, Schema, unknown, string]>([
    ['a wrong type', { type: 'integer' }, 'x', 'f type'],
    ['a value outside an enum', { type: 'string', enum: ['a'] }, 'b', 'f enum'],
    ['a pattern that does not match', { type: 'string', pattern: '^\\d+$' }, 'x', 'f pattern'],
    ['a number below the minimum', { type: 'integer', minimum: 1 }, 0, 'f minimum'],
    [
      'a number at an exclusive bound',
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
      1,
      'f exclusiveMinimum',
    ],
    ['what is neither integer nor string', { 'x-kubernetes-int-or-string': true }, true, 'f type'],
    ['a null that is not allowed', { type: 'string' }, null, 'f type'],
  ])('refuses %s', (_what, schema, value, expected) => {
    expect(violations(schema, value)).toEqual([expected])
  })

  it.each<[string, Schema, unknown]>([
    ['a null where null is allowed, past enum and pattern', { type: 'string', nullable: true, enum: ['a'] }, null],
    [
      'both forms of int-or-string',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      '1',
    ],
    ['an integer written with a fraction of zero', { type: 'integer' }, 1.0],
    ['fields that the schema does not name', { type: 'object', properties: {} }, { free: 1 }],
    ['an integer beyond int32, as the server does', { type: 'integer', format: 'int32' }, 2 ** 40],
  ])('accepts %s', (_what, schema, value) => {
    expect(violations(schema, value)).toEqual([])
  })

  it('refuses items of a list-map with equal keys, also when both lack a key', () => {
    const list: Schema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'port'],
      items: { type: 'object' },
    }
    const items = [{ name: 'a' }, { name: 'a', port: 1 }, { name: 'a', value: 2 }, { name: 'a' }]
    expect(violations(list, items)).toEqual(['f[2] duplicate'])
    expect(violations({ type: 'array', 'x-kubernetes-list-type': 'set' }, ['x', 'y', 'x'])).toEqual(['f[2] duplicate'])
    expect(violations({ type: 'array', 'x-kubernetes-list-type': 'atomic' }, ['x', 'x'])).toEqual([])
  })

  it('says which rules it did not check', () => {
    const { unchecked } = compileValidator({
      properties: {
        a: { type: 'string', format: 'date-time' },
        b: { type: 'string', pattern: '(?i)x' },
        c: { 'x-kubernetes-validations': [{ rule: 'self > 0' }] },
        d: { type: 'integer', format: 'int32' },
      },
    })
    expect(unchecked).toEqual(['a format date-time', 'b pattern (?i)x', 'c x-kubernetes-validations'])
  })
})
