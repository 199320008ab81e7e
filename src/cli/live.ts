/**
 * Documents that change, on standard output: on a terminal drawn over and over in one place; elsewhere a line for each
 * change, which can be read later, or, as JSON, a document for each (`presentLine` of base-command.ts).
 */
import { SparkopsError } from '../domain/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { View } from '../ui/view.ts'
import { writeStdout } from './output.ts'
import { type Form, renderDocument } from './present.ts'

export interface LiveView<D> extends View<D> {
  /** What changed since the document before, one line each; all of it where there was none. */
  changes: (now: D, before: D | undefined) => string[]
}

export interface LiveOptions<D> {
  form: Form
  clock: Clock
  stream: { isTTY?: boolean; columns?: number; rows?: number }
  /** The document as of now, for ages that grow though nothing changes. */
  again?: (() => D | undefined) | undefined
}

const REDRAW_MS = 250
const AGE_MS = 5000

/** Ends when the changes do. */
export async function showLive<D extends object>(
  changes: AsyncIterable<D>,
  view: LiveView<D>,
  options: LiveOptions<D>,
): Promise<void> {
  if (options.stream.isTTY && process.env.TERM !== 'dumb') await redraw(changes, view, options)
  else await lineByLine(changes, view, options)
}

export function notLive(form: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_USAGE',
    message: `--watch and -o ${form} do not go together`,
    why: 'one document cannot hold what changes',
    hint: '-o json gives one document a line; or leave --watch out',
    exit: 'usage',
  })
}

async function lineByLine<D>(changes: AsyncIterable<D>, view: LiveView<D>, { clock }: LiveOptions<D>): Promise<void> {
  let before: D | undefined
  for await (const document of changes) {
    const at = new Date(clock.now()).toISOString()
    for (const line of view.changes(document, before)) await writeStdout(`${at} ${line}\n`)
    before = document
  }
}

async function redraw<D extends object>(
  changes: AsyncIterable<D>,
  view: LiveView<D>,
  { form, stream, again }: LiveOptions<D>,
): Promise<void> {
  let drawn = 0
  let latest: D | undefined
  let isDirty = false
  let drawing = Promise.resolve()
  const draw = async (): Promise<void> => {
    const document = isDirty ? latest : (again?.() ?? latest)
    if (document === undefined) return
    isDirty = false
    let text = ''
    for await (const chunk of renderDocument(document, view, form)) text += chunk
    const lines = cut(text.trimEnd().split('\n'), (stream.rows ?? 24) - 1)
    await writeStdout(`${drawn > 0 ? `\u001b[${drawn}A\r` : ''}\u001b[J${lines.join('\n')}\n`)
    drawn = lines.reduce((rows, line) => rows + rowsOf(line, stream.columns ?? 80), 0)
  }
  const drawSoon = (): void => void (drawing = drawing.then(draw))
  const forChanges = setInterval(() => (isDirty ? drawSoon() : undefined), REDRAW_MS)
  const forAges = setInterval(drawSoon, AGE_MS)
  try {
    for await (const document of changes) {
      if (latest === undefined) drawSoon()
      latest = document
      isDirty = true
    }
  } finally {
    clearInterval(forChanges)
    clearInterval(forAges)
    await drawing
    if (isDirty) await draw()
  }
}

function cut(lines: string[], most: number): string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `(and ${lines.length - most + 1} more lines)`]
}

/** A line that is longer than the terminal takes several rows; colours take none. */
function rowsOf(line: string, columns: number): number {
  // eslint-disable-next-line no-control-regex -- SGR sequences are control characters
  const width = line.replace(/\u001b\[[\d;]*m/g, '').length
  return Math.max(1, Math.ceil(width / columns))
}
