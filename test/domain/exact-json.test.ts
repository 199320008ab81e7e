/** JSON of cluster objects goes in and out without a digit lost. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseExact, stringifyExact } from '../../src/domain/exact-json.ts'

it('an integer of any size comes back digit by digit, in any place', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (integer) => {
      for (const text of [`${integer}`, `[${integer}]`, `{"a":${integer}}`, `{"a":[1,{"b":${integer}}]}`]) {
        expect(stringifyExact(parseExact(text))).toBe(text)
      }
    }),
  )
})

it('any other JSON is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const plain: unknown = JSON.parse(text)
      const reread: unknown = JSON.parse(stringifyExact(parseExact(text)))
      expect(JSON.stringify(reread)).toBe(JSON.stringify(plain))
    }),
  )
})

it('a name such as __proto__ is a name like any other', () => {
  const text = '{"__proto__":{"a":12345678901234567890},"b":1}'
  expect(stringifyExact(parseExact(text))).toBe(text)
})
