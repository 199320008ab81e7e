/** Conversions for people: what became of each field, and the change of each file. */
import type { AppConversion, ConvertedApplication } from '../domain/app/convert/convert-files.ts'
import type { ConversionRow } from '../domain/app/convert/conversion.ts'
import { plural } from './format.ts'
import { sanitize, sanitizeText } from './sanitize.ts'
import type { Style } from './style.ts'
import { type Cell, table } from './table.ts'
import type { Block, View } from './view.ts'

const MOST_PLACE = 60

export const appConversionView: View<AppConversion> = {
  *blocks({ files, summary }, { style }): Generator<Block> {
    for (const { file, applications, isChanged } of files)
      for (const application of applications) {
        const { kind, name, namespace, notes } = application
        yield sanitize(
          `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} of ${file}${isChanged ? '' : ': nothing to change'}`,
        )
        yield table(
          [
            { header: 'field', value: ({ field, role }) => fieldText(field, role) },
            { header: 'becomes', value: outcomeCell },
            { header: 'rule', value: ({ rule }) => rule },
            { header: 'where', value: ({ to }) => shortPlace(to ?? ''), shrink: 'middle' },
          ],
          application.fields,
        )
        yield* lossBlocks(application, style)
        for (const note of notes) yield `${style.glyphs.warn} ${sanitize(note)}`
        yield ''
      }
    const { applications, moved, filled, lost, changed } = summary
    yield `${plural(applications, 'application')}: ${moved} moved, ${filled} filled in, ${changed} changed, ${lost} lost`
  },
  names: ({ files }) => files.filter(({ isChanged }) => isChanged).map(({ file }) => file),
  formats: { diff: ({ files }) => files.map(({ diff }) => diff) },
}

/** The converted manifests themselves, exactly. */
export const appManifestView: View<AppConversion> = {
  *blocks({ files }): Generator<Block> {
    for (const [index, { text }] of files.entries()) {
      if (index > 0 && !text.startsWith('---')) yield '---'
      yield text.replace(/\n$/, '')
    }
  },
}

/** The changes of the files, to be read before they are made. */
export function diffText({ files }: AppConversion): string {
  return sanitizeText(files.map(({ diff }) => diff).join(''))
}

/** What is lost or in another form, in a line each, for standard error. */
export function lossLines({ files }: AppConversion): string[] {
  return files.flatMap(({ file, applications }) =>
    applications.flatMap(({ fields, notes }) => [
      ...fields
        .filter(({ severity }) => severity === 'lost' || severity === 'changed')
        .map(
          ({ severity, field, role, reason, rule }) =>
            `${file}: ${fieldText(field, role)} is ${severity ?? ''}: ${reason ?? ''} (${rule})`,
        ),
      ...notes.map((note) => `${file}: ${note}`),
    ]),
  )
}

function* lossBlocks({ fields }: ConvertedApplication, { paint, glyphs }: Style): Generator<Block> {
  for (const { field, role, severity, reason, workaround, rule } of fields) {
    if (severity === undefined || severity === 'cosmetic') continue
    const sign = severity === 'lost' ? paint('red', glyphs.fail) : paint('yellow', glyphs.warn)
    yield `${sign} ${sanitize(`${fieldText(field, role)} is ${severity} (${rule}): ${reason ?? ''}`)}`
    if (workaround !== undefined) yield `    instead: ${sanitize(workaround)}`
  }
}

function fieldText(field: string, role: string | undefined): string {
  return role === undefined || field.includes(`.${role}`) ? field : `${field} (${role})`
}

function outcomeCell({ outcome, severity }: ConversionRow): Cell {
  if (severity === 'lost') return { text: 'lost', tone: 'red' }
  if (severity === 'changed') return { text: `${outcome}, changed`, tone: 'yellow' }
  return outcome
}

function shortPlace(text: string): string {
  return text.length <= MOST_PLACE ? text : `…${text.slice(1 - MOST_PLACE)}`
}
