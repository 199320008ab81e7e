/** The end of the time that a question may take which nothing depends on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SparkopsError } from '../domain/errors.ts'

/** Rejects after so long, and keeps no process alive until then. */
export async function noAnswerWithin(milliseconds: number): Promise<never> {
  await sleep(milliseconds, undefined, { ref: false })
  throw new SparkopsError({
    code: 'SO_NO_ANSWER',
    message: `no answer within ${milliseconds / 1000} s`,
    exit: 'unreachable',
  })
}
