/** A plan for people: for each target what goes by itself, and for each conflict who brought it. */
import type { ForkPlan, PlannedCommit, PlannedConflict, TargetPlan } from '../../domain/fork/plan/plan-fork.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'

const TARGETS: readonly Column<TargetPlan>[] = [
  { header: 'onto', value: ({ onto }) => onto.name, shrink: 'never' },
  { header: 'upstream', value: ({ upstreamCommits }) => upstreamCommits },
  { header: 'commits', value: ({ summary }) => summary.total },
  { header: 'clean', value: ({ summary }) => summary.clean },
  { header: 'by rule', value: ({ summary }) => summary.auto },
  { header: 'dropped', value: ({ summary }) => summary.dropped },
  { header: 'by hand', value: ({ summary }) => summary.human.commits },
  { header: 'files by hand', value: ({ summary }) => summary.human.files },
]

const TONES = { clean: 'green', auto: 'green', drop: 'yellow', 'needs-human': 'red' } as const

const COMMITS: readonly Column<PlannedCommit>[] = [
  { header: '#', value: (commit) => commit.number },
  { header: 'commit', value: (commit) => commit.oid.slice(0, 12), shrink: 'never' },
  { header: 'verdict', value: ({ verdict }) => ({ text: verdict, tone: TONES[verdict] }), shrink: 'never' },
  { header: 'subject', value: (commit) => commit.subject },
  { header: 'author', value: (commit) => commit.author, wide: true },
  {
    header: 'rule',
    value: (commit) => commit.rule ?? [...new Set(commit.resolutions.map(({ rule }) => rule))].join(', '),
  },
  {
    header: 'evidence',
    value: (commit) => commit.evidence ?? commit.resolutions.map(({ evidence }) => evidence).join('; '),
    wide: true,
  },
]

interface ConflictRow extends PlannedConflict {
  number: number
}

const CONFLICTS: readonly Column<ConflictRow>[] = [
  { header: '#', value: (row) => row.number },
  { header: 'path', value: (row) => row.path, shrink: 'middle' },
  { header: 'conflict', value: (row) => row.type.replace(/^CONFLICT \(|\)$/g, ''), shrink: 'never' },
  { header: 'brought by', value: (row) => culpritText(row) },
  { header: 'why', value: (row) => [...row.why, ...row.hints].join('; '), wide: true },
]

export const planView: View<ForkPlan> = {
  *blocks(plan): Generator<Block> {
    const [first] = plan.targets
    const branch = sanitize(plan.branch ?? plan.start.slice(0, 12))
    yield `${branch} stands on ${sanitize(first?.base.name ?? '?')} (${first?.base.how ?? ''})`
    yield ''
    yield table(TARGETS, plan.targets)
    for (const target of plan.targets) yield* targetBlocks(target, plan.targets.length > 1)
  },
  names: (plan) => plan.targets.flatMap(({ commits }) => commits.map(({ oid }) => oid)),
}

function* targetBlocks(target: TargetPlan, isOneOfMany: boolean): Generator<Block> {
  yield ''
  if (isOneOfMany) yield `Onto ${sanitize(target.onto.name)}`
  if (target.commits.length === 0) {
    yield 'the fork carries nothing'
    return
  }
  yield table(COMMITS, target.commits)
  const rows = target.commits.flatMap(({ number, conflicts }) =>
    conflicts.map((one): ConflictRow => ({ number, ...one })),
  )
  if (rows.length > 0) {
    yield ''
    yield table(CONFLICTS, rows)
  }
  for (const commit of target.commits) {
    for (const finding of commit.findings.filter(({ gate }) => gate === 'block')) {
      yield `#${commit.number} ${sanitize(finding.path)}: ${finding.rule}: ${sanitize(finding.message)}`
    }
  }
  const { human } = target.summary
  yield ''
  yield human.commits === 0
    ? 'Nothing is left for a person.'
    : `Left for a person: ${plural(human.files, 'file')} in ${plural(human.commits, 'commit')}.`
}

function culpritText({ culprit }: ConflictRow): string {
  if (culprit === null) return '-'
  const number = culprit.pullRequest === null ? culprit.oid.slice(0, 12) : `#${culprit.pullRequest}`
  const bundled = culprit.bundles.length > 0 ? ` (bundles ${culprit.bundles.map((one) => `#${one}`).join(' ')})` : ''
  return `${culprit.how === 'bisected' ? '' : 'last touched by '}${number} ${culprit.subject}${bundled}`
}
