/** What a user types wrong, and where output goes: run as a process, from the bundle. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { needs } from '../support/capabilities.ts'
import { PROGRAM, type RunOptions, type RunResult, runCli, runShell } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const ESCAPE = '\u001b['
const directory = mkdtempSync(join(tmpdir(), 'sparkops-traps-'))
/** Without a PATH, so that `doctor` need not ask other programs for their versions. */
const run = (argv: readonly string[], { env, ...options }: RunOptions = {}): Promise<RunResult> =>
  runCli(argv, { ...options, env: { PATH: '', ...env } })
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('a wrong command line', () => {
  it.each([
    ['an unknown flag', ['doctor', '--ouput', 'x'], 'unknown flag "--ouput"', 'did you mean --output?'],
    ['a flag value that is none', ['doctor', '-o', 'xml'], '--output=xml to be one of: table', 'doctor --help'],
    ['a flag without its value', ['doctor', '-o'], 'flag --output expects', 'doctor --help'],
    ['a stray argument', ['doctor', 'stray'], 'unexpected argument "stray"', 'doctor --help'],
    ['an unknown command', ['docter'], 'unknown command "sparkops docter"', 'did you mean "sparkops doctor"?'],
    ['an unknown command with --help', ['docter', '--help'], 'unknown command', 'did you mean "sparkops doctor"?'],
    ['an unknown subject of help', ['help', 'exit-code'], 'unknown command', '"sparkops help" lists all'],
    ['a flag before the command', ['--json', 'doctor'], '"--json" stands where a command should', 'COMMAND --json'],
    ['two forms at once', ['doctor', '--json', '-o', 'yaml'], 'ask for different forms', 'one of the two'],
    ['a value for a flag that takes none', ['doctor', '--ascii=yes'], '--ascii takes no value', 'doctor --help'],
  ])('is told for %s, with exit 64 and nothing on standard output', async (_what, argv, message, hint) => {
    const { code, stdout, stderr } = await run(argv)
    expect(code).toBe(64)
    const [error, ...rest] = stderr.trimEnd().split('\n')
    expect(error).toMatch(/^Error: /)
    expect(error).toContain(message)
    expect(rest.at(-1)).toMatch(/^Try: /)
    expect(rest.at(-1)).toContain(hint)
    if (!argv.includes('--json')) expect(stdout).toBe('')
  })

  it.each([
    [['doctor', '--frob', '--json']],
    [['doctor', '-o', 'json', '--frob']],
    [['doctor', '--output=json', 'stray']],
    [['docter', '--json']],
  ])('gives one JSON object and exit 64: %j', async (argv) => {
    const { code, stdout, stderr } = await run(argv)
    expect(code).toBe(64)
    const document: unknown = JSON.parse(stdout)
    expectMatchesSchema('error', document)
    expect(stdout.split('\n').length).toBeLessThan(15)
    expect(stderr).toMatch(/^Error: /)
  })

  it('shows names with escape sequences, and does not obey them', async () => {
    const { stderr, stdout } = await run(['\u001b[31mdoctor\u009b2J\u202e', '--json'])
    for (const mark of ['\u001b', '\u009b', '\u202e']) expect(stderr + stdout).not.toContain(mark)
    expect(stderr).toContain('\\x1b[31mdoctor\\x9b2J\\u202e')
  })
})

