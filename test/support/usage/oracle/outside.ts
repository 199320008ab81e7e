// Evidence from outside the events: lists of pods and of active applications. Rule 6 of docs/usage-rules.md.
import { type Evidence } from './events.ts'
import { type History, type Lifetime } from './history.ts'

/** Kubernetes keeps times in whole seconds: what is written as s happened before s + 1. */
const WHOLE_SECOND = 1_000_000_000n

export interface Outside {
  readonly aliveAt: bigint | null
  readonly over: { readonly at: bigint; readonly rule: string } | null
}

export function boundFromOutside(lifetime: Lifetime, history: History, evidence: Evidence): Outside {
  let aliveAt: bigint | null = null
  let over: Outside['over'] = null
  const alive = (t: bigint): void => {
    if (aliveAt === null || t > aliveAt) aliveAt = t
  }
  const ended = (at: bigint, rule: string): void => {
    if (over === null || at < over.at) over = { at, rule }
  }
  for (const { t, pods } of evidence.pods) {
    if (t <= lifetime.lastAdd) continue
    const pod = pods.get(lifetime.key)
    if (pod === undefined) {
      ended(t, 'pod-absent')
    } else if (pod.finishedAt !== null) {
      ended(pod.finishedAt + WHOLE_SECOND, 'pod-finished')
      alive(pod.finishedAt)
    } else if (pod.phase === 'Succeeded' || pod.phase === 'Failed') {
      ended(t, 'pod-finished')
    } else if (pod.phase === 'Running' && nodeKnown(lifetime, history, t)) {
      // A pod of a lost node says Running until it is collected: only a known node makes it a proof of life.
      alive(t)
    }
  }
  for (const { t, keys } of evidence.active) {
    if (t <= lifetime.lastAdd) continue
    if (keys.has(lifetime.key)) alive(t)
    else if (instanceAt(history, t) === lifetime.lastInstance) ended(t, 'rest-absent')
  }
  return { aliveAt, over }
}

function nodeKnown({ node }: Lifetime, history: History, t: bigint): boolean {
  const moments = history.instances[instanceAt(history, t)]
  const life = node === null ? undefined : moments?.nodes.get(node)
  return life !== undefined && life.added.some((added) => added < t) && !life.gone.some((gone) => gone <= t)
}

function instanceAt({ instances }: History, t: bigint): number {
  return instances.findIndex(({ covers }) => covers[0] !== undefined && covers[0].from <= t && t <= covers.at(-1)!.to)
}
