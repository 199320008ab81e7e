/**
 * A saved plan, to be carried out as it is. A plan follows from commits, the profile and the rules alone, so it is made
 * again first: where anything that it stands on is another now, or the same question has another answer, nothing begins.
 */
import type { Git, Oid } from '../../../ports/git.ts'
import { API_VERSION } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { short } from '../series/find-base.ts'
import type { CarryRules } from '../resolve/resolver.ts'
import type { SyncTools } from '../sync/advance.ts'
import { type OpenRun, peekRun } from '../sync/run-store.ts'
import { type ForkQuestion, type ForkView, runId, startSync, viewFork } from '../sync/start-sync.ts'
import { type PlanTools, planTarget, profileDigest, type TargetPlan } from './plan-fork.ts'

/** What of a plan binds; reasons and culprits do not. */
export interface SavedPlan {
  start: Oid
  branch: string | null
  profile: string
  generate: boolean
  onto: { oid: Oid; name: string }
  base: { oid: Oid; name: string; how: string }
  commits: readonly SavedCommit[]
}

interface SavedCommit {
  oid: Oid
  verdict: string
  rule: string | null
  /** Path and rule of what is done by rule. */
  resolutions: readonly { path: string; rule: string }[]
  /** Paths left to a person. */
  conflicts: readonly { path: string }[]
  findings: readonly { rule: string; path: string; gate: string }[]
}

/**
 * Reads what `fork plan -o json` wrote, and of its targets the one that is asked for. Throws (data) with the field that
 * is not as it must be, (usage) where the target is not in it or has to be named.
 */
export function readForkPlan(file: string, text: string, onto?: string): SavedPlan {
  const document = asRecord(file, 'the document', parseJson(file, text))
  if (document.apiVersion !== API_VERSION || document.kind !== 'ForkPlan')
    throw malformed(file, `it is ${JSON.stringify(document.kind)} of ${JSON.stringify(document.apiVersion)}`)
  const targets = asList(file, 'targets', document.targets).map((one, at) => asTarget(file, `targets[${at}]`, one))
  const chosen = onto === undefined ? targets : targets.filter((target) => target.onto.name === onto)
  const [target] = chosen
  if (target === undefined || chosen.length > 1) throw notOneTarget(file, targets, onto)
  return {
    start: asId(file, 'start', document.start),
    branch: document.branch === null ? null : asText(file, 'branch', document.branch),
    profile: asText(file, 'profile', document.profile),
    generate: document.generate === true,
    ...target,
  }
}

/** The question that a plan answered; the profile is read anew, and has to be the same. */
function questionOfPlan(plan: SavedPlan, { profile }: ForkQuestion): ForkQuestion {
  const base = plan.base.how === 'given' ? (profile.base ?? plan.base.name) : undefined
  return { profile, company: plan.branch ?? undefined, base }
}

/** The fork as the plan saw it. Throws (stale), naming the first thing that is not as it was. */
async function viewAsPlanned(git: Git, plan: SavedPlan, question: ForkQuestion): Promise<ForkView> {
  const branch = plan.branch ?? 'HEAD'
  await requireAt(git, branch, plan.start)
  await requireAt(git, plan.onto.name, plan.onto.oid)
  if (profileDigest(question.profile) !== plan.profile)
    throw stale('the profile is another than planned with', 'the plan was made with other settings of the fork')
  const view = await viewFork(git, question, plan.onto.name)
  if (view.base.oid !== plan.base.oid)
    throw stale(
      `the base ${plan.base.name} moved`,
      `planned from ${short(plan.base.oid)}, now found: ${view.base.name} (${short(view.base.oid)}, ${view.base.how})`,
    )
  return view
}

/** Begins exactly what was planned, or goes on with it. */
export async function startPlanned(
  tools: SyncTools,
  { plan, question: asked, rules }: { plan: SavedPlan; question: ForkQuestion; rules: CarryRules },
): Promise<OpenRun> {
  const known = await peekRun(tools.git, tools.store, runId(plan.start, plan.onto))
  const question = questionOfPlan(plan, asked)
  const view = await viewAsPlanned(tools.git, plan, question)
  // What has begun stands on its own refs, and a person may have decided some of it since.
  if (known === undefined) await requireSamePlan({ ...tools, rules }, plan, question, view)
  return await startSync(tools, { view, profile: question.profile })
}

