/** Findings about applications: for people, for GitHub and as SARIF. */
import type { AppRuleList } from '../domain/app/lint/explain.ts'
import type { AppLint, LintFinding } from '../domain/app/lint/lint-files.ts'
import { plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import type { Block, View } from './view.ts'

export const appLintView: View<AppLint> = {
  *blocks({ findings, summary }, { style: { paint, glyphs } }): Generator<Block> {
    for (const { severity, file, line, column, rule, field, message, why, fix } of findings) {
      const sign = severity === 'error' ? paint('red', glyphs.fail) : paint('yellow', glyphs.warn)
      yield `${sign} ${sanitize(`${file}:${line}:${column}`)} ${severity} ${rule} ${sanitize(field)}`
      yield `    ${sanitize(message)}`
      yield `    ${sanitize(why)}; ${sanitize(fix)}`
    }
    const { applications, errors, warnings } = summary
    if (findings.length > 0) yield ''
    yield `${plural(applications, 'application')}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`
  },
  names: ({ findings }) => findings.map(({ file, line, column, rule }) => `${file}:${line}:${column} ${rule}`),
  formats: { github: ({ findings }) => findings.map(githubLine), sarif: sarifText },
}

/** The rules themselves. */
export const appRulesView: View<AppRuleList> = {
  *blocks({ items }, { style: { paint } }): Generator<Block> {
    for (const { id, severity, rule, why, source, fix } of items) {
      yield `${paint('bold', id)} ${sanitize(rule)}${severity === '' ? '' : ` (${severity})`}`
      yield `    why: ${sanitize(why)}`
      if (fix !== '') yield `    fix: ${sanitize(fix)}`
      yield `    source: ${sanitize(source)}`
    }
  },
  names: ({ items }) => items.map(({ id }) => id),
}

/** A workflow command; its own signs are escaped as actions/toolkit does. */
function githubLine({ severity, file, line, column, rule, message, fix }: LintFinding): string {
  const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return `::${severity} file=${property(file)},line=${line},col=${column},title=${rule}::${data(`${message}; ${fix}`)}\n`
}

/** SARIF 2.1.0, as code scanning reads it. */
function sarifText({ findings }: AppLint): string[] {
  const rules = [...new Map(findings.map((finding) => [finding.rule, finding])).values()]
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sparkops app lint',
            rules: rules.map(({ rule, message, why, fix }) => ({
              id: rule,
              shortDescription: { text: message.split(':')[0] },
              fullDescription: { text: why },
              help: { text: fix },
            })),
          },
        },
        results: findings.map(({ rule, severity, file, line, column, message, fix }) => ({
          ruleId: rule,
          level: severity,
          message: { text: `${message}; ${fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
                region: { startLine: line, startColumn: column },
              },
            },
          ],
        })),
      },
    ],
  }
  return [`${JSON.stringify(log, null, 2)}\n`]
}
