/** What the documents show is what the program prints, and what they link to is there. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'
import { documents, runDocument } from '../../scripts/doc-output.mjs'
import { ROOT } from '../support/run.ts'

const shown = (await documents()).filter((path) => readFileSync(join(ROOT, path), 'utf8').includes('```console'))
const pages = globSync(['*.md', 'docs/**/*.md', 'bench/**/*.md'], { cwd: ROOT }).sort()

describe('a document', () => {
  it.each(shown)('%s shows what its commands print: "npm run docs" writes it', async (path) => {
    const { before, after } = await runDocument(path)
    if (process.env.UPDATE_GOLDEN) writeFileSync(join(ROOT, path), after)
    else expect(before).toBe(after)
  })

  it.each(pages)('%s links to files that are there', (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8').replace(/^```[^]*?^```$/gm, '')
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.split('#')[0]!)
    const local = links.filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    expect(local.filter((target) => !existsSync(join(ROOT, dirname(path), target)))).toEqual([])
  })
})
