/**
 * The proof that a move lost nothing. It reads refs and objects, recomputes what was done, and asks the ledger only for
 * what a person decided: who was left out by hand, and why. Each old commit is kept, folded or dropped with evidence,
 * exactly once; each new one is somebody's; and what changed in a commit is shown.
 */
import { canonicalJson } from '../../canonical-json.ts'
import { createHash } from 'node:crypto'
import type { Oid } from '../../../ports/git.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { advance, carryCommit, type CarryProgress, newParents } from '../carry/carry-commit.ts'
import { authorOf } from '../commit/raw-commit.ts'
import type { CarryContext, CarryFinding, CarryRules } from '../resolve/resolver.ts'
import { readSeriesCommit, type SeriesCommit } from '../series/collect-series.ts'
import { type ClassifiedChange, classifyChange } from './classify-change.ts'
import { pairCommits, withoutTrailer } from './pair-commits.ts'

export interface ForkProof extends Document {
  kind: 'ForkProof'
  verdict: 'proven' | 'unproven'
  start: Oid
  base: { oid: Oid; name: string }
  onto: { oid: Oid; name: string }
  tip: Oid
  commits: ProvenCommit[]
  /** New commits that are nobody's. */
  added: { oid: Oid; subject: string; author: string }[]
  problems: ProofProblem[]
  summary: Record<'kept' | 'folded' | 'dropped' | 'unaccounted' | 'added' | ChangeClass, number>
  /** SHA-256 of this document without this field, as canonical JSON: two reviewers compare it. */
  digest: string
}

export type ChangeClass = ClassifiedChange['class']

export interface ProvenCommit {
  old: Oid
  new: Oid | null
  subject: string
  author: string
  fate: 'kept' | 'folded' | 'dropped' | 'unaccounted'
  /** How old and new were found to be the same commit. */
  pairedBy: string | null
  class: ChangeClass | null
  /** Why it is of its class, or why it was dropped or folded. */
  evidence: string
  /** `recomputed` from objects, or a person's word in the `ledger`. */
  evidenceFrom: 'recomputed' | 'ledger' | null
  rules: string[]
  paths: string[]
  interdiff: string
  /** The old commit was signed; a new commit cannot carry its signature. */
  wasSigned: boolean
}

export interface ProofProblem {
  /** `author`, `message`, `parents`, `encoding`, `unaccounted`, `added`, or the rule of a check. */
  id: string
  commit: Oid
  message: string
}

/** What the ledger knows that objects cannot tell. */
export interface HandMadeDecision {
  old: Oid
  rule: string
  evidence: string
}

export interface ProofQuestion {
  context: CarryContext
  rules: CarryRules
  base: { oid: Oid; name: string; isUnrelated: boolean }
  onto: { oid: Oid; name: string }
  tip: Oid
  series: readonly SeriesCommit[]
  /** Old commits that went into others before the series was carried. */
  folded: readonly { oid: Oid; rule: string; evidence: string; into: Oid | null }[]
  byHand: readonly HandMadeDecision[]
  /** Findings to live with: `rule` or `rule:path`. */
  accept: readonly string[]
}

/** Proves a move, or says what keeps it from being proven. */
export async function verifyFork(question: ProofQuestion): Promise<ForkProof> {
  const { context, onto, tip, series } = question
  const news = await readNew(question)
  const { trailer } = context.profile
  const { pairs, added } = pairCommits(series, news, trailer)
  const madeOf = new Map(pairs.map(({ old, made, by }) => [old.oid, { made, by }]))
  const problems: ProofProblem[] = []
  const commits: ProvenCommit[] = []
  let progress: CarryProgress = { carried: new Map(), tip: onto.oid }
  for (const old of series) {
    context.signal.throwIfAborted()
    const parents = await newParents(context, progress, old)
    const found = madeOf.get(old.oid)
    if (found === undefined) {
      commits.push(await accountFor(question, progress, old))
    } else {
      problems.push(...identityProblems(old, found.made, parents, trailer))
      const change = await classifyChange(question, progress, old, found.made)
      problems.push(...unaccepted(change.findings, found.made.oid, question.accept))
      commits.push(kept(old, found, change))
    }
    progress = advance(progress, old, { parents, made: found?.made.oid ?? null })
  }
  for (const fold of question.folded) commits.push(await foldedCommit(question, fold))
  if (progress.tip !== tip && added.length === 0) {
    problems.push({ id: 'tip', commit: tip, message: `the series ends at ${progress.tip}, not at the tip` })
  }
  return finishProof(question, commits, added, problems)
}

async function readNew({ context, onto, tip }: ProofQuestion): Promise<SeriesCommit[]> {
  const { git } = context
  const oids = await git.range(onto.oid, tip)
  const news: SeriesCommit[] = []
  for (const oid of oids) {
    news.push(await readSeriesCommit(git, oid, news.length + 1, { oid: onto.oid, isUnrelated: false }))
  }
  return news
}

