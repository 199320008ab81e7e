/** One step of a run, for people. */
import type { ForkStep } from '../../domain/fork/sync/show-step.ts'
import { sanitize, sanitizeText } from '../sanitize.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'

type Row = ForkStep['step']['resolutions'][number]

const COLUMNS: readonly Column<Row>[] = [
  { header: 'path', value: (one) => one.path || '(commit)', shrink: 'middle' },
  { header: 'class', value: (one) => one.class, shrink: 'never' },
  { header: 'rule', value: (one) => `${one.rule}@${one.ruleVersion}`, shrink: 'never' },
  { header: 'confidence', value: (one) => one.confidence, shrink: 'never' },
  { header: 'evidence', value: (one) => one.evidence },
]

export const stepView: View<ForkStep> = {
  *blocks({ step, change, interdiff }): Generator<Block> {
    yield `step ${step.number}: ${step.action} ${step.old.slice(0, 12)} -> ${step.new?.slice(0, 12) ?? '-'} ${sanitize(step.subject)}`
    if (step.rule !== null) yield `${step.rule}: ${sanitize(step.evidence ?? '')}`
    if (change !== null) yield `its change is ${change === 'context' ? 'the same, in another context' : change}`
    if (step.resolutions.length > 0) {
      yield ''
      yield table(COLUMNS, step.resolutions)
    }
    for (const finding of step.findings)
      yield `${finding.rule}: ${sanitize(finding.path)}: ${sanitize(finding.message)}`
    if (interdiff === '') return
    yield ''
    yield sanitizeText(interdiff.trimEnd())
  },
  names: ({ step }) => (step.new === null ? [] : [step.new]),
}
