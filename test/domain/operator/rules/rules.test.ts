/** Which rules a move is judged by, told by what its two versions are like. */
import { describe, expect, it } from 'vitest'
import { type Traits, traitsOf } from '../../../../src/domain/operator/releases/traits.ts'
import { chooseRules } from '../../../../src/domain/operator/rules/rule.ts'
import { OPERATOR_RULES } from '../../../../src/domain/operator/rules/rules.ts'

function idsOf(from: Traits, to: Traits, direction: 'forward' | 'back'): { certain: string[]; open: string[] } {
  const choices = chooseRules(OPERATOR_RULES, { from, to, direction })
  const ids = (certain: boolean) => choices.filter((one) => one.certain === certain).map(({ rule }) => rule.id)
  return { certain: ids(true), open: ids(false) }
}
const move = (from: string, to: string, direction: 'forward' | 'back') =>
  idsOf(traitsOf(from), traitsOf(to), direction).certain

describe('the rules of a move', () => {
  it('have an id of their own, and a source', () => {
    expect(new Set(OPERATOR_RULES.map(({ id }) => id)).size).toBe(OPERATOR_RULES.length)
    expect(OPERATOR_RULES.filter(({ id, source }) => !/^OP-[A-Z0-9-]+$/.test(id) || source === '')).toEqual([])
  })

  it('across #2016: Helm refuses forward, and deletes back', () => {
    const forward = move('1.3.8', '1.6.2', 'forward')
    expect(forward).toEqual(expect.arrayContaining(['OP-HELM-IMPORT', 'OP-HELM-IMPORT-SECRET', 'OP-CRD-TOO-LONG']))
    expect(forward).not.toContain('OP-HELM-RBAC-DELETED')
    expect(forward).not.toContain('OP-DEFAULTS-MODE')
    expect(move('1.6.2', '1.3.8', 'back')).toContain('OP-HELM-RBAC-DELETED')
  })

  it('across 2.0: defaults, schedules and filters', () => {
    const expected = ['OP-DEFAULTS-MODE', 'OP-DEFAULTS-RETRY', 'OP-LABEL-FILTER-LOST', 'OP-SCHEDULE-CONCURRENCY']
    expect(move('1.6.2', '2.5.2', 'forward')).toEqual(expect.arrayContaining(expected))
    const unwritten = ['OP-DEFAULTS-INSTANCES', 'OP-DEFAULTS-NOWHERE']
    expect(move('1.6.2', '2.5.2', 'forward')).toEqual(expect.arrayContaining(unwritten))
    expect(move('2.1.1', '2.5.2', 'forward').filter((id) => unwritten.includes(id))).toEqual([])
    expect(move('2.5.2', '1.6.2', 'back')).toContain('OP-SUSPEND-LOST')
    expect(move('2.5.2', '2.0.2', 'back')).toContain('OP-WEBHOOK-DROPS-FIELDS')
    expect(move('2.5.2', '2.1.1', 'back')).not.toContain('OP-WEBHOOK-DROPS-FIELDS')
  })

  it('hold for a fork as for the release it was made from', () => {
    expect(move('1.3.8-acme', '2.5.2-acme.3', 'forward')).toEqual(move('1.3.8', '2.5.2', 'forward'))
  })

  it('stay in question where a trait is not known, and go where one contradicts', () => {
    const { certain, open } = idsOf({ operatorRbac: 'hooks' }, {}, 'forward')
    expect(open).toContain('OP-HELM-IMPORT')
    expect(certain).toContain('OP-NAMESPACE-UNWATCHED')
    expect(idsOf({ operatorRbac: 'release' }, {}, 'forward').open).not.toContain('OP-HELM-IMPORT')
  })
})
