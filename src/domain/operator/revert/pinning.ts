/**
 * On the way back, too, the webhook of 2.x and the controller of 1.x run beside each other for a while, and the Service
 * of 1.x selects the pods of both.
 */
import type { Plan, Step } from '../../plan/plan.ts'
import type { HandOverPayload, PinServicePayload } from '../steps/webhook-payloads.ts'
import { PIN, pinService, RETIRE, STAGE, unpinService } from '../steps/webhook-steps.ts'

export interface Pinning {
  /** Before the webhook of 2.x is put there again. */
  beforeStaging: Step[]
  /** When the controller of 1.x is gone. */
  afterStop: Step[]
  /** When it has been started, and the webhook of 2.x still answers. */
  afterStart: Step[]
  /** When the webhook of 2.x is taken away. */
  afterRetiring: Step[]
}

const NONE: Pinning = { beforeStaging: [], afterStop: [], afterStart: [], afterRetiring: [] }

/** Whether a step of the way back takes a pin away that the run has left. */
export function isUnpinning({ id }: Step): boolean {
  return id === `undo/${PIN}`
}

/** What has to be pinned on the way back, and when. */
export function pinningOf(plan: Plan, inverses: readonly Step[]): Pinning {
  const payload = sharedIn(plan)
  if (payload === undefined) return NONE
  const left = inverses.filter(isUnpinning)
  const has = (id: string): boolean => inverses.some((step) => step.id === `undo/${id}`)
  if (has(STAGE)) {
    const isStarted = inverses.some(({ id, verb }) => verb === 'scale' && id.startsWith('undo/stop/'))
    const afterStart = isStarted ? [pinService(payload, { isLeaving: true })] : []
    const afterRetiring = isStarted ? [unpinService(payload, { whenGone: true })] : left
    return { ...NONE, afterStart, afterRetiring }
  }
  if (has(RETIRE)) {
    const beforeStaging = [pinService(payload, { isLeaving: false })]
    return { ...NONE, beforeStaging, afterStop: [unpinService(payload, { whenGone: false })] }
  }
  return { ...NONE, afterStop: left }
}

function sharedIn({ steps }: Plan): PinServicePayload | undefined {
  const pinned = steps.find(({ id }) => id === PIN)?.payload as unknown as PinServicePayload | undefined
  const handOvers = steps.filter(({ verb }) => verb === 'hand-over-webhook')
  const payloads = handOvers.map(({ payload }) => payload as unknown as HandOverPayload)
  return pinned ?? payloads.find(({ shares }) => shares !== undefined)?.shares
}
