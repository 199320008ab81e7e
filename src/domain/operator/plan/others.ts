/** Operators of the cluster that a move is not of: they run on, and what they take up is theirs. */
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import type { Discovery, FoundInstallation } from '../discover/discover.ts'
import { takesUp } from '../discover/watching.ts'
import type { WatchScope } from '../steps/payloads.ts'

export interface OtherOperator {
  /** `namespace/name` of its controller. */
  id: string
  behaviour: OperatorBehaviour
}

interface Placed {
  namespace: string
  labels: Readonly<Record<string, string>>
}

/** Those with a controller that is not scaled to nothing: one that is acts on nothing. */
export function othersThan(installation: FoundInstallation | undefined, discovery: Discovery): OtherOperator[] {
  return discovery.installations.flatMap(({ id, controller, behaviour }) => {
    if (id === installation?.id || behaviour === undefined) return []
    return (controller?.replicas.wanted ?? 0) > 0 ? [{ id, behaviour }] : []
  })
}

/** Whether one of them takes an object up, or may: then it is not the move's to write. */
export function isOthers(others: readonly OtherOperator[], object: Placed, labels: Discovery['namespaces']): boolean {
  return others.some(({ behaviour }) => takesUp(behaviour, object, labels) !== false)
}

/** What an operator takes up, as steps carry it. */
export function scopeOf({ generation, labelSelector, namespaces }: OperatorBehaviour): WatchScope {
  const { all, names, selector = null } = namespaces
  return { generation, labelSelector, namespaces: { all, names, selector } }
}

/** The part of a step's payload that keeps it from what is others'; nothing where there are none. */
export function scopesOf(others: readonly OtherOperator[]): { others?: readonly WatchScope[] } {
  return others.length === 0 ? {} : { others: others.map(({ behaviour }) => scopeOf(behaviour)) }
}
