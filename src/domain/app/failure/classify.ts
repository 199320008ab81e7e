/**
 * Why an application failed, or does not get on, in one line, with the evidence. Rules decide (`rules.ts`), in their
 * order; what no rule knows is `undecided`, and says so.
 */
import type { Observation } from '../observation.ts'
import { hasEnded, phaseOf } from '../observation.ts'
import { executorFacts } from './executors.ts'
import { type Fact, factsOf } from './facts.ts'
import { firstMatch, type Match } from './match.ts'
import type { FailureClass, FailureOrigin, FailureRule } from './rule.ts'
import { UNDECIDED } from './rules.ts'

export interface Evidence {
  /** `pods/jobs/etl-driver` */
  object: string
  field: string
  text: string
}

export interface Failure {
  /** The rule that decided; F99 where none fits. */
  rule: string
  class: FailureClass
  /** Who has to act. */
  origin: FailureOrigin
  /** One line. */
  reason: string
  /** Whether it is over. Else it goes on, and may yet mend. */
  final: boolean
  /** What the rule read first, then what else was found. */
  evidence: Evidence[]
}

const EVIDENCE_MAX = 6
const REASON_MAX = 240
/** States in which an application is on its way, and a fact tells of trouble rather than of its end. */
const UNDER_WAY = new Set(['', 'SUBMITTED', 'RUNNING', 'UNKNOWN', 'PENDING_RERUN'])

/**
 * Undefined where nothing is wrong: it completed, runs, or was suspended. `now`: milliseconds since the epoch; an
 * application that nobody has taken up for a minute is in trouble.
 */
export function failureOf(observation: Observation, now: number): Failure | undefined {
  const { state, suspend } = observation.application
  if (state === 'COMPLETED' || (suspend && state !== 'FAILED')) return undefined
  const isOver = hasEnded(observation)
  const hasFailed = isOver || ['SUBMISSION_FAILED', 'FAILING', 'FAILED'].includes(state)
  if (!hasFailed && !UNDER_WAY.has(state)) return undefined
  const facts = [...factsOf(observation, now), ...executorFacts(observation)].filter(
    // A message of a former attempt stays in the status of some releases.
    ({ kind }) => hasFailed || kind !== 'message',
  )
  const found = firstMatch(facts)
  if (found !== undefined) return failure(found, facts, isOver)
  if (!hasFailed || phaseOf(observation.driver) === 'Running') return undefined
  return {
    ...pick(UNDECIDED),
    reason: UNDECIDED.reason,
    final: isOver,
    evidence: facts.slice(0, EVIDENCE_MAX).map(asEvidence),
  }
}

function failure({ rule, fact, groups }: Match, facts: readonly Fact[], final: boolean): Failure {
  const evidence = [fact, ...facts.filter((other) => other !== fact)].slice(0, EVIDENCE_MAX).map(asEvidence)
  return { ...pick(rule), reason: oneLine(fill(rule.reason, groups)), final, evidence }
}

function pick({
  id,
  class: kind,
  origin,
}: Pick<FailureRule, 'id' | 'class' | 'origin'>): Pick<Failure, 'rule' | 'class' | 'origin'> {
  return { rule: id, class: kind, origin }
}

/** A group that is empty takes its colon or brackets along. */
function fill(reason: string, groups: readonly (string | undefined)[]): string {
  return reason
    .replace(/\$(\d)/g, (_, digit: string) => tellingLine(groups[Number(digit)] ?? ''))
    .replace(/: *$/, '')
    .replace(/ \(\)/g, '')
}

/** Of a stack trace or the noise of a start, the line that says what happened. */
function tellingLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  const said = lines.filter(
    (line) => line !== '' && !/^(?:at |\.\.\. \d+ more|WARNING:|\d\d\/\d\d\/\d\d .* (?:INFO|WARN) )/.test(line),
  )
  const telling =
    said.findLast((line) => /^Caused by: /.test(line)) ?? said.find((line) => /\b\w*(?:Exception|Error)\b/.test(line))
  return (telling ?? said[0] ?? '').replace(/^(?:Caused by|Exception in thread "[^"]*"):? /, '')
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > REASON_MAX ? `${line.slice(0, REASON_MAX - 1)}…` : line
}

const TEXT_MAX = 2000

function asEvidence({ object, field, text }: Fact): Evidence {
  return { object, field, text: text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text }
}
