/** Reads an answer of `/ws/v1/events/batch` without touching the text of its events. */
import { isObject, type JsonObject, parseJson } from '../scan/json-event.ts'
import { LosslessNumber } from 'lossless-json'

/** A page of events. */
export interface EventPage {
  instance: string
  /** Numbers of the events that the scheduler still keeps, first and last. */
  lowest: number
  highest: number
  /** Each event as the scheduler wrote it, on one line. The first has the number that was asked for. */
  events: string[]
}

/** Thrown when an answer is not a page: a proxy's error page, a body that broke off, another program. */
export class NotAPage extends Error {}

/** Reads a page. Throws NotAPage, which says what is wrong with it. */
export function readPage(body: string): EventPage {
  const page = parse(body)
  const instance = page['InstanceUUID']
  if (typeof instance !== 'string' || instance === '') throw new NotAPage('it has no InstanceUUID')
  const records = page['EventRecords']
  if (records !== null && !Array.isArray(records)) throw new NotAPage('its EventRecords are no list')
  const odd = (records ?? []).findIndex((record) => !isObject(record))
  if (odd >= 0) throw new NotAPage(`its EventRecords[${odd}] is no event`)
  const events = records === null ? [] : arrayItems(body, 'EventRecords')
  if (events.length !== (records?.length ?? 0)) throw new NotAPage('it names its EventRecords twice')
  return { instance, lowest: number(page, 'LowestID'), highest: number(page, 'HighestID'), events }
}

function parse(body: string): JsonObject {
  try {
    const value = parseJson(Buffer.from(body, 'utf8').toString('latin1'))
    if (isObject(value)) return value
  } catch (error) {
    throw new NotAPage(error instanceof Error ? error.message : String(error))
  }
  throw new NotAPage('it is no JSON object')
}

function number(page: JsonObject, name: string): number {
  const value = page[name]
  const digits = value instanceof LosslessNumber ? value.value : ''
  const whole = Number(digits)
  if (!/^\d+$/.test(digits) || !Number.isSafeInteger(whole)) throw new NotAPage(`its ${name} is no number of an event`)
  return whole
}

/**
 * The texts of the items of a list in an object that is valid JSON, each as it was written, line ends between its
 * parts left out. The list is a field of the outermost object.
 */
function arrayItems(json: string, field: string): string[] {
  const items: string[] = []
  let depth = 0
  let begin = -1
  let inList = false
  for (let at = 0; at < json.length; at++) {
    const c = json.charCodeAt(at)
    if (c === 34) {
      const end = endOfString(json, at)
      if (
        depth === 1 &&
        !inList &&
        json.slice(at + 1, end) === field &&
        /^\s*:\s*\[/.test(json.slice(end + 1, end + 64))
      )
        inList = true
      at = end
    } else if (c === 123 || c === 91) {
      if (inList && depth === 2) begin = at
      depth++
    } else if (c === 125 || c === 93) {
      depth--
      if (inList && depth === 2) items.push(json.slice(begin, at + 1).replace(/[\r\n]+/g, ''))
      if (inList && depth === 1) inList = false
    }
  }
  return items
}

/** Where the string that begins at a quote ends. */
function endOfString(json: string, quote: number): number {
  let at = json.indexOf('"', quote + 1)
  while (isEscaped(json, at)) at = json.indexOf('"', at + 1)
  return at
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(at - 1 - backslashes) === 92) backslashes++
  return backslashes % 2 === 1
}
