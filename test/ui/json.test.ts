import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { renderJson, renderYaml } from '../../src/ui/json.ts'

async function text(chunks: AsyncIterable<string>): Promise<string> {
  let whole = ''
  for await (const chunk of chunks) whole += chunk
  return whole
}

const document = fc.dictionary(
  fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
  fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<object>,
)

describe('JSON of a document', () => {
  it('reads back as what it was, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (value) => {
        expect(JSON.parse(await text(renderJson(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('has one item of a list on a line, streams included', async () => {
    async function* items(): AsyncGenerator<object> {
      yield await Promise.resolve({ app: 'a', seconds: 1n })
      yield { app: 'b', seconds: 9_007_199_254_740_993n }
    }
    const json = await text(renderJson({ kind: 'List', items: items(), none: [], left: undefined }))
    expect(json).toBe(
      [
        '{',
        '  "kind": "List",',
        '  "items": [',
        '    {"app":"a","seconds":1},',
        '    {"app":"b","seconds":"9007199254740993"}',
        '  ],',
        '  "none": []',
        '}',
        '',
      ].join('\n'),
    )
  })

  it('escapes what a terminal could obey, and loses nothing', async () => {
    const name = '\u001b[31m\u009b\u202e\u007f\u2028'
    const json = await text(renderJson({ name }))
    for (const mark of name.replace('[31m', '')) expect(json).not.toContain(mark)
    expect(JSON.parse(json)).toEqual({ name })
  })
})

describe('YAML of a document', () => {
  it('reads back as what it was, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (value) => {
        expect(load(await text(renderYaml(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('looks as kubectl prints it', async () => {
    const value = {
      kind: 'List',
      items: [{ app: 'a b', tags: ['x', 'yes', '012'], by: { queue: 'root.etl' } }, [], [['x'], {}]],
      version: '20.19',
      none: [],
    }
    expect(await text(renderYaml(value))).toBe(
      [
        'kind: List',
        'items:',
        '- app: a b',
        '  tags:',
        '  - x',
        '  - "yes"',
        '  - "012"',
        '  by:',
        '    queue: root.etl',
        '- []',
        '- - - x',
        '  - {}',
        'version: "20.19"',
        'none: []',
        '',
      ].join('\n'),
    )
  })
})
