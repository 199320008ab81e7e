/** The flags of `app convert`, and what they ask. */
import { Flags } from '@oclif/core'
import { join } from 'node:path'
import { type AppConversion, convertFiles } from '../domain/app/convert/convert-files.ts'
import { SparkopsError } from '../domain/errors.ts'
import { versionOf } from '../domain/pods/versions.ts'
import { operatorVersion } from '../domain/pods/webhook/operator-versions.ts'
import { renderYaml } from '../ui/json.ts'
import { writeFileWhole } from './output.ts'
import { refuseTwoInputs } from './pods-flags.ts'
import { findObjectFiles } from './wiring.ts'

export const convertFlags = {
  'operator-version': Flags.string({ summary: 'the operator that will run them', helpValue: 'V', required: true }),
  'spark-version': Flags.string({
    summary: 'the Spark of the image, where spec.sparkVersion is another',
    helpValue: 'V',
  }),
  'spark-in-operator': Flags.string({
    summary: 'the Spark in the operator’s image, where it is not the release’s own',
    helpValue: 'V',
  }),
  ideal: Flags.boolean({ summary: 'carry also what that version’s webhook left out by a defect' }),
  'templates-at': Flags.string({
    summary: 'operators before 2.1: where spark-submit in the operator finds pod template files',
    helpValue: 'URI',
  }),
  'templates-out': Flags.string({ summary: 'with --templates-at: write these files here', helpValue: 'DIR' }),
}

interface ConvertFlags {
  'operator-version': string
  'spark-version': string | undefined
  'spark-in-operator': string | undefined
  ideal: boolean
  'templates-at': string | undefined
  'templates-out': string | undefined
  out: string | undefined
  'in-place': boolean
}

/** Refuses flags that do not go together, before any file is read. */
export function refuseConvertFlags(flags: ConvertFlags, paths: readonly string[]): void {
  refuseTwoInputs(paths)
  for (const name of ['spark-version', 'spark-in-operator'] as const)
    if (flags[name] !== undefined && versionOf(flags[name]) === undefined)
      throw usage(
        `--${name} ${flags[name]} is no version`,
        'Spark’s versions have up to three numbers',
        'such as 3.5.7',
      )
  if (flags['in-place'] && flags.out !== undefined)
    throw usage('--in-place and --out name two places', 'a conversion is written once', 'give one of the two')
  if (flags['in-place'] && paths.includes('-'))
    throw usage('--in-place cannot change standard input', 'it is no file', 'leave --in-place out')
  if (flags['templates-out'] !== undefined && flags['templates-at'] === undefined)
    throw usage(
      '--templates-out needs --templates-at',
      'sparkConf has to name the files',
      'say where they will be found',
    )
}

/** Reads and converts the files behind the paths. */
export async function readConversion(paths: readonly string[], flags: ConvertFlags): Promise<AppConversion> {
  const operator = operatorVersion(flags['operator-version'])
  const files = (await Promise.all(paths.map(findObjectFiles))).flat()
  return await convertFiles({
    files,
    operator: { ...operator, spark: versionOf(flags['spark-in-operator'])?.join('.') ?? operator.spark },
    sparkVersion: flags['spark-version'],
    isIdeal: flags.ideal,
    templatesAt: flags['templates-at'],
  })
}

/** Writes the pod template files of a conversion into a directory, where one was named. */
export async function writeTemplates({ files }: AppConversion, directory: string | undefined): Promise<void> {
  if (directory === undefined) return
  const templates = files.flatMap(({ applications }) => applications).flatMap(({ templates }) => templates)
  for (const { name, pod } of templates) await writeFileWhole(join(directory, name), renderYaml(pod))
}

function usage(message: string, why: string, hint: string): SparkopsError {
  return new SparkopsError({ code: 'SO_USAGE', message, why, hint, exit: 'usage' })
}
