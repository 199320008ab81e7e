/** Lines of a body that flows, whole, however it is cut into pieces. */
import { StringDecoder } from 'node:string_decoder'

/** Each line without its end; a last one without an end too. Throws what the source throws. */
export async function* lines(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  // Pieces of one long line are joined once, not at each piece.
  let begun: string[] = []
  for await (const chunk of source) {
    const parts = decoder.write(chunk).split('\n')
    begun.push(parts[0]!)
    for (const part of parts.slice(1)) {
      yield begun.join('')
      begun = [part]
    }
  }
  const rest = begun.join('') + decoder.end()
  if (rest !== '') yield rest
}
