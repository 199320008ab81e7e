/** Numbers, sizes and times as people read them. Exact values belong in JSON; these round, and say in what unit. */

/** `1234567` as `1,234,567`; fractions are kept as they are. */
export function formatCount(value: number | bigint): string {
  const [whole = '', fraction] = String(value).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** Bytes in binary units with three digits at most: `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  let scaled = bytes
  let unit = 0
  while (Math.abs(scaled) >= 1024 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1024
    unit += 1
  }
  const digits = unit === 0 || Math.abs(scaled) >= 100 ? 0 : 1
  return `${scaled.toFixed(digits)} ${BYTE_UNITS[unit]!}`
}

const SPANS: readonly [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]

/** A span of time with its two largest units: `2h5m`, `3.2s`, `250ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`
  if (milliseconds < 10_000) return `${trimZero((milliseconds / 1000).toFixed(1))}s`
  const seconds = Math.round(milliseconds / 1000) * 1000
  const first = SPANS.findIndex(([, size]) => seconds >= size)
  const [unit, size] = SPANS[first]!
  const next = SPANS[first + 1]
  const rest = next ? Math.floor((seconds % size) / next[1]) : 0
  return `${Math.floor(seconds / size)}${unit}${next && rest > 0 ? `${rest}${next[0]}` : ''}`
}

/** A count with its noun, plural unless one: `1 file`, `3 files`. */
export function plural(count: number | bigint, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 || count === 1n ? noun : many}`
}

function trimZero(text: string): string {
  return text.replace(/\.0$/, '')
}
