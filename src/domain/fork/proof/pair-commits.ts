/**
 * Which new commit is which old one, from the commits alone. Author line and message are copied byte for byte when a
 * commit is carried, so they name it; where the same pair occurs twice, order tells. What remains is tried by the id in
 * a trailer, by Change-Id, and by author with subject, so that histories made by other tools can be proven too.
 */
import { createHash } from 'node:crypto'
import type { Oid } from '../../../ports/git.ts'
import type { RawCommit } from '../commit/raw-commit.ts'

export interface Pairable {
  oid: Oid
  raw: RawCommit
  subject: string
  message: string
}

export interface Pairing<Old extends Pairable, New extends Pairable> {
  pairs: { old: Old; made: New; by: string }[]
  /** Old ones without a new one. */
  left: Old[]
  /** New ones without an old one. */
  added: New[]
}

/** Pairs two series, both oldest first. Each commit is in one pair at most. */
export function pairCommits<Old extends Pairable, New extends Pairable>(
  olds: readonly Old[],
  news: readonly New[],
  trailer: string | undefined,
): Pairing<Old, New> {
  const pairs: Pairing<Old, New>['pairs'] = []
  let left = [...olds]
  let added = [...news]
  const passes: [string, (commit: Pairable, isNew: boolean) => string | undefined][] = [
    ['author and message', (commit) => key(commit.raw.author, commit.raw.message)],
    ['trailer', (commit, isNew) => (isNew ? trailerId(commit, trailer) : commit.oid)],
    ['Change-Id', (commit) => changeId(commit)],
    ['author and subject', (commit) => key(commit.raw.author, commit.subject)],
  ]
  for (const [by, keyOf] of passes) {
    const waiting = new Map<string, New[]>()
    for (const commit of added) {
      const name = keyOf(commit, true)
      if (name !== undefined) waiting.set(name, [...(waiting.get(name) ?? []), commit])
    }
    const stillLeft: Old[] = []
    for (const old of left) {
      const name = keyOf(old, false)
      const made = name === undefined ? undefined : waiting.get(name)?.shift()
      if (made === undefined) stillLeft.push(old)
      else pairs.push({ old, made, by })
    }
    const paired = new Set(pairs.map(({ made }) => made))
    left = stillLeft
    added = added.filter((commit) => !paired.has(commit))
  }
  const order = new Map(olds.map((old, index) => [old.oid, index]))
  pairs.sort((one, other) => order.get(one.old.oid)! - order.get(other.old.oid)!)
  return { pairs, left, added }
}

/** A message without the lines of the trailer that carrying adds. */
export function withoutTrailer(message: Buffer, trailer: string | undefined): string {
  const text = message.toString('latin1')
  if (trailer === undefined) return text
  return text.replace(new RegExp(`\\n?${trailer}: [0-9a-f]+\\n$`), '').trimEnd()
}

function key(author: Buffer, text: Buffer | string): string {
  return createHash('sha256').update(author).update('\0').update(text).digest('hex')
}

function trailerId(commit: Pairable, trailer: string | undefined): string | undefined {
  if (trailer === undefined) return undefined
  return new RegExp(`^${trailer}: ([0-9a-f]{40,64})$`, 'm').exec(commit.message)?.[1]
}

function changeId(commit: Pairable): string | undefined {
  return /^Change-Id: (\S+)$/m.exec(commit.message)?.[1]
}
