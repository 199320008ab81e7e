/** Reads what `fork verify -o json` wrote, as far as the report shows it. Nothing is worked out anew from it. */
import { SparkopsError } from '../../errors.ts'
import type { ForkProof, ProvenCommit } from '../proof/verify-fork.ts'

type Shown<T, K extends keyof T> = Pick<T, K>

export interface ShownProof extends Shown<ForkProof, 'verdict' | 'base' | 'onto' | 'digest'> {
  commits: Shown<
    ProvenCommit,
    'old' | 'new' | 'subject' | 'author' | 'fate' | 'class' | 'evidence' | 'rules' | 'paths'
  >[]
  problems: { commit: string; message: string }[]
}

/** Throws (data), naming the field that is not as it must be. */
export function parseProof(file: string, text: string): ShownProof {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch (error) {
    throw malformed(file, 'it is no JSON', error)
  }
  const read = reader(file)
  const document = read.record('the document', found)
  if (document.kind !== 'ForkProof') throw malformed(file, `kind is ${JSON.stringify(document.kind)}, not "ForkProof"`)
  const [base, onto] = [read.record('base', document.base), read.record('onto', document.onto)]
  return {
    verdict: read.oneOf('verdict', document.verdict, ['proven', 'unproven']),
    base: { oid: read.text('base.oid', base.oid), name: read.text('base.name', base.name) },
    onto: { oid: read.text('onto.oid', onto.oid), name: read.text('onto.name', onto.name) },
    digest: read.text('digest', document.digest),
    commits: read.list('commits', document.commits).map((one, index) => commitOf(read, `commits[${index}]`, one)),
    problems: read.list('problems', document.problems).map((one, index) => {
      const problem = read.record(`problems[${index}]`, one)
      const field = (name: 'commit' | 'message'): string => read.text(`problems[${index}].${name}`, problem[name])
      return { commit: field('commit'), message: field('message') }
    }),
  }
}

const FATES = ['kept', 'folded', 'dropped', 'unaccounted'] as const

function commitOf(read: Reader, at: string, value: unknown): ShownProof['commits'][number] {
  const commit = read.record(at, value)
  const text = (name: string): string => read.text(`${at}.${name}`, commit[name])
  const texts = (name: string): string[] =>
    read.list(`${at}.${name}`, commit[name]).map((one, index) => read.text(`${at}.${name}[${index}]`, one))
  return {
    old: text('old'),
    new: commit.new === null ? null : text('new'),
    subject: text('subject'),
    author: text('author'),
    fate: read.oneOf(`${at}.fate`, commit.fate, FATES),
    class: commit.class === null ? null : (text('class') as ProvenCommit['class']),
    evidence: text('evidence'),
    rules: texts('rules'),
    paths: texts('paths'),
  }
}

interface Reader {
  record: (at: string, value: unknown) => Record<string, unknown>
  list: (at: string, value: unknown) => unknown[]
  text: (at: string, value: unknown) => string
  oneOf: <T extends string>(at: string, value: unknown, choices: readonly T[]) => T
}

function reader(file: string): Reader {
  return {
    record: (at, value) => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
      throw malformed(file, `${at} is no object`)
    },
    list: (at, value) => {
      if (Array.isArray(value)) return value as unknown[]
      throw malformed(file, `${at} is no list`)
    },
    text: (at, value) => {
      if (typeof value === 'string') return value
      throw malformed(file, `${at} is no text`)
    },
    oneOf: (at, value, choices) => {
      const chosen = choices.find((one) => one === value)
      if (chosen !== undefined) return chosen
      throw malformed(file, `${at} is none of ${choices.join(', ')}`)
    },
  }
}

function malformed(file: string, why: string, cause?: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_PROOF',
    message: `${file} is no proof of a move: ${why}`,
    why: 'the report shows what “fork verify -o json” wrote',
    hint: 'write it anew with fork verify -o json, or leave --proof out',
    exit: 'data',
    cause,
  })
}
