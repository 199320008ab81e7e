/** Which namespaces were meant, and what a webhook's selector says of one. */
import { describe, expect, it } from 'vitest'
import { meantByUser, meantByValues } from '../../../../src/domain/operator/namespaces/meant.ts'
import { resultOf } from '../../../../src/domain/operator/namespaces/probe.ts'
import { selectsNamespace } from '../../../../src/domain/operator/namespaces/selector.ts'

const CHART_1 = { sparkJobNamespaces: [''] }
const CHART_2 = { spark: { jobNamespaces: ['default'] } }

describe('what was meant', () => {
  it('is what the values say under the key that the chart knows', () => {
    expect(meantByValues({ sparkJobNamespaces: ['b', 'a'] }, CHART_1)).toMatchObject({
      names: ['a', 'b'],
      isIgnored: false,
    })
  })

  it('is what they say under a key of another chart, too, which this one ignores', () => {
    const values = { sparkJobNamespace: 'a' }
    expect(meantByValues(values, CHART_2)).toMatchObject({ names: ['a'], key: 'sparkJobNamespace', isIgnored: true })
    const both = { ...values, spark: { jobNamespaces: ['b'] } }
    expect(meantByValues(both, CHART_2)).toMatchObject({ names: ['b'], isIgnored: false })
  })

  it('is the chart’s own default where nobody said anything', () => {
    expect(meantByValues({}, CHART_2)).toMatchObject({ names: ['default'], from: 'the chart’s values' })
    expect(meantByValues({}, {})).toBeUndefined()
  })

  it('is all where an empty name is listed, or a star is given', () => {
    expect(meantByValues({ sparkJobNamespaces: ['a', ''] }, CHART_1)).toMatchObject({ names: [] })
    expect(meantByUser('*').names).toEqual([])
  })
})

describe('a selector of namespaces', () => {
  const named = { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['a'] }] }

  it('is decided by the name even where labels may not be read', () => {
    expect(selectsNamespace(named, 'a', undefined)).toBe(true)
    expect(selectsNamespace(named, 'b', undefined)).toBe(false)
    expect(selectsNamespace({ matchLabels: { team: 'x' } }, 'a', undefined)).toBeNull()
  })

  it('takes what has no such label for not in a list', () => {
    expect(selectsNamespace({ matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['y'] }] }, 'a', {})).toBe(true)
    expect(selectsNamespace({ matchExpressions: [{ key: 'x', operator: 'Exists' }] }, 'a', {})).toBe(false)
    expect(selectsNamespace({}, 'a', {})).toBe(true)
  })
})

describe('a probe that nobody took up', () => {
  const target = { namespace: 'a', name: 'p', step: 's', isExpected: false, isShared: false }
  const seen = { refused: null, after: undefined, state: '', waitedMs: 10_000, isAlive: false }

  it('was left alone only where the operator was seen to work', () => {
    expect(resultOf(target, seen)).toMatchObject({ observed: 'not seen' })
    expect(resultOf(target, { ...seen, isAlive: true })).toMatchObject({ observed: 'left' })
    expect(resultOf({ ...target, isExpected: true }, seen)).toMatchObject({ observed: 'left' })
  })

  it('is unclear where another operator watches, too', () => {
    expect(resultOf({ ...target, isShared: true }, { ...seen, after: 5 })).toMatchObject({ observed: 'unclear' })
  })
})
