// A JSON value that goes on over several lines, as jq and other printers write it: collected until its brackets close,
// without the white space between its parts, so that it reads as if it had been one line.

const QUOTE = 34
const BACKSLASH = 92
const OPENING = new Set(['{', '['])
/** How a line ends whose value goes on in the next. */
const GOES_ON = /[{[,:]\s*$/

/** A value begun and not yet closed. */
export class OpenDocument {
  /** The number of its first line. */
  readonly line: number
  #pieces: string[] = []
  #length = 0
  #depth = 0
  #inString = false
  #list: boolean

  private constructor(line: number, list: boolean) {
    this.line = line
    this.#list = list
  }

  /** The value that the line begins and leaves open where a printer would break it; undefined if it is no such line. */
  static begin(text: string, line: number): OpenDocument | undefined {
    const begun = OpenDocument.#read(text, line)
    return begun !== undefined && !begun.#inString && GOES_ON.test(text) ? begun : undefined
  }

  /** Whether the text is the beginning of a JSON value, cut off anywhere. */
  static isBeginning(text: string): boolean {
    return OpenDocument.#read(text, 0) !== undefined
  }

  static #read(text: string, line: number): OpenDocument | undefined {
    const first = text.trimStart().charAt(0)
    if (!OPENING.has(first)) return undefined
    const begun = new OpenDocument(line, first === '[')
    begun.add(text)
    return begun.isWhole ? undefined : begun
  }

  /** Length of what is held. */
  get length(): number {
    return this.#length
  }

  get isWhole(): boolean {
    return this.#depth <= 0 && !this.#inString
  }

  /**
   * Whether the next line can belong to it. Printers indent what is inside an object, so a line that begins another
   * object means that this one was cut off.
   */
  accepts(line: string): boolean {
    return !this.#inString && (this.#list || line === '' || ' \t}]\r'.includes(line.charAt(0)))
  }

  /** Takes its next line. */
  add(line: string): void {
    let kept = -1
    for (let at = 0; at < line.length; at++) {
      const c = line.charCodeAt(at)
      if (this.#inString) {
        if (c === BACKSLASH) at++
        else if (c === QUOTE) this.#inString = false
        continue
      }
      if (c === 32 || c === 9 || c === 13) {
        if (kept >= 0) this.#keep(line.slice(kept, at))
        kept = -1
        continue
      }
      if (kept < 0) kept = at
      if (c === QUOTE) this.#inString = true
      else if (c === 123 || c === 91) this.#depth++
      else if (c === 125 || c === 93) this.#depth--
    }
    if (kept >= 0) this.#keep(line.slice(kept))
  }

  /** What was collected, as one line. */
  text(): string {
    return this.#pieces.join('')
  }

  #keep(piece: string): void {
    this.#pieces.push(piece)
    this.#length += piece.length
  }
}
