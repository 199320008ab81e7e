/** What the flags of `app lint` ask. */
import type { LintFilesQuestion } from '../domain/app/lint/lint-files.ts'
import { SparkopsError } from '../domain/errors.ts'
import { versionOf } from '../domain/pods/versions.ts'
import { operatorVersion } from '../domain/pods/webhook/operator-versions.ts'
import { refuseTwoInputs } from './pods-flags.ts'
import { findObjectFiles } from './wiring.ts'

interface LintFlags {
  'operator-version': string | undefined
  'spark-version': string | undefined
  'without-webhook': boolean
  strict: boolean
}

/** The files behind the paths, and by what they are judged. Throws exit 64 for what is missing or no version. */
export async function lintQuestion(paths: readonly string[], flags: LintFlags): Promise<LintFilesQuestion> {
  refuseTwoInputs(paths)
  const { 'operator-version': operator, 'spark-version': spark } = flags
  if (paths.length === 0) throw usage('no file is given', 'there is nothing to check')
  if (operator === undefined) throw usage('--operator-version is missing', 'what is right depends on the operator')
  if (spark !== undefined && versionOf(spark) === undefined)
    throw usage(`--spark-version ${spark} is no version`, 'Spark’s versions have up to three numbers')
  return {
    operator: operatorVersion(operator),
    files: (await Promise.all(paths.map(findObjectFiles))).flat(),
    sparkVersion: spark,
    withoutWebhook: flags['without-webhook'],
    isStrict: flags.strict,
  }
}

function usage(message: string, why: string): SparkopsError {
  const hint = 'such as: app lint apps/ --operator-version 2.5.2 --spark-version 3.5.7'
  return new SparkopsError({ code: 'SO_USAGE', message, why, hint, exit: 'usage' })
}
