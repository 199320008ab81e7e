/** Decides from the words of a command line what is asked for, before anything heavy is loaded. */
import { SparkopsError } from '../domain/errors.ts'
import type { Manifest } from './manifest.ts'
import { nearest } from './nearest.ts'

export type Route =
  | { kind: 'version' }
  | { kind: 'help'; subject: readonly string[] }
  | { kind: 'command'; id: string; argv: readonly string[] }

/** Where a command line leads. Throws a usage error when it leads nowhere. */
export function route(argv: readonly string[], readManifest: () => Manifest, program: string): Route {
  const [first] = argv
  if (first === '--version' || first === '-V') return { kind: 'version' }
  const words = leadingWords(argv)
  if (first === 'help') return { kind: 'help', subject: words.slice(1) }
  if (words.length === 0) {
    if (first === undefined || wantsHelp(argv)) return { kind: 'help', subject: [] }
    throw strayFlag(first, program)
  }
  const ids = Object.keys(readManifest().commands)
  const id = longestCommand(words, ids)
  const subject = id?.split(':') ?? words
  if (wantsHelp(argv)) return { kind: 'help', subject }
  if (id !== undefined) return { kind: 'command', id, argv: argv.slice(subject.length) }
  if (isTopic(words, ids)) {
    if (words.length === argv.length) return { kind: 'help', subject: words }
    throw strayFlag(argv[words.length]!, program)
  }
  throw unknownCommand(words, ids, program)
}

/** Whether help is asked for: `-h` or `--help` before a `--`. */
function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end === -1 ? undefined : end).some((word) => word === '--help' || word === '-h')
}

function leadingWords(argv: readonly string[]): readonly string[] {
  const firstFlag = argv.findIndex((word) => word.startsWith('-'))
  return firstFlag === -1 ? argv : argv.slice(0, firstFlag)
}

function longestCommand(words: readonly string[], ids: readonly string[]): string | undefined {
  for (let length = words.length; length > 0; length -= 1) {
    const id = words.slice(0, length).join(':')
    if (ids.includes(id)) return id
  }
  return undefined
}

/** Whether commands live below these words. */
export function isTopic(words: readonly string[], ids: readonly string[]): boolean {
  return ids.some((id) => id.startsWith(`${words.join(':')}:`))
}

/** The error for words that name no command, with what was probably meant. */
export function unknownCommand(words: readonly string[], ids: readonly string[], program: string): SparkopsError {
  const depth = isTopic(words.slice(0, 1), ids) ? 2 : 1
  const typed = words.slice(0, depth).join(' ')
  const meant = nearest(typed, ids.map((id) => id.replaceAll(':', ' ')).concat(topics(ids)))
  const listed = depth === 2 ? `${program} help ${words[0]!}` : `${program} help`
  return new SparkopsError({
    code: 'SO_UNKNOWN_COMMAND',
    message: `unknown command "${program} ${typed}"`,
    why: 'no command or topic has this name',
    hint: meant ? `did you mean "${program} ${meant}"? "${listed}" lists all` : `"${listed}" lists all`,
    exit: 'usage',
  })
}

function topics(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id) => id.includes(':')).map((id) => id.split(':')[0]!))]
}

function strayFlag(flag: string, program: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_COMMAND',
    message: `"${flag}" stands where a command should`,
    why: 'flags go after the command they belong to',
    hint: `${program} COMMAND ${flag}; "${program} help" lists the commands`,
    exit: 'usage',
  })
}
