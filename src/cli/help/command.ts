/** Help for one command, from the manifest alone. */
import { EXIT_CODES, type ExitName } from '../../domain/errors.ts'
import type { Paint } from '../../ui/color.ts'
import type { ArgEntry, CommandEntry, FlagEntry } from '../manifest.ts'
import { paragraphs, section, twoColumns } from './layout.ts'
import { spaced } from './overview.ts'

/** What any command may end with, beside those it declares. */
const COMMON_EXITS: readonly ExitName[] = ['ok', 'failed', 'usage', 'bug', 'interrupted']

const GLOBAL = 'GLOBAL'

/** Summary, usage, arguments, flags, description, examples, exit codes. */
export function commandHelp(command: CommandEntry, program: string, paint: Paint): string {
  const flags = Object.values(command.flags).filter((flag) => !flag.hidden)
  const own = flags.filter((flag) => flag.helpGroup !== GLOBAL)
  const args = Object.values(command.args).filter((arg) => !arg.hidden)
  return [
    `${command.summary ?? ''}\n`,
    section('USAGE', [`  ${usageLine(command, args, own, program)}`], paint),
    section('ARGUMENTS', twoColumns(args.map((arg) => [argName(arg), argText(arg)])), paint),
    ...groupsOf(flags).map(([title, group]) =>
      section(title, twoColumns(group.map((flag) => [flagName(flag), flagText(flag)])), paint),
    ),
    section('DESCRIPTION', command.description ? paragraphs(command.description) : [], paint),
    section('EXAMPLES', exampleLines(command, program), paint),
    section('EXIT CODES', exitCodeLines(command), paint),
  ].join('')
}

/** Flags under their headings: those without a group first, the global ones last. */
function groupsOf(flags: readonly FlagEntry[]): [title: string, flags: FlagEntry[]][] {
  const groups = new Map<string, FlagEntry[]>([['FLAGS', []]])
  for (const flag of flags.filter((one) => one.helpGroup !== GLOBAL)) {
    const title = flag.helpGroup === undefined ? 'FLAGS' : `${flag.helpGroup} FLAGS`
    groups.set(title, [...(groups.get(title) ?? []), flag])
  }
  return [...groups, [`${GLOBAL} FLAGS`, flags.filter((flag) => flag.helpGroup === GLOBAL)]]
}

/** The codes a command may end with, in the table's order. */
export function exitNames(command: Pick<CommandEntry, 'exitCodes'>): ExitName[] {
  const named = new Set([...COMMON_EXITS, ...(command.exitCodes ?? [])])
  return (Object.keys(EXIT_CODES) as ExitName[]).filter((name) => named.has(name))
}

function usageLine(
  command: CommandEntry,
  args: readonly ArgEntry[],
  own: readonly FlagEntry[],
  program: string,
): string {
  const required = own.filter((flag) => flag.required).map((flag) => flagName(flag).trim())
  const given = args.map((arg) => (arg.required ? argName(arg) : `[${argName(arg)}]`))
  return [program, spaced(command.id), ...given, ...required, '[FLAGS]'].join(' ')
}

function argName(arg: ArgEntry): string {
  return arg.name.toUpperCase() + (arg.multiple ? '...' : '')
}

function argText(arg: ArgEntry): string {
  return (arg.description ?? '') + (arg.options ? ` (${arg.options.join('|')})` : '')
}

function flagName(flag: FlagEntry): string {
  const short = flag.char ? `-${flag.char}, ` : '    '
  const long = `--${flag.allowNo ? '[no-]' : ''}${flag.name}`
  return short + long + (flag.type === 'option' ? ` ${flagValue(flag)}` : '')
}

function flagValue(flag: FlagEntry): string {
  if (typeof flag.helpValue === 'string') return flag.helpValue
  return flag.name.toUpperCase()
}

function flagText(flag: FlagEntry): string {
  const notes = [
    flag.options ? flag.options.join('|') : '',
    flag.multiple ? 'may be repeated' : '',
    flag.required ? 'required' : '',
    isShownDefault(flag.default) ? `default ${String(flag.default)}` : '',
  ].filter((note) => note !== '')
  return (flag.summary ?? flag.description ?? '') + (notes.length > 0 ? ` (${notes.join('; ')})` : '')
}

function isShownDefault(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}

function exampleLines(command: CommandEntry, program: string): string[] {
  return (command.examples ?? []).flatMap((example, index) => {
    const { description, command: line } = typeof example === 'string' ? { description: '', command: example } : example
    const typed = line.replaceAll('<%= config.bin %>', program).replaceAll('<%= command.id %>', spaced(command.id))
    const gap = index > 0 ? [''] : []
    return [...gap, ...(description ? paragraphs(`# ${description}`) : []), `  $ ${typed}`]
  })
}

function exitCodeLines(command: CommandEntry): string[] {
  return twoColumns(
    exitNames(command).map((name) => {
      const { code, meaning } = EXIT_CODES[name]
      return [`${String(code).padStart(3)}  ${name}`, meaning]
    }),
  )
}
