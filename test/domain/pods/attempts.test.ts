/** An application that was run again: its attempts are told apart, and held against those of the other side in order. */
import { describe, expect, it } from 'vitest'
import { diffPods, type PodDiff } from '../../../src/domain/pods/diff-pods.ts'
import { type JsonMap, mapAt } from '../../../src/domain/pods/json.ts'
import type { SparkPod } from '../../../src/domain/pods/spark-pod.ts'
import { verifyPods } from '../../../src/domain/pods/verify-pods.ts'
import { NOTHING_ACCEPTED, differences, recorded, sparkPod } from '../../support/pods.ts'

interface Run {
  id: string
  /** Minutes after the hour that its driver was made; none where it was never stored. */
  minute?: number
  grace?: number
}

/** The driver and an executor of each run of one application. */
function runs(...all: Run[]): SparkPod[] {
  return all.flatMap(({ id, minute, grace }) =>
    (['executor', 'driver'] as const).map((role) => {
      const object = recorded(`01-plain/${role}.json`)
      const metadata = mapAt(object, 'metadata')
      metadata['labels'] = { ...mapAt(metadata, 'labels'), 'sparkoperator.k8s.io/submission-id': id }
      Object.assign(metadata['labels'] as JsonMap, { 'sparkoperator.k8s.io/app-name': 'nightly' })
      if (minute !== undefined) metadata['creationTimestamp'] = `2026-09-08T10:${String(minute).padStart(2, '0')}:00Z`
      if (grace !== undefined && role === 'driver') mapAt(object, 'spec')['terminationGracePeriodSeconds'] = grace
      return sparkPod(object)
    }),
  )
}

function diff(expected: SparkPod[], actual: SparkPod[]): PodDiff {
  return diffPods({
    expected: { from: 'before', pods: expected },
    actual: { from: 'after', pods: actual },
    accept: NOTHING_ACCEPTED,
  })
}

describe('attempts of one application', () => {
  it('are held against each other in the order that they began, wherever they stand in the files', () => {
    const before = runs({ id: 'b', minute: 20, grace: 40 }, { id: 'a', minute: 10 })
    expect(diff(before, runs({ id: 'x', minute: 11 }, { id: 'y', minute: 21, grace: 40 }))).toMatchObject({
      exit: 'ok',
    })
    // The same pods, the other way round: folded into shapes they would be equal.
    const swapped = diff(before, runs({ id: 'x', minute: 11, grace: 40 }, { id: 'y', minute: 21 }))
    expect(differences(swapped)).toEqual([
      'different spec.terminationGracePeriodSeconds',
      'different spec.terminationGracePeriodSeconds',
    ])
    expect(swapped.exit).toBe('findings')
  })

  it('are said where the other side has fewer, and prove nothing then', () => {
    const [two, three] = [
      runs({ id: 'a', minute: 10 }, { id: 'b', minute: 20 }),
      runs({ id: 'x', minute: 1 }, { id: 'y', minute: 2 }, { id: 'z', minute: 3 }),
    ]
    const more = diff(two, three)
    expect(more.unseen).toEqual(['nightly, attempt 3 in after, which has no such attempt in before to stand against'])
    expect(more.exit).toBe('inconclusive')
    expect(diff(two, two.slice(0, 2)).unseen).toEqual([
      'nightly, attempt 2 in before, which has no such attempt in after to stand against',
    ])
  })

  it('are held against themselves, where both sides have seen the same', () => {
    const [before, after] = [
      runs({ id: 'a', minute: 10 }, { id: 'b', minute: 20, grace: 40 }, { id: 'c', minute: 30 }),
      runs({ id: 'b', minute: 20, grace: 40 }, { id: 'c', minute: 30 }),
    ]
    const { fields, unseen } = diff(before, after)
    expect(differences({ fields })).toEqual([])
    expect(unseen).toEqual(['nightly, attempt 1 in before, which has no such attempt in after to stand against'])
  })

  it('are all held against a single run', () => {
    const again = runs({ id: 'x', minute: 1 }, { id: 'y', minute: 2, grace: 40 })
    expect(differences(diff(runs({ id: 'a' }), again))).toEqual(['different spec.terminationGracePeriodSeconds'])
    expect(diff(runs({ id: 'a' }), runs({ id: 'x' }, { id: 'y' })).exit).toBe('ok')
  })

  it('are not guessed where no driver says when it was made', () => {
    const { unseen, exit } = diff(runs({ id: 'a' }, { id: 'b' }), runs({ id: 'x' }, { id: 'y' }))
    expect(unseen).toEqual(['which attempt of nightly stands against which: a driver has no creationTimestamp'])
    expect(exit).toBe('inconclusive')
  })

  it('have shapes of their own in a proof by a baseline', () => {
    const [before, after] = [
      runs({ id: 'a', minute: 10 }, { id: 'b', minute: 20 }),
      runs({ id: 'x', minute: 10 }, { id: 'y', minute: 20, grace: 40 }),
    ]
    const { shapes, fields } = verifyPods({
      actual: { from: 'after', pods: after, applications: [], captures: [], skipped: [], gaps: [] },
      truth: { kind: 'baseline', from: 'before', pods: before },
      accept: NOTHING_ACCEPTED,
      isStrict: false,
    })
    expect(shapes.map(({ role, shape }) => `${role} ${shape}`)).toEqual([
      'driver 1',
      'executor 1',
      'driver 2',
      'executor 2',
    ])
    expect(fields.find(({ verdict }) => verdict === 'different')).toMatchObject({ role: 'driver', shape: 2 })
  })
})
