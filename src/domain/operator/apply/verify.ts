/** Looks at the cluster for a while, then proves. On a finding the controllers are stopped: worse must not follow. */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import { readCrd } from '../schema/crd.ts'
import type { VerifyPayload } from '../steps/payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { adoptedNames } from './adopt.ts'
import { listAll, type Reading, sparkPods, stateOf } from './applications.ts'
import { type Baseline, readBaseline } from './baseline.ts'
import type { ApplyContext, RunAccess } from './context.ts'
import { expectations } from './expected-specs.ts'
import { othersTake } from './others.ts'
import { setReplicas } from './scale.ts'
import { outcomeOf, type Proven, prove, type Sighting } from './proof.ts'
import { ownChanges } from './spec-changes.ts'
import { watchWindow } from './watch-window.ts'

/** Beside the journal: every change that was seen in the time before the verdict. */
const WATCHED = 'watch'

export const verify: Verb<ApplyContext> = {
  isCheck: true,
  act: async (payload, context) => {
    const rules = payload as unknown as VerifyPayload
    const proven = await verifyRun(rules, context)
    const outcome = outcomeOf(proven)
    const told = proven.filter(({ verdict }) => verdict !== 'intact')
    const facts = { checked: proven.length, outcome, told } as unknown as Json
    await context.run.keep('proof', facts)
    if (outcome !== 'findings') return facts
    for (const key of rules.stopOnFinding) await setReplicas(key, 0, context)
    throw new SparkopsError({
      code: 'SO_PROOF_FAILED',
      message: `${told.length} of ${proven.length} objects are not as they were: ${nameSome(told)}`,
      why: told[0]?.why,
      hint: 'the controllers were stopped; look at them, then revert this run, or start them and resume',
      exit: 'findings',
    })
  },
}

type Verifying = Reading &
  Pick<ApplyContext, 'clock' | 'sleep' | 'tell'> & {
    run: Pick<RunAccess, 'kept' | 'progress'> & Partial<Pick<RunAccess, 'record'>>
  }

/** Watches for the rules' grace, then proves every object of the run's baseline. */
export async function verifyRun(rules: VerifyPayload, context: Verifying): Promise<Proven[]> {
  const baseline = await readBaseline(context.run.kept)
  const { terminalStates, alarmStates } = rules
  const expectOf = new Map<string, Awaited<ReturnType<typeof expectations>>>()
  const seen = await watchFor(rules, baseline, context)
  for (const { type } of seen.types) {
    const { wider } = baseline.types.find((one) => one.type.resource === type.resource) ?? {}
    expectOf.set(type.resource, await expectations(type, await ownChanges(type, context.run), context, wider))
  }
  return prove(baseline, seen, {
    terminalStates,
    alarmStates,
    expect: ({ resource }) => expectOf.get(resource),
    adopted: await adoptedNames(context.run),
    isOthers: await othersTake(rules.others, context),
  })
}

async function watchFor(rules: VerifyPayload, baseline: Baseline, context: Verifying): Promise<Sighting> {
  const first = await look(rules, baseline, context)
  const { ended, states } = await watchWindow(
    {
      types: first.types.map(({ type }) => type),
      labels: rules.labels,
      seconds: rules.graceSeconds,
      record: async (change) => await context.run.record?.(WATCHED, change),
    },
    context,
  )
  const last = rules.graceSeconds > 0 ? await look(rules, baseline, context) : first
  for (const { pods, types } of [first, last]) {
    for (const { uid, phase } of pods) if (phase === 'Succeeded' || phase === 'Failed') ended.set(uid, phase)
    for (const item of types.flatMap(({ items }) => items)) noteState(item, states)
  }
  return { ...last, ended, states, now: context.clock.now() }
}

function noteState(item: KubeObject, states: Map<string, Set<string>>): void {
  const { uid = '' } = item.metadata
  states.set(uid, (states.get(uid) ?? new Set()).add(stateOf(item)))
}

async function look(
  { labels }: VerifyPayload,
  baseline: Baseline,
  reading: Reading,
): Promise<Pick<Sighting, 'types' | 'pods'>> {
  const types: { type: Baseline['types'][number]['type']; crdUid: string; items: KubeObject[] }[] = []
  for (const { type } of baseline.types) {
    const name = `${type.resource}.${type.group}`
    const crd = await reading.cluster.get({ type: CRD_TYPE, name }, reading.signal)
    const now = crd === undefined ? type : typeServed(crd, type)
    types.push({
      type: now,
      crdUid: crd?.metadata.uid ?? '',
      items: crd === undefined ? [] : await listAll(now, reading),
    })
  }
  return { types, pods: await sparkPods(labels, reading) }
}

/** A definition may no longer serve the version that objects were read in when the run began. */
function typeServed(crd: KubeObject, type: ResourceType): ResourceType {
  const { versions } = readCrd(crd)
  const isServed = versions.some(({ name, served }) => served && name === type.version)
  return isServed ? type : { ...type, version: versions.find(({ storage }) => storage)?.name ?? type.version }
}

function nameSome(told: readonly Proven[]): string {
  const names = told.slice(0, 5).map(({ name, verdict }) => `${name} (${verdict})`)
  return `${names.join(', ')}${told.length > names.length ? ', …' : ''}`
}
