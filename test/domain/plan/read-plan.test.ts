/** A saved plan is read with suspicion: size, shape, digest, and what its names could do. */
import { canonicalJson } from '../../../src/domain/canonical-json.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SparkopsError } from '../../../src/domain/errors.ts'
import { digestOf } from '../../../src/domain/plan/json.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { readPlan } from '../../../src/domain/plan/read-plan.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import { requireFresh, requireTarget } from '../../../src/domain/plan/stale.ts'
import { planOf } from './model.ts'

const STEP = {
  id: 'stop/deployments',
  verb: 'scale',
  object: 'deployments/a/b',
  title: 'stop',
  before: null,
  after: null,
  inverse: { verb: 'scale', payload: {} },
  payload: { replicas: 0 },
}
const PLAN = planOf([STEP])

function faultOf(text: string, verbs?: ReadonlySet<string>): SparkopsError {
  try {
    readPlan(text, 'plan.json', verbs)
  } catch (error) {
    if (error instanceof SparkopsError) return error
    throw error
  }
  throw new Error('it was read')
}

/** A plan with something else in it, its digest made anew: the hostile kind. */
function altered(change: (plan: Record<string, unknown> & { steps: Record<string, unknown>[] }) => void): string {
  const plan = structuredClone(PLAN) as never
  change(plan)
  return JSON.stringify(sealPlan(plan))
}

describe('reading a saved plan', () => {
  it('gives back what was saved', () => {
    expect(readPlan(JSON.stringify(PLAN), 'plan.json', new Set(['scale']))).toEqual(PLAN)
    expect(readPlan(JSON.stringify(PLAN, null, 2), 'plan.json')).toEqual(PLAN)
  })

  it('names the field of every fault, with exit 65', () => {
    const cases: [string, string][] = [
      ['{"a":', 'not JSON'],
      ['[]', 'must be an object'],
      [altered((plan) => (plan.schema = 2)), 'schema'],
      [altered((plan) => delete plan.target), 'target'],
      [altered((plan) => (plan.steps[0]!.id = '../../etc/passwd')), 'steps[0].id'],
      [altered((plan) => (plan.steps[0]!.id = 'a/../b')), 'steps[0].id'],
      [altered((plan) => delete plan.steps[0]!.payload), 'steps[0].payload'],
      [altered((plan) => (plan.steps[0]!.inverse = { verb: 7 })), 'steps[0].inverse.verb'],
      [altered((plan) => plan.steps.push(plan.steps[0]!)), 'steps[1].id'],
      [altered((plan) => (plan.findings = [{ id: 'X' }])), 'findings[0].title'],
      [JSON.stringify({ ...PLAN, digest: 'sha256:00' }), 'digest'],
    ]
    for (const [text, expected] of cases) {
      const { exit, message, why } = faultOf(text)
      expect(exit).toBe('data')
      expect(`${message} ${why}`).toContain(expected)
    }
  })

  it('refuses a plan that was changed after it was made', () => {
    const changed = { ...PLAN, steps: [{ ...STEP, payload: { replicas: 5 } }] }
    expect(faultOf(JSON.stringify(changed)).message).toContain('digest')
  })

  it('refuses verbs that it does not know', () => {
    expect(faultOf(JSON.stringify(PLAN), new Set(['put'])).why).toContain('"scale"')
  })

  it('refuses what is too deep or would change what objects are, without falling over', () => {
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
    expect(faultOf(deep).why).toContain('nested deeper')
    expect(faultOf('{"__proto__": {"a": 1}}').why).toContain('no plan has such a field')
  })

  it('never throws anything but a fault of the data, for any JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(faultOf(text).exit).toBe('data')
      }),
    )
  })
})

describe('the digest', () => {
  it('does not depend on the order of keys or on when the plan was made', () => {
    const reordered = Object.fromEntries(Object.entries(PLAN).reverse()) as unknown as Plan
    expect(sealPlan({ ...reordered, createdAt: '2030-01-01T00:00:00Z' }).digest).toBe(PLAN.digest)
  })

  it('is the same for any JSON before and after a file', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(digestOf(JSON.parse(JSON.stringify(value)))).toBe(digestOf(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('a plan that no longer holds', () => {
  it('is refused with 5 and names what has changed and what is gone', async () => {
    const plan = { ...PLAN, inputs: [input('crd/a', '1'), input('crd/b', '1'), input('crd/c', '1')] }
    const now: Record<string, string> = { 'crd/a': '1', 'crd/b': '2' }
    const error: unknown = await requireFresh(plan, (of) => Promise.resolve(now[of])).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ exit: 'stale', why: 'crd/b has changed, crd/c is gone' })
  })

  it('is refused on another cluster of the same name', () => {
    expect(() => requireTarget(PLAN.target, { id: 'other', name: 'model' })).toThrow(/not for model/)
    expect(() => requireTarget(PLAN.target, { id: 'uid', name: 'renamed' })).not.toThrow()
  })
})

function input(of: string, value: string) {
  return { of, value }
}
