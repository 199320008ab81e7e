/** Which pods are held against which: applications by name, runs of one application in the order that they began. */
import { textAt } from './json.ts'
import type { SparkPod } from './spark-pod.ts'

export interface PodPair {
  /** The application, with the attempt where there are several. */
  name: string
  application: string
  expected: readonly SparkPod[]
  actual: readonly SparkPod[]
}

export interface PairedPods {
  pairs: PodPair[]
  /** Attempts that nothing stands against, and those whose order cannot be told. */
  unpaired: string[]
}

interface Side {
  from: string
  pods: readonly SparkPod[]
}

/** Pairs by name; where each side has one application, those two, whatever they are called. */
export function pairPods(expected: Side, actual: Side): PairedPods {
  const [from, to] = [grouped(expected.pods, applicationOf), grouped(actual.pods, applicationOf)]
  const paired: PairedPods = { pairs: [], unpaired: [] }
  if (from.size === 0 && to.size === 0) return paired
  const isOne = from.size <= 1 && to.size <= 1
  const names = isOne ? [[...to.keys(), ...from.keys()][0]!] : [...new Set([...from.keys(), ...to.keys()])].sort()
  for (const name of names) {
    const [before, after] = isOne ? [expected.pods, actual.pods] : [from.get(name) ?? [], to.get(name) ?? []]
    pairAttempts(name, { ...expected, pods: before }, { ...actual, pods: after }, paired)
  }
  return paired
}

/**
 * Attempts by their ids, or, where these are of other runs, in the order that they began. What is held against a single attempt is so as a whole: no attempt of it is
 * lost, and what their pods have alike is told once.
 */
function pairAttempts(application: string, expected: Side, actual: Side, { pairs, unpaired }: PairedPods): void {
  const [from, to] = [attemptsOf(expected.pods), attemptsOf(actual.pods)]
  const whole = { name: application, application, expected: expected.pods, actual: actual.pods }
  if (from.length <= 1 || to.length === 0) {
    pairs.push(whole)
    return
  }
  const known = new Set(from.map(({ id }) => id).filter((id) => to.some((one) => one.id === id)))
  const isOrdered = [from, to].every((all) => all.length === 1 || all.every(({ began }) => began !== undefined))
  if (known.size === 0 && !isOrdered) {
    pairs.push(whole)
    unpaired.push(`which attempt of ${application} stands against which: a driver has no creationTimestamp`)
    return
  }
  const used = new Set<Attempt>()
  for (const [index, before] of from.entries()) {
    const name = `${application}, attempt ${index + 1}`
    const after = known.size === 0 ? to[index] : to.find(({ id }) => id === before.id)
    if (after === undefined) {
      unpaired.push(alone(name, expected, actual))
      continue
    }
    used.add(after)
    pairs.push({ name, application, expected: before.pods, actual: after.pods })
  }
  for (const [index, after] of to.entries())
    if (!used.has(after)) unpaired.push(alone(`${application}, attempt ${index + 1}`, actual, expected))
}

function alone(name: string, has: Side, hasNot: Side): string {
  return `${name} in ${has.from}, which has no such attempt in ${hasNot.from} to stand against`
}

interface Attempt {
  id: string
  pods: readonly SparkPod[]
  /** When its driver was made, as the API server writes it; undefined where the driver was never stored. */
  began: string | undefined
}

/** A driver begins an attempt. Pods that are of no driver's are with the latest that began before them, or the first. */
function attemptsOf(pods: readonly SparkPod[]): Attempt[] {
  const drivers = grouped(
    pods.filter(({ role }) => role === 'driver'),
    ({ attempt }) => attempt,
  )
  if (drivers.size <= 1) return pods.length === 0 ? [] : [{ id: [...drivers.keys()][0] ?? '', pods, began: undefined }]
  const attempts = [...drivers]
    .map(([id, own]) => ({ id, pods: own, began: own.map(madeAt).sort()[0] }))
    .sort((a, b) => ((a.began ?? '') < (b.began ?? '') ? -1 : 1))
  for (const pod of pods) {
    if (pod.role === 'driver') continue
    const own = attempts.find(({ id }) => id === pod.attempt)
    const earlier = attempts.filter(({ began }) => (began ?? '') <= (madeAt(pod) ?? '')).at(-1)
    ;(own ?? earlier ?? attempts[0]!).pods.push(pod)
  }
  return attempts
}

function madeAt({ object }: SparkPod): string | undefined {
  return textAt(object, 'metadata', 'creationTimestamp')
}

function applicationOf({ application }: SparkPod): string {
  return application
}

function grouped(pods: readonly SparkPod[], keyOf: (pod: SparkPod) => string): Map<string, SparkPod[]> {
  const groups = new Map<string, SparkPod[]>()
  for (const pod of pods) {
    const group = groups.get(keyOf(pod))
    if (group === undefined) groups.set(keyOf(pod), [pod])
    else group.push(pod)
  }
  return groups
}
