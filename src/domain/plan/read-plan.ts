/**
 * Reads a saved plan. The file may come from anywhere: its size, shape and digest are checked before anything in it is
 * believed, and a fault is told with the field it is in (exit 65).
 */
import { API_VERSION } from '../document.ts'
import { SparkopsError } from '../errors.ts'
import { parseExact } from '../exact-json.ts'
import type { Plan } from './plan.ts'
import { planDigest } from './seal.ts'

/** Beyond this a plan is not read: five thousand applications and three CRDs need some 5 MB. */
export const PLAN_BYTES_MAX = 64 << 20
const STEPS_MAX = 50_000
const FINDINGS_MAX = 200_000
const DEPTH_MAX = 200
const STEP_ID = /^[a-z0-9][a-z0-9./-]{0,400}$/
const WORD = /^[a-z][a-z0-9-]{0,60}$/
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const DIGEST = /^sha256:[0-9a-f]{64}$/

/** The plan that a text holds. `verbs`: those that the reader can carry out; undefined where it only shows it. */
export function readPlan(text: string, file: string, verbs?: ReadonlySet<string>): Plan {
  if (text.length > PLAN_BYTES_MAX) fault(file, '', `it is larger than ${PLAN_BYTES_MAX >> 20} MiB`)
  const value = parseJson(text, file)
  refuseHostile(value, file)
  const plan = checkShape(value, file, verbs)
  if (planDigest(plan) !== plan.digest) {
    fault(file, 'digest', 'the plan was changed after it was made: its digest does not match what it says')
  }
  return plan
}

function parseJson(text: string, file: string): unknown {
  try {
    return parseExact(text)
  } catch (error) {
    return fault(file, '', `it is not JSON: ${(error as Error).message}`)
  }
}

/** Too deep for the stack, or a key that would change what objects are. Without recursion, since depth is in doubt. */
function refuseHostile(root: unknown, file: string): void {
  let level: unknown[] = [root]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) fault(file, '', `it is nested deeper than ${DEPTH_MAX} levels`)
    const next: unknown[] = []
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue
      if (Object.hasOwn(value, '__proto__')) fault(file, '__proto__', 'no plan has such a field')
      for (const member of Object.values(value)) next.push(member)
    }
    level = next
  }
}

type Fields = Record<string, unknown>

function checkShape(value: unknown, file: string, verbs: ReadonlySet<string> | undefined): Plan {
  const need = checks(file)
  const plan = need.object(value, '')
  if (plan.apiVersion !== API_VERSION) fault(file, 'apiVersion', `it must be ${API_VERSION}`)
  need.text(plan.kind, 'kind')
  if (plan.schema !== 1) fault(file, 'schema', 'this sparkops reads plans of schema 1; make the plan again')
  const tool = need.object(plan.tool, 'tool')
  if (tool.name !== 'sparkops') fault(file, 'tool.name', 'it must be sparkops')
  need.text(tool.version, 'tool.version')
  need.match(plan.createdAt, ISO, 'createdAt')
  const target = need.object(plan.target, 'target')
  if (target.kind !== 'cluster' && target.kind !== 'repository') fault(file, 'target.kind', 'it is of no known kind')
  need.text(target.id, 'target.id')
  need.text(target.name, 'target.name')
  for (const [at, input] of need.list(plan.inputs, 'inputs', FINDINGS_MAX)) {
    need.text(need.object(input, at).of, `${at}.of`)
    need.text((input as Fields).value, `${at}.value`)
  }
  checkSteps(plan.steps, file, verbs)
  checkFindings(plan.findings, file)
  need.object(plan.summary, 'summary')
  need.match(plan.digest, DIGEST, 'digest')
  return value as Plan
}

