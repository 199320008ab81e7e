/**
 * Whether the objects of a kind are still what the plan spoke of, as far as a change of their definition goes.
 *
 * People make, edit and delete applications all the time, and controllers write their statuses. None of that makes a
 * plan wrong by itself: what counts is what the schema to come does to the objects that are there now. One that reads
 * the same, gains defaults or loses what says nothing needs no consent, whenever it was made. One that would lose
 * something, or be invalid, must have been named by the plan, and with no less.
 */
import type { KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import type { Plan } from '../../plan/plan.ts'
import { nameOf } from '../discover/kinds.ts'
import { inForce } from '../plan/crd-moves.ts'
import { withDefaults } from '../plan/defaults.ts'
import { foreteller, type SchemaInForce } from '../plan/foretell.ts'
import { readCrd } from '../schema/crd.ts'
import { schemaIdentity } from '../schema/identity.ts'
import { asRestorable } from '../schema/restorable.ts'
import type { FillDefaultsPayload } from '../steps/payloads.ts'
import type { Foreseen, ReplaceCrdPayload, RestoreCrdPayload } from '../steps/definition-payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { listAll, type Reading, stateOf } from './applications.ts'
import { othersTake } from './others.ts'

/** What would be written into an object before its definition changes. */
type Filling = Pick<FillDefaultsPayload, 'rules' | 'exceptStates' | 'others'>

const NOTHING: Filling = { rules: [], exceptStates: [] }

const PLAN_AGAIN = 'make the plan again, read what differs, and apply that one; or change these objects'

/** Throws (exit 5) where the definition to come would hurt an object that the plan does not name for it. */
export async function requireForeseen(
  payload: Pick<ReplaceCrdPayload, 'crd' | 'type' | 'name' | 'foreseen'>,
  reading: Reading,
  { filling = NOTHING, hint = PLAN_AGAIN }: { filling?: Filling | undefined; hint?: string | undefined } = {},
): Promise<void> {
  const { crd, type, name, foreseen = [] } = payload
  const live = await reading.cluster.get({ type: CRD_TYPE, name }, reading.signal)
  if (live === undefined) return
  const told = await unforeseen(type, { now: live, then: crd, foreseen, filling }, reading)
  if (told.length > 0) throw notForeseen(type, told, hint)
}

/** The same of a definition that gets back what it was, `image`; where nothing was judged, it takes nothing. */
export async function requireRestorable(
  { name, type, foreseen }: RestoreCrdPayload,
  image: KubeObject,
  reading: Reading,
): Promise<void> {
  const live = await reading.cluster.get({ type: CRD_TYPE, name }, reading.signal)
  if (foreseen === undefined || live === undefined) return
  const hint = 'change these objects, or keep a copy of them and delete them; then resume'
  await requireForeseen({ name, type, foreseen, crd: asRestorable(image, live) }, reading, { hint })
}

/** The same for every definition that steps change, before they are carried out. `hint`: what to try otherwise. */
export async function requireObjectsForeseen(
  { steps }: Pick<Plan, 'steps'>,
  reading: Reading,
  hint?: string,
): Promise<void> {
  const fills = steps.filter(({ verb }) => verb === 'fill-defaults').map(({ payload }) => payload as unknown)
  for (const { verb, payload } of steps) {
    if (verb !== 'replace-crd') continue
    const change = payload as unknown as ReplaceCrdPayload
    const filling = (fills as FillDefaultsPayload[]).find(({ type }) => type.resource === change.type.resource)
    await requireForeseen(change, reading, { filling, hint })
  }
}

interface Change {
  now: KubeObject
  then: KubeObject
  foreseen: readonly Foreseen[]
  filling: Filling
}

async function unforeseen(type: ResourceType, change: Change, reading: Reading): Promise<string[]> {
  const [now, then] = [inForce(readCrd(change.now)), inForce(readCrd(change.then))]
  // Written already, by a run that was killed before it could say so: it changes nothing any more.
  if (isSameForce(now, then)) return []
  const { foretell } = foreteller(now, then)
  const known = new Map(change.foreseen.map((one) => [one.uid, one]))
  const isOthers = await othersTake(change.filling.others, reading)
  const told: string[] = []
  for (const live of await listAll(type, reading)) {
    const object = { ...live, kind: type.kind }
    const { lost, violations } = foretell(isOthers(live) ? object : filled(object, change.filling))
    const plan = known.get(live.metadata.uid ?? '')
    const more = lost.filter((path) => plan?.lost.includes(path) !== true)
    if (more.length > 0) told.push(`${nameOf(live)} would lose ${more.slice(0, 3).join(', ')}`)
    else if (violations.length > 0 && plan?.invalid !== true) {
      const [{ path, message }] = violations as [(typeof violations)[number]]
      told.push(`${nameOf(live)} would be invalid: ${path} ${message}`)
    }
  }
  return told.sort()
}

function isSameForce(now: SchemaInForce, then: SchemaInForce): boolean {
  return (
    now.preserveUnknownFields === then.preserveUnknownFields &&
    schemaIdentity(now.schema) === schemaIdentity(then.schema)
  )
}

function filled(object: KubeObject, { rules, exceptStates }: Filling): KubeObject {
  return exceptStates.includes(stateOf(object)) ? object : withDefaults(object, rules)
}

function notForeseen({ resource }: ResourceType, told: readonly string[], hint: string): SparkopsError {
  const more = told.length > 3 ? `; and ${told.length - 3} more` : ''
  return new SparkopsError({
    code: 'SO_PLAN_STALE',
    message: `the plan does not speak of ${told.length} ${resource} that its definition would hurt`,
    why: `made or edited since: ${told.slice(0, 3).join('; ')}${more}`,
    hint,
    exit: 'stale',
  })
}
