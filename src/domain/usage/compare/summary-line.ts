// YuniKorn's own account of an application, logged when it is over: the line `YK_APP_SUMMARY`, in every form since 1.3,
// bare or wrapped by a collector of logs. Sources: yunikorn-core branch-1.3, 1.4 pkg/scheduler/objects/application.go
// (`DoLogging`), 1.5 on application_summary.go (`String`), pkg/common/resources/tracked_resources.go (`String`).
import { LosslessNumber } from 'lossless-json'
import { type Kind } from '../question.ts'
import { integerField, isObject, type JsonObject, LineError, parseJson, stringField } from '../scan/json-event.ts'
import { type Amounts, noUsage } from './amounts.ts'
import { collapse, type ReportedUsage, trackedFromJson, type TrackedResource } from './reported-usage.ts'

export const SUMMARY_MARK = 'YK_APP_SUMMARY:'

const TRACKED = String.raw`(TrackedResource\{.*?\}|<nil>)`
const TEXT_FORM = new RegExp(
  [
    String.raw`^\{ApplicationID: (.*?), SubmissionTime: (-?\d{1,19}), StartTime: (-?\d{1,19}), FinishTime: (-?\d{1,19})`,
    String.raw`User: (.*?), Queue: (.*?), State: (\w*), RmID: (.*?)`,
    `ResourceUsage: ${TRACKED}, PreemptedResource: ${TRACKED}, PlaceholderResource: ${TRACKED}\\}`,
  ].join(', '),
  's',
)
const NO_TRACKED = '<nil>'
const PREFIX_LENGTH = 'TrackedResource{'.length
/** Instance type, resource, amount: neither a label's value nor a resource's name can hold `,`, `=` or `:`. */
const ENTRY = /([^,]*?):([^:,]+)=(-?\d{1,19})(?:,|$)/y
/** What a log collector may wrap a line in: container runtimes, then zap's JSON encoder. */
const DEEPEST = 4

/** Reads a line of a scheduler's log; undefined when it holds no summary. Throws a LineError when it holds a broken one. */
export function readSummaryLine(line: string, depth = 0): ReportedUsage | undefined {
  const at = line.indexOf(SUMMARY_MARK)
  if (at < 0) return undefined
  const wrapped = line.trimStart().startsWith('{') ? objectOf(line.trim()) : undefined
  if (wrapped !== undefined) return fromWrapping(wrapped, depth)
  const rest = line.slice(at + SUMMARY_MARK.length).trim()
  if (rest.startsWith('{ApplicationID:')) return fromText(rest)
  if (rest.startsWith('{')) {
    const fields = objectOf(rest)
    if (fields !== undefined) return fromFields(fields)
  }
  throw new LineError(`${SUMMARY_MARK} is not followed by a whole summary`)
}

function objectOf(text: string): JsonObject | undefined {
  try {
    const value = parseJson(Buffer.from(text, 'utf8').toString('latin1'))
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof LineError) return undefined
    throw error
  }
}

/** zap's JSON encoder puts the fields (1.3, 1.4) or the text (1.5 on) into an object; a container's log the whole line. */
function fromWrapping(object: JsonObject, depth: number): ReportedUsage {
  if (object['appID'] !== undefined) return fromFields(object)
  const inner = Object.values(object).find((value) => typeof value === 'string' && value.includes(SUMMARY_MARK))
  const found = typeof inner === 'string' && depth < DEEPEST ? readSummaryLine(inner, depth + 1) : undefined
  if (found === undefined) throw new LineError('no field of this line holds a whole summary')
  return found
}

/** 1.5 on: one text, resources in the random order of Go's maps. */
function fromText(text: string): ReportedUsage {
  const match = TEXT_FORM.exec(text)
  if (match === null) throw new LineError('the summary is cut, or has fields that are not known')
  const [, application, submitted, started, finished, user, queue, state, , used, preempted, placeholder] = match
  return report({
    application: application!,
    times: [submitted!, started!, finished!],
    who: { user: user!, queue: queue!, state: state! },
    tracked: {
      used: trackedFromText(used!, 'ResourceUsage'),
      preempted: trackedFromText(preempted!, 'PreemptedResource'),
      placeholder: trackedFromText(placeholder!, 'PlaceholderResource'),
    },
  })
}

/** `TrackedResource{m5.xlarge:vcore=1000,UNKNOWN:memory=5}` */
function trackedFromText(text: string, field: string): TrackedResource {
  const tracked = new Map<string, Amounts>()
  if (text === NO_TRACKED) return tracked
  const content = text.slice(PREFIX_LENGTH, -1)
  let at = 0
  while (at < content.length) {
    ENTRY.lastIndex = at
    const match = ENTRY.exec(content)
    if (match === null) throw new LineError(`${field}: ${content.slice(at, at + 60)} is no type:resource=amount`)
    const [whole, type, resource, amount] = match
    const amounts = tracked.get(type!) ?? new Map<string, bigint>()
    tracked.set(type!, amounts.set(resource!, BigInt(amount!)))
    at += whole.length
  }
  return tracked
}

/** 1.3 and 1.4: zap fields. 1.3 has no preempted resource; neither has placeholders. */
function fromFields(fields: JsonObject): ReportedUsage {
  const application = stringField(fields, 'appID')
  if (application === undefined) throw new LineError('appID: missing in a summary')
  const time = (name: string): string => {
    const value = integerField(fields, name)
    if (value === undefined) throw new LineError(`${name}: missing in a summary`)
    return String(value)
  }
  if (fields['resourceUsage'] === undefined) throw new LineError('resourceUsage: missing in a summary')
  const tracked: Partial<Record<Kind, TrackedResource>> = {
    used: trackedFromJson(fields['resourceUsage'], 'resourceUsage'),
  }
  if (fields['preemptedResource'] !== undefined)
    tracked.preempted = trackedFromJson(fields['preemptedResource'], 'preemptedResource')
  if (fields['placeholderResource'] !== undefined)
    tracked.placeholder = trackedFromJson(fields['placeholderResource'], 'placeholderResource')
  return report({
    application,
    times: [time('submissionTime'), time('startTime'), time('finishTime')],
    who: { user: word(fields, 'user'), queue: word(fields, 'queue'), state: word(fields, 'state') },
    tracked,
  })
}

function word(fields: JsonObject, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value : value instanceof LosslessNumber ? value.value : ''
}

interface Parts {
  application: string
  /** Submission, start, finish, in milliseconds. */
  times: readonly [string, string, string]
  who: { user: string; queue: string; state: string }
  tracked: Partial<Record<Kind, TrackedResource>>
}

function report({ application, times, who, tracked }: Parts): ReportedUsage {
  const usage = noUsage()
  const types = new Set<string>()
  const kinds = Object.keys(tracked) as Kind[]
  for (const kind of kinds) collapse(tracked[kind]!, usage[kind], types)
  const [submissionTime, startTime, finishTime] = times.map(Number) as [number, number, number]
  return {
    source: 'log',
    application,
    cluster: '',
    submissionTime,
    startTime,
    finishTime,
    ...who,
    kinds,
    usage,
    instanceTypes: [...types].sort(),
  }
}