function checkSteps(steps: unknown, file: string, verbs: ReadonlySet<string> | undefined): void {
  const need = checks(file)
  const seen = new Set<string>()
  for (const [at, value] of need.list(steps, 'steps', STEPS_MAX)) {
    const step = need.object(value, at)
    const id = need.match(step.id, STEP_ID, `${at}.id`)
    if (id.split('/').some((part) => part === '' || part === '.' || part === '..'))
      fault(file, `${at}.id`, 'it is no id')
    if (seen.has(id)) fault(file, `${at}.id`, `two steps are called ${id}`)
    seen.add(id)
    for (const field of ['object', 'title'] as const) need.text(step[field], `${at}.${field}`)
    for (const field of ['before', 'after', 'payload'] as const) need.present(step, field, at)
    checkVerb(step.verb, `${at}.verb`, file, verbs)
    if (step.pointOfNoReturn !== undefined) need.text(step.pointOfNoReturn, `${at}.pointOfNoReturn`)
    if (step.inverse === null) continue
    const inverse = need.object(step.inverse, `${at}.inverse`)
    checkVerb(inverse.verb, `${at}.inverse.verb`, file, verbs)
    need.present(inverse, 'payload', `${at}.inverse`)
  }
}

function checkVerb(verb: unknown, at: string, file: string, verbs: ReadonlySet<string> | undefined): void {
  const word = checks(file).match(verb, WORD, at)
  if (verbs && !verbs.has(word)) fault(file, at, `this sparkops cannot "${word}"; was it made by a newer one?`)
}

const CONSEQUENCES = ['kill', 'strand', 'lose', 'resubmit', 'note']

function checkFindings(findings: unknown, file: string): void {
  const need = checks(file)
  for (const [at, value] of need.list(findings, 'findings', FINDINGS_MAX)) {
    const finding = need.object(value, at)
    for (const field of ['id', 'title', 'detail', 'fix', 'source'] as const)
      need.string(finding[field], `${at}.${field}`)
    need.oneOf(finding.direction, ['forward', 'back', 'both'], `${at}.direction`)
    need.oneOf(finding.consequence, CONSEQUENCES, `${at}.consequence`)
    need.oneOf(finding.gate, ['block', 'ack', 'auto'], `${at}.gate`)
    for (const [place, name] of need.list(finding.objects, `${at}.objects`, FINDINGS_MAX)) need.string(name, place)
  }
}

/** Checks that name the field they failed on. */
function checks(file: string) {
  const string = (value: unknown, at: string): string =>
    typeof value === 'string' ? value : fault(file, at, value === undefined ? 'it is missing' : 'it must be text')
  return {
    string,
    text: (value: unknown, at: string): string => string(value, at) || fault(file, at, 'it is empty'),
    match: (value: unknown, pattern: RegExp, at: string): string =>
      pattern.test(string(value, at))
        ? (value as string)
        : fault(file, at, `it does not have the form ${pattern.source}`),
    oneOf: (value: unknown, words: readonly string[], at: string): void => {
      if (!words.includes(string(value, at))) fault(file, at, `it must be one of ${words.join(', ')}`)
    },
    object: (value: unknown, at: string): Fields =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (value as Fields)
        : fault(file, at, value === undefined ? 'it is missing' : 'it must be an object'),
    list: (value: unknown, at: string, most: number): (readonly [string, unknown])[] => {
      if (!Array.isArray(value)) return fault(file, at, value === undefined ? 'it is missing' : 'it must be a list')
      if (value.length > most) return fault(file, at, `it has more than ${most} entries`)
      return value.map((item: unknown, index) => [`${at}[${index}]`, item] as const)
    },
    present: (value: Fields, field: string, at: string): void => {
      if (!(field in value)) fault(file, `${at}.${field}`, 'it is missing')
    },
  }
}

function fault(file: string, field: string, why: string): never {
  throw new SparkopsError({
    code: 'SO_PLAN_MALFORMED',
    message: `${file} is no plan that can be carried out${field === '' ? '' : `: ${field}`}`,
    why,
    hint: 'make the plan again, and save it with -o json',
    exit: 'data',
  })
}
