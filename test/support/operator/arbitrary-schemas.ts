/**
 * Random structural schemas as a CustomResourceDefinition may carry them, and random objects that half fit them. The
 * names are few, so that schemas and objects meet.
 */
import fc from 'fast-check'
import type { Schema } from '../../../src/domain/operator/schema/structural.ts'

const NAMES = ['a', 'b', 'c', 'd', 'name'] as const
const name = fc.constantFrom<string>(...NAMES)
const scalar = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('x', 'y', '10m'), fc.boolean())

/** Any JSON over a few names. */
export const { json: anyJson } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(name, tie('json'), { maxKeys: 4 }),
  ),
}))

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.record({ type: fc.constant('string') }),
  fc.record({ type: fc.constant('string'), nullable: fc.boolean() }),
  fc.record({ type: fc.constant('integer'), default: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ type: fc.constant('string'), default: fc.constantFrom('x', 'y') }),
  fc.constant({ 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] }),
  fc.constant({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
)

const { node } = fc.letrec<{ node: Schema }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.record({ type: fc.constant('object'), properties: fc.dictionary(name, tie('node'), { maxKeys: 4 }) }),
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(name, tie('node'), { maxKeys: 2 }),
      'x-kubernetes-preserve-unknown-fields': fc.constant(true),
    }),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('node') }),
    fc.record({ type: fc.constant('array'), items: tie('node') }),
  ),
}))

/** The schema of a whole object: `spec` and `status` as the schema says, metadata as the server says. */
export const anySchema: fc.Arbitrary<Schema> = fc
  .record({ spec: node, status: node })
  .map((properties) => ({ type: 'object', properties: { ...properties, metadata: { type: 'object' } } }))

/** A custom resource with anything in it. */
export const anyObject = fc
  .record({ spec: anyJson, status: anyJson, stray: anyJson }, { requiredKeys: ['spec'] })
  .map((fields) => ({ apiVersion: 'test.sparkops/v1', kind: 'Thing', metadata: { name: 'one' }, ...fields }))

/** A wider and a narrower schema: the narrower is the wider one without some of its properties. */
export const widerAndNarrower: fc.Arbitrary<{ wide: Schema; narrow: Schema }> = fc
  .tuple(anySchema, fc.infiniteStream(fc.boolean()))
  .map(([wide, choices]) => ({ wide, narrow: without(wide, choices) }))

function without(schema: Schema, choices: Iterator<boolean>): Schema {
  // There a property that is not named is kept whole: the schema would become wider by losing it.
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return schema
  const { properties, items, additionalProperties, ...rest } = schema
  const kept = Object.entries(properties ?? {}).filter(() => choices.next().value !== true)
  return {
    ...rest,
    ...(properties && { properties: Object.fromEntries(kept.map(([key, inner]) => [key, without(inner, choices)])) }),
    ...(items && { items: without(items, choices) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: without(additionalProperties, choices) }),
  }
}
