/**
 * What every command is made of: flags in, one domain call, one document and its view out. Nothing but `present`
 * writes to standard output; notes, warnings and progress go to standard error.
 */
import { Command, type Interfaces } from '@oclif/core'
import type { ExitName } from '../domain/errors.ts'
import { SparkopsError, exitCode } from '../domain/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { ReportProgress } from '../ports/progress.ts'
import { wantsColor } from '../ui/color.ts'
import { jsonLine } from '../ui/json.ts'
import { type ProgressLine, progressLine, progressMode } from '../ui/progress.ts'
import { type RunProgressView, runProgressView } from '../ui/run-progress.ts'
import { sanitizeText } from '../ui/sanitize.ts'
import { type Style, styleOf, wantsAscii, widthOf } from '../ui/style.ts'
import type { View } from '../ui/view.ts'
import { type ConsentAnswers, type ConsentQuestion, personAt, requireConsent } from './consent.ts'
import { flagVariable, globalFlags } from './flags.ts'
import { type LiveView, notLive, showLive } from './live.ts'
import { programName } from './manifest.ts'
import { streamToStdout, writeFileWhole, writeStdout } from './output.ts'
import { type Form, renderDocument } from './present.ts'
import { interruptSignal, onShutdown } from './shutdown.ts'
import { asUsageError, refuseSwitchValues } from './usage-errors.ts'
import { systemClock } from './wiring.ts'

/** How a document is presented, beside its flags. */
export interface PresentOptions {
  /** How the command ends; `ok` unless said. */
  exit?: ExitName
  /** A file to write instead of standard output; `-` is standard output. */
  file?: string | undefined
  /** JSON on one line: for programs that read it while the command goes on. */
  isLine?: boolean
}

type GlobalFlags = Interfaces.InferredFlags<typeof globalFlags>

export abstract class BaseCommand extends Command {
  static override baseFlags = globalFlags
  /** Outcomes beside ok, failed, usage, bug and interrupted; help lists them. */
  static exitCodes: readonly ExitName[] = []

  protected readonly clock: Clock = systemClock
  /** Aborts at Ctrl-C; long domain calls take it. */
  protected readonly signal: AbortSignal = interruptSignal
  private settings: Omit<GlobalFlags, 'output'> & { output: string } = DEFAULT_SETTINGS
  private progress: ProgressLine | undefined

  /** Prints a document in the form that was asked for, and settles the exit code. */
  protected async present<D extends object>(document: D, view: View<D>, options: PresentOptions = {}): Promise<void> {
    this.clearProgress()
    process.exitCode = exitCode(options.exit ?? 'ok')
    const file = options.file === '-' ? undefined : options.file
    const form = this.form(file === undefined)
    const isLine = options.isLine === true && form.name === 'json'
    const chunks = isLine ? [`${jsonLine(document)}\n`] : renderDocument(document, view, form)
    if (file === undefined) await streamToStdout(chunks, process.stdout.isTTY)
    else await writeFileWhole(file, chunks)
  }

  /** Shows a document again and again as it changes, until the changes end. */
  protected async presentLive<D extends object>(
    changes: AsyncIterable<D>,
    view: LiveView<D>,
    options: { again?: () => D | undefined } = {},
  ): Promise<void> {
    this.clearProgress()
    const form = this.form(true)
    if (form.name === 'json') {
      for await (const document of changes) await this.presentLine(document)
      return
    }
    if (form.name !== 'table' && form.name !== 'wide') throw notLive(form.name)
    await showLive(changes, view, { ...options, form, clock: this.clock, stream: process.stdout })
  }

  /** Whether JSON was asked for: a command that goes on then gives a document a line, rather than one at its end. */
  protected get givesJson(): boolean {
    return this.form(true).name === 'json'
  }

  /** One document on one line of standard output, at once. */
  protected async presentLine(document: object, { exit = 'ok' }: Pick<PresentOptions, 'exit'> = {}): Promise<void> {
    this.clearProgress()
    process.exitCode = exitCode(exit)
    await writeStdout(`${jsonLine(document)}\n`)
  }

  /** Asks before something is changed, or takes the flags for an answer; throws where there is no consent. */
  protected async consent(question: ConsentQuestion, answers: ConsentAnswers): Promise<void> {
    this.clearProgress()
    await requireConsent(question, answers, personAt(process.stdin, process.stderr, this.signal))
  }

  /** Asks for one exact word; false where there is nobody to ask, or the answer is another. */
  protected async answer(prompt: string, expected: string): Promise<boolean> {
    this.clearProgress()
    const person = personAt(process.stdin, process.stderr, this.signal)
    return person !== undefined && (await person.ask(sanitizeText(prompt))).trim() === expected
  }

