/**
 * Paths of trees are bytes. As strings they are UTF-8 where they can be, and any other byte b is the lone surrogate
 * U+DC00+b, so that nothing is lost on the way there and back.
 */

/** Bytes of a path as a string. */
export function decodePath(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(bytes)) return text
  let escaped = ''
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at)
    escaped += length === 0 ? String.fromCharCode(0xdc00 + bytes[at]!) : bytes.toString('utf8', at, at + length)
    at += Math.max(1, length)
  }
  return escaped
}

/** A path's string as the bytes it came from. */
export function encodePath(path: string): Buffer {
  if (!/[\udc80-\udcff]/.test(path)) return Buffer.from(path, 'utf8')
  const parts: Buffer[] = []
  // With the u flag a surrogate pair is one character; what matches here stands alone.
  for (const piece of path.split(/([\udc80-\udcff])/u)) {
    const code = piece.length === 1 ? piece.charCodeAt(0) : 0
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(piece, 'utf8'))
  }
  return Buffer.concat(parts)
}

/** Whether the path can be a process's argument without losing anything. */
export function isPlainPath(path: string): boolean {
  return Buffer.from(path, 'utf8').toString('utf8') === path && !path.includes('\0')
}

/** The length of the valid UTF-8 sequence at an offset; 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0
  if (length === 0 || at + length > bytes.length) return 0
  const piece = bytes.subarray(at, at + length)
  return Buffer.from(piece.toString('utf8'), 'utf8').equals(piece) ? length : 0
}
