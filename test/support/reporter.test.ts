/** The closing lines of a test run, which CI and people read. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { skippedLines } from './reporter.ts'
import { ROOT, cleanEnvironment } from './run.ts'

const cache = join(ROOT, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const directory = mkdtempSync(join(cache, 'reporter-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('skipped tests', () => {
  it('are counted and named by what they need', () => {
    const inGo = ['e', 'f', 'g', 'h'].map((name) => `${name} [needs go]`)
    const names = ['a [needs chromium] > x', 'b [needs chromium] > y', 'c [needs java]', 'd', ...inGo]
    expect(skippedLines(names.map((fullName) => ({ fullName })))).toEqual([
      'skipped: 1 for no stated reason (d)',
      'skipped: 2 need chromium (a > x; b > y)',
      'skipped: 4 need go (e; f; g; and 1 more)',
      'skipped: 1 needs java (c)',
    ])
  })
})

describe('the last line of a run', () => {
  const vitest = (source: string, env: Record<string, string> = {}): { code: number | null; lines: string[] } => {
    writeFileSync(join(directory, 'some.test.ts'), `import { describe, it, expect } from 'vitest'\n${source}`)
    const reporter = join(ROOT, 'test/support/reporter.ts')
    const config = `export default { test: { include: ['*.test.ts'], reporters: ['default', ${JSON.stringify(reporter)}] } }`
    writeFileSync(join(directory, 'vitest.config.js'), config)
    const command = join(ROOT, 'node_modules/vitest/vitest.mjs')
    const { status, stdout } = spawnSync(process.execPath, [command, 'run', '--root', directory], {
      env: cleanEnvironment(env),
      encoding: 'utf8',
    })
    return { code: status, lines: stdout.trimEnd().split('\n') }
  }

  it('counts passed, failed and skipped', () => {
    const skips = "describe.skip('report [needs chromium]', () => { it('renders', () => {}) })\nit('works', () => {})"
    const local = vitest(skips)
    expect(local.lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped')
    expect(local.lines).toContain('skipped: 1 needs chromium (report > renders)')
    expect(local.code).toBe(0)
    const ci = vitest(skips, { CI: 'true' })
    expect(ci.code).toBe(1)
    expect(ci.lines.join('\n')).toContain('nothing may be skipped')
  })

  it('counts a file that does not load as a failure', () => {
    const { code, lines } = vitest("it('works', () => {})\nthrow new Error('broken')")
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped')
    expect(code).toBe(1)
  })

  it('counts a failure, and fails the run', () => {
    const { code, lines } = vitest("it('fails', () => expect(1).toBe(2))")
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped')
    expect(code).toBe(1)
  })
})
