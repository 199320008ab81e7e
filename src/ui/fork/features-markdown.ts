/** Upstream's work as Markdown, for a wiki or a pull request. Everything from outside is escaped. */
import type { Feature, ForkFeatures } from '../../domain/fork/features/document.ts'
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
import { sanitize } from '../sanitize.ts'
import { fateCounts, fateText, verdictText } from './proof-section.ts'

/** The whole sheet; with the proof of a move first where there is one. */
export function featuresMarkdown(document: ForkFeatures, proof?: ShownProof): string {
  const { from, to, summary } = document
  const lines = [
    `# What upstream did: ${md(from.ref)} to ${md(to.ref)}`,
    '',
    `${md(rangeText(document))}: ${plural(summary.commits, 'commit')}, ${plural(summary.pulls, 'pull request')}, ${from.date.slice(0, 10)} to ${to.date.slice(0, 10)}.`,
    '',
    DECIDED_WHERE,
    '',
    ...(proof === undefined ? [] : proofLines(proof)),
  ]
  for (const kind of KIND_ORDER) {
    const own = ofKind(document.features, kind)
    if (own.length === 0) continue
    lines.push(`## ${KIND_WORDS[kind].heading}`, '', KIND_WORDS[kind].lead, '')
    if (MAIN_KINDS.includes(kind)) lines.push(...tableLines(own), '', ...own.flatMap(detailLines))
    else lines.push(...own.map((feature) => `- ${md(feature.title)} (${md(workNames(feature))})`))
    lines.push('')
  }
  if (document.nettedOut.length > 0) {
    lines.push('## Came and went', '')
    for (const { key, what, by } of document.nettedOut)
      lines.push(`- ${code(key)}: ${md(what)} by ${md(by.join(', '))}`)
    lines.push('')
  }
  lines.push('## What this rests on', '', ...document.limits.map((limit) => `- ${md(limit)}`))
  lines.push(...document.unread.map(({ path, at, why }) => `- not read: ${code(path)} at ${code(at)}: ${md(why)}`), '')
  return lines.join('\n')
}

function tableLines(features: readonly Feature[]): string[] {
  return [
    '| What | Work | Since | Risk | Decision | Owner | Note |',
    '|---|---|---|---|---|---|---|',
    ...features.map((feature) => {
      const { answer, owner, note } = feature.decision
      const cells = [feature.title, workNames(feature), sinceText(feature), feature.risk, answer ?? '', owner, note]
      return `| ${cells.map(md).join(' | ')} |`
    }),
  ]
}

function detailLines(feature: Feature): string[] {
  const { title, what, basis, caveats, howTo, relevance } = feature
  const told = [
    `- ${md(what)} *(${BASIS_WORDS[basis]})*`,
    ...caveats.map((caveat) => `- **Mind:** ${md(caveat)}`),
    ...(howTo.length === 0 ? [] : [`- To use it: ${howTo.map(code).join(', ')}`]),
    ...relevance.map((one) => `- For us: ${md(relevanceText(one))}`),
  ]
  return [`### ${md(title)}`, '', ...told, '']
}

function proofLines(proof: ShownProof): string[] {
  const { base, onto, problems, commits } = proof
  return [
    '## Our patches',
    '',
    `**${verdictText(proof)}** From ${md(base.name)} onto ${md(onto.name)}: ${fateCounts(proof)}.`,
    '',
    ...problems.map(({ commit, message }) => `- ${code(commit.slice(0, 8))} ${md(message)}`),
    '',
    '| Commit | New | Subject | Author | Outcome | Why |',
    '|---|---|---|---|---|---|',
    ...commits.map((commit) => {
      const { old, subject, author, evidence } = commit
      const cells = [old.slice(0, 8), commit.new?.slice(0, 8) ?? 'none', subject, author, fateText(commit), evidence]
      return `| ${cells.map(md).join(' | ')} |`
    }),
    '',
  ]
}

/** Text that Markdown, and the HTML within it, take for nothing but text. */
function md(text: string): string {
  return sanitize(text).replace(/[\\`*_{}[\]<>#|~!&]/g, (mark) =>
    mark === '<' ? '&lt;' : mark === '&' ? '&amp;' : `\\${mark}`,
  )
}

/** A code span; text that a span could not hold, or that a careless renderer takes for markup, is escaped instead. */
function code(text: string): string {
  const safe = sanitize(text)
  return safe === '' || /[`<&]/.test(safe) ? md(text) : `\`${safe}\``
}
