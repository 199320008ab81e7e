// The event record, and the bytes YuniKorn's REST endpoints give for it.
// SI: si.proto EventRecord, written by Go's encoding/json with omitempty (lib/go/si/si.pb.go).
import { type Quantities, resourceJson } from './quantities.ts'
import { type Nanos, wall } from './time.ts'

export const REQUEST = 1
export const APP = 2
export const NODE = 3
export const QUEUE = 4
export const USERGROUP = 5

export const NONE = 0
export const SET = 1
export const ADD = 2
export const REMOVE = 3

export interface EventRecord {
  readonly type: number
  readonly object: string
  readonly change: number
  readonly detail: number
  readonly reference?: string
  readonly message?: string
  readonly resource?: Quantities | null
}

/** One line of `/events/stream`, one element of a batch page: field order and omissions as recorded. */
export function recordLine(record: EventRecord, at: Nanos): string {
  let line = `{"type":${record.type}`
  if (record.object !== '') line += `,"objectID":${goString(record.object)}`
  if (record.message !== undefined && record.message !== '') line += `,"message":${goString(record.message)}`
  line += `,"timestampNano":${wall(at)}`
  if (record.change !== 0) line += `,"eventChangeType":${record.change}`
  if (record.detail !== 0) line += `,"eventChangeDetail":${record.detail}`
  if (record.reference !== undefined) line += `,"referenceID":${goString(record.reference)}`
  return `${line},"resource":${resourceJson(record.resource ?? null)}}`
}

/** encoding/json escapes `<`, `>` and `&` as well. */
function goString(text: string): string {
  return JSON.stringify(text).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')
}