describe('forms of output', () => {
  it('puts data on standard output and nothing else anywhere', async () => {
    const { code, stdout, stderr } = await run(['doctor', '-o', 'json'])
    // Without a PATH there is no git, so one group of commands does not work.
    expect([code, stderr]).toEqual([3, ''])
    expectMatchesSchema('doctor-report', JSON.parse(stdout))
  })

  it('has --json as another word for -o json, and variables for flags, which flags beat', async () => {
    const runs = await Promise.all([
      run(['doctor', '--json']),
      run(['doctor'], { env: { SPARKOPS_OUTPUT: 'json' } }),
      run(['doctor'], { env: { SPARKOPS_JSON: 'true' } }),
      run(['doctor', '--json'], { env: { SPARKOPS_OUTPUT: 'yaml' } }),
    ])
    for (const { stdout } of runs) expect(JSON.parse(stdout)).toMatchObject({ kind: 'DoctorReport' })
    const table = await run(['doctor', '-o', 'table'], { env: { SPARKOPS_JSON: '1' } })
    expect(table.stdout).toContain('COMMANDS')
    const names = await run(['doctor', '-o', 'name'])
    expect(names.stdout).toBe('demo\nusage\noperator\napp\npods\nruns\n')
  })

  it('leaves the headers out with --no-headers, and draws in ASCII with --ascii or LANG=C', async () => {
    const bare = await run(['doctor', '--no-headers'])
    expect(bare.stdout).not.toContain('COMMANDS')
    const inAscii = await Promise.all([run(['doctor', '--ascii']), run(['doctor'], { env: { LANG: 'C' } })])
    for (const { stdout } of inAscii) expect(Buffer.from(stdout).every((byte) => byte < 0x80)).toBe(true)
  })

  it('fits tables to $COLUMNS and cuts nothing in a pipe', async () => {
    const narrow = await run(['doctor'], { env: { COLUMNS: '40' } })
    const tables = narrow.stdout.split('\n').filter((line) => !/^Node |^No cluster/.test(line))
    expect(Math.max(...tables.map((line) => line.length))).toBeLessThanOrEqual(40)
    const pipe = await run(['doctor'])
    expect(pipe.stdout).toContain('looking at clusters by hand')
  })

  it('works with NODE_ENV set to development, where oclif would look for a TypeScript runner', async () => {
    const { code, stderr } = await run(['doctor', '-o', 'name'], { env: { NODE_ENV: 'development' } })
    expect([code, stderr]).toEqual([3, ''])
  })
})

describe('colour', () => {
  it('is off in a pipe and with NO_COLOR, on with FORCE_COLOR or --color=always', async () => {
    const colored = async (argv: string[], env: Record<string, string>): Promise<boolean> =>
      (await run(argv, { env })).stdout.includes(ESCAPE)
    expect(await colored(['doctor'], {})).toBe(false)
    expect(await colored(['doctor'], { FORCE_COLOR: '1' })).toBe(true)
    expect(await colored(['doctor'], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(await colored(['doctor'], { FORCE_COLOR: '1', NO_COLOR: '' })).toBe(true)
    expect(await colored(['doctor', '--color=always'], { NO_COLOR: '1' })).toBe(true)
    expect(await colored(['doctor', '--color=never'], { FORCE_COLOR: '1' })).toBe(false)
    expect(await colored(['--help'], { FORCE_COLOR: '1' })).toBe(true)
    expect(await colored(['--help'], {})).toBe(false)
  })

  needs('script').it('follows the terminal: on, but off with NO_COLOR or TERM=dumb', async () => {
    const onTerminal = (env: string): string =>
      `env ${env} script -qec "'${process.execPath}' '${PROGRAM}' doctor" /dev/null`
    const colored = async (env: string): Promise<boolean> => (await runShell(onTerminal(env))).stdout.includes(ESCAPE)
    expect(await colored('TERM=xterm')).toBe(true)
    expect(await colored('TERM=xterm NO_COLOR=1')).toBe(false)
    expect(await colored('TERM=dumb')).toBe(false)
  })
})

describe('version and help', () => {
  it('tell the version on one line', async () => {
    const { code, stdout } = await run(['--version'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^sparkops\/\d+\.\d+\.\d+ \w+-\w+ node-v\d+\.\d+\.\d+\n$/)
  })

  it('come for no words, help, --help and -h alike', async () => {
    const runs = await Promise.all([[], ['help'], ['--help'], ['-h']].map((argv) => run(argv)))
    expect(new Set(runs.map((run) => run.stdout)).size).toBe(1)
    expect(runs.map((run) => run.code)).toEqual([0, 0, 0, 0])
  })

  it('call the program by the name it was started with', async () => {
    const link = join(directory, 'kubectl-sparkops')
    symlinkSync(PROGRAM, link)
    const { stdout } = await run(['doctor', '--help'], { program: link })
    expect(stdout).toContain('kubectl sparkops doctor [FLAGS]')
    expect(stdout).toContain('$ kubectl sparkops doctor -o json')
    const wrong = await run(['docter'], { program: link })
    expect(wrong.stderr).toContain('did you mean "kubectl sparkops doctor"?')
  })
})
