/**
 * CSV by RFC 4180's rules of quoting, with plain line feeds as Unix tools want them. A cell that a spreadsheet would
 * run as a formula is made text by a leading apostrophe (OWASP, "CSV Injection"); numbers stay numbers.
 */
import { sanitizeText } from './sanitize.ts'

export type CsvValue = string | number | bigint | boolean | null | undefined

/** The lines of a CSV file, header first. */
export async function* renderCsv(
  header: readonly string[],
  rows: Iterable<readonly CsvValue[]> | AsyncIterable<readonly CsvValue[]>,
): AsyncGenerator<string> {
  yield csvLine(header)
  for await (const row of rows) yield csvLine(row)
}

function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(csvCell).join(',')}\n`
}

const NUMBER = /^[+-]?(\d+(\.\d+)?|\.\d+)$/
const FORMULA = /^[=+\-@\t\r]/

function csvCell(value: CsvValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value)
  const text = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value
  const shown = sanitizeText(text)
  return /[",\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}
