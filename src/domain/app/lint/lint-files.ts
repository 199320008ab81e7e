/** Checks all applications of files, and says where each finding stands. */
import type { ObjectText } from '../../../ports/object-files.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { isMap, mapAt, textAt } from '../../pods/json.ts'
import { malformed } from '../../pods/read-objects.ts'
import { versionOf } from '../../pods/versions.ts'
import type { OperatorVersion } from '../../pods/webhook/operator-versions.ts'
import { formatPath, valueAt } from '../convert/paths.ts'
import {
  type Found as FoundApplication,
  type Manifest,
  applicationsOf,
  holdsNone,
  positionOf,
  readManifest,
} from '../manifest/manifest.ts'
import { specPath } from '../schema/check-application.ts'
import { checkSchemas } from './check-schema.ts'
import { checkSpec } from './check-spec.ts'
import { checkTemplates } from './check-template.ts'
import type { Asked } from './finding.ts'
import type { LintRule } from './rule.ts'
import { LINT_RULES } from './rules.ts'

export interface LintFinding {
  rule: string
  severity: LintRule['severity']
  file: string
  line: number
  column: number
  application: string
  /** `spec.driver.template.spec.tolerations[0]` */
  field: string
  message: string
  why: string
  fix: string
}

export interface AppLint extends Document {
  kind: 'AppLint'
  operatorVersion: string
  findings: LintFinding[]
  summary: { files: number; applications: number; errors: number; warnings: number }
  exit: 'ok' | 'findings'
}

export interface LintFilesQuestion {
  files: readonly ObjectText[]
  operator: OperatorVersion
  sparkVersion: string | undefined
  withoutWebhook: boolean
  /** Warnings count too. */
  isStrict: boolean
}

/** Reads and checks. Throws exit 65 for files that cannot be read, or that hold no application. */
export async function lintFiles(question: LintFilesQuestion): Promise<AppLint> {
  const findings: LintFinding[] = []
  let [files, applications] = [0, 0]
  for (const file of question.files) {
    const manifest = readManifest(await file.text(), file.name)
    const found = applicationsOf(manifest)
    if (found.length === 0 && file.isNamed) throw holdsNone(file.name)
    files += found.length > 0 ? 1 : 0
    applications += found.length
    for (const one of found) findings.push(...lintOne(manifest, one, question))
  }
  if (applications === 0) throw holdsNone('the directory')
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  return {
    apiVersion: API_VERSION,
    kind: 'AppLint',
    operatorVersion: question.operator.name,
    findings,
    summary: { files, applications, errors, warnings },
    exit: errors > 0 || (question.isStrict && warnings > 0) ? 'findings' : 'ok',
  }
}

function lintOne(manifest: Manifest, one: FoundApplication, question: LintFilesQuestion): LintFinding[] {
  const { object, document, path } = one
  const prefix = specPath(object)
  const place = (field: readonly (string | number)[]) => positionOf(manifest, document, [...path, ...field])
  for (let length = 1; length <= prefix.length; length++)
    if (!isMap(valueAt(object, prefix.slice(0, length)))) {
      const { line, column } = place(prefix.slice(0, length))
      throw malformed(`${manifest.name}:${line}:${column}: ${prefix.slice(0, length).join('.')}`, 'it is no map')
    }
  const jobSpark = versionOf(question.sparkVersion ?? textAt(object, ...prefix, 'sparkVersion'))
  const asked: Asked = {
    object,
    operator: question.operator,
    jobSpark,
    withoutWebhook: question.withoutWebhook,
    prefix,
    spec: mapAt(object, ...prefix),
  }
  const schema = checkSchemas(asked)
  // Where a list stands for a map, the other checks would look into nothing.
  const isBroken = schema.some(({ what }) => what.includes(' where a map') || what.includes(' where a list'))
  const found = isBroken ? schema : [...schema, ...checkTemplates(asked), ...checkSpec(asked)]
  const namespace = textAt(object, 'metadata', 'namespace')
  const name = textAt(object, 'metadata', 'name') ?? '(unnamed)'
  const findings = found.map(({ rule, path: field, what, fix }): LintFinding => {
    const known: LintRule = LINT_RULES[rule]
    return {
      rule: known.id,
      severity: known.severity,
      file: manifest.name,
      ...place(field),
      application: namespace === undefined ? name : `${namespace}/${name}`,
      field: formatPath(field),
      message: `${known.title}: ${what}`,
      why: known.why,
      fix: fix ?? known.fix,
    }
  })
  return findings.sort((a, b) => a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : 1))
}
