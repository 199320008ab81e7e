/** What a conversion is asked and what it answers: data, for the commands, their documents and their tests. */
import type { JsonMap } from '../../pods/json.ts'
import type { Role } from '../../pods/rows.ts'
import type { OperatorVersion } from '../../pods/webhook/operator-versions.ts'

/** Names of fields and numbers of items, from the root of a document. */
export type FieldPath = readonly (string | number)[]

export interface ConversionQuestion {
  /** A SparkApplication or ScheduledSparkApplication. */
  object: JsonMap
  operator: OperatorVersion
  /** The Spark of the job's image: it makes the executors. */
  jobSpark: readonly number[]
  /** Carry what the application asks for, also where that version's webhook did something else. */
  isIdeal: boolean
  /** Where pod template files can be put for an operator that has no `template`: a path or URI without the name. */
  templatesAt: string | undefined
}

/**
 * What became of a field: `template` and `conf` say where it is now, `file` that it is in a pod template file; `operator`
 * that the operator does it itself; `filled` was not there and is now; `stays` needs no webhook where it is, or is read
 * by somebody else; `impossible` is where it was and does nothing without the webhook.
 */
export type Outcome = 'template' | 'conf' | 'file' | 'operator' | 'filled' | 'stays' | 'impossible'

/** `lost`: the pod is without it. `changed`: it is there in another form. `cosmetic`: nothing acts on it. */
export type Severity = 'lost' | 'changed' | 'cosmetic'

export interface ConversionRow {
  /** `spec.driver.env[2]`, as the file has it before. */
  field: string
  role?: Role
  outcome: Outcome
  /** Where it is now: `spec.driver.template.spec.tolerations[0]`, a key of sparkConf, a pod template file. */
  to?: string
  /** The rule that decided; `app convert --explain` tells it. */
  rule: string
  severity?: Severity
  reason?: string
  workaround?: string
}

/** A field that went from one place to another, so that its comments and its style can go with it. */
export interface Move {
  from: FieldPath
  to: FieldPath
}

export interface TemplateFile {
  role: Role
  /** What sparkConf calls it. */
  uri: string
  /** The name that it must have there. */
  name: string
  pod: JsonMap
}

export interface Conversion {
  object: JsonMap
  rows: ConversionRow[]
  moves: Move[]
  templates: TemplateFile[]
  /** What to know about the webhook of that version. */
  notes: string[]
}
