import { describe, expect, it } from 'vitest'
import { styleOf } from '../../src/ui/style.ts'
import { type Column, type TableBlock, renderTable, table } from '../../src/ui/table.ts'

interface Row {
  name: string
  cores: number | bigint | null
}
const COLUMNS: readonly Column<Row>[] = [
  { header: 'name', value: (row) => row.name },
  { header: 'cores', value: (row) => row.cores },
  { header: 'node', value: () => 'n-1', wide: true },
]

async function shown(
  block: TableBlock,
  options: { width?: number; wide?: boolean; headers?: boolean } = {},
): Promise<string> {
  let text = ''
  const style = styleOf({ color: false, ascii: false, width: options.width })
  const { wide = false, headers = true } = options
  for await (const piece of renderTable(block, { style, wide, headers })) text += piece
  return text
}

describe('a table', () => {
  it('has upper-case headers, no borders, and numbers to the right', async () => {
    const rows = [
      { name: 'etl', cores: 5 },
      { name: 'nightly-report', cores: 1200n },
      { name: 'idle', cores: null },
    ]
    expect(await shown(table(COLUMNS, rows))).toBe(
      ['NAME            CORES', 'etl                 5', 'nightly-report   1200', 'idle                -', ''].join(
        '\n',
      ),
    )
  })

  it('shows more columns when wide, and no headers when told', async () => {
    const rows = [{ name: 'etl', cores: 5 }]
    expect(await shown(table(COLUMNS, rows), { wide: true, headers: false })).toBe('etl  5  n-1\n')
  })

  it('takes from the widest text until it fits, and never from numbers', async () => {
    const columns: Column<string>[] = [
      { header: 'queue', value: (text) => text },
      { header: 'application', value: (text) => `spark-${text}`, shrink: 'middle' },
      { header: 'seconds', value: () => 123_456_789_012 },
    ]
    const text = await shown(table(columns, ['root.production.analytics.reports']), { width: 60 })
    const [header, row] = text.split('\n')
    expect(header).toHaveLength(60)
    expect(row).toHaveLength(60)
    expect(row).toMatch(/^root\.prod\S*… {2}spark-root\S*…\S*orts {2}123456789012$/)
  })

  it('cuts nothing where nothing limits it', async () => {
    const long = 'x'.repeat(500)
    expect(await shown(table(COLUMNS, [{ name: long, cores: 1 }]))).toContain(long)
  })

  it('measures wide and combining characters as the terminal does', async () => {
    const rows = [
      { name: '報告', cores: 1 },
      { name: 'café', cores: 2 },
      { name: 'plain', cores: 3 },
    ]
    expect((await shown(table(COLUMNS, rows))).split('\n').slice(1, 4)).toEqual([
      '報告       1',
      'café       2',
      'plain      3',
    ])
  })

  it('makes names harmless', async () => {
    const text = await shown(table(COLUMNS, [{ name: '\u001b[2Jgone\nnext', cores: 1 }]))
    expect(text).toContain('\\x1b[2Jgone\\nnext')
  })

  it('prints a stream of a hundred thousand rows as it flows, late long names in full', async () => {
    let produced = 0
    async function* rows(): AsyncGenerator<Row> {
      for (; produced < 100_000; produced += 1) yield await Promise.resolve({ name: `app-${produced}`, cores: 1 })
    }
    const style = styleOf({ color: false, ascii: false })
    const pieces = renderTable(table(COLUMNS, rows()), { style, wide: false, headers: true })
    let text = (await pieces.next()).value as string
    expect(produced).toBeLessThan(2000)
    for await (const piece of pieces) text += piece
    const lines = text.trimEnd().split('\n')
    expect(lines).toHaveLength(100_001)
    expect(lines.at(-1)).toMatch(/^app-99999 +1$/)
  })

  it('prints nothing for no rows', async () => {
    expect(await shown(table(COLUMNS, []))).toBe('')
  })

  it('colours a cell without moving its neighbours', async () => {
    const columns: Column<string>[] = [
      { header: 'state', value: (text) => ({ text, tone: 'green' }) },
      { header: 'n', value: () => 1 },
    ]
    let text = ''
    const style = styleOf({ color: true, ascii: false })
    for await (const piece of renderTable(table(columns, ['ok']), { style, wide: false, headers: false })) text += piece
    expect(text).toBe('\u001b[32mok\u001b[39m  1\n')
  })
})
