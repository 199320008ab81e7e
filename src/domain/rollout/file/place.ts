/** A place in a YAML file: its value is read strictly, and a fault is told with file, line and field. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { SparkopsError } from '../../errors.ts'

interface Source {
  file: string
  lines: LineCounter
}

/** One value of the file. */
export class Place {
  private readonly source: Source
  private readonly node: unknown
  private readonly path: string
  /** Where it would stand, for what is missing. */
  private readonly offset: number

  private constructor(source: Source, node: unknown, path: string, offset: number) {
    this.source = source
    this.node = node
    this.path = path
    this.offset = (node as Node | null | undefined)?.range?.[0] ?? offset
  }

  /** The whole of one document. Throws exit 65 for what is no YAML, has several documents, or says a key twice. */
  static of(file: string, text: string): Place {
    const lines = new LineCounter()
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, schema: 'core', logLevel: 'silent' })
    const root = new Place({ file, lines }, document.contents, '', 0)
    const [error] = document.errors
    if (error !== undefined) {
      const line = error.linePos?.[0].line ?? 1
      throw fault(file, line, '', error.message.split('\n')[0]!.replace(/ at line \d+.*$/, ''))
    }
    return root
  }

  /** Its fields; one that is not known is a fault, with the nearest that is. */
  fields<Name extends string>(known: readonly Name[]): (name: Name) => Place {
    const node = this.node
    if (!isMap(node)) return this.refuse(`it is ${this.kind()}, and should be a map of ${known.join(', ')}`)
    const found = new Map<string, Place>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '?'
      const at = new Place(this.source, value, this.below(name), (key as Node | null)?.range?.[0] ?? this.offset)
      if (!(known as readonly string[]).includes(name)) {
        at.refuse(`there is no such field; known are ${known.join(', ')}`)
      }
      found.set(name, at)
    }
    return (name) => found.get(name) ?? new Place(this.source, undefined, this.below(name), this.offset)
  }

  /** Its items, at least one. */
  items(): Place[] {
    if (!isSeq(this.node)) return this.refuse(`it is ${this.kind()}, and should be a list`)
    if (this.node.items.length === 0) this.refuse('the list is empty')
    return this.node.items.map((item, index) => new Place(this.source, item, `${this.path}[${index}]`, this.offset))
  }

  get isMissing(): boolean {
    return this.node === undefined
  }

  /** Whether it says `off`, or `false`, as other readers of YAML take it. */
  get isOff(): boolean {
    return isScalar(this.node) && (this.node.value === 'off' || this.node.value === false)
  }

  get isNumber(): boolean {
    return isScalar(this.node) && typeof this.node.value === 'number'
  }

  /** A text that is not empty; `pattern` says what it must look like, `what` how that is called. */
  text(pattern?: RegExp, what = 'a text'): string {
    const value = this.scalar(what)
    if (typeof value !== 'string' || value === '') return this.refuse(`it is ${this.kind()}, and should be ${what}`)
    if (pattern !== undefined && !pattern.test(value)) this.refuse(`${JSON.stringify(value)} is not ${what}`)
    return value
  }

  /** A number within bounds, both of which belong to it. */
  number({ least, most, whole = false }: { least: number; most: number; whole?: boolean }): number {
    const bounds = `a ${whole ? 'whole ' : ''}number from ${least} to ${most}`
    const value = this.scalar(bounds)
    const isRight = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value))
    return isRight ? value : this.refuse(`${JSON.stringify(value)} is not ${bounds}`)
  }

  /** A share, as 0.2 or 20%. */
  share({ least, most }: { least: number; most: number }): number {
    const value = this.scalar('a share')
    const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?) ?%$/.exec(value)?.[1] : undefined
    const share = percent === undefined ? value : Number(percent) / 100
    if (typeof share === 'number' && share >= least && share <= most) return share
    return this.refuse(`${JSON.stringify(value)} is not a share from ${least * 100}% to ${most * 100}%`)
  }

  /** Milliseconds of 90s, 30m, 12h, 3d, 2w. */
  duration(): number {
    const value = this.scalar('a duration')
    const match = typeof value === 'string' ? /^(\d{1,6})(s|m|h|d|w)$/.exec(value) : null
    if (match === null) return this.refuse(`${JSON.stringify(value)} is not a duration such as 30m, 12h or 3d`)
    return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    const value = this.scalar(allowed.join(' or '))
    return (
      allowed.find((one) => one === value) ?? this.refuse(`${JSON.stringify(value)} is not ${allowed.join(' or ')}`)
    )
  }

  /** Throws exit 65 with file, line and field. */
  refuse(why: string): never {
    throw fault(this.source.file, this.source.lines.linePos(this.offset).line, this.path, why)
  }

  private scalar(what: string): unknown {
    if (this.isMissing) this.refuse(`it is missing: ${what} is needed`)
    return isScalar(this.node) ? this.node.value : this.refuse(`it is ${this.kind()}, and should be ${what}`)
  }

  private below(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  private kind(): string {
    if (this.node === undefined) return 'missing'
    if (this.node === null || (isScalar(this.node) && this.node.value === null)) return 'empty'
    if (isAlias(this.node)) return 'an alias'
    return isMap(this.node) ? 'a map' : isSeq(this.node) ? 'a list' : 'a single value'
  }
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

function fault(file: string, line: number, field: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_ROLLOUT_FILE',
    message: `${file}, line ${line}${field === '' ? '' : `: ${field}`}`,
    why,
    hint: 'correct that line; docs/rollout.md tells every field. Nothing was changed',
    exit: 'data',
  })
}
