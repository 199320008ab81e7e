/** The guided run on the shipped recordings: what a newcomer sees first. */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type RunResult, runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

interface Step {
  number: number
  command: string
  usage?: unknown
  ghosts?: unknown
  comparison?: { summary: { unexplained: number } }
  report?: { path: string; bytes: number }
}

const folder = mkdtempSync(join(tmpdir(), 'sparkops-demo-test-'))

describe('the demo', () => {
  let run: RunResult
  const page = join(folder, 'page.html')
  beforeAll(async () => {
    run = await runCli(['demo', '--out', page])
  })

  it('ends with 0, with nothing on standard error', () => {
    expect(run).toMatchObject({ code: 0, stderr: '' })
  })

  it('tells five steps, each with the command that does the same', () => {
    expect(run.stdout.match(/^\S+ \d\/5 .*$/gm)).toHaveLength(5)
    expect(run.stdout.split('Try next')[0]!.match(/^ {2}\$ sparkops usage /gm)).toHaveLength(5)
  })

  it('finds nothing that is not explained', () => {
    expect(run.stdout).not.toContain('✗')
  })

  it('writes the page that it names', () => {
    expect(run.stdout).toContain(page)
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/i)
  })

  it('ends with three commands to try', () => {
    const [, next = ''] = run.stdout.split('Try next')
    expect(next.match(/^ {2}\$ /gm)).toHaveLength(3)
  })

  it('has no control sequences where there is no terminal', () => {
    expect(run.stdout).not.toContain('\x1b')
  })

  it('writes into the directory for temporary files unless told otherwise', async () => {
    const temporary = mkdtempSync(join(folder, 'tmp-'))
    const { code } = await runCli(['demo', '-q'], { env: { TMPDIR: temporary } })
    expect(code).toBe(0)
    expect(readdirSync(temporary)).toEqual(['sparkops-demo.html'])
  })
})

describe('the demo as JSON', () => {
  it('has the shape of its schema, and its parts have theirs', async () => {
    const { code, stdout, stderr } = await runCli(['demo', '--json', '--out', join(folder, 'json.html')])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const demo = JSON.parse(stdout) as { steps: Step[] }
    expectMatchesSchema('demo', demo)
    expect(demo.steps.map((step) => step.number)).toEqual([1, 2, 3, 4, 5])
    expectMatchesSchema('usage-list', demo.steps[1]!.usage)
    expectMatchesSchema('ghost-list', demo.steps[2]!.ghosts)
    expect([demo.steps[0], demo.steps[3]].map((step) => step!.comparison!.summary.unexplained)).toEqual([0, 0])
    expect(existsSync(demo.steps[4]!.report!.path)).toBe(true)
  })
})

describe('the demo, told to write into a directory that is not there,', () => {
  const missing = join(folder, 'no', 'such', 'page.html')

  it('says so, and ends with 1', async () => {
    const { code, stderr } = await runCli(['demo', '--out', missing])
    expect(code).toBe(1)
    expect(stderr).toContain(`Error: cannot write ${missing}\nWhy: the directory does not exist\nTry: `)
    expect(stderr).not.toContain('    at ')
  })

  it('gives an error as JSON where JSON is asked for', async () => {
    const { code, stdout } = await runCli(['demo', '--json', '--out', missing])
    expect(code).toBe(1)
    expectMatchesSchema('error', JSON.parse(stdout))
  })
})
