/** Whose fault a failure of an upgrade is: cases with their truth, and how often the rules find it. */
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../../src/domain/app/failure/classify.ts'
import { observe } from '../../../../src/domain/app/observation.ts'
import { FIRST_HALF } from './first-half.ts'
import { objectsOf, type Scene } from './scene.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')

function found(scene: Scene): string {
  const { app, pods, events } = objectsOf(scene)
  const failure = failureOf(observe(app, pods, events), NOW)
  return failure === undefined ? 'none' : `${failure.origin}/${failure.class}`
}

describe('the cause of a failed application', () => {
  it('is found by the rules for applications alone in 29 of 35 cases that were written before looking at them', () => {
    const wrong = FIRST_HALF.filter((scene) => found(scene) !== scene.truth.join('/'))
    expect([FIRST_HALF.length, wrong.length]).toEqual([35, 6])
  })
})
