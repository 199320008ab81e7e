/**
 * Where ports meet adapters: each factory imports its adapter only when it is called, so that a command pays for what
 * it uses and no more. Commands get adapters from here and from nowhere else.
 */
import type { Clock } from '../ports/clock.ts'
import type { Machine } from '../ports/machine.ts'

export const systemClock: Clock = { now: () => Date.now() }

/** This machine: its programs, memory and Node. */
export async function openMachine(): Promise<Machine> {
  const { localMachine } = await import('../adapters/machine/local-machine.ts')
  return localMachine()
}
