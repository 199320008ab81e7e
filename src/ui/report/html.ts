/**
 * Markup in which whatever is put in is escaped: names from events, clusters and files are hostile. Only what comes out
 * of `html` itself goes in as it is.
 */
import { sanitize } from '../sanitize.ts'

/** Text that is already markup. Made by `html` alone. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a template takes: markup as it is, everything else escaped; nothing for null, undefined and false. */
export type Content = Markup | string | number | bigint | null | undefined | false | readonly Content[]

/** A template of HTML or SVG. Attributes in it are always in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const own = withoutIndents(parts)
  let text = own[0]!
  for (const [index, value] of values.entries()) text += markupOf(value) + own[index + 1]!
  return new Markup(text)
}

const compact = new WeakMap<TemplateStringsArray, readonly string[]>()

/** The indents of the source are half of a long table's bytes. */
function withoutIndents(parts: TemplateStringsArray): readonly string[] {
  const known = compact.get(parts)
  if (known !== undefined) return known
  const own = parts.map((part) => part.replace(/\s*\n\s*/g, '\n'))
  compact.set(parts, own)
  return own
}

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): Markup {
  const json = JSON.stringify(value, exactly)
  return new Markup(
    json.replace(/[<>&\u2028\u2029]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
}

/** Text of ours that is code, not content: styles and scripts. */
export function code(text: string): Markup {
  return new Markup(text)
}

function markupOf(content: Content): string {
  if (content instanceof Markup) return content.text
  if (content === null || content === undefined || content === false) return ''
  if (typeof content === 'string') return escape(content)
  if (typeof content === 'object') return content.map(markupOf).join('')
  return String(content)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return sanitize(text).replace(/[&<>"']/g, (mark) => ESCAPES[mark]!)
}

function exactly(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}
