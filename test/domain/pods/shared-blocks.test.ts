import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SharedBlocks, isShared } from '../../../src/domain/pods/shared-blocks.ts'

const aPod = fc.object({ maxDepth: 4, values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)] })

describe('blocks that pods have in common', () => {
  it('are kept when they come a third time: those of one pod and of its twin never are', () => {
    const blocks = new SharedBlocks()
    const made = [1, 2, 3].map(() => blocks.add(2, 'name: data', { name: 'data' }))
    expect(made.map(isShared)).toEqual([false, false, true])
    expect(blocks.find(2, 'name: data')).toBe(made[2])
    expect(blocks.find(4, 'name: data'), 'at another column it may be another value').toBeUndefined()
  })

  it('are blocks in all their parts, also in those that were none before', () => {
    const blocks = new SharedBlocks()
    const mount = (): object => ({ mounts: [{ path: '/data', from: { name: 'a' } }] })
    const [, , made] = [1, 2, 3].map(() => blocks.add(2, 'a container', mount())) as { mounts: { from: object }[] }[]
    expect([made?.mounts, made?.mounts[0], made?.mounts[0]?.from].map(isShared)).toEqual([true, true, true])
  })

  it('stay while they are asked for, whatever else comes, and are let go when they are not', () => {
    const blocks = new SharedBlocks()
    const keep = (text: string): void => {
      for (let times = 0; times < 3; times++) blocks.add(0, text, { text })
    }
    keep('asked for')
    keep('forgotten')
    for (let other = 0; other < 10_000; other++) {
      keep(`other ${other}`)
      expect(blocks.find(0, 'asked for')).toEqual({ text: 'asked for' })
    }
    expect(blocks.find(0, 'forgotten')).toBeUndefined()
  })

  it('stand in the place of items of lists in pods of JSON, which stay the same pods', () => {
    const blocks = new SharedBlocks()
    fc.assert(
      fc.property(aPod, (object) => {
        const pod = JSON.parse(JSON.stringify({ object, list: [{ object }, 1, [{ object }]] })) as unknown
        for (let times = 0; times < 4; times++) {
          const read = structuredClone(pod)
          blocks.replaceItems(read)
          expect(read).toEqual(pod)
        }
      }),
    )
    const pods = [1, 2, 3, 4].map(() => ({ env: [{ name: 'TZ', value: 'UTC' }] }))
    for (const pod of pods) blocks.replaceItems(pod)
    expect(isShared(pods[3]?.env[0])).toBe(true)
    expect(pods[3]?.env[0]).toBe(pods[2]?.env[0])
  })
})