/** Plans again, and throws (stale) with the first commit that would fare otherwise. */
async function requireSamePlan(
  tools: PlanTools,
  plan: SavedPlan,
  question: ForkQuestion,
  view: ForkView,
): Promise<void> {
  const now = await planTarget(tools, question, view, false)
  for (let at = 0; at < Math.max(plan.commits.length, now.commits.length); at += 1) {
    const [then, today] = [plan.commits[at], now.commits[at]]
    const [was, is] = [outcomeOf(then), outcomeOf(today)]
    if (was === is) continue
    const { oid } = (then ?? today)!
    throw stale(`step ${at + 1}, commit ${short(oid)}, fares otherwise than planned`, `planned: ${was}; now: ${is}`)
  }
}

function outcomeOf(commit: SavedCommit | TargetPlan['commits'][number] | undefined): string {
  if (commit === undefined) return 'no such step'
  const { oid, verdict, rule, resolutions, conflicts, findings } = commit
  const parts = [
    ...(rule === null ? [] : [rule]),
    ...resolutions.map((one) => `${one.rule}:${one.path}`),
    ...conflicts.map(({ path }) => `by hand:${path}`),
    ...findings.filter(({ gate }) => gate === 'block').map((one) => `${one.rule}:${one.path}`),
  ]
  return [`${short(oid)} ${verdict}`, ...parts.sort()].join(', ')
}

async function requireAt(git: Git, name: string, planned: Oid): Promise<void> {
  const oid = await git.resolve(name)
  if (oid === planned) return
  throw stale(`${name} moved`, `planned at ${short(planned)}, now ${oid === undefined ? 'gone' : short(oid)}`)
}

function stale(message: string, why: string): SparkopsError {
  const hint = 'plan again: sparkops fork plan -o json; nothing was begun'
  return new SparkopsError({ code: 'SO_PLAN_STALE', message, why, hint, exit: 'stale' })
}

function notOneTarget(file: string, targets: readonly { onto: { name: string } }[], onto?: string): SparkopsError {
  const names = targets.map((target) => target.onto.name).join(', ') || 'nothing'
  return new SparkopsError({
    code: 'SO_PLAN_TARGET',
    message: onto === undefined ? `${file} plans several targets, or none` : `${file} does not plan ${onto} once`,
    why: `it plans ${names}`,
    hint: 'name one of them with --onto, as the plan has it',
    exit: 'usage',
  })
}

function asTarget(file: string, at: string, value: unknown): Pick<SavedPlan, 'onto' | 'base' | 'commits'> {
  const target = asRecord(file, at, value)
  const onto = asRecord(file, `${at}.onto`, target.onto)
  const base = asRecord(file, `${at}.base`, target.base)
  return {
    onto: { oid: asId(file, `${at}.onto.oid`, onto.oid), name: asText(file, `${at}.onto.name`, onto.name) },
    base: {
      oid: asId(file, `${at}.base.oid`, base.oid),
      name: asText(file, `${at}.base.name`, base.name),
      how: asText(file, `${at}.base.how`, base.how),
    },
    commits: asList(file, `${at}.commits`, target.commits).map((one, number) =>
      asCommit(file, `${at}.commits[${number}]`, one),
    ),
  }
}

function asCommit(file: string, at: string, value: unknown): SavedCommit {
  const commit = asRecord(file, at, value)
  const records = <Name extends string>(name: string, ...fields: Name[]): Record<Name, string>[] =>
    asList(file, `${at}.${name}`, commit[name]).map((one, number) => {
      const place = `${at}.${name}[${number}]`
      const record = asRecord(file, place, one)
      const texts = fields.map((field) => [field, asText(file, `${place}.${field}`, record[field])] as const)
      return Object.fromEntries(texts) as Record<Name, string>
    })
  return {
    oid: asId(file, `${at}.oid`, commit.oid),
    verdict: asText(file, `${at}.verdict`, commit.verdict),
    rule: commit.rule === null ? null : asText(file, `${at}.rule`, commit.rule),
    resolutions: records('resolutions', 'path', 'rule'),
    conflicts: records('conflicts', 'path'),
    findings: records('findings', 'rule', 'path', 'gate'),
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed(file, 'it is no JSON', error)
  }
}

function asRecord(file: string, at: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw malformed(file, `${at} is no object`)
}

function asList(file: string, at: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[]
  throw malformed(file, `${at} is no list`)
}

function asText(file: string, at: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw malformed(file, `${at} is no text`)
}

function asId(file: string, at: string, value: unknown): Oid {
  if (typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)) return value
  throw malformed(file, `${at} is no object id`)
}

function malformed(file: string, why: string, cause?: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_PLAN',
    message: `${file} is no plan of a move: ${why}`,
    why: 'a plan is what “fork plan -o json” wrote',
    hint: 'write it anew with fork plan -o json',
    exit: 'data',
    cause,
  })
}
