/** Makes a pod what the webhook would have made of it, and says where. On a pod that has all of it, nothing changes. */
import { canonicalJson } from '../../canonical-json.ts'
import { type JsonMap, cloneJson, isMap, mapAt, mapsAt, scalarText, textAt } from '../json.ts'
import { childPointer } from '../path.ts'
import { type Effect, MAIN, type Step } from './effects.ts'

export interface Enforced {
  pod: JsonMap
  /** Where each effect lies, in the order of the effects. */
  pointers: string[]
}

/** A copy of the pod with every effect in it. `mainContainer`: its place in spec.containers. */
export function enforce(pod: JsonMap, effects: readonly Effect[], mainContainer: number): Enforced {
  const copy = cloneJson(pod)
  const pointers = effects.map(({ change }) => {
    if (change.do === 'set') return setAt(copy, change.to, change.value, mainContainer)
    const { list, pointer } = listAt(copy, change.to, mainContainer)
    const index =
      change.do === 'container' ? containerPlace(list, change.item) : itemPlace(list, change.item, change.keys)
    // A container of that name and image is left as it is; everything else is as the application says.
    if (index === list.length || change.do === 'append') list[index] = cloneJson(change.item)
    return childPointer(pointer, index)
  })
  return { pod: copy, pointers }
}

function containerPlace(list: unknown[], item: JsonMap): number {
  const isSame = (one: unknown): boolean =>
    textAt(one, 'name') === textAt(item, 'name') && textAt(one, 'image') === textAt(item, 'image')
  const found = list.findIndex(isSame)
  return found === -1 ? list.length : found
}

function itemPlace(list: unknown[], item: unknown, keys: readonly string[] | 'end'): number {
  if (keys === 'end') return list.length
  const keyOf = (one: unknown): string =>
    keys.map((key) => (isMap(one) ? scalarText(one[key] ?? (key === 'protocol' ? 'TCP' : '')) : '')).join('\n')
  const found = list.findIndex((one) =>
    keys.length === 0 ? canonicalJson(one) === canonicalJson(item) : keyOf(one) === keyOf(item),
  )
  return found === -1 ? list.length : found
}

function setAt(pod: JsonMap, to: readonly Step[], value: unknown, mainContainer: number): string {
  const { holder, pointer } = walk(pod, to.slice(0, -1), mainContainer)
  const name = lastStep(to)
  holder[name] = cloneJson(value)
  return childPointer(pointer, name)
}

function listAt(pod: JsonMap, to: readonly Step[], mainContainer: number): { list: unknown[]; pointer: string } {
  const { holder, pointer } = walk(pod, to.slice(0, -1), mainContainer)
  const name = lastStep(to)
  const list: unknown[] = Array.isArray(holder[name]) ? holder[name] : []
  holder[name] = list
  return { list, pointer: childPointer(pointer, name) }
}

function lastStep(to: readonly Step[]): string {
  const step = to.at(-1)
  return typeof step === 'string' ? step : ''
}

function walk(pod: JsonMap, steps: readonly Step[], mainContainer: number): { holder: JsonMap; pointer: string } {
  let holder: JsonMap = pod
  let pointer = ''
  for (const step of steps) {
    if (step === MAIN) {
      pointer = childPointer(pointer, mainContainer)
      continue
    }
    pointer = childPointer(pointer, step)
    const next: JsonMap = step === 'containers' ? (mapsAt(holder, step)[mainContainer] ?? {}) : mapAt(holder, step)
    if (step !== 'containers') holder[step] = next
    holder = next
  }
  return { holder, pointer }
}
