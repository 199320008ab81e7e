/** `sparkops usage compare` as a user runs it: forms, exit codes, compressed logs, bad input. */
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const STEADY = ['usage', 'compare', 'examples/steady', '--summary', 'examples/steady/summaries.log.gz']
const RESTART = ['usage', 'compare', 'examples/restart', '--summary', 'examples/restart/summaries.log.gz']

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparkops-compare-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

function written(name: string, content: string | Buffer): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

function steadyLog(): string {
  return gunzipSync(readFileSync(join(ROOT, 'examples/steady/summaries.log.gz'))).toString('utf8')
}

interface Comparison {
  items: { application: string; verdict: string; forgottenPercent: number | null }[]
  summary: Record<string, unknown>
}

describe('sparkops usage compare', () => {
  it('gives JSON of the shape that its schema promises', async () => {
    for (const argv of [STEADY, RESTART]) {
      const { code, stdout, stderr } = await runCli([...argv, '--json'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expectMatchesSchema('usage-comparison', JSON.parse(stdout))
    }
  })

  it('begins its table with what the verdicts are in sum, and fits 80 columns', async () => {
    const { code, stdout } = await runCli(RESTART, { env: { COLUMNS: '80' } })
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe('146 reports compared: 127 equal, 19 explained')
    expect(stdout).toContain('At restarts YuniKorn forgot a part of 19 applications:')
    expect(stdout).toContain('  24 died with the scheduler')
    expect(stdout).toMatch(/^APPLICATION +VERDICT +FORGOT +WHY$/m)
    expect(stdout).toMatch(/^long-0 +explained +≥94\.\d % +restart: /m)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it('lists equal ones, numbers and applications without a report only when asked for wide', async () => {
    const narrow = await runCli(STEADY)
    const wide = await runCli([...STEADY, '-o', 'wide'])
    expect(narrow.stdout).not.toMatch(/ equal /)
    expect(wide.stdout.match(/ equal /g)?.length).toBeGreaterThan(180)
    expect(wide.stdout).toContain('THEIR VCORE MCORE-S')
    expect(wide.stdout).toMatch(/^NO REPORT OF +BEGAN +BECAUSE IT WAS$/m)
  })

  it('gives names, and CSV with a row for each kind and resource', async () => {
    const names = await runCli([...STEADY, '-o', 'name'])
    expect(names.stdout.trimEnd().split('\n')).toHaveLength(191)
    const csv = await runCli([...STEADY, '-o', 'csv'])
    expect(csv.stdout).toMatch(
      /^application,submissionTime,cluster,source,verdict,cause,forgottenPercent,kind,resource,/,
    )
    expect(csv.stdout).toMatch(/^spark-0127-gang,\d+,,log,reconciled,rounding,,used,vcore,/m)
  })

  it('ends with 3 when a report is different, and names it', async () => {
    const log = steadyLog().replace(/(ApplicationID: spark-0127-gang,.*?vcore=)(\d+)/, '$199$2')
    const { code, stdout } = await runCli([...STEADY.slice(0, 3), '--summary', written('changed.log', log)])
    expect(code).toBe(3)
    expect(stdout).toMatch(/^191 reports compared: 189 equal, 1 reconciled, 1 different$/m)
    expect(stdout).toContain('Not explained: spark-0127-gang')
    expect(stdout).toMatch(/^spark-0127-gang +different +- +used vcore: theirs 99\d+, ours \d+ \(\+\d+\)/m)
  })

  it('reads the log from standard input, next to a dump from a file', async () => {
    const argv = [...STEADY.slice(0, 3), '--summary', '-', '--json']
    const { code, stdout } = await runCli(argv, { stdin: steadyLog() })
    expect(code).toBe(0)
    expect((JSON.parse(stdout) as Comparison).summary).toMatchObject({ total: 191, equal: 189, reconciled: 2 })
  })

  it.each([
    ['a file without a summary', () => written('other.log', 'nothing of this kind\n'), 'SO_NO_SUMMARY'],
    ['a broken summary', () => written('broken.log', steadyLog().replace('vcore=', 'vcore~')), 'SO_BROKEN_SUMMARY'],
    ['a file that is not there', () => join(directory, 'absent.log'), 'SO_UNREADABLE'],
    ['a cut gzip file', () => written('cut.gz', readFileSync(join(ROOT, STEADY[4]!)).subarray(0, 5000)), 'SO_DAMAGED'],
  ])('ends with 65 for %s', async (_, path, code) => {
    const result = await runCli([...STEADY.slice(0, 3), '--summary', path(), '--json'])
    expect(result.code).toBe(65)
    expect(result.stdout + result.stderr).toContain(code)
  })

  it('ends with 65 when neither a log is given nor the dump holds histories', async () => {
    const { code, stderr } = await runCli(['usage', 'compare', 'examples/steady/stream.jsonl.gz'])
    expect(code).toBe(65)
    expect(stderr).toContain('--summary FILE')
  })

  it('ends with 64 for an epsilon that would put everything on an edge', async () => {
    const { code, stderr } = await runCli([...STEADY, '--epsilon', '1s'])
    expect(code).toBe(64)
    expect(stderr).toContain('--epsilon')
  })
})
