/**
 * Upstream's work as a page for who decides: what breaks first, what it means for the company's own patches, and a place
 * for the answer. With a proof it is the report of a move.
 */
import type { Feature, FeatureKind, ForkFeatures } from '../../domain/fork/features/document.ts'
import type { ShownProof } from '../../domain/fork/features/read-proof.ts'
import {
  BASIS_WORDS,
  DECIDED_WHERE,
  KIND_ORDER,
  KIND_WORDS,
  MAIN_KINDS,
  ofKind,
  rangeText,
  relevanceText,
  sinceText,
  workNames,
} from './features-words.ts'
import { plural } from '../format.ts'
import { featureStyle } from './features-style.ts'
import { renderPage } from '../report/frame.ts'
import { html, type Markup } from '../report/html.ts'
import { numberTable } from '../report/number-table.ts'
import { proofSection } from './proof-section.ts'

/** The page's text. */
export function featuresPage(document: ForkFeatures, proof?: ShownProof): string {
  const { from, to } = document
  const body = html`<header>
      <h1>${proof === undefined ? 'What upstream did' : 'The fork and its upstream'}</h1>
      <p class="period">${rangeText(document)}; ${from.date.slice(0, 10)} to ${to.date.slice(0, 10)}</p>
    </header>
    <main>
      ${headline(document)} ${proof !== undefined && proofSection(proof)} ${filter(document)}
      <p class="why">${DECIDED_WHERE}</p>
      ${KIND_ORDER.map((kind) => section(document, kind))} ${cameAndWent(document)} ${basis(document)}
    </main> `
  return renderPage({ title: `Upstream, ${from.ref} to ${to.ref}`, style: featureStyle(), body })
}

function headline({ summary, features, company }: ForkFeatures): Markup {
  const ours = features.filter(({ relevance }) => relevance.length > 0).length
  const open = features.filter(({ kind, decision }) => MAIN_KINDS.includes(kind) && decision.answer === null).length
  const cards: [string, number, string][] = [
    ['Breaking changes', summary.breaking, 'must be handled before the move'],
    ['Changed defaults', summary.default, 'the same settings, another effect'],
    ['New', summary.feature, 'can be used after the move'],
    ...(company === null
      ? []
      : [
          ['For our patches', ours, `meet ${plural(company.commits, 'commit')} of ${company.ref}`] as [
            string,
            number,
            string,
          ],
        ]),
    ['Undecided', open, 'without an answer yet'],
  ]
  return html`<section id="headline" aria-label="In short">
    <p class="lead">
      ${plural(summary.commits, 'commit')} and ${plural(summary.pulls, 'pull request')} of upstream, told by what they
      change rather than by their titles.
    </p>
    <dl class="cards">
      ${cards.map(
        ([name, value, remark]) =>
          html`<div class="card">
            <dt>${name}</dt>
            <dd>
              <span class="value">${value}</span>
              <div class="remark">${remark}</div>
            </dd>
          </div>`,
      )}
    </dl>
  </section>`
}

/** Which entries are shown; without it all are, and on paper always. */
function filter({ company }: ForkFeatures): Markup {
  const choices: [string, string][] = [
    ['all', 'Everything'],
    ...(company === null ? [] : [['ours', 'For our patches'] as [string, string]]),
    ['open', 'Undecided'],
  ]
  return html`<fieldset class="picker">
    <legend>Show</legend>
    ${choices.map(
      ([id, label], index) =>
        html`<label
          ><input type="radio" name="shown" id="show-${id}" ${index === 0 && html` checked`} />
          <span>${label}</span></label
        >`,
    )}
  </fieldset>`
}

function section({ features }: ForkFeatures, kind: FeatureKind): Markup | false {
  const own = ofKind(features, kind)
  if (own.length === 0) return false
  const { heading, lead } = KIND_WORDS[kind]
  if (!MAIN_KINDS.includes(kind)) return shortList(heading, lead, own)
  return html`<section id="${kind}">
    <h2>${heading} <span class="count">${own.length}</span></h2>
    <p>${lead}</p>
    ${own.map(entry)}
  </section>`
}

