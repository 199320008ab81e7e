// Writes docs/commands from oclif.manifest.json: one page a topic, and an index. `npm run docs` runs it.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'

/** @typedef {import('../src/cli/manifest.ts').CommandEntry} Command */
/** @typedef {import('../src/cli/manifest.ts').FlagEntry} Flag */
/** @typedef {Map<string, { code: string, meaning: string }>} Exits */

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGES = join(ROOT, 'docs/commands')
const PROGRAM = 'sparkops'
/** What any command may end with, beside those it declares. */
const COMMON_EXITS = ['ok', 'failed', 'usage', 'bug', 'interrupted']
const GLOBAL = 'GLOBAL'
const NOTICE = '<!-- Written by `npm run docs` from oclif.manifest.json: change the command, not this page. -->'

/** Every page by its file name.
 * @returns {Promise<Map<string, string>>} */
export async function commandPages() {
  const read = (/** @type {string} */ path) => readFile(join(ROOT, path), 'utf8')
  const manifest = /** @type {import('../src/cli/manifest.ts').Manifest} */ (
    JSON.parse(await read('oclif.manifest.json'))
  )
  const { oclif } = /** @type {{ oclif: { topics: Record<string, { description: string }> } }} */ (
    JSON.parse(await read('package.json'))
  )
  const exits = exitTable(await read('docs/exit-codes.md'))
  const topics = byTopic(Object.values(manifest.commands).filter((command) => !command.hidden))
  const pages = new Map([['README.md', indexPage(topics, oclif.topics)]])
  for (const [topic, commands] of topics) pages.set(`${topic}.md`, topicPage(topic, commands, oclif.topics, exits))
  const style = await resolveConfig(join(ROOT, 'package.json'))
  for (const [name, text] of pages) pages.set(name, await format(text, { ...style, parser: 'markdown' }))
  return pages
}

/** Names of pages that are not as they should be: others, missing, or too many.
 * @returns {Promise<string[]>} */
export async function stalePages() {
  const pages = await commandPages()
  const present = await readdir(PAGES)
  const text = (/** @type {string} */ name) => readFile(join(PAGES, name), 'utf8').catch(() => undefined)
  const stale = present.filter((name) => !pages.has(name))
  for (const [name, wanted] of pages) if ((await text(name)) !== wanted) stale.push(name)
  return stale
}

export async function writePages() {
  const pages = await commandPages()
  await mkdir(PAGES, { recursive: true })
  for (const name of await readdir(PAGES)) if (!pages.has(name)) await rm(join(PAGES, name))
  for (const [name, text] of pages) await writeFile(join(PAGES, name), text)
}

/** Codes and meanings as docs/exit-codes.md has them, which a test holds to the program.
 * @param {string} markdown
 * @returns {Exits} */
function exitTable(markdown) {
  const rows = markdown.matchAll(/^\| (\d+) +\| (\w+) +\| (.*?) *\|$/gm)
  return new Map([...rows].map(([, code, name, meaning]) => [name ?? '', { code: code ?? '', meaning: meaning ?? '' }]))
}

/** @param {Command[]} commands
 * @returns {Map<string, Command[]>} */
function byTopic(commands) {
  /** @type {Map<string, Command[]>} */
  const topics = new Map()
  for (const command of commands.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const topic = command.id.split(':')[0] ?? ''
    topics.set(topic, [...(topics.get(topic) ?? []), command])
  }
  return topics
}

/** @param {Map<string, Command[]>} topics
 * @param {Record<string, { description: string }>} described */
function indexPage(topics, described) {
  const rows = [...topics].flatMap(([topic, commands]) =>
    commands.map((command) => `| [${spaced(command)}](${topic}.md#${anchor(command)}) | ${command.summary ?? ''} |`),
  )
  const lines = Object.entries(described).map(([topic, { description }]) => `- \`${topic}\`: ${description}.`)
  return ['# Commands', NOTICE, ['| command | what it does |', '|---|---|', ...rows].join('\n'), lines.join('\n')].join(
    '\n\n',
  )
}

/** @param {string} topic
 * @param {Command[]} commands
 * @param {Record<string, { description: string }>} described
 * @param {Exits} exits */
function topicPage(topic, commands, described, exits) {
  const shared = commands.length > 1 ? sharedFlags(commands) : new Set()
  const intro = described[topic] === undefined ? [] : [`${described[topic].description}.`]
  const contents = commands.map((command) => `- [${spaced(command)}](#${anchor(command)}): ${command.summary ?? ''}`)
  const common = flagsOf(commands[0]).filter((flag) => shared.has(flag.name))
  return [
    `# ${PROGRAM} ${topic}`,
    NOTICE,
    ...intro,
    ...(commands.length > 1 ? [contents.join('\n')] : []),
    ...commands.flatMap((command) => commandSection(command, shared, exits)),
    ...(common.length > 0 ? ['## Flags of all of these', ...flagTables(common)] : []),
  ].join('\n\n')
}

