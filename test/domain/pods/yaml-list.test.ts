/** Lists in YAML, cut into their items: what is read is what the whole would give, however its bytes come in. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { dump } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { readPodSet } from '../../../src/domain/pods/pod-set.ts'
import { parseDocuments } from '../../../src/domain/pods/read-objects.ts'
import { yamlList } from '../../../src/domain/pods/yaml-list.ts'
import type { ObjectText } from '../../../src/ports/object-files.ts'
import { pieces } from '../../support/pods/pieces.ts'

/** The list put together again; undefined where it, or an item of it, is left to the whole. */
async function restored(text: string, size: number): Promise<unknown> {
  const bytes = Buffer.from(text)
  const list = await yamlList(pieces(bytes, size))
  if (list === undefined) return undefined
  const items = list.items.map(({ from, to }) => list.read(bytes.toString('utf8', from, to)))
  return items.includes(undefined) ? undefined : { ...list.frame, items }
}

const TEXTS = fc.oneof(
  fc.string(),
  fc.constantFrom('items:', '- a', 'a\n- b\nitems:\n  c', '---', ' # no comment', 'kind: Pod', '&a', '*a', "'"),
)
const VALUE = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, TEXTS, fc.integer(), fc.constant(null), tie('map'), tie('list')),
  map: fc.dictionary(fc.constantFrom('a', 'items', 'kind', 'x-y'), tie('value'), { maxKeys: 3 }),
  list: fc.array(tie('value'), { maxLength: 3 }),
}))
const ITEM = VALUE.map.map((rest) => ({ apiVersion: 'v1', ...(rest as object) }))

describe('a list in YAML', () => {
  it('is made of its items wherever it is cut, whatever stands in them and beside them', async () => {
    let cut = 0
    const list = fc.tuple(
      fc.array(ITEM, { maxLength: 4 }),
      VALUE.value,
      fc.constantFrom('List', 'PodList'),
      fc.boolean(),
    )
    await fc.assert(
      fc.asyncProperty(list, fc.integer({ min: 1, max: 60 }), async ([items, metadata, kind, isOut], size) => {
        const text = dump({ apiVersion: 'v1', items, kind, metadata }, { seqNoIndent: isOut, lineWidth: -1 })
        const found = await restored(text, size)
        if (found === undefined) return
        cut += 1
        expect(found).toEqual(parseDocuments(text, 'whole')[0])
      }),
      { numRuns: 500 },
    )
    // Texts that Kubernetes prints otherwise than this writer are left to the whole.
    expect(cut).toBeGreaterThan(50)
  })

  it('is all that is cut', async () => {
    const item = '- a: 1\n'
    const others = [
      ...[
        '',
        'items:\n',
        `items:\n${item}`,
        `items:\n${item}---\nkind: List\n`,
        `kind: List\nitems: []\n`,
        `kind: Pod\nitems:\n${item}`,
        `- a: 1\n`,
      ],
      ...[
        `kind: List\nitems:\n${item}items:\n${item}`,
        `kind: List\nitems:\n${item}---\n`,
        `%YAML 1.2\n---\nkind: List\n`,
      ],
      ...[`kind: List\nitems:\n${item}...\n`, `kind: List\nitems:\n-   a: 1\n- b: 2\n`],
      ...[
        `kind: List\nitems:\n- &x\n  a: 1\n- *x\n`,
        `kind: List\nitems:\n  - a: 1\n - b: 2\n`,
        `kind: List\r\nitems:\r\n${item}`,
      ],
      ...[
        `kind: List\nitems:\n${item} b: 2\n`,
        `kind: List\nitems:\n# nothing\n${item}`,
        `kind: List\nkind: List\nitems:\n${item}`,
      ],
    ]
    for (const text of others) for (const size of [1, 1000]) expect(await restored(text, size), text).toBeUndefined()
  })
})

const POD = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { labels: { 'spark-app-selector': 'spark-1', 'spark-role': 'driver' }, name },
  spec,
})

describe('pods of such a list', () => {
  const LIST = { apiVersion: 'v1', items: [POD('a', { nodeName: 'n1' }), POD('b', { nodeName: 'n2' })], kind: 'List' }

  it('are those that the reader of the whole gives, and name their places', async () => {
    for (const seqNoIndent of [true, false]) {
      const text = dump(LIST, { seqNoIndent })
      const bytes = Buffer.from(text)
      const whole: ObjectText = { name: 'pods.yaml', isNamed: true, text: () => Promise.resolve(text) }
      const stored = { pieces: () => pieces(bytes, 7), again: (from: number, to: number) => bytes.subarray(from, to) }
      const { pods } = await readPodSet('pods.yaml', [{ ...whole, stored }])
      const { pods: together } = await readPodSet('pods.yaml', [whole])
      expect(pods.map(({ name, from }) => [name, from])).toEqual([
        ['a', 'pods.yaml, items[0]'],
        ['b', 'pods.yaml, items[1]'],
      ])
      expect(pods.map((pod) => ({ ...pod }))).toEqual(together.map((pod) => ({ ...pod })))
      expect(pods[1]!.object).toEqual(LIST.items[1])
    }
  })
})
