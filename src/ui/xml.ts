/** Text in XML: escaped, and without what XML 1.0 cannot hold at all. */

/** ` name="value"`, with the space before it. */
export function xmlAttribute(name: string, value: string | number): string {
  return ` ${name}="${escapeXml(String(value))}"`
}

const XML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
// eslint-disable-next-line no-control-regex
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g

export function escapeXml(text: string): string {
  return text
    .replace(LONE_SURROGATE, '')
    .replace(CONTROL, '')
    .replace(/[&<>"']/g, (mark) => XML[mark]!)
}
