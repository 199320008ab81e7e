/** What carries out the steps of runs on applications. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import { TERMINAL_STATES } from '../../operator/discover/applications.ts'
import { textAt } from '../../operator/discover/json.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb, Verbs } from '../../plan/verb.ts'
import { RUN } from '../labels.ts'
import { type AppContext, applicationTypeOf, type CopyPayload, type DeletePayload } from './context.ts'

const POLL_MS = 1000

const deleteApplication: Verb<AppContext> = {
  look: async (payload, context) => {
    const { uid } = payload as unknown as DeletePayload
    const found = await read(payload, context)
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return { state: 'done' }
    return found.metadata.uid === uid
      ? { state: 'ready' }
      : { state: 'drifted', why: 'another application of that name has been made since' }
  },
  act: async (payload, { cluster, signal }) => {
    const { uid } = payload as unknown as DeletePayload
    await cluster.delete(keyOfDeletion(payload), { propagation: 'Background', preconditions: { uid }, signal })
    return null
  },
}

const createCopy: Verb<AppContext> = {
  look: async (payload, { cluster, signal }) => {
    const { object, run, version } = payload as unknown as CopyPayload
    const { namespace, name } = object.metadata
    const found = await cluster.get({ type: applicationTypeOf(version), namespace, name }, signal)
    if (found === undefined) return { state: 'ready' }
    if (found.metadata.labels?.[RUN] === run) return { state: 'done', facts: factsOf(found) }
    return { state: 'drifted', why: 'an application of that name is there, and it is not of this run' }
  },
  act: async (payload, context) => {
    const { object, version } = payload as unknown as CopyPayload
    await waitForRoom(payload as unknown as CopyPayload, context)
    const options = { fieldValidation: 'Strict', signal: context.signal } as const
    return factsOf((await context.cluster.create(applicationTypeOf(version), object, options)).object)
  },
}

export const APP_VERBS: Verbs<AppContext> = new Map([
  ['delete-application', deleteApplication],
  ['create-copy', createCopy],
])

/** Until fewer copies of the run are under way than may be at once. What was suspended counts: it may go on. */
async function waitForRoom({ object, run, atOnce, version }: CopyPayload, context: AppContext): Promise<void> {
  const { cluster, signal, sleep, tell } = context
  const { namespace } = object.metadata
  for (;;) {
    const { items } = await cluster.list(applicationTypeOf(version), {
      namespace,
      labelSelector: `${RUN}=${run}`,
      signal,
    })
    const open = items.filter((item) => !TERMINAL_STATES.has(textAt(item, 'status', 'applicationState', 'state') ?? ''))
    if (open.length < atOnce) return
    tell(`${open.length} copies are under way; waiting for one to end`)
    await sleep(POLL_MS)
  }
}

async function read(payload: Json, { cluster, signal }: AppContext): Promise<KubeObject | undefined> {
  return await cluster.get(keyOfDeletion(payload), signal)
}

function keyOfDeletion(payload: Json): ObjectKey {
  const { version, namespace, name } = payload as unknown as DeletePayload
  return { type: applicationTypeOf(version), namespace, name }
}

function factsOf({ metadata }: KubeObject): Json {
  return { uid: metadata.uid ?? '', namespace: metadata.namespace ?? '', name: metadata.name }
}
