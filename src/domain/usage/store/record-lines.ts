// Records of inputs as lines of JSON, compressed: maps, big integers and exact numbers come back as they were.
import { gunzipSync, gzipSync } from 'node:zlib'
import { LosslessNumber } from 'lossless-json'
import { type InputRecord } from '../input-record.ts'

/** Records as bytes of a file. */
export function packRecords(records: readonly InputRecord[]): Buffer {
  return gzipSync(records.map((record) => `${JSON.stringify(record, tagged)}\n`).join(''))
}

/** The records in the bytes of such a file. */
export function unpackRecords(bytes: Uint8Array): InputRecord[] {
  const lines = gunzipSync(bytes).toString('utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line, untagged) as InputRecord)
}

const INTEGER = '$integer'
const NUMBER = '$number'
const MAP = '$map'
/** An object from outside that looks like one of these. */
const OBJECT = '$object'

function tagged(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { [INTEGER]: value.toString() }
  if (value instanceof LosslessNumber) return { [NUMBER]: value.value }
  if (value instanceof Map) return { [MAP]: [...(value as Map<unknown, unknown>)] }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const [name, more] = Object.keys(value)
    if (more === undefined && name?.startsWith('$') === true) return { [OBJECT]: Object.entries(value) }
  }
  return value
}

function untagged(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const keys = Object.keys(value)
  if (keys.length !== 1) return value
  const one = value as Record<string, unknown>
  if (keys[0] === INTEGER) return BigInt(one[INTEGER] as string)
  if (keys[0] === NUMBER) return new LosslessNumber(one[NUMBER] as string)
  if (keys[0] === MAP) return new Map(one[MAP] as [unknown, unknown][])
  if (keys[0] === OBJECT) return Object.fromEntries(one[OBJECT] as [string, unknown][])
  return value
}
