/** `usage list-ghosts` as a user runs it. */
import { describe, expect, it } from 'vitest'
import type { GhostList } from '../../src/domain/usage/ghosts.ts'
import { runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'
import { oneLife, temporaryDirectory, writer } from '../support/usage/dump-files.ts'

const write = writer(temporaryDirectory())
const list = async (...words: string[]): Promise<GhostList> => {
  const { code, stdout, stderr } = await runCli(['usage', 'list-ghosts', ...words, '--json'])
  expect(code, stderr).toBe(0)
  const document = JSON.parse(stdout) as GhostList
  expectMatchesSchema('ghost-list', document)
  return document
}

describe('usage list-ghosts', () => {
  it('lists the 38 ghosts of the recorded restart, each with bounds, rule and evidence', async () => {
    const { items, summary } = await list('examples/restart')
    expect(summary).toMatchObject({ total: 38, stillOpen: 0 })
    expect(items).toHaveLength(38)
    for (const { lowerSeconds, upperSeconds, rule, evidence, allocation } of items) {
      expect(rule).not.toBe('')
      expect(evidence).not.toBe('')
      expect(allocation).toMatch(/^[0-9a-f-]{36}$/)
      if (upperSeconds !== null) expect(upperSeconds).toBeGreaterThanOrEqual(lowerSeconds)
    }
  })

  it('adds what is still open at the end of the dump only when asked', async () => {
    const life = oneLife()
    const file = write('open.jsonl', `${life.slice(0, 6).join('\n')}\n`)
    expect((await list(file)).items).toEqual([])
    const { items, summary } = await list(file, '--with-open')
    expect(items).toMatchObject([
      { application: 'app', stillOpen: true, upperSeconds: null, latestEnd: null, lowerSeconds: 0 },
    ])
    expect(summary).toMatchObject({ total: 0, stillOpen: 1 })
  })

  it('gives names for xargs, CSV, and a table with the rule and the proof', async () => {
    const runs = await Promise.all(
      ['name', 'csv', 'table', 'wide'].map((form) => runCli(['usage', 'list-ghosts', 'examples/restart', '-o', form])),
    )
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(runs.map(() => [0, '']))
    const [names, csv, table, wide] = runs.map(({ stdout }) => stdout)
    expect(names!.trimEnd().split('\n')).toHaveLength(38)
    expect(csv!.trimEnd().split('\n')).toHaveLength(39)
    expect(table).toMatch(/RULE +PROOF/)
    expect(wide).toMatch(/EVIDENCE/)
  })

  it('tells of a cut last line, as usage compute does', async () => {
    const file = write('cut.jsonl', oneLife().join('\n').slice(0, -20))
    const { code, stderr } = await runCli(['usage', 'list-ghosts', file])
    expect([code, stderr.includes('cut.jsonl: the last line is cut off')]).toEqual([0, true])
  })
})
