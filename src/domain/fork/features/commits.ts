/** Commits as features are told by them: their messages read, their pull requests found, bundles taken apart. */
import type { Oid } from '../../../ports/git.ts'

/** A commit, as far as features need it. */
export interface Commit {
  oid: Oid
  parents: readonly Oid[]
  tree: Oid
  /** Seconds since the epoch. */
  committedAt: number
  author: string
  subject: string
  body: string
}

/** One piece of work upstream: a commit, or one of the picks that a bundled commit holds. */
export interface Change {
  /** The pull request's number, else the commit's short id: `#1955`, `0a448230`. */
  name: string
  pull: number | undefined
  /** Without its number and without a conventional prefix. */
  title: string
  /** `feat`, `fix`, … as the author called it; undefined without a conventional prefix. */
  type: string | undefined
  /** What stands in the brackets of the prefix. */
  scope: string | undefined
  /** The author marked it `!` or wrote `BREAKING CHANGE:`. */
  saysBreaking: boolean
  author: string
  committedAt: number
  /** In the range; for a pick the bundle that brought it. */
  landed: Oid
  /** Whose difference from its parent is this work; the pick's own commit where it is in the object store. */
  source: Commit | undefined
  /** Where the pick comes from, when the range has it only inside a bundle. */
  bundle: string | undefined
  body: string
}

/** Reads a raw commit object. Header lines this does not know are passed over. */
export function parseCommit(oid: Oid, raw: Uint8Array): Commit {
  const text = new TextDecoder('utf-8').decode(raw)
  const cut = text.indexOf('\n\n')
  const header = (cut < 0 ? text : text.slice(0, cut)).split('\n')
  const message = cut < 0 ? '' : text.slice(cut + 2)
  const all = (name: string): string[] =>
    header.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  const [subject = '', ...rest] = message.trimStart().split('\n')
  return {
    oid,
    parents: all('parent'),
    tree: all('tree')[0] ?? '',
    committedAt: Number(/ (-?\d+) [+-]\d+$/.exec(all('committer')[0] ?? '')?.[1] ?? 0),
    author: (all('author')[0] ?? '').replace(/ <[^>]*> -?\d+ [+-]\d+$/, ''),
    subject: subject.trim(),
    body: rest.join('\n').trim(),
  }
}

const CONVENTIONAL = /^(\w+)(?:\(([^)]*)\))?(!)?\s*:\s+(?=\S)/
/** `[fix] …`, `(chore): …`: the same, otherwise written. */
const BRACKETED = /^(?:\[(\w+)\]|\((\w+)\)):?\s+(?=\S)/
/** `[release-2.5] …` of a pick, `#12 …` of the issue it closes. */
const ADDRESS = /^(?:\[[\w./-]*\d[\w./-]*\]\s+|#\d+:?\s+)+(?=\S)/
const TYPES =
  /^(feat|feature|fix|bugfix|docs?|chore|ci|test|tests|refactor|perf|build|style|revert|deps|security|enhancement)$/i
const PULL_AT_END = /\s*\((?:[\w.-]+\/[\w.-]+)?#(\d+)\)\s*$/
const MERGE = /^Merge pull request #(\d+) from \S+/

/** What a subject says, its number and prefix taken off. */
export function readSubject(
  subject: string,
  body = '',
): Pick<Change, 'pull' | 'title' | 'type' | 'scope' | 'saysBreaking'> {
  const merge = MERGE.exec(subject)
  const text = merge === null ? subject : (body.split('\n').find((line) => line.trim() !== '') ?? subject)
  const pull = merge?.[1] ?? PULL_AT_END.exec(text)?.[1]
  const bare = text
    .replace(PULL_AT_END, '')
    .replace(/^[*-] /, '')
    .replace(ADDRESS, '')
    .trim()
  const bracketed = BRACKETED.exec(bare)
  const prefix = CONVENTIONAL.exec(bare) ?? (bracketed && [bracketed[0], bracketed[1] ?? bracketed[2]])
  const isType = prefix !== null && TYPES.test(prefix[1]!)
  const title = isType ? bare.slice(prefix[0].length) : bare
  return {
    pull: pull === undefined ? undefined : Number(pull),
    title: title.replace(/[.\s]+$/, ''),
    type: isType ? prefix[1]!.toLowerCase() : undefined,
    scope: isType ? prefix[2] : undefined,
    saysBreaking: (isType && prefix[3] !== undefined) || /^BREAKING[ -]CHANGE: /m.test(body),
  }
}

/** A commit as one change. */
export function changeOf(commit: Commit): Change {
  const { pull, ...said } = readSubject(commit.subject, commit.body)
  const name = pull === undefined ? commit.oid.slice(0, 8) : `#${pull}`
  const { author, committedAt, body } = commit
  return { name, pull, ...said, author, committedAt, landed: commit.oid, source: commit, bundle: undefined, body }
}

/** A line of a bundle's body: what was picked, and from where if it says. */
export interface BundledPick {
  subject: string
  body: string
  /** The commit it was picked from (`git cherry-pick -x`). */
  from: Oid | undefined
}

const PICKED = /^\s*\(cherry picked from commit ([0-9a-f]{40,64})\)\s*$/
const BUNDLE = /\b(cherry[- ]?picks?|back-?ports?|releas(e|ing)|sync)\b/i
const TITLE_LINE = /^[*-] (.*\(#\d+\))\s*$/

/**
 * The picks that a bundle's body lists: GitHub's squash puts each commit's message below `* title (#N)`. A message that
 * only mentions one other commit is no bundle. Bullets within one pick are its own notes: of several numbered ones above
 * a `cherry picked` line the first is the pick.
 */
export function picksOf({ subject, body }: { subject: string; body: string }): BundledPick[] {
  const picks: BundledPick[] = []
  let open: BundledPick | undefined
  let isPicked = true
  for (const line of body.split('\n')) {
    const origin = PICKED.exec(line)
    const title = TITLE_LINE.exec(line)
    if (origin !== null) {
      if (open?.from === undefined && open !== undefined) open.from = origin[1]
      isPicked = true
    } else if (title !== null && (isPicked || !hasOrigins(body))) {
      open = { subject: title[1]!, body: '', from: undefined }
      picks.push(open)
      isPicked = false
    } else if (open !== undefined) open.body += `${line}\n`
  }
  const own = readSubject(subject).pull
  const others = picks.filter((pick) => readSubject(pick.subject).pull !== own)
  if (hasOrigins(body)) return others.some(({ from }) => from !== undefined) ? others : []
  // Without origins a list of numbered titles may as well be what a merge of the main branch left in a message.
  return BUNDLE.test(subject) && others.length > 0 ? others : []
}

function hasOrigins(body: string): boolean {
  return /^\s*\(cherry picked from commit [0-9a-f]{40,64}\)\s*$/m.test(body)
}

/** The commit a whole commit was picked from, where it says so at its end. */
export function originOf({ body }: { body: string }): Oid | undefined {
  const origins = [...body.matchAll(/^\s*\(cherry picked from commit ([0-9a-f]{40,64})\)\s*$/gm)]
  return origins.length === 1 ? origins[0]![1] : undefined
}

/** Pull requests and issues that a message names, its own number left out. */
export function mentions({ pull, title, body }: { pull: number | undefined; title: string; body: string }): number[] {
  const found = [...`${title}\n${body}`.matchAll(/(?<![\w/])#(\d+)\b|\/pull\/(\d+)\b/g)].map(([, one, other]) =>
    Number(one ?? other),
  )
  return [...new Set(found)].filter((number) => number !== pull)
}
