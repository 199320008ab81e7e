/**
 * The released operators whose webhook is known line by line, and the Spark that their image submits with: that one
 * builds drivers, the job's image builds executors. A new release is a new row, after reading its
 * internal/webhook/sparkpod_defaulter.go and Dockerfile.
 */
import { SparkopsError } from '../../errors.ts'
import { versionOf } from '../versions.ts'

export const OPERATORS: readonly (readonly [versions: string, spark: string])[] = [
  ['1.3.2 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8', '3.1.1'],
  ['1.4.0 1.4.1 1.4.2 1.4.3 1.4.4 1.4.5 1.4.6 1.5.0 1.6.0 1.6.1 1.6.2', '3.5.0'],
  ['2.0.0 2.0.1 2.0.2', '3.5.2'],
  ['2.1.0 2.1.1', '3.5.3'],
  ['2.2.0 2.2.1', '3.5.5'],
  ['2.3.0 2.4.0', '4.0.0'],
  ['2.5.0 2.5.1', '4.0.1'],
  ['2.5.2', '4.0.4'],
]

export interface OperatorVersion {
  /** As its release is called, without the `v`. */
  name: string
  parts: readonly number[]
  /** The Spark inside its image. */
  spark: string
}

/** The operator of a version: `v2.5.2`, `2.5.2` or `v1beta2-1.6.2-3.5.0`. Throws exit 64 for one that is not known. */
export function operatorVersion(text: string): OperatorVersion {
  const parts = versionOf(text)
  const name = parts?.join('.')
  const row = OPERATORS.find(([versions]) => name !== undefined && versions.split(' ').includes(name))
  if (parts !== undefined && name !== undefined && row !== undefined) return { name, parts, spark: row[1] }
  const [first, last] = [OPERATORS[0]![0].split(' ')[0]!, OPERATORS.at(-1)![0]]
  throw new SparkopsError({
    code: 'SO_UNKNOWN_OPERATOR',
    message: `operator version ${JSON.stringify(text.slice(0, 40))} is not known`,
    why: `the webhooks of the releases from ${first} to ${last} are known; what another one patches would be a guess`,
    hint: 'give the release that ran, such as --operator-version 2.5.2, or compare with --baseline or --expect',
    exit: 'usage',
  })
}
