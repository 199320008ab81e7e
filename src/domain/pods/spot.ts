/** Where the builder of a tree stands in a pod. */
import type { PathNode } from './rule-index.ts'
import type { FieldType } from './schema.ts'

export interface Spot {
  at: PathNode
  pointer: string
  /** The value as the pod has it, beside the one with defaults. */
  raw: unknown
  /** Name of the field that holds it, and the type that has that field: `Container.env`. */
  field: string
  owner: string
}

/** The item as the pod has it; a variable may be one of several that were folded. */
export function rawItem({ raw }: Spot, index: number, item: unknown): unknown {
  return Array.isArray(raw) ? (raw as unknown[])[index] : item
}

/** What is made of a container hangs on its name and on the pod as well. */
export function isContainer(type: FieldType): boolean {
  return type.kind === 'struct' && type.name === 'Container'
}

/** Marks a spot as an item of a list: an item counts even when nothing in it does. */
export const ITEM = '[]'

export function isListItem({ owner }: Spot): boolean {
  return owner === ITEM
}
