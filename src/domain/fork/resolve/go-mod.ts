/**
 * go.mod, read and merged by what it says: each requirement for itself, not line by line.
 *
 * Minimal version selection builds with the highest version that anybody asks for, so the higher of both sides serves
 * both. What a company pins (replace, exclude, a retraction) is kept and told; it is never weighed against upstream's.
 */
import { bare, splitLines } from './lines.ts'
import { higherGo } from './go-version.ts'

export interface GoMod {
  readonly module: string
  readonly go: string | undefined
  readonly toolchain: string | undefined
  readonly requires: ReadonlyMap<string, Requirement>
  /** `old[ version]` to `new[ version]`. */
  readonly replaces: ReadonlyMap<string, string>
  /** Whole directives: `exclude m v`, `retract …`, `tool …`, `godebug …`. */
  readonly others: ReadonlySet<string>
}

export interface Requirement {
  readonly version: string
  readonly indirect: boolean
}

/** Reads a go.mod; undefined where a line is not understood. */
export function readGoMod(text: string): GoMod | undefined {
  const requires = new Map<string, Requirement>()
  const replaces = new Map<string, string>()
  const others = new Set<string>()
  const single = new Map<string, string>()
  let block = ''
  for (const line of splitLines(text).map(bare)) {
    const code = line.replace(/\s*\/\/.*$/, '').trim()
    if (code === '') continue
    if (block !== '' && code === ')') block = ''
    else if (/^\w+\s*\($/.test(code)) block = /^\w+/.exec(code)![0]
    else {
      const directive = block === '' ? code : `${block} ${code}`
      if (!readDirective(directive, /\/\/\s*indirect\b/.test(line), { requires, replaces, others, single }))
        return undefined
    }
  }
  const module = single.get('module')
  if (module === undefined || block !== '') return undefined
  return { module, go: single.get('go'), toolchain: single.get('toolchain'), requires, replaces, others }
}

interface Parts {
  requires: Map<string, Requirement>
  replaces: Map<string, string>
  others: Set<string>
  single: Map<string, string>
}

function readDirective(directive: string, indirect: boolean, into: Parts): boolean {
  const words = directive.split(/\s+/)
  const [verb, ...rest] = words
  if (verb === 'module' || verb === 'go' || verb === 'toolchain')
    into.single.set(verb, rest.join(' ').replace(/^"|"$/g, ''))
  else if (verb === 'require' && rest.length === 2) into.requires.set(rest[0]!, { version: rest[1]!, indirect })
  else if (verb === 'replace' && rest.includes('=>')) {
    const arrow = rest.indexOf('=>')
    into.replaces.set(rest.slice(0, arrow).join(' '), rest.slice(arrow + 1).join(' '))
  } else if (['exclude', 'retract', 'tool', 'godebug', 'ignore'].includes(verb!)) into.others.add(words.join(' '))
  else return false
  return true
}

export interface GoModMerge {
  /** Undefined while something is left. */
  readonly text: string | undefined
  readonly notes: readonly string[]
  readonly left: readonly string[]
}

/** The company's changes of go.mod, made in upstream's. `go` is the version that the user wishes. */
export function mergeGoMod(sides: { base: string; ours: string; theirs: string }, go?: string): GoModMerge | undefined {
  const [base, ours, theirs] = [readGoMod(sides.base), readGoMod(sides.ours), readGoMod(sides.theirs)]
  if (base === undefined || ours === undefined || theirs === undefined) return undefined
  const notes: string[] = []
  const left: string[] = []
  const edit = new GoModText(sides.ours)
  mergeVersions({ base, ours, theirs }, go, edit, notes)
  mergeRequires({ base, ours, theirs }, edit, notes, left)
  mergeReplaces({ base, ours, theirs }, edit, notes, left)
  for (const one of theirs.others) {
    if (base.others.has(one) || ours.others.has(one)) continue
    edit.append(one)
    notes.push(`the company's “${one}” is kept`)
  }
  for (const one of base.others) if (!theirs.others.has(one) && ours.others.has(one)) edit.removeDirective(one)
  return { text: left.length === 0 ? edit.text() : undefined, notes, left }
}

interface Three {
  base: GoMod
  ours: GoMod
  theirs: GoMod
}

function mergeVersions(
  { base, ours, theirs }: Three,
  wish: string | undefined,
  edit: GoModText,
  notes: string[],
): void {
  if (theirs.go !== undefined && theirs.go !== base.go && theirs.go !== ours.go) {
    const go = higherGo(ours.go ?? theirs.go, theirs.go, wish)
    edit.setSingle('go', go)
    notes.push(`go ${theirs.go} of the company and ${ours.go ?? 'none'} of upstream become ${go}`)
  }
  if (theirs.toolchain === undefined || theirs.toolchain === base.toolchain || theirs.toolchain === ours.toolchain)
    return
  const [o, t] = [(ours.toolchain ?? 'go0.0').slice(2), theirs.toolchain.slice(2)]
  const toolchain = `go${higherGo(o, t, undefined)}`
  edit.setSingle('toolchain', toolchain)
  notes.push(
    `toolchain ${theirs.toolchain} of the company and ${ours.toolchain ?? 'none'} of upstream become ${toolchain}`,
  )
}

function mergeRequires({ base, ours, theirs }: Three, edit: GoModText, notes: string[], left: string[]): void {
  for (const [path, wanted] of theirs.requires) {
    const before = base.requires.get(path)
    const now = ours.requires.get(path)
    if (before?.version === wanted.version || now?.version === wanted.version) continue
    const raised = before === undefined || compareVersions(wanted.version, before.version) > 0
    if (now === undefined) {
      edit.require(path, wanted)
      notes.push(`${path} ${wanted.version} of the company is kept; upstream no longer asks for it`)
    } else if (raised) {
      if (compareVersions(wanted.version, now.version) > 0) edit.setRequire(path, wanted.version)
      const taken = compareVersions(wanted.version, now.version) > 0 ? wanted.version : now.version
      notes.push(`${path}: ${wanted.version} of the company and ${now.version} of upstream become ${taken}`)
    } else if (now.version === before.version) {
      edit.setRequire(path, wanted.version)
      notes.push(`${path} lowered by the company to ${wanted.version}`)
    } else left.push(`${path}: the company lowered it to ${wanted.version}, upstream has ${now.version}`)
  }
  for (const [path, before] of base.requires) {
    if (theirs.requires.has(path) || ours.requires.get(path)?.version !== before.version) continue
    // An indirect requirement is go mod tidy's to drop; a direct one the company dropped with the code that needed it.
    if (!before.indirect) edit.removeRequire(path)
  }
}

function mergeReplaces({ base, ours, theirs }: Three, edit: GoModText, notes: string[], left: string[]): void {
  for (const [what, to] of theirs.replaces) {
    const [before, now] = [base.replaces.get(what), ours.replaces.get(what)]
    if (before === to || now === to) continue
    if (now !== undefined && now !== before) left.push(`replace ${what}: the company has ${to}, upstream ${now}`)
    else {
      edit.setReplace(what, to)
      notes.push(`the company's replace ${what} => ${to} is kept`)
    }
  }
  for (const [what, before] of base.replaces) {
    if (!theirs.replaces.has(what) && ours.replaces.get(what) === before) edit.removeReplace(what)
  }
}

/** Upstream's go.mod as lines, changed one directive at a time. */
class GoModText {
  #lines: string[]

  constructor(text: string) {
    this.#lines = splitLines(text.endsWith('\n') ? text : `${text}\n`)
  }

  text(): string {
    return this.#lines.join('')
  }

  setSingle(verb: 'go' | 'toolchain', value: string): void {
    const at = this.#lines.findIndex((line) => line.startsWith(`${verb} `))
    if (at !== -1) this.#lines[at] = `${verb} ${value}\n`
    else {
      const after = this.#lines.findIndex((line) => line.startsWith(verb === 'toolchain' ? 'go ' : 'module '))
      this.#lines.splice(after + 1, 0, '\n', `${verb} ${value}\n`)
    }
  }

  setRequire(path: string, version: string): void {
    const at = this.#findIn('require', (code) => code.split(/\s+/)[0] === path)
    if (at !== -1) this.#lines[at] = this.#lines[at]!.replace(/(\s|^)v\S+/, (_, blank: string) => blank + version)
  }

  require(path: string, { version, indirect }: Requirement): void {
    const entry = `\t${path} ${version}${indirect ? ' // indirect' : ''}\n`
    const like = this.#lines.findLastIndex(
      (line) => /^\t\S+ v\S+/.test(line) && /\/\/ indirect/.test(line) === indirect,
    )
    const inRequire = like !== -1 && this.#blockOf(like) === 'require'
    if (inRequire) this.#lines.splice(like + 1, 0, entry)
    else this.#lines.push('\n', `require ${entry.trim()}\n`)
  }

  removeRequire(path: string): void {
    this.#remove('require', (code) => code.split(/\s+/)[0] === path)
  }

  setReplace(what: string, to: string): void {
    const at = this.#findIn('replace', (code) => code.split(/\s*=>\s*/)[0] === what)
    if (at === -1) this.append(`replace ${what} => ${to}`)
    else this.#lines[at] = this.#lines[at]!.replace(/=>.*/, `=> ${to}`)
  }

  removeReplace(what: string): void {
    this.#remove('replace', (code) => code.split(/\s*=>\s*/)[0] === what)
  }

  removeDirective(directive: string): void {
    const [verb, ...rest] = directive.split(' ')
    this.#remove(verb!, (code) => code.split(/\s+/).join(' ') === rest.join(' '))
  }

  append(directive: string): void {
    this.#lines.push('\n', `${directive}\n`)
  }

  #remove(verb: string, is: (code: string) => boolean): void {
    const at = this.#findIn(verb, is)
    if (at !== -1) this.#lines.splice(at, 1)
  }

  #findIn(verb: string, is: (code: string) => boolean): number {
    return this.#lines.findIndex((line, i) => {
      const code = bare(line)
        .replace(/\s*\/\/.*$/, '')
        .trim()
      if (code.startsWith(`${verb} `)) return is(code.slice(verb.length + 1))
      return /^\s/.test(line) && code !== '' && this.#blockOf(i) === verb && is(code)
    })
  }

  #blockOf(i: number): string {
    for (let at = i - 1; at >= 0; at--) {
      if (/^\)/.test(this.#lines[at]!)) return ''
      const open = /^(\w+)\s*\(/.exec(this.#lines[at]!)
      if (open !== null) return open[1]!
    }
    return ''
  }
}

/** Negative, zero or positive by Go's order of versions: semantic versions, `+incompatible` aside. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [semver(a), semver(b)]
  for (let i = 0; i < 3; i++) if (left.numbers[i] !== right.numbers[i]) return left.numbers[i]! - right.numbers[i]!
  if (left.pre === right.pre) return 0
  if (left.pre === '' || right.pre === '') return left.pre === '' ? 1 : -1
  return comparePre(left.pre.split('.'), right.pre.split('.'))
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  for (const [i, one] of a.entries()) {
    const other = b[i]
    if (other === undefined) return 1
    if (one === other) continue
    const [x, y] = [/^\d+$/.test(one), /^\d+$/.test(other)]
    if (x && y) return Number(one) - Number(other)
    if (x !== y) return x ? -1 : 1
    return one < other ? -1 : 1
  }
  return a.length - b.length
}

function semver(version: string): { numbers: number[]; pre: string } {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([^+]+))?/.exec(version)
  return { numbers: [1, 2, 3].map((i) => Number(match?.[i] ?? 0)), pre: match?.[4] ?? '' }
}
