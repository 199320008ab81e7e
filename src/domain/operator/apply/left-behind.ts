/**
 * Applications that the version to come would leave alone, and that the plan could not know: suspended since where that
 * version knows no suspension, or made since in a namespace that it does not watch. Those that the plan knew block it.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import type { Finding, Plan } from '../../plan/plan.ts'
import { readArguments } from '../behaviour/arguments.ts'
import { isWatched, type NamespaceScope, scopeOf1x, scopeOf2x } from '../behaviour/namespaces.ts'
import { nameOf } from '../discover/kinds.ts'
import { traitsOf } from '../releases/traits.ts'
import { CONTROLLER_RULES } from '../rules/controller-rules.ts'
import type { OperatorVerb, StepPayloads } from '../steps/payloads.ts'
import { listAll, type Reading, stateOf } from './applications.ts'
import { othersTake } from './others.ts'

const SUSPENSION = new Set(['SUSPENDING', 'SUSPENDED', 'RESUMING'])

/** Throws (exit 5) where there are such applications by now. `hint`: what to try then. */
export async function requireTakenUp(
  plan: Plan,
  reading: Reading,
  hint = 'make the plan again, and do what it says of them',
): Promise<void> {
  const { from, to } = plan.summary
  const { type, others } = payloadOf(plan, 'adopt') ?? {}
  if (type === undefined) return
  const isOthers = await othersTake(others, reading)
  const [losesSuspension, leaves] = [isSuspensionLost(from, to), leavesOf(plan)]
  const told: string[] = []
  for (const application of await listAll(type, reading)) {
    if (isOthers(application)) continue
    if (losesSuspension && isSuspended(application)) told.push(`${nameOf(application)} is suspended`)
    else if (leaves(application)) told.push(`${nameOf(application)} would no longer be watched`)
  }
  if (told.length > 0) throw leftBehind(told.sort(), hint)
}

/** What `revert` has to ask about: the version that comes back knows no suspension, and applications are suspended. */
export async function suspendedOnTheWayBack(plan: Plan, reading: Reading): Promise<Finding[]> {
  const { from, to } = plan.summary
  const { type, others } = payloadOf(plan, 'adopt') ?? {}
  if (type === undefined || !isSuspensionLost(to, from)) return []
  const isOthers = await othersTake(others, reading)
  const own = (await listAll(type, reading)).filter((application) => !isOthers(application))
  const objects = own.filter(isSuspended).map(nameOf).sort()
  const rule = CONTROLLER_RULES.find(({ id }) => id === 'OP-SUSPEND-LOST')
  if (rule === undefined || objects.length === 0) return []
  const { id, title, detail, consequence, source } = rule
  // One who goes back is in need: it is asked, not forbidden.
  const fix = 'resume or delete them before; otherwise they stay as they are until a version from 2.4 on is back'
  return [{ id, direction: 'back', title, detail, objects, consequence, gate: 'ack', fix, source }]
}

/** Versions that are not known have no traits: nothing is claimed of them. */
function isSuspensionLost(from: unknown, to: unknown): boolean {
  const knows = (version: unknown): boolean | undefined =>
    typeof version === 'string' ? traitsOf(version).suspend : undefined
  return knows(from) === true && knows(to) === false
}

function isSuspended(application: KubeObject): boolean {
  return (
    (application.spec as { suspend?: boolean } | undefined)?.suspend === true || SUSPENSION.has(stateOf(application))
  )
}

/** Whether an application, made since, is watched now and would not be any more. */
function leavesOf(plan: Plan): (application: KubeObject) => boolean {
  const then = scopeThen(plan)
  const now = payloadOf(plan, 'quiesce')?.scope?.namespaces
  const judged = payloadOf(plan, 'gate-objects')?.types ?? []
  const known = new Set(judged.flatMap(({ predictions }) => predictions.map(({ uid }) => uid)))
  return ({ metadata: { uid = '', namespace = '' } }) => {
    if (then === undefined || now === undefined || known.has(uid)) return false
    const isWatchedNow = isWatched({ ...now, selector: now.selector ?? undefined }, namespace) !== false
    return isWatchedNow && isWatched(then, namespace) === false
  }
}

/** By the arguments that the target was rendered with. */
function scopeThen(plan: Plan): NamespaceScope | undefined {
  const { arguments: args } = payloadOf(plan, 'check-install') ?? {}
  if (args === undefined) return undefined
  const given = readArguments({ args })
  if (given.unresolved.length > 0) return undefined
  return given.subcommand === undefined ? scopeOf1x(given) : scopeOf2x(given)
}

function payloadOf<V extends OperatorVerb>(plan: Plan, verb: V): StepPayloads[V] | undefined {
  return plan.steps.find((step) => step.verb === verb)?.payload as unknown as StepPayloads[V] | undefined
}

function leftBehind(told: readonly string[], hint: string): SparkopsError {
  const more = told.length > 3 ? `; and ${told.length - 3} more` : ''
  return new SparkopsError({
    code: 'SO_PLAN_STALE',
    message: `the plan does not speak of ${told.length} applications that the target would leave alone`,
    why: `made or edited since: ${told.slice(0, 3).join('; ')}${more}`,
    hint,
    exit: 'stale',
  })
}