function identityProblems(
  old: SeriesCommit,
  made: SeriesCommit,
  parents: readonly Oid[],
  trailer: string | undefined,
): ProofProblem[] {
  const problems: ProofProblem[] = []
  const tell = (id: string, message: string): void => void problems.push({ id, commit: made.oid, message })
  if (!old.raw.author.equals(made.raw.author)) tell('author', `author or date is not that of ${old.oid}`)
  const sameMessage = old.raw.message.equals(made.raw.message)
  if (
    !sameMessage &&
    withoutTrailer(made.raw.message, trailer) !== withoutTrailer(old.raw.message, undefined).trimEnd()
  ) {
    tell('message', `the message is not that of ${old.oid}, byte for byte`)
  }
  if (old.raw.encoding !== made.raw.encoding)
    tell('encoding', `the message is declared as ${made.raw.encoding ?? 'UTF-8'}`)
  if (parents.join() !== made.parents.join()) tell('parents', `its parents should be ${parents.join(' ')}`)
  return problems
}

function unaccepted(findings: readonly CarryFinding[], commit: Oid, accept: readonly string[]): ProofProblem[] {
  return findings
    .filter(({ gate }) => gate === 'block')
    .filter(({ rule, path }) => !accept.includes(rule) && !accept.includes(`${rule}:${path}`))
    .map(({ rule, path, message }) => ({ id: rule, commit, message: `${path}: ${message}` }))
}

function kept(
  old: SeriesCommit,
  { made, by }: { made: SeriesCommit; by: string },
  change: ClassifiedChange,
): ProvenCommit {
  return {
    ...identity(old),
    new: made.oid,
    fate: 'kept',
    pairedBy: by,
    class: change.class,
    evidence: change.evidence,
    evidenceFrom: 'recomputed',
    rules: change.rules,
    paths: change.paths,
    interdiff: change.interdiff,
  }
}

/** An old commit without a new one: why it may be missing, recomputed where that is possible. */
async function accountFor(question: ProofQuestion, progress: CarryProgress, old: SeriesCommit): Promise<ProvenCommit> {
  const { context, rules, byHand } = question
  const none = { new: null, pairedBy: null, class: null, rules: [], paths: [], interdiff: '' }
  const { outcome } = await carryCommit(context, rules, progress, old, { assume: false })
  if (outcome.kind === 'dropped') {
    const evidence = `${outcome.rule}: ${outcome.evidence}`
    return { ...identity(old), ...none, fate: 'dropped', evidence, evidenceFrom: 'recomputed', rules: [outcome.rule] }
  }
  const decided = byHand.find((one) => one.old === old.oid)
  if (decided !== undefined) {
    const evidence = `${decided.rule}: ${decided.evidence}`
    return { ...identity(old), ...none, fate: 'dropped', evidence, evidenceFrom: 'ledger', rules: [decided.rule] }
  }
  return {
    ...identity(old),
    ...none,
    fate: 'unaccounted',
    evidence: 'no new commit has it, and nothing says why',
    evidenceFrom: null,
  }
}

async function foldedCommit(
  { context, base }: ProofQuestion,
  fold: ProofQuestion['folded'][number],
): Promise<ProvenCommit> {
  const commit = await readSeriesCommit(context.git, fold.oid, 0, base)
  return {
    ...identity(commit),
    new: null,
    fate: fold.into === null ? 'dropped' : 'folded',
    pairedBy: null,
    class: null,
    evidence: `${fold.rule}: ${fold.evidence}`,
    evidenceFrom: 'recomputed',
    rules: [fold.rule],
    paths: [],
    interdiff: '',
  }
}

function identity(old: SeriesCommit): Pick<ProvenCommit, 'old' | 'subject' | 'author' | 'wasSigned'> {
  return {
    old: old.sources[0] ?? old.oid,
    subject: old.subject,
    author: authorOf(old.raw).name,
    wasSigned: old.raw.isSigned,
  }
}

function finishProof(
  { base, onto, tip, context }: ProofQuestion,
  commits: ProvenCommit[],
  added: readonly SeriesCommit[],
  problems: readonly ProofProblem[],
): ForkProof {
  const unaccounted = commits.filter(({ fate }) => fate === 'unaccounted')
  const all: ProofProblem[] = [
    ...unaccounted.map(({ old, evidence }) => ({ id: 'unaccounted', commit: old, message: evidence })),
    ...added.map(({ oid }) => ({ id: 'added', commit: oid, message: 'no old commit is behind it' })),
    ...problems,
  ]
  const fates = (fate: ProvenCommit['fate']): number => commits.filter((commit) => commit.fate === fate).length
  const classes = (name: ChangeClass): number => commits.filter((commit) => commit.class === name).length
  const proof: Omit<ForkProof, 'digest'> = {
    apiVersion: API_VERSION,
    kind: 'ForkProof',
    verdict: all.length === 0 ? 'proven' : 'unproven',
    start: context.start,
    base: { oid: base.oid, name: base.name },
    onto,
    tip,
    commits,
    added: added.map((one) => ({ oid: one.oid, subject: one.subject, author: authorOf(one.raw).name })),
    problems: all,
    summary: {
      kept: fates('kept'),
      folded: fates('folded'),
      dropped: fates('dropped'),
      unaccounted: unaccounted.length,
      added: added.length,
      identical: classes('identical'),
      context: classes('context'),
      rewritten: classes('rewritten'),
      regenerated: classes('regenerated'),
      auto: classes('auto'),
      human: classes('human'),
    },
  }
  return { ...proof, digest: createHash('sha256').update(canonicalJson(proof)).digest('hex') }
}
