/**
 * Which pods are made while no webhook answers: by watch, since one may be made and gone again before anybody lists.
 * The watch lives as long as the process; a run that goes on in another one has the list alone, and says so.
 */
import type { WatchEvent } from '../../../ports/cluster.ts'
import type { Verb } from '../../plan/verb.ts'
import type { WatchPodsPayload } from '../steps/webhook-payloads.ts'
import { nameOf } from '../discover/kinds.ts'
import type { ApplyContext, MadePod, PodWatch } from './context.ts'
import { POD_TYPE } from './well-known.ts'

export const watchPods: Verb<ApplyContext> = {
  isCheck: true,
  act: async (payload, context) => {
    const { selector } = payload as unknown as WatchPodsPayload
    context.watches.get(selector)?.stop()
    context.watches.set(selector, await beginWatch(selector, context))
    return { startedAt: new Date(context.clock.now()).toISOString() }
  },
}

/** Pods that were made since the watch began, or, where there is none in this process, those that are there. */
export async function podsMade(
  selector: string,
  { watches, cluster, signal }: Pick<ApplyContext, 'watches' | 'cluster' | 'signal'>,
): Promise<{ pods: readonly MadePod[]; by: 'watch' | 'list' }> {
  const { items } = await cluster.list(POD_TYPE, { labelSelector: selector, signal })
  const listed = items.map((pod) => ({ name: nameOf(pod), createdAt: pod.metadata.creationTimestamp ?? '' }))
  const watch = watches.get(selector)
  if (watch === undefined) return { pods: listed, by: 'list' }
  // What was made in the last moment may not have been told yet; what is gone by now is only in the watch.
  const byName = new Map([...watch.made(), ...listed].map((pod) => [`${pod.name} ${pod.createdAt}`, pod]))
  return { pods: [...byName.values()], by: 'watch' }
}

/** Resolves when everything that was there before has been told: from then on nothing is missed. */
async function beginWatch(selector: string, { cluster, signal }: ApplyContext): Promise<PodWatch> {
  const end = new AbortController()
  const told = cluster.watch(POD_TYPE, { labelSelector: selector, signal: AbortSignal.any([signal, end.signal]) })
  const events = told[Symbol.asyncIterator]()
  const next = async (): Promise<WatchEvent | undefined> => {
    const result = (await events.next()) as IteratorResult<WatchEvent, undefined>
    return result.value
  }
  while (((await next())?.type ?? 'SYNCED') !== 'SYNCED');
  const made: MadePod[] = []
  const follow = async (): Promise<void> => {
    for (let event = await next(); event !== undefined; event = await next()) {
      if (event.type !== 'ADDED') continue
      made.push({ name: nameOf(event.object), createdAt: event.object.metadata.creationTimestamp ?? '' })
    }
  }
  // A right that is taken away half-way ends the watch; the list at its end still tells of what is there.
  const following = follow().catch(() => undefined)
  return {
    made: () => made,
    stop: () => {
      end.abort()
      void following
    },
  }
}
