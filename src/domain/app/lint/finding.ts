/** What a check of an application finds, before it is known where that stands in a file. */
import type { JsonMap } from '../../pods/json.ts'
import type { OperatorVersion } from '../../pods/webhook/operator-versions.ts'
import type { FieldPath } from '../convert/conversion.ts'
import type { LintRuleName } from './rules.ts'

export interface Found {
  rule: LintRuleName
  /** From the application’s root. */
  path: FieldPath
  /** What is special here; the rule says the rest. */
  what: string
  fix?: string
}

export interface LintQuestion {
  object: JsonMap
  operator: OperatorVersion
  /** The Spark of the job’s image; undefined where it cannot be told. */
  jobSpark: readonly number[] | undefined
  /** Judge as if the webhook were off. */
  withoutWebhook: boolean
}

/** A question about one application, with its spec at hand. */
export interface Asked extends LintQuestion {
  prefix: FieldPath
  spec: JsonMap
}