function entry(feature: Feature): Markup {
  const { title, what, why, caveats, howTo, relevance, basis: rests, kind, decision } = feature
  const classes = ['entry', relevance.length > 0 ? 'ours' : '', decision.answer === null ? 'open' : ''].filter(Boolean)
  return html`<article class="${classes.join(' ')}" id="${anchor(feature)}">
    <div class="told">
      <h3>${title}</h3>
      <p class="origin">
        ${workNames(feature, 6)} · since ${sinceText(feature)} ·
        <span class="basis ${rests}">${BASIS_WORDS[rests]}</span> · risk ${feature.risk}
      </p>
      <p>${what}</p>
      ${why !== null && kind !== 'version' && html`<p class="why">Told as one, since ${why}.</p>`}
      ${caveats.map((caveat) => html`<p class="caveat"><strong>Mind:</strong> ${caveat}</p>`)}
      ${relevance.slice(0, 6).map((one) => html`<p class="relevant"><strong>For us:</strong> ${relevanceText(one)}</p>`)}
      ${howTo.length > 0 && html`<p class="how">To use it: ${howTo.slice(0, 8).map((one, index) => html`${index > 0 && ', '}<code>${one}</code>`)}${howTo.length > 8 && `, and ${howTo.length - 8} more`}</p>`}
      ${details(feature)}
    </div>
    ${decisionBox(feature)}
  </article>`
}

function anchor({ id }: Feature): string {
  return `e-${id.replace(/[^\w-]+/g, '-')}`
}

function decisionBox({ decision: { answer, owner, note } }: Feature): Markup {
  return html`<dl class="decision ${answer ?? 'none'}">
    <dt>Decision</dt>
    <dd class="answer">${answer ?? 'open'}</dd>
    <dt>Owner</dt>
    <dd>${owner || '–'}</dd>
    <dt>Note</dt>
    <dd>${note || '–'}</dd>
  </dl>`
}

function details({ work, evidence }: Feature): Markup {
  return html`${numberTable({
    summary: `${plural(work.length, 'piece')} of work, ${plural(evidence.length, 'difference')}`,
    caption: 'The work behind it.',
    columns: [{ head: 'Work' }, { head: 'Title' }, { head: 'Author' }, { head: 'Commit' }, { head: 'Landed with' }],
    rows: work.map(({ name, title, author, commit, bundle, tag }) => [
      name,
      title,
      author,
      commit === null ? 'not in this repository' : html`<code>${commit.slice(0, 12)}</code>`,
      [bundle === null ? '' : `bundle ${bundle}`, tag ?? ''].filter(Boolean).join(', '),
    ]),
  })}
  ${evidence.length > 0 && evidenceTable(evidence)}`
}

const MOST_EVIDENCE = 200

function evidenceTable(evidence: Feature['evidence']): Markup {
  const left = evidence.length - MOST_EVIDENCE
  return numberTable({
    summary: 'Evidence',
    caption: `What differs between the two trees${left > 0 ? `; ${left} more in the JSON document` : ''}.`,
    columns: ['What', 'Name', 'Change', 'Before', 'After', 'By'].map((head) => ({ head })),
    rows: evidence
      .slice(0, MOST_EVIDENCE)
      .map(({ area, key, change, before, after, pair, by }) => [
        area,
        html`<code>${key}</code>`,
        pair === null ? change : `${change}, ${pair}`,
        before ?? '',
        after ?? '',
        by.join(', '),
      ]),
  })
}

function shortList(heading: string, lead: string, features: readonly Feature[]): Markup {
  return html`<section>
    <h2>${heading} <span class="count">${features.length}</span></h2>
    <p>${lead}</p>
    <details class="numbers">
      <summary>${plural(features.length, 'entry', 'entries')}</summary>
      <ul>
        ${features.map(
          (feature) =>
            html`<li>
              ${feature.title}
              <span class="origin">${workNames(feature)}</span>${feature.caveats.map((caveat) => ` ${caveat}`)}
            </li>`,
        )}
      </ul>
    </details>
  </section>`
}

function cameAndWent({ nettedOut }: ForkFeatures): Markup | false {
  if (nettedOut.length === 0) return false
  return html`<section>
    <h2>Came and went <span class="count">${nettedOut.length}</span></h2>
    <p>In between only: neither end knows of it, so nobody needs to do anything.</p>
    ${numberTable({
      summary: 'Settings',
      caption: 'What was added and taken back, or changed and changed back.',
      columns: [{ head: 'Name' }, { head: 'What happened' }, { head: 'By' }],
      rows: nettedOut.map(({ area, key, what, by }) => [`${area} ${key}`, what, by.join(', ')]),
    })}
  </section>`
}

function basis({ limits, unread, changelog }: ForkFeatures): Markup {
  return html`<footer>
    <h2>What this rests on</h2>
    <ul>
      <li>${changelog === null ? 'No changelog was read.' : `The changelog of ${changelog}.`}</li>
      ${limits.map((limit) => html`<li>${limit}</li>`)}
      ${unread.slice(0, 50).map(({ path, at, why }) => html`<li>Not read: <code>${path}</code> at ${at}: ${why}</li>`)}
    </ul>
    <p>Made by sparkops.</p>
  </footer>`
}
