/** Price sheets: read to the last decimal, refused by field; costs that stay bounds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf } from '../../../src/domain/usage/cost.ts'
import { parsePriceSheet } from '../../../src/domain/usage/prices.ts'

const parse = (text: string): ReturnType<typeof parsePriceSheet> => parsePriceSheet('p.yaml', text)
const SUM = {
  by: {},
  win: 0,
  kind: 'used',
  resource: 'vcore',
  lower: 0n,
  upper: 0n,
  exact: 0n,
  allocations: 1,
  costLower: 0n,
  costUpper: 0n,
}

describe('a price sheet', () => {
  it('is read in YAML or JSON, rates to twelve decimals', () => {
    const yaml = parse(
      'currency: EUR\nrates: {vcore: 0.04, memory: "0.000000000001", nvidia.com/gpu: 2}\ninstanceTypes:\n  m5.large: {vcore: 1e-7}\nminimumSeconds: 60\nroundUpSeconds: 60\nkinds: [used]\n',
    )
    expect([...yaml.rates]).toEqual([
      ['vcore', 40_000_000_000n],
      ['memory', 1n],
      ['nvidia.com/gpu', 2_000_000_000_000n],
    ])
    expect(yaml.byInstanceType.get('m5.large')?.get('vcore')).toBe(100_000n)
    expect([yaml.minimumSeconds, yaml.stepSeconds, yaml.kinds]).toEqual([60n, 60n, ['used']])
    const json = parse('{"currency":"USD","rates":{"vcore":1}}')
    expect([json.currency, json.minimumSeconds, json.stepSeconds, json.kinds.length]).toEqual(['USD', 0n, 1n, 3])
  })

  it.each([
    ['', 'line 1'],
    ['[1]', 'the sheet'],
    ['rates: {}', 'currency'],
    ['currency: EUR\nrates: 5', 'rates'],
    ['currency: EUR\nrates: {vcore: .nan}', 'rates.vcore'],
    ['currency: EUR\nrates: {vcore: 1e30}', 'rates.vcore'],
    ['currency: EUR\nrates: {vcore: 0.0000000000001}', 'rates.vcore'],
    ['currency: EUR\nrates: {vcore: ~}', 'rates.vcore'],
    ['currency: EUR\nrates: {vcore: -1e-7}', 'rates.vcore'],
    ['currency: EUR\ninstanceTypes: {m5: 3}', 'instanceTypes.m5'],
    ['currency: EUR\nminimumSeconds: -1', 'minimumSeconds'],
    ['currency: EUR\nroundUpSeconds: "60"', 'roundUpSeconds'],
    ['currency: EUR\nkinds: used', 'kinds'],
    ['currency: EUR\ncurrency: USD', 'line 2'],
    ['currency: EUR\nprices: {}', 'prices'],
    ['a: [', 'line'],
  ])('%j is refused, and %s is named', (text, field) => {
    expect(() => parse(text)).toThrow(`p.yaml: ${field}`)
  })
})

describe('a cost', () => {
  const sheet = parse('currency: EUR\nrates: {vcore: 0.36}\ninstanceTypes: {big: {vcore: 0.72}}\nkinds: [used]')

  it('is hours times the rate of the instance type, or the general one', () => {
    const hour = { ...SUM, lower: 3_600_000n, upper: 3_600_000n }
    expect(costOf(hour, sheet)).toEqual({ costLower: 360_000n, costUpper: 360_000n })
    expect(costOf({ ...hour, by: { instanceType: 'big' } }, sheet)).toEqual({
      costLower: 720_000n,
      costUpper: 720_000n,
    })
  })

  it('is nothing for kinds and resources that are not billed, also where usage is open', () => {
    for (const other of [{ kind: 'preempted' }, { resource: 'pods' }])
      expect(costOf({ ...SUM, ...other, lower: 10n ** 9n, upper: null }, sheet)).toEqual({
        costLower: 0n,
        costUpper: 0n,
      })
    expect(costOf({ ...SUM, upper: null }, sheet).costUpper).toBeNull()
  })

  it('brackets the true cost', () => {
    const amount = fc.bigInt({ min: 0n, max: 10n ** 20n })
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [lower, upper] = a < b ? [a, b] : [b, a]
        const { costLower, costUpper } = costOf({ ...SUM, lower, upper }, sheet)
        expect(costLower).toBeLessThanOrEqual(costUpper!)
        if (lower === upper) return
        expect(costLower * 10n).toBeLessThanOrEqual(lower)
        expect(costUpper! * 10n).toBeGreaterThanOrEqual(upper)
      }),
    )
  })
})
