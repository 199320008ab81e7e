/**
 * Makes text from outside harmless to a terminal: names in events, cluster objects, paths and refs can carry
 * escape sequences, or direction marks that make one name look like another. They are shown, never obeyed.
 */

// C0 but for \t and \n, DEL, C1, and the marks that reorder or hide text.
// eslint-disable-next-line no-control-regex
const HOSTILE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g
// Most names; a long table asks for each of its cells.
const HARMLESS = /^[ -~]*$/
const LINE_BREAKS = /[\t\n]/g
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Makes one cell or name safe: what a terminal could obey is shown as an escape such as `\x1b`. */
export function sanitize(text: string): string {
  if (HARMLESS.test(text)) return text
  return sanitizeText(text).replace(LINE_BREAKS, (mark) => (mark === '\n' ? '\\n' : '\\t'))
}

/** As `sanitize`, but keeps tabs and line breaks: for text of several lines that we composed ourselves. */
export function sanitizeText(text: string): string {
  return text.replace(HOSTILE, escapeCharacter).replace(LONE_SURROGATE, escapeCharacter)
}

/** Escapes the same characters inside JSON text without changing what it means. */
export function sanitizeJson(json: string): string {
  return json.replace(HOSTILE, (mark) => `\\u${hex(mark, 4)}`)
}

function escapeCharacter(mark: string): string {
  const code = mark.charCodeAt(0)
  return code < 0x100 ? `\\x${hex(mark, 2)}` : `\\u${hex(mark, 4)}`
}

function hex(mark: string, digits: number): string {
  return mark.charCodeAt(0).toString(16).padStart(digits, '0')
}
