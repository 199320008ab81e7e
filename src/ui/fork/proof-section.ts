/** How the fork's commits came through a move, for the report: the verdict first, then each commit. */
import type { ShownProof } from '../../domain/fork/features/read-proof.ts'
import { plural } from '../format.ts'
import { html, type Markup } from '../report/html.ts'
import { numberTable } from '../report/number-table.ts'

type ShownCommit = ShownProof['commits'][number]

const CLASS_WORDS: Readonly<Record<string, string>> = {
  identical: 'unchanged',
  context: 'same lines, other surroundings',
  rewritten: 'paths rewritten',
  regenerated: 'generated files made anew',
  auto: 'merged by rule',
  human: 'decided by a person',
}

/** What became of a commit, in a few words. */
export function fateText({ fate, class: found }: ShownCommit): string {
  if (fate !== 'kept')
    return { folded: 'folded into another', dropped: 'dropped', unaccounted: 'unaccounted for' }[fate]
  return found === null ? 'kept' : (CLASS_WORDS[found] ?? found)
}

export function verdictText({ verdict }: ShownProof): string {
  return verdict === 'proven'
    ? 'Proven: every commit is accounted for.'
    : 'Not proven: do not publish before the problems are settled.'
}

/** `12 unchanged, 3 merged by rule` */
export function fateCounts({ commits }: ShownProof): string {
  const counts = new Map<string, number>()
  for (const commit of commits) counts.set(fateText(commit), (counts.get(fateText(commit)) ?? 0) + 1)
  return [...counts].map(([fate, count]) => `${count} ${fate}`).join(', ')
}

export function proofSection(proof: ShownProof): Markup {
  const { base, onto, verdict, problems, commits, digest } = proof
  return html`<section id="patches">
    <h2>Our patches <span class="count">${commits.length}</span></h2>
    <p class="verdict-line ${verdict}">${verdictText(proof)}</p>
    <p>
      From ${base.name} onto ${onto.name}: ${fateCounts(proof)}. Digest of the proof:
      <code>${digest.slice(0, 16)}</code>
    </p>
    ${problems.map(
      ({ commit, message }) =>
        html`<p class="caveat"><strong>Problem:</strong> <code>${commit.slice(0, 8)}</code> ${message}</p>`,
    )}
    ${numberTable({
      summary: plural(commits.length, 'commit'),
      caption: 'Each commit of the fork and what became of it.',
      open: true,
      columns: ['Commit', 'Subject', 'Author', 'Outcome', 'Why'].map((head) => ({ head })),
      rows: commits.map((commit) => [
        html`<code>${commit.old.slice(0, 8)}</code>`,
        commit.subject,
        commit.author,
        fateText(commit),
        commit.evidence,
      ]),
    })}
  </section>`
}
