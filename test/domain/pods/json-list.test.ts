/** Lists in JSON, cut into their items: what is read is what the whole would give, however its bytes come in. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonList } from '../../../src/domain/pods/json-list.ts'
import { readPodSet } from '../../../src/domain/pods/pod-set.ts'
import type { ObjectText } from '../../../src/ports/object-files.ts'
import { pieces } from '../../support/pods/pieces.ts'

/** The list put together again from its items, each read by its place; undefined where it is left to the whole. */
async function restored(text: string, size: number): Promise<unknown> {
  const bytes = Buffer.from(text)
  const list = await jsonList(pieces(bytes, size))
  const items = list?.items.map(({ from, to }) => JSON.parse(bytes.toString('utf8', from, to)) as unknown)
  return list && { ...list.frame, items }
}

const NAMES = fc.constantFrom('items', 'a', '"items"', 'x"items', '}', '[', 'ü', '\\')
const VALUE = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.string(), NAMES, fc.integer(), fc.constant(null), tie('map'), tie('list')),
  map: fc.dictionary(NAMES, tie('value'), { maxKeys: 3 }),
  list: fc.array(tie('value'), { maxLength: 3 }),
}))
const INDENT = fc.constantFrom(undefined, 4, '\t')

describe('a list in JSON', () => {
  it('is made of its items, whatever stands in them and beside them, in pieces of any size', async () => {
    const list = fc
      .tuple(fc.array(VALUE.map, { maxLength: 4 }), VALUE.map, VALUE.map, fc.constantFrom('List', 'PodList'))
      .map(([items, before, after, kind]) => ({ ...before, ...after, items, kind }))
    await fc.assert(
      fc.asyncProperty(list, INDENT, fc.integer({ min: 1, max: 60 }), async (whole, indent, size) => {
        // As kubectl writes it, what says the kind comes last.
        const text = `${JSON.stringify(whole, undefined, indent)}\n`
        expect(await restored(text, size)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  it('is all that is cut: any other text is left to the reader of the whole', async () => {
    const others = [
      ...['', '{', '[]', 'kind: List\nitems: []\n', '{"kind":"Pod"}', '{"kind":"Pod","items":[{}]}', '{"items":[{}]}'],
      ...['{"kind":"List","items":[1,{}]}', '{"kind":"List","items":[null]}', '{"kind":"List","items":[[{}]]}'],
      ...['{"kind":"List","items":[{} {}]}', '{"kind":"List","items":[{},]}', '{"kind":"List","items":[{}]} {}'],
      ...['{"kind":"List","items":[{}],"items":[]}', '{"kind":"List","metadata":{"items":[{}]}}'],
      ...['{"kind":"List","items":[{}]', '{"kind":"List","items":[{"a":"}]}'],
    ]
    for (const text of others) for (const size of [1, 1000]) expect(await restored(text, size), text).toBeUndefined()
    await fc.assert(
      fc.asyncProperty(VALUE.value, async (value) => {
        expect(await restored(JSON.stringify(value), 5)).toBeUndefined()
      }),
    )
  })
})

const POD = (name: string, spec: object) => ({
  metadata: { name, labels: { 'spark-role': 'driver', 'spark-app-selector': 'spark-1' } },
  spec,
})

function stored(text: string): ObjectText {
  const bytes = Buffer.from(text)
  return {
    name: 'pods.json',
    isNamed: true,
    text: () => Promise.resolve(text),
    stored: { pieces: () => pieces(bytes, 7), again: (from, to) => bytes.subarray(from, to) },
  }
}

/** As of standard input, which is read once. */
function withoutPlaces(text: string): ObjectText {
  return { name: 'pods.json', isNamed: true, text: () => Promise.resolve(text) }
}

describe('pods of a list that can be read again', () => {
  const LIST = {
    apiVersion: 'v1',
    items: [POD('a', { nodeName: 'n1' }), POD('b', { nodeName: 'n2' })],
    kind: 'PodList',
  }
  const text = JSON.stringify(LIST, undefined, 4)

  it('have the kind and the places that the reader of the whole gives them', async () => {
    const { pods } = await readPodSet('pods.json', [stored(text)])
    const { pods: together } = await readPodSet('pods.json', [withoutPlaces(text)])
    expect(pods.map(({ name, from }) => [name, from])).toEqual([
      ['a', 'pods.json, items[0]'],
      ['b', 'pods.json, items[1]'],
    ])
    expect(pods.map((pod) => ({ ...pod }))).toEqual(together.map((pod) => ({ ...pod })))
    expect(pods[1]!.object).toEqual({ apiVersion: 'v1', kind: 'Pod', ...LIST.items[1] })
  })

  it('are refused with the line of the whole where one of them is no JSON', async () => {
    const broken = text.replace('"n2"', '"n2" "n3"')
    await expect(readPodSet('pods.json', [stored(broken)])).rejects.toThrow(/pods\.json:\d+:\d+ cannot be read/)
  })

  it('are not mixed up with others where the file was changed meanwhile', async () => {
    let isChanged = false
    const bytes = [text, text.replace('"name": "b"', '"name": "z"')].map((one) => Buffer.from(one))
    const again = (from: number, to: number): Buffer => bytes[isChanged ? 1 : 0]!.subarray(from, to)
    const { pods: then } = await readPodSet('pods.json', [
      { ...stored(text), stored: { ...stored(text).stored!, again } },
    ])
    isChanged = true
    expect(() => then[1]!.object).toThrow('was changed while it was read')
    expect(then[0]!.object['kind']).toBe('Pod')
  })
})
