/** What every command promises by its manifest: flags that do not change unnoticed, help that fits, examples. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { manifestText } from '../../scripts/build.mjs'
import { commandHelp } from '../../src/cli/help/command.ts'
import { HELP_SUBJECTS, helpText } from '../../src/cli/help/help.ts'
import { type ArgEntry, type FlagEntry, type Manifest, TOPICS } from '../../src/cli/manifest.ts'
import { EXIT_CODES } from '../../src/domain/errors.ts'
import { expectGolden } from '../support/golden.ts'
import { ROOT } from '../support/run.ts'

const checkedIn = readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')
const manifest = JSON.parse(checkedIn) as Manifest
const commands = Object.values(manifest.commands)
const plain = (_tone: string, text: string): string => text

describe('the manifest', () => {
  it('is as new as the sources: "npm run build" writes it', async () => {
    expect(await manifestText()).toBe(checkedIn)
  })

  it('has the flags, arguments and exit codes that test/golden/flags.json has', () => {
    const contract = commands.map(({ id, args, flags, exitCodes = [], strict }) => ({
      command: id,
      strict,
      args: Object.fromEntries(Object.values(args).map((arg) => [arg.name, describeArg(arg)])),
      flags: Object.fromEntries(
        Object.values(flags)
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map((flag) => [flag.name, describeFlag(flag)]),
      ),
      exitCodes: exitCodes.join(' '),
    }))
    expectGolden('flags.json', `${JSON.stringify(contract, null, 2)}\n`)
  })
})

describe('help', () => {
  const pages = [
    [],
    ...HELP_SUBJECTS.map((subject) => [subject]),
    ...Object.keys(TOPICS).filter((topic) => commands.some(({ id }) => id.startsWith(`${topic}:`))),
    ...commands.map(({ id }) => id.split(':')),
  ].map((subject) => (typeof subject === 'string' ? [subject] : subject))

  it.each(pages.map((subject) => [subject.join(' ') || 'sparkops', subject] as const))(
    'of %s fits 80 columns',
    (_name, subject) => {
      const text = helpText(manifest, subject, 'kubectl sparkops', plain)
      expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    },
  )

  it('of the program fits one screen', () => {
    expect(helpText(manifest, [], 'sparkops', plain).split('\n').length).toBeLessThanOrEqual(24)
  })

  it('has a line for each topic that has commands', () => {
    const topics = new Set(commands.filter(({ id }) => id.includes(':')).map(({ id }) => id.split(':')[0]!))
    expect([...topics].filter((topic) => !TOPICS[topic])).toEqual([])
  })
})

describe.each(commands.map((command) => [command.id, command] as const))('%s', (_id, command) => {
  it('says what it does, in one sentence', () => {
    expect(command.summary).toMatch(/^[A-Z].*\.$/)
  })

  it('has two examples at least, with what each is for', () => {
    const examples = command.examples ?? []
    expect(examples.length).toBeGreaterThanOrEqual(2)
    for (const example of examples) expect(typeof example === 'string' ? '' : example.description).not.toBe('')
  })

  it('says what each flag and argument is for', () => {
    const silent = [
      ...Object.values(command.flags).filter((flag) => !flag.summary && !flag.description),
      ...Object.values(command.args).filter((arg) => !arg.description),
    ]
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it('lists its exit codes, each of the table', () => {
    for (const name of command.exitCodes ?? []) expect(EXIT_CODES).toHaveProperty(name)
    expect(commandHelp(command, 'sparkops', plain)).toContain('\nEXIT CODES\n    0  ok')
  })
})

function describeFlag({ char, type, options, multiple, required, allowNo, default: value }: FlagEntry): string {
  return words([
    char && `-${char}`,
    type,
    options?.join('|'),
    allowNo && 'with no-',
    multiple && 'repeated',
    required && 'required',
    value !== undefined && `default ${JSON.stringify(value)}`,
  ])
}

function describeArg({ required, multiple, options }: ArgEntry): string {
  return words([required ? 'required' : 'optional', multiple && 'repeated', options?.join('|')])
}

function words(parts: readonly (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(', ')
}
