// Reads what a Spark event log tells of the ends of executors and of the application.
import { isObject, type JsonObject, parseJson } from '../scan/json-event.ts'
import { hashInto } from '../scan/names.ts'
import { NAME } from '../facts.ts'
import { type SparkLog } from './evidence.ts'

const MS = 1_000_000n

/** The lines of one event log, as latin1; others than those wanted are not even parsed. */
export async function readSparkLog(lines: AsyncIterable<string>): Promise<SparkLog | undefined> {
  let app: string | undefined
  let ended: bigint | undefined
  const removed = new Map<string, bigint>()
  for await (const line of lines) {
    if (line.includes('"SparkListenerApplicationStart"')) app = text(parsed(line), 'App ID')
    else if (line.includes('"SparkListenerApplicationEnd"')) ended = time(parsed(line))
    else if (line.includes('"SparkListenerExecutorRemoved"')) {
      const event = parsed(line)
      const at = time(event)
      const executor = text(event, 'Executor ID')
      if (at !== undefined && executor !== undefined) removed.set(executor, at)
    }
  }
  if (app === undefined) return undefined
  return { app: hashOfName(app), ended, removed }
}

/** The hash under which the facts table knows a name. */
export function hashOfName(name: string): bigint {
  const bytes = Buffer.from(name, 'utf8').toString('latin1')
  const out = { hi: 0, lo: 0 }
  hashInto(out, bytes, 0, bytes.length, NAME.text)
  return (BigInt(out.hi) << 32n) | BigInt(out.lo >>> 0)
}

function parsed(line: string): JsonObject {
  const value = parseJson(line)
  return isObject(value) ? value : {}
}

function text(event: JsonObject, name: string): string | undefined {
  const value = event[name]
  return typeof value === 'string' ? value : undefined
}

function time(event: JsonObject): bigint | undefined {
  const value = event['Timestamp'] as { value?: string } | undefined
  return value?.value !== undefined && /^\d+$/.test(value.value) ? BigInt(value.value) * MS : undefined
}
