/** Selectors over files mean what they mean to the API server. */
import { expect, it } from 'vitest'
import { selectorTest } from '../../../src/adapters/snapshot/selectors.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'

const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'driver', namespace: 'jobs', labels: { 'spark-role': 'driver', 'a.b/c': 'x', empty: '' } },
  status: { phase: 'Running' },
}

it.each([
  ['', true],
  ['spark-role', true],
  ['!spark-role', false],
  ['nothing', false],
  ['! nothing', true],
  ['spark-role=driver', true],
  ['spark-role == driver', true],
  ['spark-role!=driver', false],
  ['nothing!=x', true],
  ['empty=', true],
  ['spark-role in (executor, driver)', true],
  ['spark-role notin (executor,driver)', false],
  ['nothing notin (a)', true],
  ['nothing in (a)', false],
  ['a.b/c=x, spark-role in (driver),!nothing', true],
  ['a.b/c=x,spark-role=executor', false],
])('label selector %s: %s', (selector, expected) => {
  expect(selectorTest(selector)(object)).toBe(expected)
})

it.each([
  ['metadata.name=driver', true],
  ['metadata.name!=driver', false],
  ['metadata.namespace=jobs,status.phase=Running', true],
  ['status.phase==Pending', false],
  ['spec.nodeName=', true],
])('field selector %s: %s', (selector, expected) => {
  expect(selectorTest('', selector)(object)).toBe(expected)
})

it('one that cannot be read is refused, not taken for none', () => {
  for (const selector of ['a=b=c', 'a in b', '(', 'a>1']) {
    expect(() => selectorTest(selector), selector).toThrow(/cannot be read/)
  }
})
