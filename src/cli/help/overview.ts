/** Help for the whole program, for a topic, and for the subjects that are no command. */
import { EXIT_CODES } from '../../domain/errors.ts'
import type { Paint } from '../../ui/color.ts'
import { type CommandEntry, type Manifest, TOPICS } from '../manifest.ts'
import { paragraphs, section, twoColumns } from './layout.ts'

/** The first screen: what it is, the topics, where to go on. Fits 24 lines. */
export function rootHelp(manifest: Manifest, program: string, paint: Paint): string {
  const commands = visibleCommands(manifest)
  const topics = [...new Set(commands.filter(isInTopic).map(topicOf))].sort()
  const single = commands.filter((command) => !isInTopic(command))
  return [
    'Operate Apache Spark on Kubernetes: say what it will do, do it, prove it.\n',
    section('USAGE', [`  ${program} COMMAND [ARGUMENTS] [FLAGS]`], paint),
    section('COMMANDS', twoColumns(single.map((command) => [command.id, command.summary ?? ''])), paint),
    section('TOPICS', twoColumns(topics.map((topic) => [topic, TOPICS[topic]?.description ?? ''])), paint),
    section(
      'MORE',
      twoColumns([
        [`${program} help TOPIC`, 'the commands of a topic'],
        [`${program} help exit-codes`, 'what each exit code means'],
        [`${program} help environment`, 'variables that change what it does'],
      ]),
      paint,
    ),
  ].join('')
}

/** A topic: what it is for, and its commands. */
export function topicHelp(manifest: Manifest, topic: string, program: string, paint: Paint): string {
  const commands = visibleCommands(manifest).filter((command) => command.id.startsWith(`${topic}:`))
  return [
    `${TOPICS[topic]?.description ?? topic}\n`,
    section('USAGE', [`  ${program} ${topic} COMMAND [ARGUMENTS] [FLAGS]`], paint),
    section('COMMANDS', twoColumns(commands.map((command) => [spaced(command.id), command.summary ?? ''])), paint),
    section('MORE', [`  ${program} ${topic} COMMAND --help`], paint),
  ].join('')
}

/** `help exit-codes`: the table, the same for every command. */
export function exitCodesHelp(_program: string, paint: Paint): string {
  const rows = Object.entries(EXIT_CODES).map(
    ([name, { code, meaning }]) => [`${String(code).padStart(3)}  ${name}`, meaning] as const,
  )
  return `Every command ends with one of these, and with no other.\n${section('EXIT CODES', twoColumns(rows), paint)}`
}

/** `help environment`: what the process reads from its environment. */
export function environmentHelp(program: string, paint: Paint): string {
  const rows = [
    ['SPARKOPS_<FLAG>', 'sets a flag: SPARKOPS_OUTPUT=json is --output json; the flag itself wins'],
    ['NO_COLOR', 'not empty: no colour'],
    ['FORCE_COLOR', 'colour even where the output is no terminal'],
    ['TERM=dumb', 'no colour, no line that redraws itself'],
    ['COLUMNS', 'the width that tables are fitted into'],
    ['LC_ALL, LC_CTYPE, LANG', 'a locale that is not UTF-8 turns on --ascii'],
    ['CI', 'long work writes a line to standard error each 30 s'],
    ['DEBUG', 'not empty: errors show their stack, as with --debug'],
  ] as const
  const intro = paragraphs(`What ${program} reads from its environment.`, '').join('\n')
  return `${intro}\n${section('ENVIRONMENT', twoColumns(rows), paint)}`
}

/** Commands that help shows, by name. */
export function visibleCommands(manifest: Manifest): CommandEntry[] {
  return Object.values(manifest.commands)
    .filter((command) => !command.hidden)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** `usage:compute` as it is typed: `usage compute`. */
export function spaced(id: string): string {
  return id.replaceAll(':', ' ')
}

function isInTopic(command: CommandEntry): boolean {
  return command.id.includes(':')
}

function topicOf(command: CommandEntry): string {
  return command.id.split(':')[0]!
}
