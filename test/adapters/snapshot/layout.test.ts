/** Names of a cluster as files: none leads out of the directory, no two share a file. */
import { join, normalize } from 'node:path/posix'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { escapeName, objectFile } from '../../../src/adapters/snapshot/layout.ts'
import type { ResourceType } from '../../../src/ports/cluster.ts'

const TYPE: ResourceType = { group: 'a.b', version: 'v1', resource: 'things', kind: 'Thing', namespaced: true }

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.constantFrom('.', '..', '...', '../../etc/passwd', '/', 'a/b', '\u0000', 'con', 'A', 'a', '%41', '_', '', '~'),
)

it('a name is one part of a path, inside the directory', () => {
  fc.assert(
    fc.property(hostile, hostile, (namespace, name) => {
      const file = objectFile(TYPE, namespace, name)
      expect(file.startsWith('objects/a.b/v1/things/')).toBe(true)
      expect(normalize(join('/snapshot', file))).toBe(`/snapshot/${file}`)
      expect(file.split('/').length).toBe(6)
      for (const part of file.split('/')) expect(Buffer.byteLength(part)).toBeLessThan(255)
    }),
  )
})

it('two names never share a file, even where upper and lower case are one', () => {
  fc.assert(
    fc.property(hostile, hostile, (one, other) => {
      fc.pre(Buffer.from(one).compare(Buffer.from(other)) !== 0)
      expect(escapeName(one).toLowerCase()).not.toBe(escapeName(other).toLowerCase())
    }),
    { numRuns: 2000 },
  )
})

it('an ordinary name stays as it is', () => {
  expect(objectFile({ ...TYPE, group: '' }, 'default', 'etl-nightly.v2')).toBe(
    'objects/core/v1/things/default/etl-nightly.v2.json',
  )
  expect(objectFile({ ...TYPE, namespaced: false }, undefined, 'system:node')).toBe(
    'objects/a.b/v1/things/_/system%3anode.json',
  )
})
