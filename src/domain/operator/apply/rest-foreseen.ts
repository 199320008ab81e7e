/**
 * Whether a run may go on with what is left of it. Between a plan and its resumption people make and edit applications
 * as they do between a plan and its beginning: the same is asked of them, before anything more is stopped or changed.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { RunStore } from '../../../ports/journal.ts'
import type { Plan, Step } from '../../plan/plan.ts'
import { progressOf, type RunProgress } from '../../plan/run-record.ts'
import type { RestoreCrdPayload } from '../steps/definition-payloads.ts'
import type { ScalePayload } from '../steps/payloads.ts'
import type { Reading } from './applications.ts'
import { requireObjectsForeseen, requireRestorable } from './foreseen.ts'
import { requireTakenUp } from './left-behind.ts'

/** Throws (exit 5) where the steps that are left would hurt applications that the plan does not name, and names them. */
export async function requireRestForeseen(
  plan: Plan,
  progress: RunProgress,
  reading: Reading & { store: RunStore },
): Promise<void> {
  const hint =
    'change these applications and resume; or take the run back and plan again: ' +
    `sparkops operator abort ${progress.run}`
  const steps = plan.steps.filter(({ id }) => progressOf(progress, id).state !== 'done')
  if (progress.undoes !== null) {
    await requireRestoringForeseen(steps, progress.undoes, reading)
    return
  }
  await requireObjectsForeseen({ steps }, reading, hint)
  // What a target that has been started leaves alone it leaves alone already: going on changes nothing of that.
  if (!isStarted(plan, progress)) await requireTakenUp(plan, reading, hint)
}

/** Of a way back, which nothing takes back: what is to be had again are the definitions of the run that it undoes. */
async function requireRestoringForeseen(
  steps: readonly Step[],
  undoes: string,
  reading: Reading & { store: RunStore },
): Promise<void> {
  const undone = await reading.store.read(undoes)
  for (const { verb, payload } of steps) {
    if (verb !== 'restore-crd' || undone === undefined) continue
    const restoring = payload as unknown as RestoreCrdPayload
    const [image] = (await undone.kept(restoring.ofStep)) as (KubeObject | null)[]
    if (image) await requireRestorable(restoring, image, reading)
  }
}

/** Whether the target may run. What is no Deployment is started by its installation, and has no step of its own. */
function isStarted({ steps }: Plan, progress: RunProgress): boolean {
  const starts = steps.filter(startsController)
  const deciding = starts.length > 0 ? starts : steps.filter(({ id }) => id.startsWith('install/'))
  return deciding.some(({ id }) => progressOf(progress, id).attempts > 0)
}

function startsController({ verb, payload }: Step): boolean {
  return verb === 'scale' && (payload as unknown as ScalePayload).replicas > 0
}
