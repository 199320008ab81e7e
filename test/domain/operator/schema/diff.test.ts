/** What a change of a schema may do to objects, told from the schema alone. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countNodes, diffSchemas, type SchemaChange } from '../../../../src/domain/operator/schema/diff.ts'
import type { Schema } from '../../../../src/domain/operator/schema/structural.ts'
import { anySchema } from '../../../support/operator/arbitrary-schemas.ts'

const withField = (field: Schema): Schema => ({ type: 'object', properties: { f: field } })

function only(before: Schema, after: Schema): Pick<SchemaChange, 'path' | 'kind' | 'effect'> {
  const { changes } = diffSchemas(withField(before), withField(after))
  expect(changes).toHaveLength(1)
  const { path, kind, effect } = changes[0]!
  return { path, kind, effect }
}

describe('the difference of two schemas', () => {
  it('counts what was added and removed, and names the topmost of it', () => {
    const template: Schema = { type: 'object', properties: { spec: withField({ type: 'string' }) } }
    const wide: Schema = { type: 'object', properties: { mode: { type: 'string' }, template } }
    const narrow: Schema = { type: 'object', properties: { mode: { type: 'string' } } }
    expect(diffSchemas(narrow, wide)).toMatchObject({ added: 3, removed: 0, addedRoots: ['template'] })
    expect(diffSchemas(wide, narrow)).toMatchObject({ added: 0, removed: 3, removedRoots: ['template'] })
    expect(countNodes(wide)).toBe(4)
  })

  it.each<[string, Schema, Schema, Partial<SchemaChange>]>([
    [
      'a field that becomes required',
      { properties: { x: {} } },
      { properties: { x: {} }, required: ['x'] },
      { path: 'f.x', kind: 'required', effect: 'tightened' },
    ],
    [
      'a field that is no longer required',
      { properties: { x: {} }, required: ['x'] },
      { properties: { x: {} } },
      { path: 'f.x', kind: 'required', effect: 'loosened' },
    ],
    ['a new default', { type: 'string' }, { type: 'string', default: 'ext4' }, { kind: 'default', effect: 'changed' }],
    [
      'a list that becomes a map',
      { type: 'array' },
      { type: 'array', 'x-kubernetes-list-type': 'map' },
      { kind: 'merge', effect: 'tightened' },
    ],
    [
      'a list that becomes atomic',
      { type: 'array' },
      { type: 'array', 'x-kubernetes-list-type': 'atomic' },
      { kind: 'merge', effect: 'changed' },
    ],
    ['another type', { type: 'number' }, { type: 'integer' }, { kind: 'type', effect: 'changed' }],
    ['a higher minimum', { minimum: 0 }, { minimum: 1 }, { kind: 'validation', effect: 'tightened' }],
    ['a higher maximum', { maximum: 1 }, { maximum: 2 }, { kind: 'validation', effect: 'loosened' }],
    ['one more choice', { enum: ['a'] }, { enum: ['b', 'a'] }, { kind: 'validation', effect: 'loosened' }],
    ['one choice less', { enum: ['a', 'b'] }, { enum: ['a'] }, { kind: 'validation', effect: 'tightened' }],
    ['another pattern', { pattern: 'a' }, { pattern: 'b' }, { kind: 'validation', effect: 'changed' }],
    [
      'free fields',
      { type: 'object' },
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      { kind: 'openness', effect: 'changed' },
    ],
  ])('tells %s', (_what, before, after, expected) => {
    expect(only(before, after)).toMatchObject(expected)
  })

  it('is empty between a schema and itself, documented otherwise', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        expect(diffSchemas(schema, { ...schema, description: 'other words' }).changes).toEqual([])
      }),
    )
  })

  it('is the same the other way round, with added and removed exchanged', () => {
    fc.assert(
      fc.property(anySchema, anySchema, (a, b) => {
        const [there, back] = [diffSchemas(a, b), diffSchemas(b, a)]
        expect(back.removedRoots).toEqual(there.addedRoots)
        expect(back.changes).toHaveLength(there.changes.length)
      }),
    )
  })
})
