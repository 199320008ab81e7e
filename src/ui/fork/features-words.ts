/** What the views of upstream's features say alike: names of kinds, of work, of what it means for the company. */
import type { Basis, Feature, FeatureKind, ForkFeatures, Relevance } from '../../domain/fork/features/document.ts'

/** In the order a reader should take them. */
export const KIND_ORDER: readonly FeatureKind[] = [
  'breaking',
  'default',
  'feature',
  'permission',
  'version',
  'unclear',
  'fix',
  'other',
]

export const KIND_WORDS: Readonly<Record<FeatureKind, { heading: string; lead: string }>> = {
  breaking: { heading: 'Breaking changes', lead: 'What worked before no longer does, or is called otherwise.' },
  default: { heading: 'Changed defaults', lead: 'The same settings do something else now.' },
  feature: { heading: 'New', lead: 'Can be used or set now, and could not before.' },
  permission: { heading: 'Rights', lead: 'The operator asks for other rights than before.' },
  version: { heading: 'Versions', lead: 'What it is built with and runs on.' },
  unclear: { heading: 'Not classified', lead: 'They change the product, but neither code nor title says how.' },
  fix: { heading: 'Fixes', lead: 'Upstream calls these repairs; the code shows nothing new to set.' },
  other: { heading: 'Other', lead: 'Documentation, tests, workflows, dependencies, and what was taken back.' },
}

export const BASIS_WORDS: Readonly<Record<Basis, string>> = {
  shown: 'the code shows it',
  behaviour: 'read from behaviour',
  reported: 'upstream’s changelog says so',
  claimed: 'only its title says so',
}

/** Reports show answers; they are given in the file, where they outlive each report. */
export const DECIDED_WHERE =
  'Answers are given in the file named with --decisions (fork features --decisions FILE --save-decisions adds new entries to it); this page only shows them, and is made anew afterwards.'

const CHOICES: Readonly<Record<ForkFeatures['to']['how'], string>> = {
  given: '',
  'newest-release': 'upstream’s newest release tag here',
  'newest-preview': 'upstream’s newest release candidate here: it has no release that the fork lacks',
  branch: 'upstream’s branch: there is no release tag here that the fork lacks',
}

/** What both ends are called, and why these where nobody said it: for the line that begins each form. */
export function rangeText({ from, to }: Pick<ForkFeatures, 'from' | 'to'>): string {
  const start = from.how === 'base' ? `${from.ref} (where the fork stands)` : from.ref
  return `${start} to ${to.ref}${to.how === 'given' ? '' : ` (${CHOICES[to.how]})`}`
}

/** Kinds that are listed unless all are asked for. */
export const MAIN_KINDS: readonly FeatureKind[] = ['breaking', 'default', 'feature', 'permission', 'version', 'unclear']

const MEANS: Readonly<Record<Relevance['how'], string>> = {
  duplicates: 'builds what this patch has',
  'same-key': 'changes the same setting as',
  'same-file': 'touches a file of',
}

/** `#1647, #1680 and 2 more` */
export function workNames({ work }: Pick<Feature, 'work'>, most = 4): string {
  const names = work.map(({ name }) => name)
  return names.length <= most ? names.join(', ') : `${names.slice(0, most - 1).join(', ')} +${names.length - most + 1}`
}

/** `v2.0.0`, or where its first and last part came. */
export function sinceText({ since, completeSince }: Pick<Feature, 'since' | 'completeSince'>): string {
  if (since === null) return 'no release yet'
  return completeSince === null || completeSince === since ? since : `${since} to ${completeSince}`
}

export function relevanceText({ how, commit, subject, at }: Relevance): string {
  return `${MEANS[how]} ${commit.slice(0, 8)} ${subject} (${at.join(', ')})`
}

/** The strongest tie to the company's patches, in one word; empty for none. */
export function relevanceWord({ relevance }: Pick<Feature, 'relevance'>): string {
  const order: readonly Relevance['how'][] = ['duplicates', 'same-key', 'same-file']
  const words = { duplicates: 'duplicate', 'same-key': 'setting', 'same-file': 'file' }
  const strongest = order.find((how) => relevance.some((one) => one.how === how))
  return strongest === undefined ? '' : words[strongest]
}

/** Entries of one kind. */
export function ofKind(features: readonly Feature[], kind: FeatureKind): Feature[] {
  return features.filter((feature) => feature.kind === kind)
}
