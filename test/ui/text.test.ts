/** The small pieces: what is shown of hostile names, numbers, colour decisions, CSV, steps. */
import { describe, expect, it } from 'vitest'
import { wantsColor } from '../../src/ui/color.ts'
import { renderCsv } from '../../src/ui/csv.ts'
import { formatBytes, formatCount, formatDuration, plural } from '../../src/ui/format.ts'
import { sanitize, sanitizeText } from '../../src/ui/sanitize.ts'
import { commandLine, outcomeLine, stepHeading } from '../../src/ui/steps.ts'
import { styleOf, wantsAscii, widthOf } from '../../src/ui/style.ts'

describe('a name from outside', () => {
  it.each([
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['\u009b31m', '\\x9b31m'],
    ['admin\u202egnp.exe', 'admin\\u202egnp.exe'],
    ['two\nlines\tand\rreturn', 'two\\nlines\\tand\\x0dreturn'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['\ud800 alone', '\\ud800 alone'],
    ['報告 café 🚀', '報告 café 🚀'],
  ])('%j is shown as %s', (name, shown) => {
    expect(sanitize(name)).toBe(shown)
  })

  it('keeps the lines of a text that we composed', () => {
    expect(sanitizeText('a\n\tb\u001b[0m')).toBe('a\n\tb\\x1b[0m')
  })
})

describe('colour', () => {
  it.each([
    ['always', { NO_COLOR: '1' }, false, true],
    ['never', { FORCE_COLOR: '1' }, true, false],
    ['auto', {}, true, true],
    ['auto', {}, false, false],
    ['auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['auto', { NO_COLOR: '' }, true, true],
    ['auto', { FORCE_COLOR: '1', TERM: 'dumb' }, false, true],
    ['auto', { FORCE_COLOR: '0' }, true, false],
    ['auto', { TERM: 'dumb' }, true, false],
  ] as const)('%s with %j and a terminal %s is %s', (mode, env, isTTY, wanted) => {
    expect(wantsColor({ mode, env, isTTY })).toBe(wanted)
  })
})

describe('the look of a stream', () => {
  it('is ASCII when asked for, or in a locale that is not UTF-8', () => {
    expect(wantsAscii(true, { LANG: 'en_US.UTF-8' })).toBe(true)
    expect(wantsAscii(false, { LANG: 'en_US.UTF-8' })).toBe(false)
    expect(wantsAscii(false, { LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(true)
    expect(wantsAscii(false, {})).toBe(false)
  })

  it('is as wide as $COLUMNS, else as the terminal, else without limit', () => {
    expect(widthOf({ isTTY: true, columns: 120 }, { COLUMNS: '60' })).toBe(60)
    expect(widthOf({ isTTY: true, columns: 120 }, { COLUMNS: 'many' })).toBe(120)
    expect(widthOf({ isTTY: true }, {})).toBe(80)
    expect(widthOf({}, {})).toBeUndefined()
  })
})

describe('numbers', () => {
  it.each([
    [formatCount(1_234_567), '1,234,567'],
    [formatCount(-1234.5678), '-1,234.5678'],
    [formatCount(12_345_678_901_234_567_890n), '12,345,678,901,234,567,890'],
    [formatBytes(0), '0 B'],
    [formatBytes(1023), '1023 B'],
    [formatBytes(1536), '1.5 KiB'],
    [formatBytes(3 * 2 ** 40), '3.0 TiB'],
    [formatDuration(0), '0ms'],
    [formatDuration(3210), '3.2s'],
    [formatDuration(9_999), '10s'],
    [formatDuration(59_999), '1m'],
    [formatDuration(7_530_000), '2h5m'],
    [formatDuration(90_000_000), '1d1h'],
    [plural(1, 'file'), '1 file'],
    [plural(2000, 'query', 'queries'), '2,000 queries'],
  ])('%s is written %s', (written, expected) => {
    expect(written).toBe(expected)
  })
})

describe('CSV', () => {
  async function csv(...rows: Parameters<typeof renderCsv>[1][] | never[]): Promise<string> {
    let text = ''
    for await (const line of renderCsv(['name', 'n'], rows[0] ?? [])) text += line
    return text
  }

  it('quotes what needs it and leaves the rest', async () => {
    expect(
      await csv([
        ['a,b', 1],
        ['say "x"', 2n],
        ['two\nlines', null],
        ['plain', -1.5],
      ]),
    ).toBe('name,n\n"a,b",1\n"say ""x""",2\n"two\nlines",\nplain,-1.5\n')
  })

  it('lets no spreadsheet run a name as a formula, and keeps numbers numbers', async () => {
    expect(
      await csv([
        ['=cmd|x', '-12.5'],
        ['@SUM(A1)', '+3'],
        ['-x', '-1e'],
      ]),
    ).toBe("name,n\n'=cmd|x,-12.5\n'@SUM(A1),+3\n'-x,'-1e\n")
  })

  it('shows escape sequences instead of passing them on', async () => {
    expect(await csv([['\u001b[2J', 1]])).toBe('name,n\n\\x1b[2J,1\n')
  })
})

describe('steps of a narrated run', () => {
  const plain = styleOf({ color: false, ascii: false })

  it('are numbered, show the command, and say how it went', () => {
    expect(stepHeading({ number: 2, of: 5, title: 'Compare' }, plain)).toBe('\n► 2/5 Compare')
    expect(commandLine('sparkops doctor', plain)).toBe('  $ sparkops doctor')
    expect(outcomeLine('ok', '31 survivors', plain)).toBe('✔ 31 survivors')
    expect(outcomeLine('fail', 'lost', styleOf({ color: false, ascii: true }))).toBe('x lost')
  })
})
