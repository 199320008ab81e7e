/** The command reference is written from the manifest, and never older than it. */
import { expect, it } from 'vitest'
import { stalePages, writePages } from '../../scripts/command-docs.mjs'

it('docs/commands says what the manifest says: "npm run docs" writes it', async () => {
  if (process.env.UPDATE_GOLDEN) await writePages()
  expect(await stalePages()).toEqual([])
})
