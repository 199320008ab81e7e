/** What a plan's findings demand before it is carried out. */
import { SparkopsError } from '../errors.ts'
import type { Finding, Plan } from './plan.ts'

/** Throws (exit 3) where the plan itself says that it must not be carried out. */
export function refuseBlocked(plan: Plan): void {
  const blocking = plan.findings.filter(({ gate }) => gate === 'block')
  if (blocking.length === 0) return
  throw new SparkopsError({
    code: 'SO_PLAN_BLOCKED',
    message: `the plan must not be carried out: ${idsOf(blocking)}`,
    why: blocking[0]!.title,
    hint: blocking[0]!.fix,
    exit: 'findings',
  })
}

/** Findings that need to be acknowledged by id and are not, neither now nor when the plan was made. */
export function unacknowledged(plan: Plan, accepted: ReadonlySet<string>): Finding[] {
  const { acknowledged } = plan.summary
  const before = new Set<unknown>(Array.isArray(acknowledged) ? acknowledged : [])
  return plan.findings.filter(({ gate, id }) => gate === 'ack' && !accepted.has(id) && !before.has(id))
}

/** Throws (exit 3) for findings that nobody acknowledged. */
export function refuseUnacknowledged(missing: readonly Finding[]): void {
  if (missing.length === 0) return
  throw new SparkopsError({
    code: 'SO_NOT_ACKNOWLEDGED',
    message: `the plan has findings that must be acknowledged: ${idsOf(missing)}`,
    why: missing[0]!.title,
    hint: `read them, then add ${[...new Set(missing.map(({ id }) => `--accept ${id}`))].join(' ')}`,
    exit: 'findings',
  })
}

/** Whether consent must be more than a yes: something can be lost, killed or stranded, or there is no way back. */
export function isSevere(plan: Pick<Plan, 'steps' | 'findings'>): boolean {
  return (
    plan.steps.some(({ pointOfNoReturn }) => pointOfNoReturn !== undefined) ||
    plan.findings.some(({ gate, consequence }) => gate !== 'auto' && consequence !== 'note')
  )
}

function idsOf(findings: readonly Finding[]): string {
  return [...new Set(findings.map(({ id }) => id))].join(', ')
}
