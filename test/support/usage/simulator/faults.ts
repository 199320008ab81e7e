// What goes wrong between YuniKorn and a computation: files cut, parts lost, delivered twice, split and shuffled.
import { seededRandom } from './random.ts'

/** The first bytes of a text, as a writer that was killed leaves them. */
export function cutAtByte(text: string, byte: number): string {
  return Buffer.from(text, 'utf8').subarray(0, byte).toString('latin1')
}

/** Envelope lines without one instance's ids from `first` to `last`. */
export function dropIds(lines: readonly string[], instance: string, first: number, last: number): string[] {
  const named = `"instance":"${instance}"`
  return lines.filter((line) => {
    const id = /"id":(\d+),/.exec(line)?.[1]
    return !line.includes(named) || id === undefined || Number(id) < first || Number(id) > last
  })
}

/** Some lines a second time, somewhere later. */
export function duplicate(lines: readonly string[], share: number, seed: number): string[] {
  const random = seededRandom(seed)
  const again = lines.filter(() => random.chance(share))
  return [...lines, ...again]
}

/** Lines in consecutive files of random length. */
export function splitIntoFiles(lines: readonly string[], files: number, seed: number): string[][] {
  const random = seededRandom(seed)
  const cuts = Array.from({ length: files - 1 }, () => random.int(0, lines.length)).sort((a, b) => a - b)
  return [0, ...cuts].map((from, i) => lines.slice(from, cuts[i] ?? lines.length))
}

export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed)
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.int(0, i)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
