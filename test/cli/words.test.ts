/** How the words of a command line are read. */
import { describe, expect, it } from 'vitest'
import { asSparkopsError, wantsJson } from '../../src/cli/error-output.ts'
import { programName } from '../../src/cli/manifest.ts'
import { nearest } from '../../src/cli/nearest.ts'
import { route } from '../../src/cli/route.ts'
import { SparkopsError } from '../../src/domain/errors.ts'

const manifest = {
  commands: Object.fromEntries(
    ['doctor', 'usage:compute', 'usage:list-ghosts'].map((id) => [id, { id, flags: {}, args: {} }]),
  ),
}
const to = (line: string): unknown => route(line === '' ? [] : line.split(' '), () => manifest, 'sparkops')

describe('a command line', () => {
  it.each([
    ['--version', { kind: 'version' }],
    ['', { kind: 'help', subject: [] }],
    ['--help', { kind: 'help', subject: [] }],
    ['usage', { kind: 'help', subject: ['usage'] }],
    ['help usage compute', { kind: 'help', subject: ['usage', 'compute'] }],
    ['usage compute dump -h', { kind: 'help', subject: ['usage', 'compute'] }],
    ['usage compute dump --by app', { kind: 'command', id: 'usage:compute', argv: ['dump', '--by', 'app'] }],
    ['usage compute -- --help', { kind: 'command', id: 'usage:compute', argv: ['--', '--help'] }],
    ['usage compute -', { kind: 'command', id: 'usage:compute', argv: ['-'] }],
  ])('"%s" leads to %j', (line, expected) => {
    expect(to(line)).toEqual(expected)
  })

  it.each([
    ['usage computee', 'did you mean "sparkops usage compute"?'],
    ['usage ghosts', '"sparkops help usage" lists all'],
    ['usge', 'did you mean "sparkops usage"?'],
    ['usage --json', 'COMMAND --json'],
    ['-o json doctor', 'flags go after the command'],
  ])('"%s" leads nowhere, and says what to try', (line, hint) => {
    try {
      to(line)
      expect.unreachable()
    } catch (error) {
      const { exit, why, hint: told } = error as SparkopsError
      expect(exit).toBe('usage')
      expect(`${why ?? ''} ${told ?? ''}`).toContain(hint)
    }
  })
})

describe('a mistyped word', () => {
  it.each([
    ['docter', 'doctor'],
    ['dotcor', 'doctor'],
    ['usage lst-ghosts', 'usage list-ghosts'],
    ['operator', undefined],
    ['x', undefined],
  ])('%s means %s', (typed, meant) => {
    expect(nearest(typed, ['doctor', 'usage compute', 'usage list-ghosts'])).toBe(meant)
  })
})

describe('JSON is wanted', () => {
  it.each([
    ['doctor --json', {}, true],
    ['doctor -o json', {}, true],
    ['doctor -ojson', {}, true],
    ['doctor --output=json --frob', {}, true],
    ['doctor -o yaml', { SPARKOPS_OUTPUT: 'json' }, false],
    ['doctor', { SPARKOPS_OUTPUT: 'json' }, true],
    ['doctor', { SPARKOPS_JSON: 'true' }, true],
    ['doctor', { SPARKOPS_JSON: '0' }, false],
    ['doctor -- --json', {}, false],
    ['doctor -o', {}, false],
  ])('by "%s" with %j: %s', (line, env, wanted) => {
    expect(wantsJson(line.split(' '), env)).toBe(wanted)
  })
})

describe('the name of the program', () => {
  it.each([
    ['/usr/local/bin/kubectl-sparkops', 'kubectl sparkops'],
    ['C:\\bin\\kubectl-sparkops', 'kubectl sparkops'],
    ['/usr/local/bin/sparkops', 'sparkops'],
    ['/src/bin/run.js', 'sparkops'],
    [undefined, 'sparkops'],
  ])('started as %s is %s', (script, name) => {
    expect(programName(script)).toBe(name)
  })
})

describe('an error', () => {
  it('of ours stays as it is; anything else is a defect of ours', () => {
    const ours = new SparkopsError({ code: 'SO_TEST', message: 'm', exit: 'stale' })
    expect(asSparkopsError(ours)).toBe(ours)
    expect(asSparkopsError('a string')).toMatchObject({ code: 'SO_BUG', exitCode: 70, why: 'a string' })
  })
})
