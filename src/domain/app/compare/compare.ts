/**
 * Three ways: the record of the real run, a control on the old image, and the candidate. What differs between candidate
 * and control is the image's; what differs between control and record is of the surroundings, and counts against none.
 */
import { API_VERSION, type Document } from '../../document.ts'
import type { ExitName } from '../../errors.ts'
import type { PodDiff } from '../../pods/diff-pods.ts'
import type { Aspect, ExpectedDrift } from './drift.ts'
import type { Outcome } from './outcome.ts'

export type ComparedVerdict =
  | 'same'
  | 'expected'
  | 'different'
  | 'better'
  /** One side was not seen. */
  | 'unseen'

export interface ComparedRow {
  aspect: Aspect | 'pods'
  record: string | number | null
  control: string | number | null
  candidate: string | number | null
  verdict: ComparedVerdict
  why: string
}

export interface ApplicationComparison extends Document {
  kind: 'ApplicationComparison'
  record: Outcome | null
  control: Outcome
  candidate: Outcome
  rows: ComparedRow[]
  pods: PodDiff | null
  /** What the record and the control do not agree in, so that it is not the image's. */
  surroundings: string[]
  warnings: string[]
  exit: ExitName
}

export interface ComparisonQuestion {
  record: Outcome | undefined
  control: Outcome
  candidate: Outcome
  /** Undefined where a side has no pods. */
  pods: PodDiff | undefined
  drift: readonly ExpectedDrift[]
  /** Today in UTC, as `2026-11-23`. */
  today: string
  /** How many times as long the candidate may take: 1.25. */
  tolerance: number
}

/** Durations closer than this are noise: the starts of containers and JVMs alone differ so much. */
const NOISE_MS = 30_000

export function compareOutcomes(question: ComparisonQuestion): ApplicationComparison {
  const { record, control, candidate, pods, drift, today } = question
  const used = new Set<ExpectedDrift>()
  const judged = ASPECT_VALUES.map(([aspect, valueOf]) => expectedOr(judge(aspect, valueOf, question), question, used))
  const rows = [...judged, podsRow(pods)]
  const surroundings = record === undefined ? [] : ASPECT_VALUES.flatMap((one) => disagreement(one, record, control))
  return {
    apiVersion: API_VERSION,
    kind: 'ApplicationComparison',
    record: record ?? null,
    control,
    candidate,
    rows,
    pods: pods ?? null,
    surroundings,
    warnings: [
      ...drift.filter((one) => !used.has(one)).map((one) => unusedText(one, today)),
      ...(pods?.warnings ?? []),
    ],
    exit: exitOf(rows),
  }
}

type ValueOf = (outcome: Outcome) => string | number | null

const ASPECT_VALUES: readonly (readonly [Aspect, ValueOf])[] = [
  ['outcome', ({ state }) => state],
  ['runs', ({ runs }) => runs],
  ['exit-code', ({ exitCode }) => exitCode],
  // Without a failure there is none to compare, and that is an answer; without an end there is no answer yet.
  ['signature', ({ signature, state }) => signature ?? (state === 'COMPLETED' ? 'none' : null)],
  ['duration', ({ duration }) => duration],
  ['executors-lost', ({ executorsLost }) => executorsLost],
]

function judge(aspect: Aspect, valueOf: ValueOf, question: ComparisonQuestion): ComparedRow {
  const { record, control, candidate, tolerance } = question
  const [a, b, c] = [record === undefined ? null : valueOf(record), valueOf(control), valueOf(candidate)]
  const row = (verdict: ComparedVerdict, why = ''): ComparedRow => ({
    aspect,
    record: a,
    control: b,
    candidate: c,
    verdict,
    why,
  })
  if (b === null || c === null) return row('unseen', `not seen of the ${b === null ? 'control' : 'candidate'}`)
  if (b === c) return row('same')
  if (aspect === 'duration') return judgeDuration(Number(b), Number(c), tolerance, row)
  if (typeof b === 'number' && typeof c === 'number' && aspect !== 'exit-code')
    return c < b ? row('better') : row('different', `${c - b} more`)
  if (aspect === 'outcome' && c === 'COMPLETED') return row('better', 'the control failed')
  return row(
    control.state === 'FAILED' && candidate.state === 'COMPLETED' ? 'better' : 'different',
    candidate.reason ?? '',
  )
}

