/** Whose identity stands in a lock, and how long two may lead. */
import { expect, it } from 'vitest'
import { goSeconds } from '../../../../src/domain/operator/failover/leader.ts'
import { podOfHolder, recordOf } from '../../../../src/domain/operator/failover/locks.ts'
import { object } from '../../../support/operator/objects.ts'

it('finds the pod of a holder: its name in 1.x, its hostname and a uuid in 2.x, cut to 63 characters', () => {
  const long = `${'release-'.repeat(8)}controller-75d59b5cff-6knq9`
  const pods = ['operator-a', 'operator-ab', long]
  expect(podOfHolder('operator-a', pods)).toBe('operator-a')
  expect(podOfHolder('operator-ab_1f2e', pods)).toBe('operator-ab')
  expect(podOfHolder(`${long.slice(0, 63).replace(/-+$/, '')}_1f2e`, pods)).toBe(long)
  expect(podOfHolder('somebody_1f2e', pods)).toBeUndefined()
})

it('reads a record from an annotation, and takes a damaged one for held by nobody', () => {
  const map = (text: string) =>
    object('v1', 'ConfigMap', 'lock', {
      metadata: { annotations: { 'control-plane.alpha.kubernetes.io/leader': text } },
    })
  expect(recordOf('ConfigMap', map('{"holderIdentity":"a","leaseDurationSeconds":15}'))).toMatchObject({
    holder: 'a',
    durationSeconds: 15,
  })
  expect(recordOf('ConfigMap', map('{'))).toMatchObject({ holder: '' })
  expect(recordOf('ConfigMap', object('v1', 'ConfigMap', 'lock'))).toBeUndefined()
})

it('reads durations as Go does', () => {
  expect([goSeconds('15s'), goSeconds('1m30s'), goSeconds('500ms'), goSeconds('15')]).toEqual([15, 90, 0.5, Number.NaN])
})
