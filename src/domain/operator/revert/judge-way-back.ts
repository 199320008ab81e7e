/**
 * What becomes of the applications that are there now when raised definitions get their older schema back. Those made or
 * edited since may say things that it has no place for: the plan of the way back names them, as a plan of the way there
 * does, and there is no loss without consent.
 */
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import { toJson } from '../../plan/json.ts'
import type { Finding, Plan, Step } from '../../plan/plan.ts'
import { sealPlan } from '../../plan/seal.ts'
import { Sight } from '../discover/sight.ts'
import { inForce } from '../plan/crd-moves.ts'
import { foreseenBy } from '../plan/crd-steps.ts'
import { JUDGED_EVALUATORS } from '../plan/evaluate/judged.ts'
import { ALL_RULES } from '../plan/findings.ts'
import { type Judgement, judgeObjects, OFFLINE } from '../plan/judge-objects.ts'
import { returnGate } from '../plan/return-gate.ts'
import type { OnHeld } from '../plan/shadow.ts'
import { readCrd } from '../schema/crd.ts'
import { asRestorable } from '../schema/restorable.ts'
import type { RestoreCrdPayload } from '../steps/definition-payloads.ts'
import { CRD_TYPE } from '../steps/policies.ts'
import { isRaisedCrd } from './undo-plan.ts'

export interface WayBackJudging {
  cluster: Cluster
  signal: AbortSignal
  sleep: (milliseconds: number) => Promise<void>
  /** Told what must go when the process ends. Undefined: the API server is not asked, since nothing may be written. */
  onHeld: OnHeld | undefined
  /** What the run that is taken back kept under the name of a step. */
  kept: (step: string) => Promise<unknown[]>
}

/** The way back with what its older definitions would do: findings, what their steps may meet, and a last gate. */
export async function judgeWayBack(back: Plan, undone: Plan, judging: WayBackJudging): Promise<Plan> {
  const judged = new Map<string, Judgement>()
  for (const step of back.steps) {
    if (!isRaisedCrd(step, undone)) continue
    const judgement = await judgeRestoring(step.payload as unknown as RestoreCrdPayload, judging)
    if (judgement !== undefined) judged.set(step.id, judgement)
  }
  if (judged.size === 0) return back
  const judgements = [...judged.values()]
  const steps = back.steps.map((step) => withForeseen(step, judged.get(step.id)))
  const last = steps.findLastIndex(({ id }) => judged.has(id)) + 1
  return sealPlan({
    ...back,
    // Right after the definitions: the next steps may write to applications, and that ends what is hidden by then.
    steps: [...steps.slice(0, last), ...returnGate({ judgements }), ...steps.slice(last)],
    findings: [...findingsOf(judgements), ...back.findings],
  })
}

/** Undefined where the definition is gone, or was made by the run and stays. */
async function judgeRestoring(
  { name, type, ofStep }: RestoreCrdPayload,
  { cluster, signal, sleep, onHeld, kept }: WayBackJudging,
): Promise<Judgement | undefined> {
  const image = (await kept(ofStep))[0] as KubeObject | null | undefined
  const live = await cluster.get({ type: CRD_TYPE, name }, signal)
  if (image === null || image === undefined || live === undefined) return undefined
  return await judgeObjects({
    sight: new Sight(cluster, signal),
    type,
    now: inForce(readCrd(live)),
    then: inForce(readCrd(asRestorable(image, live))),
    prepare: (object) => object,
    server: onHeld === undefined ? OFFLINE : cluster,
    signal,
    sleep,
    onHeld: onHeld ?? (() => () => undefined),
    report: undefined,
  })
}

function withForeseen(step: Step, judgement: Judgement | undefined): Step {
  if (judgement === undefined) return step
  const payload = step.payload as unknown as RestoreCrdPayload
  return { ...step, payload: toJson({ ...payload, foreseen: foreseenBy(judgement) }) }
}

const KEEP = 'go back without --crds restore: an older operator writes no spec and loses nothing under the newer schema'

/** What is done about it differs from the way there: there are definitions that can be kept. */
const FIXES: Readonly<Record<string, string>> = {
  'OP-CRD-PRUNES': KEEP,
  'OP-CRD-UNKNOWN-FIELDS': KEEP,
  'OP-SERVER-DISAGREES': `${KEEP}; and report this with the object and the definition`,
  'OP-SERVER-NOT-ASKED': 'the way back itself asks it, where this login may create CustomResourceDefinitions',
}

function findingsOf(judgements: readonly Judgement[]): Finding[] {
  return ALL_RULES.flatMap(({ id, title, detail, consequence, gate, fix, source }) => {
    const objects = [...new Set(JUDGED_EVALUATORS[id]?.({ judgements }) ?? [])].sort()
    if (objects.length === 0) return []
    return [{ id, direction: 'back', title, detail, objects, consequence, gate, fix: FIXES[id] ?? fix, source }]
  })
}
