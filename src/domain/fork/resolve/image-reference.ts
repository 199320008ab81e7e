/**
 * Image references and Go versions inside lines: `FROM golang:1.19-alpine`, `ARG SPARK_IMAGE=…`, `go-version: 1.19`.
 *
 * A company that mirrors images changes where they come from; upstream changes which version. Both are kept: the home of
 * the image is the company's, its tag is upstream's. Whether the mirror has that tag is not known here, and is said.
 */
import type { HunkAnswer, HunkRule, TextSides } from './hunk.ts'
import { bare } from './lines.ts'
import { higherGo, isGoVersion } from './go-version.ts'

export interface ImageReference {
  /** Registry and path: `registry.example/mirror/golang`. */
  name: string
  /** Empty where none is said. */
  tag: string
  digest: string
}

const REFERENCE = /^([a-z0-9][\w.-]*(?::\d+)?(?:\/[\w.-]+)*?)(?::([\w][\w.-]{0,127}))?(?:@(sha\d+:[0-9a-f]+))?$/i

/** The parts of a word that is an image reference; undefined for any other. */
export function parseImage(word: string): ImageReference | undefined {
  const match = REFERENCE.exec(word)
  if (match === null) return undefined
  return { name: match[1]!, tag: match[2] ?? '', digest: match[3] ?? '' }
}

/** Whether a name says its registry: `host.example/x`, `localhost/x`, `host:5000/x`. */
export function namesRegistry(name: string): boolean {
  const [first, ...rest] = name.split('/')
  return rest.length > 0 && (/[.:]/.test(first!) || first === 'localhost')
}

/** How the rules of this file are told what the user wants. */
export interface VersionWish {
  /** `--go`, or `goVersion` of the profile. */
  readonly goVersion: string | undefined
}

/** Lines of equal number on all sides that differ only in image references, Go versions, and words of one side. */
export function imageRule(wish: VersionWish): HunkRule {
  return ({ base, ours, theirs }, file): HunkAnswer | undefined => {
    if (base.length === 0 || ours.length !== base.length || theirs.length !== base.length) return undefined
    const notes: string[] = []
    const rules = new Set<string>()
    const lines: string[] = []
    for (const [i, line] of base.entries()) {
      const merged = mergeWords(line, ours[i]!, theirs[i]!, { wish, file, notes, rules })
      if (merged === undefined) return undefined
      lines.push(merged)
    }
    if (rules.size === 0) return undefined
    return { lines, rule: [...rules].sort().join('+'), confidence: 'rule', evidence: notes.join('; ') }
  }
}

interface WordContext {
  wish: VersionWish
  file: TextSides
  notes: string[]
  rules: Set<string>
}

function mergeWords(base: string, ours: string, theirs: string, context: WordContext): string | undefined {
  if (ours === theirs || theirs === base) return ours
  if (ours === base) return theirs
  const [b, o, t] = [words(base), words(ours), words(theirs)]
  if (b.length !== o.length || b.length !== t.length) return undefined
  const merged = b.map((word, i) => mergeWord(word, o[i]!, t[i]!, bare(ours), context))
  return merged.every((word) => word !== undefined) ? merged.join('') : undefined
}

function words(line: string): string[] {
  return line.split(/([\s"'=,]+)/)
}

function mergeWord(base: string, ours: string, theirs: string, line: string, context: WordContext): string | undefined {
  if (ours === theirs || theirs === base) return ours
  if (ours === base) return theirs
  if ([base, ours, theirs].every(isGoVersion) && /\bgo(lang)?\b|go[-_]?version/i.test(line)) {
    const version = higherGo(ours, theirs, context.wish.goVersion)
    context.rules.add('go-version')
    context.notes.push(`Go ${theirs} of the company and ${ours} of upstream become ${version}`)
    return version
  }
  const [b, o, t] = [parseImage(base), parseImage(ours), parseImage(theirs)]
  if (b === undefined || o === undefined || t === undefined) return undefined
  if (!speaksOfImages(line, context.file.path) || [b, o, t].some((one) => one.digest !== '')) return undefined
  const name = mergeName(b.name, o.name, t.name)
  const tag = mergeTag(b, o, t, context)
  if (name === undefined || tag === undefined) return undefined
  const result = tag === '' ? name : `${name}:${tag}`
  context.rules.add('image-home')
  if (result !== theirs)
    context.notes.push(`the image's home is the company's, its version upstream's: ${result} must be there`)
  return result
}

/** Where a word like `a/b:c` is an image and not a path: `FROM`, `image`, `repository`, a variable that says so. */
function speaksOfImages(line: string, path: string): boolean {
  if (/(^|\/)(Dockerfile|Containerfile)[^/]*$/.test(path) && /^\s*(FROM|ARG|COPY\s+--from)\b/i.test(line)) return true
  return /image|repository|\bdocker (run|pull|build|push)\b|\bFROM\b/i.test(line)
}

/** A company that names its own registry wants its images from there, wherever upstream moved its own to. */
function mergeName(base: string, ours: string, theirs: string): string | undefined {
  if (ours === base || theirs === base || ours === theirs) return theirs === base ? ours : theirs
  return namesRegistry(theirs) ? theirs : undefined
}

function mergeTag(
  base: ImageReference,
  ours: ImageReference,
  theirs: ImageReference,
  context: WordContext,
): string | undefined {
  if (theirs.tag === base.tag || ours.tag === theirs.tag) return ours.tag
  if (ours.tag === base.tag) return theirs.tag
  if (!/(^|\/)golang$/.test(theirs.name)) return undefined
  const [b, o, t] = [goTag(base.tag), goTag(ours.tag), goTag(theirs.tag)]
  if (b === undefined || o === undefined || t === undefined) return undefined
  if (o.variant !== b.variant && t.variant !== b.variant && o.variant !== t.variant) return undefined
  const version = higherGo(o.version, t.version, context.wish.goVersion)
  const variant = t.variant === b.variant ? o.variant : t.variant
  context.rules.add('go-version')
  context.notes.push(`Go ${t.version} of the company and ${o.version} of upstream become ${version}`)
  return version + variant
}

function goTag(tag: string): { version: string; variant: string } | undefined {
  const match = /^(\d+\.\d+(?:\.\d+)?)(-[\w.-]+)?$/.exec(tag)
  return match === null ? undefined : { version: match[1]!, variant: match[2] ?? '' }
}
