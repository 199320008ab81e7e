/** `usage report` as a user runs it, on simulated recordings with an outage. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'
import { batchLines, collect, heartbeatLines, restLines, summaryLines } from '../support/usage/simulator/dumps.ts'
import { paramsOf } from '../support/usage/simulator/params.ts'
import { simulate } from '../support/usage/simulator/simulate.ts'

const directory = mkdtempSync(join(tmpdir(), 'sparkops-report-'))
const dump = join(directory, 'dump')
const summaries = join(directory, 'summaries.log')

beforeAll(() => {
  const simulation = simulate(paramsOf({ seed: 5, outages: [{ at: 60, down: 20 }], rest: true }))
  const polls = collect(simulation)
  mkdirSync(dump)
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(name, lines.map((line) => `${line}\n`).join(''))
  write(join(dump, 'batch.jsonl'), batchLines(polls))
  write(join(dump, 'heartbeat.jsonl'), heartbeatLines(polls))
  write(join(dump, 'rest.jsonl'), restLines(simulation))
  write(summaries, summaryLines(simulation))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

interface Sides {
  lower: number | string
  upper: number | string
}

interface PageData {
  all: { totals: Sides[]; series: Record<'lower' | 'upper', (number | string)[]>[] }
  queues: PageData['all'][]
  applications: { rows: { usage: Sides }[]; othersUsage: Sides }[]
  resources: { name: string }[]
  ghosts: { count: number }
  headline: { restarts: number; used: Sides[] }
  comparison: { counts: Record<string, number> } | null
}

function dataOf(page: string): PageData {
  return JSON.parse(/<script type="application\/json" id="report-data">([^<]*)</.exec(page)![1]!) as PageData
}

function sum(amounts: readonly (number | string)[]): bigint {
  return amounts.reduce<bigint>((total, amount) => total + BigInt(amount), 0n)
}

describe('usage report', () => {
  it('writes the page, prints its path, and never replaces a file unless told to', async () => {
    const out = join(directory, 'first.html')
    const first = await runCli(['usage', 'report', dump, '--out', out])
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout.split('\n')[0]).toBe(out)
    const before = statSync(out).mtimeMs
    const second = await runCli(['usage', 'report', dump, '--out', out])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('--force')
    expect(statSync(out).mtimeMs).toBe(before)
    expect((await runCli(['usage', 'report', dump, '--out', out, '--force', '-o', 'name'])).stdout).toBe(`${out}\n`)
  })

  it('is named usage-report.html unless told otherwise', async () => {
    const { code } = await runCli(['usage', 'report', dump], { cwd: directory })
    expect([code, statSync(join(directory, 'usage-report.html')).isFile()]).toEqual([0, true])
  })

  it('gives its headline figures as JSON of the shape that is promised', async () => {
    const out = join(directory, 'json.html')
    const { stdout } = await runCli(['usage', 'report', dump, '--out', out, '--json'])
    const told = JSON.parse(stdout) as { path: string; bytes: number; restarts: number }
    expectMatchesSchema('usage-report-file', told)
    expect(told).toMatchObject({ path: out, bytes: statSync(out).size, restarts: 1 })
  })

  it('goes to standard output with --out -', async () => {
    const { code, stdout } = await runCli(['usage', 'report', dump, '--out', '-'])
    expect(code).toBe(0)
    expect(stdout.startsWith('<!doctype html>')).toBe(true)
    expect(stdout.trimEnd().endsWith('</html>')).toBe(true)
  })

  it('adds up: buckets to queues, queues and applications to the whole, to the integer', async () => {
    const data = dataOf((await runCli(['usage', 'report', dump, '--out', '-'])).stdout)
    for (const [index, whole] of data.all.totals.entries()) {
      for (const side of ['lower', 'upper'] as const) {
        const total = BigInt(whole[side])
        expect(sum(data.all.series[index]![side])).toBe(total)
        expect(sum(data.queues.map(({ totals }) => totals[index]![side]))).toBe(total)
        const { rows, othersUsage } = data.applications[index]!
        expect(sum([...rows.map(({ usage }) => usage[side]), othersUsage[side]])).toBe(total)
        for (const queue of data.queues)
          expect(sum(queue.series[index]![side])).toBe(BigInt(queue.totals[index]![side]))
      }
      for (const [bucket, least] of data.all.series[index]!.lower.entries())
        expect(BigInt(data.all.series[index]!.upper[bucket]!)).toBeGreaterThanOrEqual(BigInt(least))
    }
  })

  it('says what usage compute and usage list-ghosts say', async () => {
    const data = dataOf((await runCli(['usage', 'report', dump, '--out', '-'])).stdout)
    const computed = await runCli(['usage', 'compute', dump, '--kind', 'used', '--json'])
    const { items } = JSON.parse(computed.stdout) as { items: { resource: string; lower: number | string }[] }
    for (const [index, { name }] of data.resources.entries()) {
      const used = items.filter(({ resource }) => resource === name)
      expect(BigInt(data.all.totals[index]!.lower)).toBe(sum(used.map(({ lower }) => lower)))
    }
    const listed = await runCli(['usage', 'list-ghosts', dump, '--json'])
    expect(data.ghosts.count).toBe((JSON.parse(listed.stdout) as { summary: { total: number } }).summary.total)
    expect(data.ghosts.count).toBeGreaterThan(0)
  })

  it('shows YuniKorn’s own figures from its log, and from REST snapshots where there is none', async () => {
    const fromLog = dataOf((await runCli(['usage', 'report', dump, '--summary', summaries, '--out', '-'])).stdout)
    const fromRest = dataOf((await runCli(['usage', 'report', dump, '--out', '-'])).stdout)
    for (const { comparison } of [fromLog, fromRest]) expect(comparison!.counts['equal']).toBeGreaterThan(0)
    const lines = readFileSync(summaries, 'utf8').trimEnd().split('\n').length
    expect(sum(Object.values(fromLog.comparison!.counts))).toBe(BigInt(lines))
    const batch = join(dump, 'batch.jsonl')
    expect(dataOf((await runCli(['usage', 'report', batch, '--out', '-'])).stdout).comparison).toBeNull()
  })

  it('writes nothing when the input cannot be read', async () => {
    const bad = join(directory, 'bad.jsonl')
    const good = readFileSync(join(dump, 'batch.jsonl'), 'utf8')
    writeFileSync(bad, `${good}{"broken"\n${good}`)
    const out = join(directory, 'bad.html')
    expect((await runCli(['usage', 'report', bad, '--out', out])).code).toBe(65)
    expect(statSync(out, { throwIfNoEntry: false })).toBeUndefined()
  })
})
