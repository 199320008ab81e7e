/** Warnings that an API server sends beside an answer: `Warning: 299 - "text"` (RFC 7234, 5.5). */
import type { IncomingMessage } from 'node:http'

/** Their texts, in order, each once. */
export function readWarnings({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): string[] {
  const texts = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() !== 'warning') continue
    // Node reads headers as latin1; the server writes UTF-8.
    const value = Buffer.from(rawHeaders[at + 1]!, 'latin1').toString('utf8')
    for (const match of value.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      texts.add(match[1]!.replace(/\\(.)/g, '$1'))
    }
  }
  return [...texts]
}
