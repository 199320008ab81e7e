/** A three-way comparison for people. */
import type { ApplicationComparison, ComparedRow, ComparedVerdict } from '../../domain/app/compare/compare.ts'
import type { Tone } from '../color.ts'
import { formatDuration } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import type { Glyphs } from '../style.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'

const SIGNS: Readonly<Record<ComparedVerdict, readonly [keyof Glyphs, Tone]>> = {
  same: ['ok', 'green'],
  better: ['ok', 'green'],
  expected: ['ok', 'yellow'],
  different: ['fail', 'red'],
  unseen: ['wait', 'yellow'],
}

export const comparisonView: View<ApplicationComparison> = {
  *blocks({ rows, record, control, candidate, surroundings, pods, exit }, { style }): Generator<Block> {
    const { paint, glyphs } = style
    for (const [label, side] of [
      ['record', record],
      ['control', control],
      ['candidate', candidate],
    ] as const)
      if (side !== null)
        yield sanitize(
          `${label.padEnd(10)} ${side.application}, Spark ${side.sparkVersion ?? 'unknown'}, ${side.image ?? ''}`,
        )
    yield ''
    yield table(columns(glyphs), rows)
    for (const text of surroundings) yield `${paint('yellow', glyphs.warn)} not the image's: ${sanitize(text)}`
    if (pods !== null && pods.exit !== 'ok') yield paint('dim', 'which fields: sparkops pods diff CONTROL CANDIDATE')
    const said = {
      ok: 'the candidate is as the control',
      findings: 'the candidate is not as the control',
      inconclusive: 'not all of the candidate could be compared',
    }
    const [sign, tone] = SIGNS[exit === 'ok' ? 'same' : exit === 'findings' ? 'different' : 'unseen']
    yield `${paint(tone, glyphs[sign])} ${said[exit as keyof typeof said]}`
  },
  names: ({ rows }) => rows.map(({ aspect, verdict }) => `${aspect}:${verdict}`),
}

function columns(glyphs: Glyphs): Column<ComparedRow>[] {
  const value = (row: ComparedRow, side: 'record' | 'control' | 'candidate'): string | number | null =>
    row.aspect === 'duration' && row[side] !== null ? formatDuration(Number(row[side])) : row[side]
  return [
    {
      header: '',
      value: ({ verdict }) => ({ text: glyphs[SIGNS[verdict][0]], tone: SIGNS[verdict][1] }),
      shrink: 'never',
    },
    { header: 'aspect', value: (row) => row.aspect, shrink: 'never' },
    { header: 'record', value: (row) => value(row, 'record') },
    { header: 'control', value: (row) => value(row, 'control') },
    { header: 'candidate', value: (row) => value(row, 'candidate') },
    { header: 'verdict', value: (row) => row.verdict, shrink: 'never' },
    { header: 'why', value: (row) => row.why },
  ]
}
