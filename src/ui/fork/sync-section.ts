/** How the company's commits came through a sync, for the report: the verdict first, then what a person decided. */
import type { ForkSyncSummary, SyncOutcome } from '../../domain/fork/features/sync-summary.ts'
import { plural } from '../format.ts'
import { html, type Markup } from '../report/html.ts'
import { numberTable } from '../report/number-table.ts'

const VERDICTS: Readonly<Record<ForkSyncSummary['verdict'], string>> = {
  passed: 'Verified: every commit is accounted for.',
  failed: 'Verification failed: do not publish.',
  'not-verified': 'Not verified yet.',
}

const OUTCOME_WORDS: Readonly<Record<SyncOutcome, string>> = {
  identical: 'unchanged',
  context: 'unchanged lines, other surroundings',
  rewritten: 'paths rewritten',
  regenerated: 'generated files made anew',
  auto: 'merged by rule',
  human: 'decided by a person',
  folded: 'folded into another',
  dropped: 'dropped with evidence',
  pending: 'not carried yet',
}

export function syncSection({ base, onto, verdict, problems, commits }: ForkSyncSummary): Markup {
  const count = (outcome: SyncOutcome): number => commits.filter((commit) => commit.outcome === outcome).length
  const outcomes = (Object.keys(OUTCOME_WORDS) as SyncOutcome[]).filter((outcome) => count(outcome) > 0)
  return html`<section id="sync">
    <h2>Our patches <span class="count">${commits.length}</span></h2>
    <p class="verdict-line ${verdict}">
      ${VERDICTS[verdict]} From ${base} onto ${onto}:
      ${outcomes.map((outcome) => `${count(outcome)} ${OUTCOME_WORDS[outcome]}`).join(', ')}.
    </p>
    ${problems.map((problem) => html`<p class="caveat"><strong>Problem:</strong> ${problem}</p>`)}
    ${numberTable({
      summary: plural(commits.length, 'commit'),
      caption: 'Each commit of the company and what became of it.',
      open: true,
      columns: ['Commit', 'Subject', 'Author', 'Outcome', 'Why', 'Conflicts'].map((head) => ({ head })),
      rows: commits.map(({ commit, subject, author, outcome, why, conflicts }) => [
        html`<code>${commit.slice(0, 8)}</code>`,
        subject,
        author,
        OUTCOME_WORDS[outcome],
        why,
        conflicts
          .map(({ path, settledBy, culprit }) => `${path}: ${settledBy}${culprit === null ? '' : ` (met ${culprit})`}`)
          .join('; '),
      ]),
    })}
  </section>`
}
