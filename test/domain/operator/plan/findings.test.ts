/** Rules and those who try them. */
import { describe, expect, it } from 'vitest'
import { ALL_RULES, EVALUATORS } from '../../../../src/domain/operator/plan/findings.ts'
import { BY_EVIDENCE } from '../../../../src/domain/operator/plan/own-rules.ts'

describe('the rules of a move', () => {
  it('are each tried by somebody, and nobody tries what is no rule', () => {
    expect(Object.keys(EVALUATORS).sort()).toEqual(ALL_RULES.map(({ id }) => id).sort())
  })

  it('have one id each, and those held by evidence alone exist', () => {
    const ids = ALL_RULES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining([...BY_EVIDENCE]))
  })
})
