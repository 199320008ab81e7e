/** Documents of a file by their places: cut as the reader of the whole file would, however its bytes come in. */
import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ObjectText } from '../../../src/ports/object-files.ts'
import { readPodSet } from '../../../src/domain/pods/pod-set.ts'
import { loadDocuments } from '../../../src/domain/pods/kubectl-yaml.ts'
import { type StoredDocument, storedDocuments } from '../../../src/domain/pods/stored-documents.ts'
import { pieces } from '../../support/pods/pieces.ts'

async function cut(text: string, size: number) {
  const found: (StoredDocument | 'whole')[] = []
  for await (const one of storedDocuments(pieces(Buffer.from(text), size))) found.push(one)
  return found
}

function stored(text: string, size = 7): ObjectText {
  const bytes = Buffer.from(text)
  return {
    name: 'pods.yaml',
    isNamed: true,
    text: () => Promise.resolve(text),
    stored: { pieces: () => pieces(bytes, size), again: (from, to) => bytes.subarray(from, to) },
  }
}

const LINES = ['a: 1', '---', '--- # next', '---\r', '----', '- x', '', '# none', 'é: ü', '  --- deeper', 'b: "---"']

describe('documents of a file', () => {
  it('are those of the whole text, with the places of their bytes, in pieces of any size', async () => {
    const text = fc.array(fc.constantFrom(...LINES), { maxLength: 12 }).map((lines) => lines.join('\n'))
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 40 }), async (whole, size) => {
        const bytes = Buffer.from(whole)
        const found = await cut(whole, size)
        const documents = found.flatMap((one) => (one === 'whole' ? [] : [one]))
        for (const one of documents) expect(bytes.toString('utf8', one.from, one.to)).toBe(one.text)
        const read = (part: string): unknown[] => {
          try {
            return loadDocuments(part).filter((value) => value !== null && value !== undefined)
          } catch {
            return ['not read']
          }
        }
        const together = read(whole)
        if (!together.includes('not read') && !found.includes('whole'))
          expect(documents.flatMap(({ text: part }) => read(part))).toEqual(together)
      }),
      { numRuns: 500 },
    )
  })

  it.each(['%YAML 1.1\n---\na: 1\n', 'a: 1\n...\nb: 2\n', 'a: 1\n--- b\n', '--- {a: 1}\n'])(
    'cannot be told apart by lines alone in %j',
    async (text) => expect(await cut(text, 3)).toContain('whole'),
  )
})

const POD = (name: string, rest: string) => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels:
    spark-role: driver
    spark-app-selector: spark-1
${rest}`

describe('pods of a file that can be read again', () => {
  it('are known by their heads, and read whole when they are looked at', async () => {
    const text = [POD('a', 'spec:\n  nodeName: n1\n'), POD('b', 'spec: {nodeName: n2}\n')].join('---\n')
    const { pods } = await readPodSet('pods.yaml', [stored(text)])
    expect(pods.map(({ name, from }) => [name, from])).toEqual([
      ['a', 'pods.yaml, document 1'],
      ['b', 'pods.yaml, document 2'],
    ])
    expect(pods.map(({ object }) => object['spec'])).toEqual([{ nodeName: 'n1' }, { nodeName: 'n2' }])
  })

  it('are refused with their line where what is wrong stands below the head', async () => {
    const text = [POD('a', 'spec: {}\n'), POD('b', 'spec:\n  a: 1\n b: 2\n')].join('---\n')
    const { pods } = await readPodSet('pods.yaml', [stored(text)])
    expect(() => pods[1]!.object).toThrow(/pods\.yaml:19:\d+ cannot be read/)
    const { pods: lists } = await readPodSet('pods.yaml', [stored(POD('c', 'spec: []\n'))])
    expect(() => lists[0]!.object).toThrow('pods.yaml: spec cannot be read')
  })

  it.each(['kind: Pod\n', 'metadata: {name: other}\n', '<<: {kind: Service}\n', '"kind": Service\n'])(
    'are read whole at once where the margin holds %j as well',
    async (line) => {
      const text = POD('a', line)
      const [whole] = ((): unknown[] => {
        try {
          return loadDocuments(text)
        } catch {
          return []
        }
      })()
      const reading = readPodSet('pods.yaml', [stored(text)])
      if (whole === undefined) await expect(reading).rejects.toThrow('cannot be read')
      else expect((await reading).pods.map(({ object }) => object)).toEqual([whole])
    },
  )

  it('are not mixed up with others where the file was changed meanwhile', async () => {
    const file = stored(POD('a', 'spec: {}\n'))
    const { pods } = await readPodSet('pods.yaml', [
      { ...file, stored: { ...file.stored!, again: () => Buffer.from(POD('z', 'spec: {}\n')) } },
    ])
    expect(() => pods[0]!.object).toThrow('was changed while it was read')
  })
})
