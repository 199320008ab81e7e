// Remembers resource texts that were read before: executors of an application share theirs, so most are, and comparing a
// text is much cheaper than checking and hashing it.
import { type Wide } from '../facts.ts'

/** A resource text seen before. */
export interface KnownResource {
  text: string
  /** Set by whoever first hashed it. */
  hash: Wide | undefined
}

/** Places for texts; a text whose place is taken takes it over. */
const PLACES = 4096
const LONGEST = 4096
/** Letters that are looked at, counted from the end: the digits of the last quantities, in which texts differ most. */
const LOOKED_AT = [4, 5, 6, 20, 22, 32, 42, 44, 46, 50, 56, 58]

export class ResourceMemory {
  readonly #places = new Array<KnownResource | undefined>(PLACES)

  /** The remembered text that stands at `text[from, to)`, if any. */
  find(text: string, from: number, to: number): KnownResource | undefined {
    const known = this.#places[placeOf(text, from, to)]
    // Comparing whole strings goes by words of memory, startsWith letter by letter.
    return known?.text.length === to - from && text.slice(from, to) === known.text ? known : undefined
  }

  /** Remembers a text that was found to be well formed. */
  add(text: string, from: number, to: number): KnownResource | undefined {
    if (to - from > LONGEST) return undefined
    // A copy: a slice would keep the whole chunk of the dump alive.
    const one = { text: Buffer.from(text.slice(from, to), 'latin1').toString('latin1'), hash: undefined }
    this.#places[placeOf(text, from, to)] = one
    return one
  }
}

function placeOf(text: string, from: number, to: number): number {
  let hash = to - from
  for (const back of LOOKED_AT) hash = (Math.imul(hash, 31) + text.charCodeAt(to - back)) | 0
  return (hash ^ (hash >>> 12)) & (PLACES - 1)
}
