/** A proof for people: every old commit and its fate, what changed in it, and what keeps it from being proven. */
import type { ForkProof, ProvenCommit } from '../../domain/fork/proof/verify-fork.ts'
import { plural } from '../format.ts'
import { sanitize, sanitizeText } from '../sanitize.ts'
import { outcomeLine } from '../steps.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'

const COLUMNS: readonly Column<ProvenCommit>[] = [
  { header: 'old', value: (commit) => commit.old.slice(0, 12), shrink: 'never' },
  { header: 'new', value: (commit) => commit.new?.slice(0, 12), shrink: 'never' },
  {
    header: 'fate',
    value: ({ fate }) => ({ text: fate, tone: fate === 'unaccounted' ? 'red' : fate === 'kept' ? 'green' : 'yellow' }),
    shrink: 'never',
  },
  { header: 'class', value: (commit) => commit.class, shrink: 'never' },
  { header: 'subject', value: (commit) => commit.subject },
  { header: 'author', value: (commit) => commit.author, wide: true },
  { header: 'evidence', value: (commit) => commit.evidence },
]

const CLASSES = ['identical', 'context', 'rewritten', 'regenerated', 'auto', 'human'] as const

export const proofView: View<ForkProof> = {
  *blocks(proof, { style, wide }): Generator<Block> {
    const { summary } = proof
    const isProven = proof.verdict === 'proven'
    const fates = `${plural(proof.commits.length, 'old commit')}: ${summary.kept} kept, ${summary.folded} folded, ${summary.dropped} dropped, ${summary.unaccounted} unaccounted`
    yield outcomeLine(isProven ? 'ok' : 'fail', `${proof.verdict}: ${fates}`, style)
    yield `of those kept: ${CLASSES.map((name) => `${summary[name]} ${name}`).join(', ')}`
    if (proof.commits.length > 0) {
      yield ''
      yield table(COLUMNS, proof.commits)
    }
    for (const commit of proof.commits) {
      if (commit.interdiff === '' || (commit.class !== 'human' && !wide)) continue
      yield ''
      yield `${commit.old.slice(0, 12)} -> ${commit.new?.slice(0, 12) ?? '-'} ${sanitize(commit.subject)}: ${sanitize(commit.paths.join(', '))}`
      yield sanitizeText(commit.interdiff.trimEnd())
    }
    yield* endBlocks(proof)
  },
  names: (proof) => proof.commits.map(({ old }) => old),
}

function* endBlocks(proof: ForkProof): Generator<Block> {
  const signed = proof.commits.filter(({ wasSigned }) => wasSigned)
  yield ''
  for (const { id, commit, message } of proof.problems) yield `${id}: ${commit.slice(0, 12)}: ${sanitize(message)}`
  if (signed.length > 0) yield `${plural(signed.length, 'signature')} of old commits could not be carried`
  yield `sha256 of this proof: ${proof.digest}`
}
