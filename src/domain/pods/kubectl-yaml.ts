/** YAML as kubectl reads it: version 1.1, `yes` and 0644 included, but times stay text, and nothing that JSON cannot say. */
import { Schema, YAML11_SCHEMA, binaryTag, load, loadAll, omapTag, pairsTag, setTag, timestampTag } from 'js-yaml'

const BEYOND_JSON = new Set<unknown>([binaryTag, omapTag, pairsTag, setTag, timestampTag])
const KUBECTL_YAML = new Schema(YAML11_SCHEMA.tags.filter((tag) => !BEYOND_JSON.has(tag)))

/** The documents of a text. Throws YAMLException. */
export function loadDocuments(text: string): unknown[] {
  return loadAll(text, { schema: KUBECTL_YAML })
}

/** Words that YAML reads as JSON does: they need no reader of YAML. */
const AS_JSON = /^(?:true|false|null|0|-?[1-9]\d{0,14})$/
/** The longest word that YAML 1.1 does not take for a text: `false`. */
const LONGEST_WORD = 5
/** What is longer and no text is a number: of digits, in any of its bases, with points and colons; a sign begins it or its exponent. */
const NO_NUMBER = /[^0-9A-Fa-fOoXx_.:+-]|[^Ee][+-]/
/** A longer one would keep the whole text that it was cut from. */
const LONGEST_KNOWN = 12
const MOST_KNOWN = 4000
const known = new Map<string, unknown>()

/** The value of a scalar that has no quotes, and nothing in it that ends one. */
export function plainScalar(text: string): unknown {
  if (text.length > LONGEST_WORD && (/^[A-Za-z]/.test(text) || NO_NUMBER.test(text))) return text
  if (AS_JSON.test(text)) return JSON.parse(text)
  const found = known.get(text)
  if (found !== undefined) return found
  const value = load(text, { schema: KUBECTL_YAML })
  if (known.size > MOST_KNOWN) known.clear()
  if (text.length <= LONGEST_KNOWN) known.set(text, value)
  return value
}
