/** Lines as connectors leave them: our line inside another JSON value, or several in one line. */
import { isObject, type JsonValue, LineError, parseJson } from './json-event.ts'

/**
 * Where connectors put what they were given, as an object or as a string: `value` (Aiven's S3 sink, Kafka's REST
 * proxy), `message` (Vector), `log` and `payload` (Fluent Bit), `Data` (Firehose by some agents).
 */
export const WRAPPERS = ['value', 'message', 'payload', 'log', 'Data']
/** What tells a line of ours, none of which is unwrapped though it may have a field of those names. */
export const OURS = ['timestampNano', 'event', 'EventRecords', 'path', 'ok', 'marker', 'InstanceUUID', 'status_code']

/** What a connector wrapped, or the value itself. */
export function unwrapped(value: JsonValue): JsonValue {
  if (typeof value === 'string') return parsedOr(value, value)
  if (!isObject(value) || OURS.some((name) => value[name] !== undefined)) return value
  for (const name of WRAPPERS) {
    const inner = value[name]
    const found = typeof inner === 'string' ? parsedOr(inner, inner) : inner
    if (isObject(found) || Array.isArray(found)) return found
  }
  return value
}

function parsedOr(text: string, otherwise: JsonValue): JsonValue {
  if (!/^\s*[[{"]/.test(text)) return otherwise
  try {
    return parseJson(Buffer.from(text, 'utf8').toString('latin1'))
  } catch (error) {
    if (error instanceof LineError) return otherwise
    throw error
  }
}

/**
 * The values of a line. Most have one; Firehose joins objects without a line end. Only where an object is followed at
 * once by another is a line taken apart: anything else is left to be told as it stands.
 */
export function joinedValues(line: string): string[] {
  if (!/\}\s*\{/.test(line)) return [line]
  const values: string[] = []
  let depth = 0
  let begin = 0
  let inString = false
  for (let at = 0; at < line.length; at++) {
    const c = line.charCodeAt(at)
    if (inString) {
      if (c === 92) at++
      else if (c === 34) inString = false
    } else if (c === 34) inString = true
    else if (c === 123 || c === 91) depth++
    else if ((c === 125 || c === 93) && --depth === 0) {
      values.push(line.slice(begin, at + 1))
      begin = at + 1
    }
  }
  return depth === 0 && !inString && line.slice(begin).trim() === '' && values.length > 1 ? values : [line]
}
