/**
 * Version lines that a company suffixes: `version: 1.1.26-acme.1` in Chart.yaml, VERSION, a variable in a Makefile, the
 * `<version>` of each pom.xml.
 *
 * The number is upstream's, the suffix the company's; each side's change of its own part is kept.
 */
import type { HunkAnswer, HunkRule } from './hunk.ts'
import { bare } from './lines.ts'

interface SuffixedVersion {
  /** As upstream writes it: `1.1.26`, `v1beta2-1.3.8-3.1.1`. */
  upstream: string
  /** With what joins it: `-acme.1`, `+acme`; empty for upstream's own. */
  suffix: string
}

/** `version: 1`, `VERSION ?= 1`, `__version__: str = "1"`, or the version alone. */
const ENTRY = /^(\s*(?:[\w.-]+\s*(?::|[:?]?=|:\s*\w+\s*=)\s*)?["']?)([\w][\w.+-]*)(["']?\s*(?:#.*)?)$/
/** `<version>1</version>` of a project or its parent, `<spark.version>1</spark.version>`. */
const ELEMENT = /^(\s*<(?:[\w-]+\.)?version>)([\w][\w.+-]*)(<\/[\w.-]+>\s*)$/
const KEY = /version|^\s*["']?v?\d/i

/** A line that holds a version, and nothing else, on all sides. `suffix` is the profile's, such as `acme`, if known. */
export function versionLineRule(suffix: string | undefined): HunkRule {
  return ({ base, ours, theirs }, file): HunkAnswer | undefined => {
    if (base.length === 0 || base.length !== ours.length || base.length !== theirs.length) return undefined
    const notes: string[] = []
    const lines: string[] = []
    for (const [i, line] of base.entries()) {
      const merged = mergeVersionLine([line, ours[i]!, theirs[i]!], { suffix, path: file.path, notes })
      if (merged === undefined) return undefined
      lines.push(merged)
    }
    if (notes.length === 0) return undefined
    return { lines, rule: 'version-line', confidence: 'rule', evidence: notes.join('; ') }
  }
}

interface LineContext {
  suffix: string | undefined
  path: string
  notes: string[]
}

function mergeVersionLine([base, ours, theirs]: [string, string, string], context: LineContext): string | undefined {
  if (ours === theirs || theirs === base) return ours
  if (ours === base) return theirs
  const matches = [base, ours, theirs].map((line) => ENTRY.exec(bare(line)) ?? ELEMENT.exec(bare(line)))
  const [b, o, t] = matches
  if (!b || !o || !t || b[1]!.trim() !== o[1]!.trim() || b[1]!.trim() !== t[1]!.trim()) return undefined
  if (!KEY.test(b[1]! + b[2]!) && !/(^|\/)VERSION$/.test(context.path)) return undefined
  const merged = mergeVersions(b[2]!, o[2]!, t[2]!, context.suffix)
  if (merged === undefined) return undefined
  context.notes.push(`${o[2]!} of upstream with the company's suffix of ${t[2]!}: ${merged}`)
  return `${o[1]!}${merged}${o[3]!}${ours.slice(bare(ours).length)}`
}

/** Merges number and suffix each for itself; undefined where no suffix can be told, or both parts clash. */
export function mergeVersions(base: string, ours: string, theirs: string, suffix?: string): string | undefined {
  const company = splitSuffix(theirs, base, suffix)
  if (company === undefined) return undefined
  const before = splitSuffix(base, undefined, companyWord(company.suffix) ?? suffix) ?? { upstream: base, suffix: '' }
  const now = splitSuffix(ours, undefined, companyWord(company.suffix) ?? suffix) ?? { upstream: ours, suffix: '' }
  if (now.suffix !== before.suffix && now.suffix !== company.suffix) return undefined
  return now.upstream + company.suffix
}

/**
 * Where upstream's part ends: after the text it grew from (`1.1.26` in `1.1.26-acme.1`), or before a suffix in the
 * company's word, or, for `1.1.27-acme.1`, before a trailing word with a number that the base has not.
 */
function splitSuffix(
  version: string,
  grownFrom: string | undefined,
  word: string | undefined,
): SuffixedVersion | undefined {
  if (word !== undefined && word !== '') {
    const at = new RegExp(`[-+._]${escape(word)}(?:[-.]?\\d+)*$`).exec(version)
    if (at !== null) return { upstream: version.slice(0, at.index), suffix: at[0] }
  }
  if (grownFrom === undefined) return undefined
  if (version.startsWith(grownFrom) && /^[-+._][a-z][\w.-]*$/i.test(version.slice(grownFrom.length))) {
    return { upstream: grownFrom, suffix: version.slice(grownFrom.length) }
  }
  const trailing = /[-+]([a-z]{2,}[a-z0-9]*)(?:[-.]?\d+)*$/i.exec(version)
  if (trailing === null || /^(alpha|beta|rc|snapshot|dev|pre)/i.test(trailing[1]!)) return undefined
  return { upstream: version.slice(0, trailing.index), suffix: trailing[0] }
}

function companyWord(suffix: string): string | undefined {
  return /[a-z]+[a-z0-9]*?(?=[-.]?\d*$|[-.]\d)/i.exec(suffix)?.[0]
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
