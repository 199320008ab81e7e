/**
 * The words an operator's container is started with, read as the operator itself reads them.
 *
 * 1.x uses Go's `flag` (one dash or two, a later value replaces an earlier one); 2.x uses pflag behind the subcommands
 * `controller start` and `webhook start` (two dashes, list flags add up and are read as CSV).
 */
import { isRecord } from '../schema/structural.ts'

export interface Arguments {
  /** Of 2.x; 1.x has none and does everything in one process. */
  subcommand: 'controller' | 'webhook' | undefined
  /** Every value a flag was given, in order. */
  flags: ReadonlyMap<string, readonly string[]>
  /** Words that refer to variables whose value is not in the container's own `env`. */
  unresolved: readonly string[]
}

/** Flags without a value of their own: the word after them is another argument. main.go 1.x, cmd/operator 2.x. */
const SWITCHES = new Set([
  'alsologtostderr',
  'enable-batch-scheduler',
  'enable-cert-manager',
  'enable-http2',
  'enable-metrics',
  'enable-resource-quota-enforcement',
  'enable-ui-service',
  'enable-webhook',
  'install-crds',
  'leader-election',
  'logtostderr',
  'secure-metrics',
  'webhook-fail-on-error',
  'zap-devel',
])
/** As `strconv.ParseBool`. */
const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])

/** Reads a container's `command` and `args`. */
export function readArguments(container: Readonly<Record<string, unknown>>): Arguments {
  const resolved = [...texts(container['command']), ...texts(container['args'])].map((word) =>
    expand(word, environmentOf(container)),
  )
  const flags = new Map<string, string[]>()
  let subcommand: Arguments['subcommand']
  const words = resolved.map(({ text }) => text)
  for (let index = 0; index < words.length; index++) {
    const match = /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(words[index]!)
    if (match === null) {
      if (subcommand === undefined) subcommand = asSubcommand(words[index]!)
      continue
    }
    const [, name = '', given] = match
    const next = words[index + 1]
    // A switch that we do not know stands before the next flag: none of the operator's values begins with a dash.
    const takesNext = given === undefined && !SWITCHES.has(name) && next !== undefined && !next.startsWith('-')
    if (takesNext) index++
    const value = given ?? (takesNext ? next : 'true')
    flags.set(name, [...(flags.get(name) ?? []), value])
  }
  return { subcommand, flags, unresolved: resolved.filter(({ open }) => open).map(({ text }) => text) }
}

/** The value that counts, or what the operator takes where the flag is not given. */
export function flagText({ flags }: Arguments, name: string, unless = ''): string {
  return flags.get(name)?.at(-1) ?? unless
}

/** A flag's number; the fallback where it is no number. */
export function flagNumber(given: Arguments, name: string, unless: number): number {
  const value = Number(flagText(given, name, String(unless)))
  return Number.isFinite(value) ? value : unless
}

/** Whether a switch is on. */
export function flagSwitch(given: Arguments, name: string, unless = false): boolean {
  return TRUE.has(flagText(given, name, String(unless)))
}

/** A list flag of pflag: each value is a line of CSV, and all of them add up. `""` is one empty entry. */
export function flagList({ flags }: Arguments, name: string): string[] {
  return (flags.get(name) ?? []).flatMap((value) => (value === '' ? [] : readCsvLine(value)))
}

function asSubcommand(word: string): Arguments['subcommand'] {
  return word === 'controller' || word === 'webhook' ? word : undefined
}

function readCsvLine(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}

/** `$(NAME)` is replaced by Kubernetes where the container's environment has it, and left as it is otherwise. */
function expand(word: string, environment: ReadonlyMap<string, string>): { text: string; open: boolean } {
  let open = false
  const text = word.replaceAll(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (reference, name: string | undefined) => {
    if (name === undefined) return '$'
    const value = environment.get(name)
    open ||= value === undefined
    return value ?? reference
  })
  return { text, open }
}

function environmentOf(container: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const entries = Array.isArray(container['env']) ? container['env'].filter(isRecord) : []
  return new Map(
    entries.flatMap(({ name, value }) =>
      typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [],
    ),
  )
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map((word) => String(word)) : []
}
