/**
 * A signal that aborts at a time or with another signal, and lets go of both when it is cleared. AbortSignal.any and
 * AbortSignal.timeout hold on to theirs, which adds up over thousands of requests under one Ctrl-C signal.
 */

export interface Deadline {
  signal: AbortSignal
  /** Whether time was up, and not the other signal's doing. */
  expired(): boolean
  /** Begins the time anew. */
  restart(): void
  /** Stops the clock; the other signal still counts. */
  stop(): void
  clear(): void
}

export function deadline(ms: number, parent: AbortSignal | undefined, reason: () => Error): Deadline {
  const controller = new AbortController()
  let expired = false
  let timer: NodeJS.Timeout | undefined
  const onParent = (): void => controller.abort(parent?.reason)
  const onTime = (): void => {
    expired = true
    controller.abort(reason())
  }
  const stop = (): void => clearTimeout(timer)
  const restart = (): void => {
    stop()
    timer = setTimeout(onTime, ms)
  }
  if (parent?.aborted) onParent()
  else parent?.addEventListener('abort', onParent, { once: true })
  restart()
  return {
    signal: controller.signal,
    expired: () => expired,
    restart,
    stop,
    clear: () => {
      stop()
      parent?.removeEventListener('abort', onParent)
    },
  }
}
