/** Upstream's work for people at a terminal, and as CSV for a sheet. */
import type { Feature, FeatureKind, ForkFeatures } from '../../domain/fork/features/document.ts'
import { renderCsv } from '../csv.ts'
import {
  BASIS_WORDS,
  KIND_ORDER,
  KIND_WORDS,
  MAIN_KINDS,
  ofKind,
  rangeText,
  relevanceText,
  relevanceWord,
  sinceText,
  workNames,
} from './features-words.ts'
import { featuresMarkdown } from './features-markdown.ts'
import { featuresPage } from './features-page.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import { type Column, table } from '../table.ts'
import type { Block, View, ViewOptions } from '../view.ts'

const COLUMNS: readonly Column<Feature>[] = [
  { header: 'id', value: ({ id }) => id, wide: true },
  { header: 'what', value: ({ title, caveats }) => `${caveats.length > 0 ? '! ' : ''}${title}` },
  { header: 'work', value: (feature) => workNames(feature, 2), shrink: 'never' },
  { header: 'since', value: ({ since }) => since ?? 'none yet', shrink: 'end' },
  { header: 'basis', value: ({ basis }) => BASIS_WORDS[basis], wide: true },
  { header: 'ours', value: (feature) => relevanceWord(feature) || null, shrink: 'never' },
  { header: 'decision', value: ({ decision }) => decision.answer, shrink: 'never' },
  { header: 'owner', value: ({ decision }) => decision.owner || null, wide: true },
  { header: 'how to use', value: ({ howTo }) => howTo.join(', ') || null, wide: true },
]

/** `all`: fixes and the rest too. */
export function forkFeaturesView(all: boolean): View<ForkFeatures> {
  return {
    blocks: (document, options) => blocksOf(document, options, all ? KIND_ORDER : MAIN_KINDS),
    names: ({ features }) => features.map(({ id }) => id),
    formats: {
      csv: featuresCsv,
      markdown: (document) => [featuresMarkdown(document)],
      html: (document) => [featuresPage(document)],
    },
  }
}

function* blocksOf(document: ForkFeatures, options: ViewOptions, kinds: readonly FeatureKind[]): Generator<Block> {
  const { summary, company } = document
  const { paint } = options.style
  const isDecided = document.features.some(({ decision }) => decision.answer !== null)
  const columns = COLUMNS.filter(
    ({ header }) => (header !== 'ours' || company !== null) && (header !== 'decision' || isDecided),
  )
  yield `${sanitize(rangeText(document))}: ${plural(summary.commits, 'commit')}, ${plural(summary.pulls, 'pull request')}`
  if (company !== null) yield `beside ${plural(company.commits, 'commit')} of ${sanitize(company.ref)}`
  for (const kind of kinds) {
    const own = ofKind(document.features, kind)
    if (own.length === 0) continue
    yield ''
    yield `${paint('bold', KIND_WORDS[kind].heading)} (${own.length})  ${KIND_WORDS[kind].lead}`
    yield table(columns, own)
  }
  yield* remarks(
    document,
    document.features.filter(({ kind }) => kinds.includes(kind)),
  )
  const left = document.features.filter(({ kind }) => !kinds.includes(kind)).length
  if (left > 0) {
    yield ''
    yield `${plural(left, 'more entry', 'more entries')} (fixes, documentation, tests, dependencies): --all`
  }
  if (summary.nettedOut > 0)
    yield `${plural(summary.nettedOut, 'setting')} came and went in between: -o json, nettedOut`
}

function* remarks({ limits, unread }: ForkFeatures, features: readonly Feature[]): Generator<Block> {
  const told = features.filter(({ caveats }) => caveats.length > 0)
  if (told.length > 0) {
    yield ''
    for (const { title, caveats } of told)
      for (const caveat of caveats) yield `! ${sanitize(title)}: ${sanitize(caveat)}`
  }
  const ours = features.filter(({ relevance }) => relevance.some(({ how }) => how !== 'same-file'))
  if (ours.length > 0) {
    yield ''
    for (const { title, relevance } of ours) {
      for (const one of relevance.filter(({ how }) => how !== 'same-file').slice(0, 3)) {
        yield `Ours: ${sanitize(title)} ${sanitize(relevanceText(one))}`
      }
    }
  }
  yield ''
  for (const limit of limits) yield `Note: ${sanitize(limit)}`
  for (const { path, why, at } of unread.slice(0, 5))
    yield `Not read: ${sanitize(path)} at ${sanitize(at)}: ${sanitize(why)}`
  if (unread.length > 5) yield `Not read: ${unread.length - 5} more, in -o json`
}

const FIELDS = [
  'id',
  'kind',
  'title',
  'what',
  'basis',
  'since',
  'pulls',
  'commits',
  'how to use',
  'caveats',
  'risk',
  'relevance',
  'answer',
  'owner',
  'note',
] as const

function featuresCsv({ features }: ForkFeatures): AsyncGenerator<string> {
  const rows = features.map((feature) => [
    feature.id,
    feature.kind,
    feature.title,
    feature.what,
    BASIS_WORDS[feature.basis],
    sinceText(feature),
    feature.work.flatMap(({ pull }) => pull ?? []).join(' '),
    feature.work.flatMap(({ commit }) => commit ?? []).join(' '),
    feature.howTo.join('; '),
    feature.caveats.join(' '),
    feature.risk,
    feature.relevance.map(relevanceText).join('; '),
    feature.decision.answer ?? '',
    feature.decision.owner,
    feature.decision.note,
  ])
  return renderCsv(FIELDS, rows)
}
