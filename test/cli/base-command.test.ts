/** How flags, variables and arguments reach a command. */
import { Args, Config, Flags } from '@oclif/core'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { SparkopsError } from '../../src/domain/errors.ts'
import { ROOT } from '../support/run.ts'

class Probe extends BaseCommand {
  static override args = { dump: Args.string({ multiple: true, ignoreStdin: true }) }
  static override flags = {
    by: Flags.string({ multiple: true }),
    yes: Flags.boolean(),
    'top-n': Flags.integer({ default: 5 }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Probe)
    return { dump: args.dump, by: flags.by, yes: flags.yes ? 'given' : 'not given', top: flags['top-n'] }
  }
}

let config: Config
beforeAll(async () => {
  config = await Config.load(ROOT)
})
afterEach(() => vi.unstubAllEnvs())
const probe = (line: string): Promise<unknown> => Probe.run(line.split(' '), config)

describe('a command', () => {
  it('takes a repeated flag and repeated arguments in any order', async () => {
    const expected = { dump: ['a', 'b', '-'], by: ['app', 'queue'], yes: 'not given', top: 5 }
    expect(await probe('a b - --by app --by queue')).toEqual(expected)
    expect(await probe('--by app --by queue a b -')).toEqual(expected)
    expect(await probe('a --by app b --by queue -')).toEqual(expected)
  })

  it('takes flags from SPARKOPS_<FLAG>, and what is typed before that', async () => {
    vi.stubEnv('SPARKOPS_TOP_N', '7')
    vi.stubEnv('SPARKOPS_YES', 'true')
    expect(await probe('a')).toMatchObject({ yes: 'given', top: 7 })
    expect(await probe('a --top-n 9')).toMatchObject({ top: 9 })
    vi.stubEnv('SPARKOPS_YES', 'false')
    expect(await probe('a')).toMatchObject({ yes: 'not given' })
  })

  it.each([
    ['a --yes=false', '--yes takes no value'],
    ['a --top-n many', '--top-n: expected an integer but received: many'],
    ['a --tpo-n 3', 'unknown flag "--tpo-n"'],
    ['a --by', '--by'],
  ])('refuses "%s" as a usage error', async (line, message) => {
    const error: unknown = await probe(line).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SparkopsError)
    expect(error).toMatchObject({ exit: 'usage' })
    expect((error as SparkopsError).message).toContain(message)
  })

  it('leaves everything behind -- to the arguments', async () => {
    expect(await probe('-- --yes=false')).toMatchObject({ dump: ['--yes=false'], yes: 'not given' })
  })
})
