/** Three-way comparison: what is the image's, what is the surroundings', what was foreseen, what was not seen. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compareOutcomes } from '../../../src/domain/app/compare/compare.ts'
import { readDrift } from '../../../src/domain/app/compare/drift.ts'
import { type Outcome, outcomeOf } from '../../../src/domain/app/compare/outcome.ts'
import { application, sparkPod } from '../../support/operator/objects.ts'
import { runCli } from '../../support/run.ts'
import { expectMatchesSchema } from '../../support/schema.ts'

interface Run {
  state?: string
  exitCode?: number
  minutes?: number
  image?: string
  spark?: string
  message?: string
}

function objectsOf({
  state = 'COMPLETED',
  exitCode = 0,
  minutes = 10,
  image = 'old:1',
  spark = '3.5.0',
  message,
}: Run) {
  const app = application('etl', { state, spec: { image, sparkVersion: spark } })
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    message,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: new Date(Date.parse('2026-01-01T00:00:00Z') + minutes * 60_000).toISOString(),
  }
  const containers = [{ name: 'spark-kubernetes-driver', image }]
  const phase = exitCode === 0 ? 'Succeeded' : 'Failed'
  const status = {
    phase,
    containerStatuses: [{ name: 'spark-kubernetes-driver', restartCount: 0, state: { terminated } }],
  }
  return [app, { ...sparkPod('etl'), spec: { containers }, status }] as const
}

const outcome = (run: Run): Outcome => {
  const [app, driver] = objectsOf(run)
  return outcomeOf('x', app, [driver], [], Date.parse('2026-01-02'))
}
const compare = (control: Run, candidate: Run, more: { record?: Run; drift?: unknown[] } = {}) =>
  compareOutcomes({
    record: more.record && outcome(more.record),
    control: outcome(control),
    candidate: outcome(candidate),
    pods: { exit: 'ok', warnings: [], unseen: [], summary: {} } as never,
    drift: readDrift({ apiVersion: 'sparkops/v1', kind: 'ExpectedDrift', drift: more.drift ?? [] }, 'drift.yaml'),
    today: '2026-11-23',
    tolerance: 1.25,
  })
const verdicts = ({ rows }: ReturnType<typeof compare>): Record<string, string> =>
  Object.fromEntries(rows.filter(({ verdict }) => verdict !== 'same').map(({ aspect, verdict }) => [aspect, verdict]))

describe('a candidate held against a control', () => {
  it('is proven where all is the same, small differences of time included', () => {
    expect(compare({}, { minutes: 12, image: 'new:1' })).toMatchObject({ exit: 'ok' })
  })

  it('differs where it fails, and says why', () => {
    const found = compare({}, { state: 'FAILED', exitCode: 1 })
    expect(found.exit).toBe('findings')
    expect(verdicts(found)).toEqual({ outcome: 'different', 'exit-code': 'different', signature: 'different' })
  })

  it('is the same where both fail of one defect, whatever ids and numbers the messages have', () => {
    const failed = (id: string): Run => ({
      state: 'FAILED',
      exitCode: 1,
      message: `Error: no table t in 0x${id} after ${id}`,
    })
    expect(compare(failed('12345678'), failed('87654321'))).toMatchObject({ exit: 'ok' })
    const other = compare(failed('1'), { state: 'FAILED', exitCode: 1, message: 'Error: no such column' })
    expect(verdicts(other)).toEqual({ signature: 'different' })
  })

  it('may be better', () => {
    const found = compare({ state: 'FAILED', exitCode: 1 }, { minutes: 3 })
    expect(found.exit).toBe('ok')
    expect(new Set(Object.values(verdicts(found)))).toEqual(new Set(['better']))
  })

  it('is not blamed for what the surroundings changed', () => {
    const found = compare({ minutes: 60 }, { minutes: 60 }, { record: { minutes: 10 } })
    expect(found.exit).toBe('ok')
    expect(found.surroundings).toEqual([expect.stringContaining('duration')])
  })

  it('may differ in what was declared for its Spark, within its bounds, until its day', () => {
    const slow: Run = { minutes: 15, spark: '4.1.0' }
    const entry = { aspect: 'duration', reason: 'new shuffle', spark: '4.1', atMost: 1.6 }
    expect(compare({}, slow, { drift: [entry] })).toMatchObject({ exit: 'ok', warnings: [] })
    for (const wrong of [{ spark: '4.10' }, { atMost: 1.4 }, { until: '2026-01-01' }]) {
      const found = compare({}, slow, { drift: [{ ...entry, ...wrong }] })
      expect(found.exit, JSON.stringify(wrong)).toBe('findings')
      expect(found.warnings).toHaveLength(1)
    }
  })

  it('is undecided where it has not ended', () => {
    expect(compare({}, { state: 'RUNNING' })).toMatchObject({ exit: 'inconclusive' })
  })

  it('refuses a declaration without reason, of no aspect, or with a field that is none', () => {
    for (const entry of [
      { aspect: 'duration' },
      { aspect: 'x', reason: 'y' },
      { aspect: 'runs', reason: 'y', z: 1 },
      1,
    ])
      expect(() => compare({}, {}, { drift: [entry] }), JSON.stringify(entry)).toThrow(/drift\.yaml: drift\[0\]/)
  })
})

describe('app compare', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'sparkops-compare-'))
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))
  const saved = (name: string, run: Run): string => {
    const path = join(scratch, `${name}.json`)
    writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objectsOf(run) }))
    return path
  }

  it('reads captures, takes another image for what it is about, and has a schema', async () => {
    const sides = [saved('control', {}), saved('candidate', { image: 'new:1', spark: '4.0.1' })]
    const { stdout, code } = await runCli(['app', 'compare', ...sides, '--record', sides[0]!, '-o', 'json'])
    expectMatchesSchema('application-comparison', JSON.parse(stdout))
    const { exit, rows } = JSON.parse(stdout) as { exit: string; rows: { aspect: string; verdict: string }[] }
    expect(exit).toBe('inconclusive')
    expect(rows.find(({ aspect }) => aspect === 'outcome')).toMatchObject({ verdict: 'same' })
    // The executors of neither side were captured: no proof of the pods.
    expect(code).toBe(7)
    const worse = await runCli(['app', 'compare', sides[0]!, saved('worse', { state: 'FAILED', exitCode: 3 })], {
      env: { COLUMNS: '80' },
    })
    expect(worse.stdout).toContain('the candidate is not as the control')
    expect(worse.code).toBe(3)
    expect(await runCli(['app', 'compare', sides[0]!, join(scratch, 'none')])).toMatchObject({ code: 65 })
  })
})
