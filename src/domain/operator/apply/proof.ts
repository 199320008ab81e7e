/**
 * The proof that a move lost nothing, restarted nothing and altered nothing: by uid, application by application,
 * against the baseline. Pure: what was seen goes in, a verdict for each application comes out.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { nameOf } from '../discover/kinds.ts'
import { driversByApplication, type PodIdentity, stateOf, statusField } from './applications.ts'
import type { Baseline } from './baseline.ts'
import { isFields } from './compare.ts'
import { differingPaths, type Expectation, judgeSpec } from './expected-specs.ts'

/** `unseen`: something that would decide it was not seen. `note`: it changed, and by its own doing or somebody's. */
export type Verdict = 'intact' | 'note' | 'unseen' | 'lost' | 'changed' | 'restarted' | 'rerun' | 'doubled'

export interface Proven {
  kind: string
  name: string
  uid: string
  verdict: Verdict
  why: string
}

export interface Sighting {
  types: readonly { type: ResourceType; crdUid: string; items: readonly KubeObject[] }[]
  pods: readonly PodIdentity[]
  /** How drivers that are gone by now were seen to end: uid → phase. */
  ended: ReadonlyMap<string, string>
  /** States that each application was seen in since: uid → states. */
  states: ReadonlyMap<string, ReadonlySet<string>>
  now: number
}

export interface ProofRules {
  terminalStates: readonly string[]
  alarmStates: readonly string[]
  /** What the spec of a baseline's object must read like; undefined where its CRD is gone. */
  expect: (type: ResourceType) => ((item: KubeObject) => Expectation) | undefined
  /** Adopted by the run: one attempt more than the baseline says. Names. */
  adopted: ReadonlySet<string>
  /** Taken up by an operator that was not moved, and that has gone on to act all the while. */
  isOthers: (item: KubeObject) => boolean
}

/** Everything of the baseline, and what is new beside it. */
export function prove(baseline: Baseline, seen: Sighting, rules: ProofRules): Proven[] {
  const proven: Proven[] = []
  for (const { type, crdUid, items } of baseline.types) {
    const now = seen.types.find((one) => one.type.resource === type.resource)
    const live = new Map((now?.items ?? []).map((item) => [nameOf(item), item]))
    const expect = rules.expect(type)
    const isSameCrd = crdUid === '' || now?.crdUid === crdUid
    for (const item of items) {
      const object = live.get(nameOf(item))
      const judge = expect && isSameCrd ? judgeOne(item, object, expect(item), baseline, seen, rules) : LOST_WITH_CRD
      proven.push({ kind: type.kind, name: nameOf(item), uid: item.metadata.uid ?? '', ...judge })
    }
  }
  return [...proven, ...doubledDrivers(seen), ...doubledRuns(baseline, seen)]
}

/** How the whole stands: `findings` where anything was hurt, `inconclusive` where something was not seen. */
export function outcomeOf(proven: readonly Proven[]): 'ok' | 'findings' | 'inconclusive' {
  const isHurt = ({ verdict }: Proven): boolean => !['intact', 'note', 'unseen'].includes(verdict)
  if (proven.some(isHurt)) return 'findings'
  return proven.some(({ verdict }) => verdict === 'unseen') ? 'inconclusive' : 'ok'
}

type Judgement = Pick<Proven, 'verdict' | 'why'>

const INTACT: Judgement = { verdict: 'intact', why: '' }
const LOST_WITH_CRD: Judgement = { verdict: 'lost', why: 'its CRD was deleted, and every object with it' }

function judgeOne(
  item: KubeObject,
  object: KubeObject | undefined,
  expected: Expectation,
  baseline: Baseline,
  seen: Sighting,
  rules: ProofRules,
): Judgement {
  if (object === undefined) return judgeMissing(item, seen)
  if (object.metadata.uid !== item.metadata.uid) {
    return { verdict: 'unseen', why: 'it was deleted and another one was made; who did it cannot be seen' }
  }
  const spec = judgeSpec(object, expected)
  if (spec === 'different') {
    return { verdict: 'changed', why: `spec: ${differingPaths(expected.spec, object.spec).join(', ')}` }
  }
  // What somebody edited runs anew by design of the operator; its attempts prove nothing.
  if (spec === 'edited') return { verdict: 'note', why: 'edited by somebody since' }
  const alarms = [...(seen.states.get(item.metadata.uid ?? '') ?? [])].filter((state) =>
    rules.alarmStates.includes(state),
  )
  if (rules.isOthers(item)) return judgeOthers(item, object, alarms)
  const isTerminal = rules.terminalStates.includes(stateOf(item))
  if (isTerminal && stateOf(object) !== stateOf(item)) {
    return { verdict: 'rerun', why: `it was ${stateOf(item)} and is ${stateOf(object) || 'new'}` }
  }
  if (isTerminal) return INTACT
  // Somebody had edited it, or its rerun was due: that it goes on with this is no doing of the move.
  const wasRestarting = rules.alarmStates.includes(stateOf(item)) && !rules.adopted.has(nameOf(item))
  const verdict = judgeDriver(item, object, wasRestarting ? [] : alarms, baseline, seen, rules)
  if (!wasRestarting || ['intact', 'note'].includes(verdict.verdict)) return verdict
  return { verdict: 'note', why: `it was ${stateOf(item)} before: its restart was under way` }
}

