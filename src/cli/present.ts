/** Turns a document and its view into text, in the form that was asked for. */
import { SparkopsError } from '../domain/errors.ts'
import { loadDisplayWidth } from '../ui/display-width.ts'
import { renderJson, renderYaml } from '../ui/json.ts'
import type { Style } from '../ui/style.ts'
import { renderTable } from '../ui/table.ts'
import type { Chunks, View } from '../ui/view.ts'
import { sanitize } from '../ui/sanitize.ts'

export interface Form {
  /** What `-o` says. */
  name: string
  headers: boolean
  style: Style
}

/** The text of a document, in pieces. */
export function renderDocument<D extends object>(document: D, view: View<D>, form: Form): Chunks {
  if (form.name === 'json') return renderJson(document)
  if (form.name === 'yaml') return renderYaml(document)
  if (form.name === 'table' || form.name === 'wide') return renderBlocks(document, view, form)
  if (form.name === 'name' && view.names) return nameLines(view.names(document))
  const special = view.formats?.[form.name]
  if (special) return special(document)
  throw new SparkopsError({
    code: 'SO_NO_SUCH_FORM',
    message: `there is no -o ${form.name} for this result`,
    why: form.name === 'name' ? 'it is not a list of named things' : 'this command does not have it',
    hint: '-o table, wide, json or yaml',
    exit: 'usage',
  })
}

async function* renderBlocks<D extends object>(document: D, view: View<D>, form: Form): AsyncGenerator<string> {
  const options = { style: form.style, headers: form.headers, wide: form.name === 'wide' }
  await loadDisplayWidth()
  for await (const block of view.blocks(document, options)) {
    if (typeof block === 'string') yield `${block}\n`
    else yield* renderTable(block, options)
  }
}

async function* nameLines(names: Chunks): AsyncGenerator<string> {
  for await (const name of names) yield `${sanitize(name)}\n`
}
