/** `rollout.yaml` is read strictly: what it says, and what is said where it is wrong. */
import { describe, expect, it } from 'vitest'
import { readRollout } from '../../../src/domain/rollout/file/read-rollout.ts'
import { SparkopsError } from '../../../src/domain/errors.ts'

const GOOD = `apiVersion: sparkops/v1
kind: Rollout
name: operator-2-5-2
operator:
  to: charts/spark-operator
  values: [common.yaml]
gates:
  completed: 200
  usage: off
environments:
  - name: dev
    context: kind-dev
    namespaces: [jobs]
    soak: 12h
    gates:
      operatorFailures: {most: no-worse}
  - name: prod
    context: prod
    namespaces: [etl, ml]
    operator: {values: [prod.yaml], id: spark/controller}
    soak: 2w
    gates:
      usage: {within: 15%}
      reconcileErrors: 3
`

function faultOf(text: string): string {
  try {
    readRollout('rollout.yaml', text)
  } catch (error) {
    if (!(error instanceof SparkopsError) || error.exit !== 'data') throw error
    return `${error.message} | ${error.why ?? ''}`
  }
  return 'none'
}

describe('rollout.yaml', () => {
  it('gives environments in their order, each with what it says itself over what is said for all', () => {
    const rollout = readRollout('rollout.yaml', GOOD)
    expect(rollout).toMatchObject({ name: 'operator-2-5-2', baselineDays: 84, record: 'operator-2-5-2-record' })
    const [dev, prod] = rollout.environments
    expect(dev).toMatchObject({
      operator: { to: 'charts/spark-operator', values: ['common.yaml'], id: null },
      soakMs: 12 * 3_600_000,
      gates: { completed: { atLeast: 200 }, usage: null, operatorFailures: { most: 'no-worse', known: 'allowed' } },
    })
    expect(prod).toMatchObject({
      namespaces: ['etl', 'ml'],
      operator: { to: 'charts/spark-operator', values: ['common.yaml', 'prod.yaml'], id: 'spark/controller' },
      soakMs: 14 * 86_400_000,
      gates: { usage: { within: 0.15 }, reconcileErrors: { most: 3 }, operatorFailures: { most: 0 } },
    })
  })

  it('keeps state in a ConfigMap where it says so, named after the rollout', () => {
    const asked = GOOD.replace('gates:\n  completed', 'state:\n  configMap: {namespace: ops}\ngates:\n  completed')
    expect(readRollout('x', asked).configMap).toEqual({
      context: null,
      namespace: 'ops',
      name: 'sparkops-rollout-operator-2-5-2',
    })
  })

  const wrong: [what: string, from: string, to: string, says: RegExp][] = [
    ['a field that is not known', 'soak: 12h', 'soaks: 12h', /line 14: environments\[0\]\.soaks.*no such field.*soak/],
    ['a duration without a unit', 'soak: 12h', 'soak: 12', /line 14: environments\[0\]\.soak.*12 is not a duration/],
    ['a missing context', '    context: prod\n', '', /line 17: environments\[1\]\.context.*missing/],
    ['a name twice', 'name: prod', 'name: dev', /line 17: environments\[1\]\.name.*environment dev before it/],
    ['a namespace twice', '[etl, ml]', '[etl, etl]', /environments\[1\]\.namespaces\[1\].*twice/],
    ['no environment', GOOD.slice(GOOD.indexOf('  - name: dev')), '', /line 10: environments.*list/],
    ['no version anywhere', '  to: charts/spark-operator\n', '', /environments\[0\]\.operator.*which version/],
    ['a gate that is none', 'completed: 200', 'complete: 200', /line 8: gates\.complete.*no such field/],
    ['a share that is none', '15%', 'a lot', /environments\[1\]\.gates\.usage\.within.*not a share/],
    ['another kind', 'kind: Rollout', 'kind: Plan', /line 2: kind/],
    ['another version of the file', 'sparkops/v1', 'sparkops/v9', /line 1: apiVersion/],
    ['a name that cannot be one of a file', 'name: dev', 'name: ../dev', /line 11: environments\[0\]\.name/],
    ['a key twice', 'kind: Rollout', 'kind: Rollout\nkind: Rollout', /line \d: *\|?|unique/],
    ['YAML that is none', 'namespaces: [jobs]', 'namespaces: [jobs', /line 1\d/],
    ['days that are no weeks', 'gates:\n  comp', 'baseline: {days: 10}\ngates:\n  comp', /baseline\.days.*whole weeks/],
  ]
  for (const [what, from, to, says] of wrong) {
    it(`is refused with its line and field for ${what}`, () => {
      expect(GOOD).toContain(from)
      expect(faultOf(GOOD.replace(from, to))).toMatch(says)
    })
  }

  it('is refused where it is empty or no map', () => {
    for (const text of ['', '- a', 'text']) expect(faultOf(text)).toMatch(/line 1.*map|missing|empty/)
  })
})
