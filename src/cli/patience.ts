/** How long a command waits for what may never answer. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SparkopsError } from '../domain/errors.ts'

/** Fails (exit 69) after so many milliseconds; does not keep the process. */
export async function unreachableAfter(milliseconds: number): Promise<never> {
  await sleep(milliseconds, undefined, { ref: false })
  throw new SparkopsError({
    code: 'SO_KUBE_UNREACHABLE',
    message: `no answer within ${milliseconds / 1000} s`,
    exit: 'unreachable',
  })
}