/** Names of flags that are the same in all of these commands.
 * @param {Command[]} commands
 * @returns {Set<string>} */
function sharedFlags(commands) {
  const [first, ...others] = commands
  const same = flagsOf(first).filter((flag) =>
    others.every((other) => {
      const twin = flagsOf(other).find(({ name }) => name === flag.name)
      return twin !== undefined && flagRow(twin) === flagRow(flag)
    }),
  )
  return new Set(same.map(({ name }) => name))
}

/** @param {Command} command
 * @param {Set<unknown>} shared
 * @param {Exits} exits
 * @returns {string[]} */
function commandSection(command, shared, exits) {
  const args = Object.values(command.args).filter((arg) => !arg.hidden)
  const own = flagsOf(command).filter((flag) => !shared.has(flag.name))
  const argName = (/** @type {typeof args[number]} */ arg) => arg.name.toUpperCase() + (arg.multiple ? '...' : '')
  const usage = [PROGRAM, spaced(command), ...args.map(argName), '[FLAGS]'].join(' ')
  return [
    `## ${spaced(command)}`,
    command.summary ?? '',
    `\`\`\`\n${usage}\n\`\`\``,
    command.description ?? '',
    args.map((arg) => `- \`${argName(arg)}\`: ${arg.description ?? ''}`).join('\n'),
    ...flagTables(own),
    `### Examples of ${spaced(command)}`,
    examples(command),
    `Ends with ${exitText(command, exits)}.`,
  ].filter((part) => part !== '')
}

/** @param {Command} command */
function examples(command) {
  const parts = (command.examples ?? []).map((example) => {
    const { description, command: line } = typeof example === 'string' ? { description: '', command: example } : example
    const typed = line.replaceAll('<%= config.bin %>', PROGRAM).replaceAll('<%= command.id %>', spaced(command))
    return `# ${description}\n${typed}`
  })
  return `\`\`\`sh\n${parts.join('\n\n')}\n\`\`\``
}

/** @param {Command} command
 * @param {Exits} exits */
function exitText(command, exits) {
  const named = new Set([...COMMON_EXITS, ...(command.exitCodes ?? [])])
  const told = [...exits].filter(([name]) => named.has(name)).map(([name, { code }]) => `${code} (${name})`)
  return `${told.slice(0, -1).join(', ')} or ${told.at(-1) ?? ''}: see [exit codes](../exit-codes.md)`
}

/** One table a group of flags, those without a group first, the global ones last.
 * @param {Flag[]} flags
 * @returns {string[]} */
function flagTables(flags) {
  const groups = [...new Set(flags.map((flag) => flag.helpGroup ?? ''))]
  const rank = (/** @type {string} */ group) => (group === '' ? 0 : group === GLOBAL ? 2 : 1)
  return groups
    .sort((a, b) => rank(a) - rank(b))
    .map((group) => {
      const title = group === '' ? 'flag' : `${group.toLowerCase()} flag`
      const rows = flags.filter((flag) => (flag.helpGroup ?? '') === group).map(flagRow)
      return [`| ${title} | what | default |`, '|---|---|---|', ...rows].join('\n')
    })
}

/** @param {Flag} flag */
function flagRow(flag) {
  const value = flag.type === 'boolean' ? '' : ` ${String(flag.helpValue ?? flag.name.toUpperCase())}`
  const name = `${flag.char ? `-${flag.char}, ` : ''}--${flag.allowNo ? '[no-]' : ''}${flag.name}${value}`
  const options = flag.options === undefined ? '' : `: ${flag.options.map((option) => `\`${option}\``).join(', ')}`
  const notes = `${flag.required ? '; required' : ''}${flag.multiple ? '; may be repeated' : ''}`
  const text = `${flag.summary ?? flag.description ?? ''}${options}${notes}`.replaceAll('|', '\\|')
  const isShown = (typeof flag.default === 'string' && flag.default !== '') || typeof flag.default === 'number'
  return `| \`${name}\` | ${text} | ${isShown ? `\`${String(flag.default)}\`` : ''} |`
}

/** @param {Command | undefined} command
 * @returns {Flag[]} */
function flagsOf(command) {
  return Object.values(command?.flags ?? {}).filter((flag) => !flag.hidden)
}

/** @param {Command} command */
function spaced(command) {
  return command.id.replaceAll(':', ' ')
}

/** @param {Command} command */
function anchor(command) {
  return spaced(command).replaceAll(' ', '-')
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) await writePages()
