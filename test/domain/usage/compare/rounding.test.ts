/** Which allocations on a rounding edge explain a difference, held to trying out every choice. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addTimes, type Amounts, subtract } from '../../../../src/domain/usage/compare/amounts.ts'
import { chooseRounding, type RoundingEdge } from '../../../../src/domain/usage/compare/rounding.ts'

const SHAPES = [
  { vcore: 1000n, memory: 4n, pods: 1n },
  { vcore: 2000n, memory: 8n, pods: 2n },
  { vcore: 4000n, memory: 2n, pods: 1n },
]

function edge(n: number, shape: number, step: -1n | 1n): RoundingEdge {
  return {
    allocation: `a${n}`,
    shape: String(shape),
    vector: new Map(Object.entries(SHAPES[shape]!)),
    step,
    distance: BigInt(n),
  }
}

function effectOf(edges: readonly RoundingEdge[]): Amounts {
  const sum: Amounts = new Map()
  for (const one of edges) addTimes(sum, one.vector, one.step)
  return subtract(sum, new Map())
}

const edgesArbitrary = fc
  .array(fc.record({ shape: fc.nat(2), step: fc.constantFrom(-1n as const, 1n as const) }), { maxLength: 8 })
  .map((edges) => edges.map(({ shape, step }, n) => edge(n, shape, step)))

/** Every choice without a part that adds up to nothing, by trying all. */
function allChoices(difference: Amounts, edges: readonly RoundingEdge[]): RoundingEdge[][] {
  const subsets = Array.from({ length: 2 ** edges.length }, (_, bits) => edges.filter((_edge, n) => (bits >> n) & 1))
  const fits = subsets.filter((one) => subtract(effectOf(one), difference).size === 0)
  const effects = (one: readonly RoundingEdge[]): string[] => one.map((e) => `${e.shape} ${e.step}`).sort()
  const isPart = (part: readonly RoundingEdge[], whole: readonly RoundingEdge[]): boolean => {
    const rest = effects(whole)
    return effects(part).every((effect) => {
      const at = rest.indexOf(effect)
      if (at >= 0) rest.splice(at, 1)
      return at >= 0
    })
  }
  return fits.filter((one) => !fits.some((other) => other.length < one.length && isPart(other, one)))
}

describe('the choice of rounding', () => {
  it('finds as many choices as there are, and one that fits', () => {
    fc.assert(
      fc.property(edgesArbitrary, fc.nat(), (edges, bits) => {
        const difference = effectOf(edges.filter((_, n) => (bits >> n) & 1))
        fc.pre(difference.size > 0)
        const expected = allChoices(difference, edges)
        const found = chooseRounding(difference, edges)
        expect(found?.count).toBe(expected.length)
        expect(subtract(effectOf(found!.chosen), difference).size).toBe(0)
        if (expected.length === 1) expect(new Set(found!.chosen)).toEqual(new Set(expected[0]))
      }),
    )
  })

  it('finds none for a difference that no allocation can make', () => {
    fc.assert(
      fc.property(edgesArbitrary, fc.integer({ min: 1, max: 3000 }), (edges, vcore) => {
        expect(chooseRounding(new Map([['vcore', BigInt(vcore)]]), edges)).toBeUndefined()
      }),
    )
  })

  it('takes the allocation nearest to its edge when several would do, and says how many would', () => {
    const edges = [edge(3, 0, -1n), edge(1, 0, -1n), edge(2, 0, -1n)]
    const found = chooseRounding(effectOf([edges[0]!]), edges)
    expect(found).toMatchObject({ count: 3, chosen: [{ allocation: 'a1' }] })
  })

  it('finds the choice in an application of many thousand allocations, and says that others fit too', () => {
    const edges = Array.from({ length: 600 }, (_, n) => edge(n, n % 3, n % 2 === 0 ? 1n : -1n))
    const difference = effectOf(edges.slice(0, 40))
    const found = chooseRounding(difference, edges)
    expect(found?.count).not.toBe(1)
    expect(subtract(effectOf(found!.chosen), difference).size).toBe(0)
  })
})