/** What becomes of its runs is the other operator's doing, but for a spec that reads otherwise and so counts as changed. */
function judgeOthers(item: KubeObject, object: KubeObject, alarms: readonly string[]): Judgement {
  if (alarms.includes('INVALIDATING')) return { verdict: 'restarted', why: 'its spec was taken for changed' }
  const isSame = stateOf(object) === stateOf(item) && attemptsOf(object) === attemptsOf(item)
  return isSame ? INTACT : { verdict: 'note', why: `another operator acts on it, now ${stateOf(object) || 'new'}` }
}

/**
 * Its CRD is the same one, and no step of a run deletes applications: somebody did, or the operator, whose time to live
 * for it was over. The server does not tell who.
 */
function judgeMissing(item: KubeObject, { now }: Sighting): Judgement {
  const ttl = isFields(item.spec) ? item.spec.timeToLiveSeconds : undefined
  const ended = Date.parse(String(statusField(item, 'terminationTime')))
  if (typeof ttl === 'number' && ended + ttl * 1000 <= now) return { verdict: 'note', why: 'its time to live is over' }
  return { verdict: 'unseen', why: 'it was deleted, and who did it cannot be seen' }
}

function judgeDriver(
  item: KubeObject,
  object: KubeObject,
  alarms: readonly string[],
  baseline: Baseline,
  seen: Sighting,
  rules: ProofRules,
): Judgement {
  const before = liveDriver(baseline.pods, item)
  const after = seen.pods.find(({ uid }) => uid === before?.uid)
  const raw = attemptsOf(object) - attemptsOf(item)
  // Adoption counts as the submission that it makes up for.
  const more = rules.adopted.has(nameOf(item)) && raw === 1 ? 0 : raw
  if (before === undefined) return withoutDriver(object, alarms, more)
  if (after?.restarts === before.restarts && !hasEnded(after)) {
    if (more !== 0)
      return { verdict: 'changed', why: `attempts went from ${attemptsOf(item)} to ${attemptsOf(object)}` }
    return alarms.length === 0 ? INTACT : { verdict: 'restarted', why: `it was seen ${alarms.join(', ')}` }
  }
  if (after !== undefined && !hasEnded(after)) {
    return { verdict: 'restarted', why: `its driver's containers restarted ${after.restarts - before.restarts} times` }
  }
  const phase = after?.phase ?? seen.ended.get(before.uid)
  if (phase !== undefined) return { verdict: 'note', why: `its driver ended by itself: ${phase}` }
  if (more > 0) return { verdict: 'restarted', why: 'its driver was replaced, and was not seen to end by itself' }
  return { verdict: 'unseen', why: 'its driver is gone, and was not seen to end' }
}

/** Nothing ran: it may have been submitted since, once. */
function withoutDriver(object: KubeObject, alarms: readonly string[], more: number): Judgement {
  if (alarms.includes('INVALIDATING')) return { verdict: 'restarted', why: 'its spec was taken for changed' }
  if (more > 0) return { verdict: 'note', why: `submitted since, now ${stateOf(object)}` }
  return INTACT
}

function liveDriver(pods: readonly PodIdentity[], item: KubeObject): PodIdentity | undefined {
  const own = driversByApplication(pods).get(nameOf(item)) ?? []
  return own.find((pod) => !hasEnded(pod) && !pod.terminating)
}

function hasEnded({ phase }: PodIdentity): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}

function attemptsOf(object: KubeObject): number {
  return Number(statusField(object, 'executionAttempts') ?? 0)
}

function doubledDrivers({ pods }: Sighting): Proven[] {
  return [...driversByApplication(pods)].flatMap(([name, drivers]) => {
    const living = drivers.filter((pod) => !hasEnded(pod) && !pod.terminating)
    if (living.length < 2) return []
    const why = `two drivers run: ${living.map((pod) => pod.name).join(', ')}`
    return [{ kind: 'SparkApplication', name, uid: '', verdict: 'doubled' as const, why }]
  })
}

/** Cron has minutes: two runs of one schedule within less were fired for one time. `@every` may be shorter. */
const CLOSEST_RUNS_MS = 30_000

function doubledRuns(baseline: Baseline, { types }: Sighting): Proven[] {
  const since = baseline.takenAt.slice(0, 19)
  const runsOf = new Map<string, number[]>()
  for (const { metadata } of types.flatMap(({ items }) => items)) {
    const { creationTimestamp = '', ownerReferences = [] } = metadata
    const schedule = ownerReferences.find(({ kind }) => kind === 'ScheduledSparkApplication')
    if (schedule === undefined || creationTimestamp < since) continue
    const name = `${metadata.namespace ?? ''}/${schedule.name}`
    runsOf.set(name, [...(runsOf.get(name) ?? []), Date.parse(creationTimestamp)])
  }
  const schedules = types.filter(({ type }) => type.kind === 'ScheduledSparkApplication').flatMap(({ items }) => items)
  return schedules.flatMap((schedule) => {
    const times = (runsOf.get(nameOf(schedule)) ?? []).sort((one, other) => one - other)
    const isShort = isFields(schedule.spec) && String(schedule.spec.schedule).startsWith('@every')
    const isDoubled = times.some((time, index) => index > 0 && time - times[index - 1]! < CLOSEST_RUNS_MS)
    if (!isDoubled || isShort) return []
    const { uid = '' } = schedule.metadata
    return [{ kind: schedule.kind, name: nameOf(schedule), uid, verdict: 'doubled' as const, why: 'it fired twice' }]
  })
}