function judgeDuration(
  control: number,
  candidate: number,
  tolerance: number,
  row: (verdict: ComparedVerdict, why?: string) => ComparedRow,
): ComparedRow {
  if (Math.abs(candidate - control) <= NOISE_MS) return row('same', `within ${NOISE_MS / 1000} s`)
  if (candidate > control * tolerance) return row('different', `${(candidate / control).toFixed(2)} times as long`)
  return candidate * tolerance < control ? row('better') : row('same', `within ${Math.round((tolerance - 1) * 100)} %`)
}

/** What was declared beforehand, for this Spark and until this day. */
function expectedOr(row: ComparedRow, question: ComparisonQuestion, used: Set<ExpectedDrift>): ComparedRow {
  if (row.verdict !== 'different') return row
  const { candidate, drift, today } = question
  const found = drift.find(
    ({ aspect, spark, until, atMost }) =>
      aspect === row.aspect &&
      (spark === undefined || isVersion(candidate.sparkVersion, spark)) &&
      (until === undefined || until >= today) &&
      (atMost === undefined || Number(row.candidate) <= Number(row.control) * atMost),
  )
  if (found === undefined) return row
  used.add(found)
  return { ...row, verdict: 'expected', why: `${found.reason}${row.why === '' ? '' : ` (${row.why})`}` }
}

function isVersion(version: string | null, prefix: string): boolean {
  return (
    version !== null && (version === prefix || version.startsWith(`${prefix}.`) || version.startsWith(`${prefix}-`))
  )
}

function podsRow(pods: PodDiff | undefined): ComparedRow {
  const row = (verdict: ComparedVerdict, why: string): ComparedRow => ({
    ...{ aspect: 'pods' as const, record: null, control: null, candidate: null, verdict, why },
  })
  if (pods === undefined) return row('unseen', 'a side has no pods')
  if (pods.exit === 'inconclusive') {
    const undecided = pods.summary.undecided ?? 0
    const masked = undecided === 0 ? [] : [`${undecided} undecided, as masked values are`]
    return row('unseen', [...pods.unseen, ...masked].join('; '))
  }
  if (pods.exit === 'ok') return row('same', 'no difference but what was accepted')
  const counted = ['different', 'missing', 'extra', 'duplicate', 'unmappable'] as const
  return row(
    'different',
    counted.flatMap((one) => (pods.summary[one] ? [`${pods.summary[one]} ${one}`] : [])).join(', '),
  )
}

function disagreement([aspect, valueOf]: readonly [Aspect, ValueOf], record: Outcome, control: Outcome): string[] {
  const [a, b] = [valueOf(record), valueOf(control)]
  if (a === null || b === null || a === b) return []
  if (aspect === 'duration' && Math.abs(Number(a) - Number(b)) <= NOISE_MS) return []
  return [`${aspect}: the record has ${a}, the control on the same image ${b}`]
}

function unusedText({ where, until }: ExpectedDrift, today: string): string {
  return until !== undefined && until < today
    ? `${where} expected something until ${until} only`
    : `${where} was expected and did not come`
}

/** 3 where something differs; 7 where something was not seen; 0 is a proof of sameness in all that is compared. */
function exitOf(rows: readonly ComparedRow[]): ExitName {
  if (rows.some(({ verdict }) => verdict === 'different')) return 'findings'
  return rows.some(({ verdict }) => verdict === 'unseen') ? 'inconclusive' : 'ok'
}
