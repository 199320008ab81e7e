import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRunId, newRunId } from '../../../src/domain/plan/run-id.ts'

const time = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2100, 0) })
const random = fc.stringMatching(/^[0-9a-f]{6}$/)

describe('the name of a run', () => {
  it('sorts by the time it began, also within a second', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 2000 }), random, random, (at, later, one, other) => {
        expect([newRunId(at + later, one), newRunId(at, other)].sort()[0]).toBe(newRunId(at, other))
      }),
    )
  })

  it('can be a path, and nothing else can', () => {
    fc.assert(fc.property(time, random, (at, digits) => isRunId(newRunId(at, digits))))
    for (const text of ['../x', '20261123T003412Z-3FA9C1', '20261123T003412Z-3fa9c1/..', ''])
      expect(isRunId(text), text).toBe(false)
  })
})
