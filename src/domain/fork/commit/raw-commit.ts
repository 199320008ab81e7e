/**
 * Commits as they are stored. A carried commit is the old one with other trees, parents and committer, and the rest
 * copied byte for byte: author, dates, time zones, encoding, message, unknown headers. `git rebase` and `git commit`
 * cannot do that: they clean messages (lines that begin with `#` vanish after a conflict) and re-encode them.
 */
import { Buffer } from 'node:buffer'
import type { Oid } from '../../../ports/git.ts'

/** A header with its continuation lines, in bytes, as in the object. */
interface Header {
  name: string
  /** The whole of it, with its last line break. */
  bytes: Buffer
}

export interface RawCommit {
  headers: readonly Header[]
  tree: Oid
  parents: readonly Oid[]
  /** The author's line without `author `: name, email, seconds, zone. In bytes, since names have encodings too. */
  author: Buffer
  /** As the header says; undefined for UTF-8. */
  encoding: string | undefined
  isSigned: boolean
  /** Everything after the empty line. */
  message: Buffer
}

/** Signatures are of the old object, and would be false on a new one; a mergetag speaks of parents that change. */
const DROPPED = new Set(['tree', 'parent', 'committer', 'gpgsig', 'gpgsig-sha256', 'mergetag'])

/** Takes a commit object apart. Nothing is decoded but names of headers. */
export function parseCommit(raw: Uint8Array): RawCommit {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const headers: Header[] = []
  let at = 0
  while (at < bytes.length && bytes[at] !== 10) {
    let end = lineEnd(bytes, at)
    while (bytes[end] === 32) end = lineEnd(bytes, end)
    const space = bytes.indexOf(32, at)
    headers.push({ name: bytes.toString('latin1', at, space), bytes: bytes.subarray(at, end) })
    at = end
  }
  const values = (name: string): Buffer[] =>
    headers
      .filter((header) => header.name === name)
      .map((header) => header.bytes.subarray(name.length + 1, header.bytes.length - 1))
  return {
    headers,
    tree: values('tree')[0]?.toString('latin1') ?? '',
    parents: values('parent').map((value) => value.toString('latin1')),
    author: values('author')[0] ?? Buffer.alloc(0),
    encoding: values('encoding')[0]?.toString('latin1'),
    isSigned: headers.some(({ name }) => name.startsWith('gpgsig')),
    message: bytes.subarray(Math.min(at + 1, bytes.length)),
  }
}

export interface Recommit {
  tree: Oid
  parents: readonly Oid[]
  /** `Name <email> seconds zone`. */
  committer: string
  /** Other message than the old one, where commits were folded or a trailer was asked for. */
  message?: Uint8Array | undefined
}

/** The bytes of the commit that carries an old one. */
export function recommit(old: RawCommit, { tree, parents, committer, message }: Recommit): Buffer {
  const kept = old.headers.filter(({ name }) => !DROPPED.has(name))
  const author = kept.filter(({ name }) => name === 'author')
  const others = kept.filter(({ name }) => name !== 'author')
  return Buffer.concat([
    Buffer.from(`tree ${tree}\n${parents.map((parent) => `parent ${parent}\n`).join('')}`),
    ...author.map(({ bytes }) => bytes),
    Buffer.from(`committer ${committer}\n`),
    ...others.map(({ bytes }) => bytes),
    Buffer.from('\n'),
    message ?? old.message,
  ])
}

/** The message for reading, decoded as its header says; what cannot be decoded is shown as Latin-1. */
export function messageText(commit: RawCommit): string {
  return decodeText(commit.message, commit.encoding)
}

/** The first paragraph as one line, as git takes it. Empty for an empty message. */
export function subjectOf(commit: RawCommit): string {
  const text = messageText(commit).replace(/^\s*\n/, '')
  const [paragraph = ''] = text.split(/\n\s*\n/)
  return paragraph.trim().replace(/\s*\n\s*/g, ' ')
}

export interface Authorship {
  name: string
  email: string
  /** RFC 3339 with the author's own zone; undefined where the header cannot be read. */
  date: string | undefined
}

/** The author, for people. */
export function authorOf(commit: RawCommit): Authorship {
  const text = decodeText(commit.author, commit.encoding)
  const match = /^(.*?) ?<([^>]*)>(?: (-?\d+) ([+-]\d{4}))?/s.exec(text)
  if (match === null) return { name: text, email: '', date: undefined }
  const [, name = '', email = '', seconds, zone] = match
  return { name, email, date: seconds === undefined ? undefined : zonedTime(Number(seconds), zone!) }
}

function zonedTime(seconds: number, zone: string): string | undefined {
  const minutes = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) * (zone.startsWith('-') ? -1 : 1)
  const local = new Date((seconds + minutes * 60) * 1000)
  if (Number.isNaN(local.getTime())) return undefined
  return `${local.toISOString().slice(0, -5)}${zone.slice(0, 3)}:${zone.slice(3)}`
}

function decodeText(bytes: Buffer, encoding: string | undefined): string {
  try {
    return new TextDecoder(encoding ?? 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

function lineEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(10, from)
  return end === -1 ? bytes.length : end + 1
}
