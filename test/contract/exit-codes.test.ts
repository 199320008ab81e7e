/** One table of exit codes: in the code, in docs/exit-codes.md, and in the help. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { exitCodesHelp } from '../../src/cli/help/overview.ts'
import { EXIT_CODES } from '../../src/domain/errors.ts'
import { ROOT } from '../support/run.ts'

const rows = Object.entries(EXIT_CODES).map(([name, { code, meaning }]) => ({ code, name, meaning }))

it('docs/exit-codes.md has the table of the code, row by row', () => {
  const document = readFileSync(join(ROOT, 'docs/exit-codes.md'), 'utf8')
  const written = [...document.matchAll(/^\| (\d+) \| (\w+) \| (.+) \|$/gm)].map(([, code, name, meaning]) => ({
    code: Number(code),
    name,
    meaning: meaning!.replaceAll('`', ''),
  }))
  expect(written).toEqual(rows)
})

it('no two outcomes share a code', () => {
  expect(new Set(rows.map(({ code }) => code)).size).toBe(rows.length)
})

it('"help exit-codes" shows each of them', () => {
  const help = exitCodesHelp('sparkops', (_tone, text) => text)
  for (const { code, name } of rows) expect(help).toMatch(new RegExp(`^ +${code}  ${name} `, 'm'))
})
