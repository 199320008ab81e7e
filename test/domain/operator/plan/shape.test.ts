/** Objects of one shape get one verdict: that is what makes it enough to ask the API server about one of them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foreteller } from '../../../../src/domain/operator/plan/foretell.ts'
import { shaper } from '../../../../src/domain/operator/plan/shape.ts'
import type { KubeObject } from '../../../../src/ports/cluster.ts'
import { application } from '../../../support/operator/objects.ts'
import { sparkSchema } from '../../../support/operator/schemas.ts'

const SCHEMA = sparkSchema('newer')
const shapeOf = shaper(SCHEMA)
const { foretell } = foreteller(
  { schema: SCHEMA, preserveUnknownFields: false },
  { schema: SCHEMA, preserveUnknownFields: false },
)

/** Applications with few values for each field, so that shapes meet often. */
const pod = fc.record(
  {
    cores: fc.constantFrom<unknown>(0, 1, 2, 'one', null),
    memory: fc.constantFrom('1g', '2g', 'much'),
    labels: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom<unknown>('x', 'y', 1)),
    env: fc.array(fc.record({ name: fc.constantFrom('A', 'B'), value: fc.constantFrom('1', '2') }), { maxLength: 3 }),
    ports: fc.array(fc.record({ port: fc.constantFrom<unknown>(1, 2, 'x') }), { maxLength: 2 }),
    unknown: fc.constantFrom<unknown>(1, {}, 'x'),
    template: fc.constantFrom<unknown>({}, { spec: 1 }),
  },
  { requiredKeys: [] },
)
const spec = fc.record(
  {
    driver: pod,
    executor: pod,
    type: fc.constantFrom('Scala', 'Cobol'),
    mainApplicationFile: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: [] },
)

describe('the shape of an object', () => {
  it('decides the verdict: which fields are unknown, which rules are broken, what is filled in', () => {
    const seen = new Map<string, unknown>()
    fc.assert(
      fc.property(spec, (one) => {
        const object: KubeObject = { ...application('x'), spec: one }
        const { pruned, violations, defaulted } = foretell(object)
        const verdict = [pruned.map(bare), violations.map(({ path, rule }) => [bare(path), rule]), defaulted.map(bare)]
        const distinct = [...new Set(verdict.flatMap((list) => list.map((entry) => JSON.stringify(entry))))].sort()
        const shape = shapeOf(object)
        if (seen.has(shape)) expect(distinct).toEqual(seen.get(shape))
        seen.set(shape, distinct)
      }),
      { numRuns: 2000 },
    )
  })

  it('is the same for values that no schema looks at, and not for those that one does', () => {
    const named = (fields: object) => shapeOf(application('x', { spec: fields as Record<string, unknown> }))
    expect(named({ mainApplicationFile: 'a.jar' })).toBe(named({ mainApplicationFile: 'b.jar' }))
    expect(named({ type: 'Scala' })).not.toBe(named({ type: 'Python' }))
    expect(named({ driver: { cores: 1 } })).not.toBe(named({ driver: { cores: 0 } }))
  })

  it('is each object’s own under a schema with rules in CEL', () => {
    const withRules = { ...SCHEMA, 'x-kubernetes-validations': [{ rule: 'true' }] }
    const shape = shaper(withRules)
    expect(shape(application('x', { spec: { mode: 'a' } }))).not.toBe(shape(application('x', { spec: { mode: 'b' } })))
  })
})

/** Which item of a list, and which key of a map, is at fault is not the shape's to say. */
function bare(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[]').replaceAll(/\.labels\.\w+/g, '.labels.*')
}