  /** Shows the steps of a run on standard error. */
  protected runProgress(total: number): RunProgressView {
    const isLive = process.stderr.isTTY && process.env.TERM !== 'dumb'
    const view = runProgressView({
      mode: this.settings.quiet ? 'silent' : isLive ? 'live' : 'lines',
      total,
      clock: this.clock,
      style: this.styleFor(process.stderr),
      write: (text) => process.stderr.write(text),
      width: () => process.stderr.columns || 80,
    })
    onShutdown(() => view.clear())
    return view
  }

  /** The look of standard output: for views that a command composes itself. */
  protected outputStyle(): Style {
    return this.styleFor(process.stdout)
  }

  /** A remark on standard error, left out by --quiet. */
  protected note(text: string): void {
    if (!this.settings.quiet) this.writeError(sanitizeText(text))
  }

  /** Something the user should know though the command goes on; --quiet does not silence it. */
  protected warning(text: string): void {
    const { paint } = this.styleFor(process.stderr)
    this.writeError(`${paint('yellow', 'Warning:')} ${sanitizeText(text)}`)
  }

  /** A function that long work tells its progress to. It draws as often as it suits the terminal, or not at all. */
  protected progressReport(asked?: boolean): ReportProgress {
    this.clearProgress()
    this.progress = progressLine({
      mode: progressMode({ quiet: this.settings.quiet, asked, isTTY: process.stderr.isTTY, env: process.env }),
      clock: this.clock,
      write: (text) => process.stderr.write(text),
      width: () => process.stderr.columns || 80,
    })
    onShutdown(() => this.clearProgress())
    return this.progress.report
  }

  protected override async parse<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const input = options ?? (this.ctor as Interfaces.Input<F, B, A>)
    refuseSwitchValues(argv ?? this.argv, { ...input.baseFlags, ...input.flags }, this.commandLine())
    const parsed = await super.parse({ ...input, ...withVariables(input) }, argv)
    const flags = parsed.flags as unknown as GlobalFlags
    this.settings = { ...flags, output: chosenForm(flags, wordsOf(parsed.raw)) }
    return parsed
  }

  /** Errors are told in one place, by main; here the parser's are put into our words. */
  protected override catch(error: unknown): Promise<never> {
    this.clearProgress()
    throw asUsageError(error, {
      commandLine: this.commandLine(),
      flags: { ...this.ctor.baseFlags, ...this.ctor.flags },
    })
  }

  private commandLine(): string {
    return `${programName(process.argv[1])} ${(this.id ?? '').replaceAll(':', ' ')}`
  }

  private form(toStdout: boolean): Form {
    const style = toStdout ? this.outputStyle() : styleOf({ color: false, ascii: this.settings.ascii })
    return { name: this.settings.output, headers: !this.settings['no-headers'], style }
  }

  private styleFor(stream: NodeJS.WriteStream): Style {
    return styleOf({
      color: wantsColor({ mode: this.settings.color, env: process.env, isTTY: stream.isTTY }),
      ascii: wantsAscii(this.settings.ascii, process.env),
      width: widthOf(stream, process.env),
    })
  }

  private writeError(text: string): void {
    this.clearProgress()
    process.stderr.write(`${text}\n`)
  }

  private clearProgress(): void {
    this.progress?.clear()
  }
}

const DEFAULT_SETTINGS = {
  output: 'table',
  json: false,
  'no-headers': false,
  color: 'auto',
  ascii: false,
  quiet: false,
  debug: false,
} as const

/** Gives every flag its variable, unless it names one itself, and keeps a repeated flag from taking arguments too. */
function withVariables(input: { flags?: object; baseFlags?: object }): { flags: never; baseFlags: never } {
  const named = (flags: object | undefined): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(flags ?? {}).map(([name, flag]) => [
        name,
        { env: flagVariable(name), ...(flag as object), multipleNonGreedy: true },
      ]),
    )
  return { flags: named(input.flags), baseFlags: named(input.baseFlags) } as { flags: never; baseFlags: never }
}

/** `--json` is `-o json`; both at once must agree. A flag on the command line beats a variable. */
function chosenForm(flags: GlobalFlags, typed: ReadonlySet<string>): string {
  const jsonCounts = flags.json && (typed.has('json') || !typed.has('output'))
  if (!jsonCounts) return flags.output
  if (typed.has('output') && flags.output !== 'json') {
    throw new SparkopsError({
      code: 'SO_USAGE',
      message: `--json and -o ${flags.output} ask for different forms`,
      why: '--json is the same as -o json',
      hint: 'give one of the two',
      exit: 'usage',
    })
  }
  return 'json'
}

function wordsOf(raw: readonly { type: string }[]): Set<string> {
  return new Set(raw.flatMap((token) => (token.type === 'flag' && 'flag' in token ? [String(token.flag)] : [])))
}
