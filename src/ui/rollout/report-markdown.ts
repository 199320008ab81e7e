/** The report of an environment as Markdown, for a pull request or a wiki. Everything from outside is escaped. */
import type { RolloutReport } from '../../domain/rollout/report.ts'
import { sanitize } from '../sanitize.ts'
import { FAILURES_IN_REPORT, headline, totals } from './report-words.ts'

export function rolloutMarkdown(report: RolloutReport): string {
  const { gates, failures, history, leftovers } = report
  const lines = [
    `# ${md(report.rollout)}: ${md(report.environment)}`,
    '',
    `**${headline(report)}** ${md(totals(report))} Looked at ${report.at}.`,
    '',
    '| Gate | State | Why |',
    '|---|---|---|',
    ...gates.map(({ gate, state, reason }) => `| ${gate} | ${state} | ${md(reason)} |`),
    '',
  ]
  if (failures.length > 0) {
    lines.push(
      '## Failures since the start',
      '',
      '| Application | By | Class | Before | Why | Evidence |',
      '|---|---|---|---|---|---|',
    )
    for (const row of failures.slice(0, FAILURES_IN_REPORT)) {
      const [first] = row.evidence
      const evidence = first === undefined ? '' : `${first.object} ${first.field}`
      lines.push(
        `| ${[row.application, row.origin, row.class, row.standing, row.reason, evidence].map(md).join(' | ')} |`,
      )
    }
    lines.push('')
  }
  if (leftovers.length > 0) {
    lines.push('## Lost, doubled, stuck', '')
    lines.push(...leftovers.map(({ kind, object, reason }) => `- ${kind}: ${md(object)}: ${md(reason)}`), '')
  }
  lines.push('## What happened', '', '| When | What | By | |', '|---|---|---|---|')
  for (const { event, at, by, says } of history) lines.push(`| ${at} | ${event} | ${md(by)} | ${md(says)} |`)
  if (report.unseen.length > 0) lines.push('', '## Not seen', '', ...report.unseen.map((what) => `- ${md(what)}`))
  return `${lines.join('\n')}\n`
}

/** Neither markup nor the bars of a table come through. */
function md(text: string): string {
  return sanitize(text).replace(/[\\`*_{}[\]<>()#+!|~]/g, (mark) => `\\${mark}`)
}
