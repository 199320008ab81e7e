/**
 * Adoption of half-submitted applications. A controller that ends between spark-submit and its status write leaves a
 * driver that nobody knows of: 1.x then does nothing for ever, 2.x declares the submission failed and, where the
 * restart policy allows, deletes the living driver. The status is written here as the controller would have.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { Json } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import type { AdoptPayload } from '../steps/payloads.ts'
import { nameOf } from '../discover/kinds.ts'
import { objectName } from '../steps/operator-step.ts'
import { driversByApplication, listAll, type PodIdentity, sparkPods, stateOf, statusField } from './applications.ts'
import { isFields } from './compare.ts'
import { despiteOthers } from './conflicts.ts'
import type { ApplyContext, RunAccess } from './context.ts'
import { othersTake } from './others.ts'

interface Findings {
  adoptable: { application: KubeObject; driver: PodIdentity }[]
  /** More than one driver claims them: which one is right cannot be known. */
  ambiguous: string[]
  /** The status tells of a driver that is not there. */
  driverMissing: string[]
}

/** One that was adopted, or was about to be. */
interface Adoption {
  application: string
  driver: string
  /** Of the driver. */
  uid: string
}

const KEPT = 'adopted'

export const adopt: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { adoptable, ambiguous, driverMissing } = await findHalfSubmitted(payload, context)
    if (adoptable.length > 0) return { state: 'ready' }
    // The process that wrote them may have died before it could say so.
    return { state: 'done', facts: { adopted: await adoptions(context.run), ambiguous, driverMissing } }
  },
  act: async (payload, context) => {
    const { adoptable, ambiguous, driverMissing } = await findHalfSubmitted(payload, context)
    const names = adoptable.map(({ application, driver }) => ({
      application: nameOf(application),
      driver: driver.name,
      uid: driver.uid,
    }))
    await context.run.keep(KEPT, names satisfies Adoption[])
    for (const [index, { application, driver }] of adoptable.entries()) {
      await writeStatus(payload, application, driver, context)
      context.tell(`${index + 1} of ${adoptable.length} adopted`)
    }
    return { adopted: names, ambiguous, driverMissing }
  },
}

/** What this run adopted, or was about to. */
async function adoptions(run: Pick<RunAccess, 'kept'>): Promise<Json[]> {
  return ((await run.kept(KEPT)) as Json[][]).flat()
}

/** Names of the applications that a run adopted, or was about to. */
export async function adoptedNames(run: Pick<RunAccess, 'kept'>): Promise<Set<string>> {
  return new Set((await adoptions(run)).map((one) => (one as unknown as Adoption).application))
}

const RUNNING_STATES = ['SUBMITTED', 'RUNNING']

async function findHalfSubmitted(payload: Json, context: ApplyContext): Promise<Findings> {
  const { type, labels, states, others } = payload as unknown as AdoptPayload
  const isOthers = await othersTake(others, context)
  const drivers = driversByApplication(await sparkPods(labels, context))
  const found: Findings = { adoptable: [], ambiguous: [], driverMissing: [] }
  for (const application of await listAll(type, context)) {
    if (isOthers(application)) continue
    const own = (drivers.get(nameOf(application)) ?? []).filter((driver) => mayBelong(driver, application))
    if (RUNNING_STATES.includes(stateOf(application)) && own.length === 0) found.driverMissing.push(nameOf(application))
    if (!states.includes(stateOf(application)) || application.metadata.deletionTimestamp !== undefined) continue
    const unknown = own.filter((driver) => isUnknownTo(application, driver))
    if (unknown.length > 1) found.ambiguous.push(nameOf(application))
    else if (unknown[0]) found.adoptable.push({ application, driver: unknown[0] })
  }
  return found
}

/** Whether a driver is the application's, and its status does not know of the submission that made it. */
export function isUnknownTo(application: KubeObject, driver: PodIdentity): boolean {
  return mayBelong(driver, application) && driver.submissionId !== statusField(application, 'submissionID')
}

/** A pod older than the application is of a former one of the same name; one that is being deleted is no driver to keep. */
function mayBelong({ createdAt, terminating }: PodIdentity, { metadata }: KubeObject): boolean {
  return !terminating && createdAt >= (metadata.creationTimestamp ?? '')
}

async function writeStatus(
  payload: Json,
  application: KubeObject,
  driver: PodIdentity,
  { cluster, signal }: ApplyContext,
): Promise<void> {
  const { type, states } = payload as unknown as AdoptPayload
  const { namespace, name, uid } = application.metadata
  const key = { type, namespace, name }
  await despiteOthers(objectName(key), async () => {
    const live = await cluster.get(key, signal)
    if (live === undefined || live.metadata.uid !== uid || !states.includes(stateOf(live))) return
    await cluster.replace(type, { ...live, status: adoptedStatus(live, driver) }, { subresource: 'status' })
  })
}

/**
 * What the controller writes after a successful submission (submitSparkApplication of 1.x, reconcileNewSparkApplication
 * and its like of 2.x): SUBMITTED, the driver's name, one attempt more.
 */
function adoptedStatus(live: KubeObject, driver: PodIdentity): Record<string, unknown> {
  const status = isFields(live.status) ? live.status : {}
  const driverInfo = isFields(status.driverInfo) ? status.driverInfo : {}
  const more = (field: string): number => Number(status[field] ?? 0) + 1
  return {
    ...status,
    applicationState: { state: 'SUBMITTED' },
    driverInfo: { ...driverInfo, podName: driver.name },
    submissionID: driver.submissionId,
    submissionAttempts: more('submissionAttempts'),
    executionAttempts: more('executionAttempts'),
    lastSubmissionAttemptTime: driver.createdAt,
    terminationTime: null,
  }
}
