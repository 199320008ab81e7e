/** Values from one way of writing to another, over a form in between that loses nothing. */
import { isRecord } from '../schema/structural.ts'
import type { Shape } from './value-rows.ts'

/** A value, and what must be said of it. */
export interface Shaped {
  value: unknown
  note?: string
}

/** Reads a value as its chart writes it. Namespaces become a list; an empty one is all. */
export function readShape(shape: Shape | undefined, value: unknown): Shaped {
  switch (shape) {
    case 'one namespace or all':
      return { value: typeof value === 'string' && value !== '' ? [value] : [] }
    case 'list of namespaces': {
      const names = Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
      return { value: names.includes('') ? [] : names }
    }
    case 'zap level':
      return { value: value === 'debug' ? 4 : value === 'error' ? 0 : 2 }
    default:
      return { value }
  }
}

/** Writes a value as a chart wants it. `standing` is what the chart has there by itself. */
export function writeShape(shape: Shape | undefined, value: unknown, standing: unknown): Shaped {
  switch (shape) {
    case 'one namespace or all': {
      const names = value as string[]
      if (names.length <= 1) return { value: names[0] ?? '' }
      return { value: '', note: `it can watch one namespace or all: ${names.join(', ')} become all` }
    }
    case 'list of namespaces': {
      const names = value as string[]
      return { value: names.length === 0 ? [''] : names }
    }
    case 'zap level':
      return { value: typeof value === 'number' && value > 2 ? 'debug' : 'info' }
    case 'added to list':
      return { value: addTo(standing, value) }
    default:
      return { value }
  }
}

/** What is there by itself stays, unless something of the same name takes its place. */
function addTo(standing: unknown, added: unknown): unknown {
  return Array.isArray(standing) && Array.isArray(added) ? joinLists(standing, added) : added
}

function joinLists(standing: readonly unknown[], added: readonly unknown[]): unknown[] {
  const identityOf = (item: unknown) => (isRecord(item) ? (item['mountPath'] ?? item['name']) : item)
  const names = new Set(added.map(identityOf))
  return [...standing.filter((item) => !names.has(identityOf(item))), ...added]
}
