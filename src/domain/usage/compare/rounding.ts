// Event times are not the times of YuniKorn's own clock readings: a duration that lies within ε of a whole second may
// be booked as one second more or less. Finds which allocations, so chosen, make the sums equal (a small system of
// linear equations in integers), and whether there is only one such choice.
import { type Amounts } from './amounts.ts'

/** An allocation on a rounding edge. */
export interface RoundingEdge {
  allocation: string
  /** Equal for allocations of equal resources. */
  shape: string
  vector: ReadonlyMap<string, bigint>
  /** −1: just above a whole second, so YuniKorn may have one less; +1: just below. */
  step: -1n | 1n
  /** Distance from the whole second, in nanoseconds. */
  distance: bigint
}

/** How the difference can be reached. */
export interface RoundingChoices<Edge extends RoundingEdge> {
  /** Number of choices; null: more than could be counted. */
  count: number | null
  /** One of them: that of the allocations nearest to their edges. */
  chosen: Edge[]
}

/** Edges of one resource vector; they are interchangeable. Nearest to the whole second first. */
interface Shape<Edge extends RoundingEdge> {
  vector: ReadonlyMap<string, bigint>
  more: Edge[]
  less: Edge[]
}

/** Steps of the search, and choices found, after which it is given up. */
const MOST_STEPS = 50_000
const MOST_FOUND = 1000

/**
 * Choices of edges whose effects add up to the difference (theirs − ours). A choice counts only when no part of it adds
 * up to nothing: what cancels itself explains nothing. Undefined: none fits, or none was found in reasonable time.
 */
export function chooseRounding<Edge extends RoundingEdge>(
  difference: Amounts,
  edges: readonly Edge[],
): RoundingChoices<Edge> | undefined {
  const shapes = shapesOf(edges)
  const resources = [...new Set([...difference.keys(), ...shapes.flatMap((shape) => [...shape.vector.keys()])])]
  const search = new Search(shapes, resources)
  search.run(resources.map((resource) => difference.get(resource) ?? 0n))
  const minimal = search.found.filter((one) => !search.found.some((other) => other !== one && isPart(other, one)))
  const [first] = minimal.sort((a, b) => sizeOf(a) - sizeOf(b))
  if (first === undefined) return undefined
  const count = minimal.reduce((total, seconds) => total + waysOf(seconds, shapes), 0)
  return {
    count: search.givenUp || !Number.isSafeInteger(count) ? null : count,
    chosen: first.flatMap((seconds, n) => chosenOf(shapes[n]!, seconds)),
  }
}

function shapesOf<Edge extends RoundingEdge>(edges: readonly Edge[]): Shape<Edge>[] {
  const shapes = new Map<string, Shape<Edge>>()
  for (const edge of [...edges].sort((a, b) => (a.distance < b.distance ? -1 : 1))) {
    const shape: Shape<Edge> = shapes.get(edge.shape) ?? { vector: edge.vector, more: [], less: [] }
    shapes.set(edge.shape, shape)
    ;(edge.step > 0n ? shape.more : shape.less).push(edge)
  }
  // The shape with the most edges comes last, where its seconds follow from the rest.
  return [...shapes.values()].sort((a, b) => a.more.length + a.less.length - b.more.length - b.less.length)
}

/**
 * Depth-first over the seconds that each shape has in sum: as many of its edges are chosen, all in one direction, since two
 * that go apart cancel each other. Bounds on what the remaining shapes can contribute cut branches off.
 */
class Search {
  /** Seconds of each shape. */
  readonly found: number[][] = []
  givenUp = false
  readonly #shapes: readonly Shape<RoundingEdge>[]
  readonly #vectors: readonly (readonly bigint[])[]
  readonly #least: readonly (readonly bigint[])[]
  readonly #most: readonly (readonly bigint[])[]
  #steps = 0

  constructor(shapes: readonly Shape<RoundingEdge>[], resources: readonly string[]) {
    this.#shapes = shapes
    this.#vectors = shapes.map((shape) => resources.map((resource) => shape.vector.get(resource) ?? 0n))
    const sums = (count: (shape: Shape<RoundingEdge>) => number): bigint[][] => {
      const from = [resources.map(() => 0n)]
      for (let n = shapes.length - 1; n >= 0; n--)
        from.unshift(this.#vectors[n]!.map((quantity, r) => from[0]![r]! + quantity * BigInt(count(shapes[n]!))))
      return from
    }
    this.#least = sums((shape) => -shape.less.length)
    this.#most = sums((shape) => shape.more.length)
  }

  run(wanted: readonly bigint[]): void {
    this.#step(0, wanted, [])
  }

  #step(n: number, wanted: readonly bigint[], seconds: number[]): void {
    if (this.givenUp || ++this.#steps > MOST_STEPS) {
      this.givenUp = true
      return
    }
    if (wanted.some((amount, r) => amount < this.#least[n]![r]! || amount > this.#most[n]![r]!)) return
    if (n === this.#shapes.length) {
      this.found.push(seconds)
      this.givenUp = this.found.length >= MOST_FOUND
      return
    }
    const vector = this.#vectors[n]!
    const [from, to] = n === this.#shapes.length - 1 ? only(vector, wanted) : rangeOf(this.#shapes[n]!)
    for (let second = from; second <= to; second++) {
      const rest = wanted.map((amount, r) => amount - vector[r]! * BigInt(second))
      this.#step(n + 1, rest, [...seconds, second])
    }
  }
}

function rangeOf(shape: Shape<RoundingEdge>): [number, number] {
  return [-shape.less.length, shape.more.length]
}

/** The last shape must make up for all that is wanted: one number of seconds at most does. */
function only(vector: readonly bigint[], wanted: readonly bigint[]): [number, number] {
  const r = vector.findIndex((quantity) => quantity !== 0n)
  if (r < 0) return [0, 0]
  const seconds = Number(wanted[r]! / vector[r]!)
  return [seconds, seconds]
}

function isPart(part: readonly number[], whole: readonly number[]): boolean {
  return part.every((seconds, n) => seconds * whole[n]! >= 0 && Math.abs(seconds) <= Math.abs(whole[n]!))
}

function chosenOf<Edge extends RoundingEdge>(shape: Shape<Edge>, seconds: number): Edge[] {
  return (seconds > 0 ? shape.more : shape.less).slice(0, Math.abs(seconds))
}

function waysOf(seconds: readonly number[], shapes: readonly Shape<RoundingEdge>[]): number {
  return seconds.reduce((ways, one, n) => {
    const edges = one > 0 ? shapes[n]!.more : shapes[n]!.less
    return ways * choose(edges.length, Math.abs(one))
  }, 1)
}

/** n over k. */
function choose(n: number, k: number): number {
  let ways = 1
  for (let i = 1; i <= Math.min(k, n - k); i++) ways = (ways * (n - i + 1)) / i
  return Math.round(ways)
}

function sizeOf(seconds: readonly number[]): number {
  return seconds.reduce((total, one) => total + Math.abs(one), 0)
}
