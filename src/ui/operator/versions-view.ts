/** The releases that are known, for people: newest first, since those are looked for. */
import type { KnownVersion, OperatorVersions } from '../../domain/operator/versions/list-versions.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'

const COLUMNS: readonly Column<KnownVersion>[] = [
  { header: 'version', value: ({ version }) => version, shrink: 'never' },
  { header: 'date', value: ({ date }) => date, shrink: 'never' },
  { header: 'charts', value: ({ charts }) => rangeOf(charts) },
  { header: 'crds as', value: ({ definitions }) => definitions, shrink: 'never' },
  { header: 'schema', value: ({ schemas }) => schemas[0]?.identity.slice(7, 19), wide: true },
  { header: 'spark', value: ({ spark }) => spark, shrink: 'never' },
  { header: 'kubernetes', value: (one) => kubernetesOf(one), shrink: 'never' },
  { header: 'namespaces by', value: (one) => traitOf(one, 'namespacesKey') },
  { header: 'rights by', value: (one) => traitOf(one, 'operatorRbac'), wide: true },
  { header: 'image', value: ({ image }) => image, wide: true },
]

export const versionsView: View<OperatorVersions> = {
  *blocks({ items }): Generator<Block> {
    yield table(COLUMNS, [...items].reverse())
  },
  names: ({ items }) => items.map(({ version }) => version),
}

function rangeOf(charts: readonly string[]): string {
  const [first, last] = [charts[0] ?? '', charts.at(-1) ?? '']
  return first === last ? first : `${first}..${last}`
}

function kubernetesOf(one: KnownVersion): string {
  const [from, below] = [traitOf(one, 'kubernetesAtLeast'), traitOf(one, 'kubernetesBelow')]
  return [...(from === '' ? [] : [`>=${from}`]), ...(below === '' ? [] : [`<${below}`])].join(' ')
}

function traitOf({ traits }: KnownVersion, wanted: string): string {
  return String(traits.find(({ name }) => name === wanted)?.value ?? '')
}
