import { describe, expect, it } from 'vitest'
import { resourceOf, valuesOf } from '../../../../src/domain/usage/report/resources.ts'

describe('resources', () => {
  it('are read digit for digit, whatever their names', () => {
    const json = String.raw`{"memory":{"value":9223372036854775807},"a\"}:{\"value\":3":{"value":-2},"none":{}}`
    expect([...valuesOf(json)]).toEqual([
      ['memory', 9223372036854775807n],
      ['a"}:{"value":3', -2n],
    ])
  })

  it('are counted as people count them', () => {
    expect(resourceOf('vcore')).toMatchObject({ unit: 'cores', perUnit: 1000n })
    expect(resourceOf('memory')).toMatchObject({ unit: 'GiB', perUnit: 1n << 30n })
    expect(resourceOf('nvidia.com/gpu')).toMatchObject({ unit: 'GPUs', perUnit: 1n })
    expect(resourceOf('example.com/fpga')).toMatchObject({ unit: 'example.com/fpga', perUnit: 1n })
  })
})
