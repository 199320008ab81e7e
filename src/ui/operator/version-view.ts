/** One version for people: what it is, what it does, and which known release its definitions are like. */
import type {
  DescribedDefinition,
  DescribedOperator,
  OperatorVersion,
} from '../../domain/operator/versions/describe-version.ts'
import { formatBytes } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import { type Column, table } from '../table.ts'
import type { Block, View, ViewOptions } from '../view.ts'

interface DefinitionRow {
  definition: DescribedDefinition
  version: DescribedDefinition['versions'][number]
}

const DEFINITIONS: readonly Column<DefinitionRow>[] = [
  { header: 'kind', value: ({ definition }) => definition.kind, shrink: 'never' },
  { header: 'version', value: ({ version }) => version.name, shrink: 'never' },
  {
    header: 'schema of',
    value: ({ version: { same, releases } }) =>
      same === null ? { text: 'none that is known: custom', tone: 'yellow' } : releasesOf(releases) || same,
  },
  { header: 'identity', value: ({ version }) => version.identity.slice(7, 19), shrink: 'never' },
  { header: 'size', value: ({ definition }) => formatBytes(definition.bytes), align: 'right', wide: true },
  { header: 'from', value: ({ definition }) => definition.from, wide: true },
]

export const versionView: View<OperatorVersion> = {
  *blocks(version, options): Generator<Block> {
    yield headline(version)
    for (const operator of version.operators) {
      yield ''
      yield table(FACTS, factsOf(operator))
    }
    if (version.definitions.length > 0) {
      yield ''
      yield table(DEFINITIONS, rowsOf(version.definitions))
    }
    if (version.hooks.length > 0) {
      yield ''
      yield table(HOOKS, version.hooks)
    }
    yield* traitsBlock(version, options)
  },
  names: ({ definitions }) => rowsOf(definitions).map(({ version }) => version.identity),
}

const FACTS: readonly Column<readonly [string, string]>[] = [
  { header: 'operator', value: ([name]) => name, shrink: 'never' },
  { header: 'is', value: ([, value]) => value },
]

const HOOKS: readonly Column<OperatorVersion['hooks'][number]>[] = [
  { header: 'hook', value: ({ kind, name }) => `${kind} ${name}` },
  { header: 'when', value: ({ events }) => events.join(', ') },
]

const TRAITS: readonly Column<OperatorVersion['traits'][number]>[] = [
  { header: 'trait', value: ({ name }) => name, shrink: 'never' },
  { header: 'value', value: ({ value }) => String(value ?? 'none') },
  { header: 'from', value: ({ from }) => from },
]

function headline({ chart, version, versionFrom, known, source }: OperatorVersion): string {
  const what = version === null ? 'an operator of unknown version' : `operator ${version} (by its ${versionFrom ?? ''})`
  const like = known === null ? 'no known release' : known.exact ? 'a known release' : `made from ${known.version}`
  const packed = chart === null ? 'manifests' : `chart ${chart.name} ${chart.version}`
  return sanitize(
    `${packed}: ${what}, ${like}${source.commit === null ? '' : `, commit ${source.commit.slice(0, 12)}`}`,
  )
}

function factsOf(operator: DescribedOperator): (readonly [string, string])[] {
  const { webhook, metrics, batchScheduler, leader, unresolved } = operator
  return [
    ['workload', `${operator.workload}, ${operator.replicas} of ${operator.image}`],
    ['account', operator.serviceAccount],
    ['watches', operator.watches + (operator.labelSelector === '' ? '' : `, only ${operator.labelSelector}`)],
    ['leader lock', leader.enabled ? `${leader.namespace}/${leader.name}` : 'none'],
    ['webhook', webhook === null ? 'off' : describeWebhook(webhook)],
    ['metrics', metrics === null ? 'off' : `:${metrics.port}${metrics.endpoint}`],
    ['batch scheduler', batchScheduler.enabled ? batchScheduler.default || 'on' : 'off'],
    ['quotas', operator.resourceQuotaEnforcement ? 'enforced' : 'off'],
    ...(unresolved.length === 0 ? [] : [['not known', unresolved.join(' ')] as const]),
  ]
}

function describeWebhook(webhook: NonNullable<DescribedOperator['webhook']>): string {
  const { failurePolicy, port, registeredBy, watches } = webhook
  const by = registeredBy === 'self' ? 'registers itself' : 'registered by its manifests'
  return `${failurePolicy ?? 'policy not known'}, port ${port}, ${by}, for ${watches}`
}

function rowsOf(definitions: readonly DescribedDefinition[]): DefinitionRow[] {
  return definitions.flatMap((definition) => definition.versions.map((version) => ({ definition, version })))
}

function releasesOf(releases: readonly string[]): string {
  const [first = '', last = ''] = [releases[0], releases.at(-1)]
  return first === last ? first : `${first}..${last}`
}

function* traitsBlock({ traits }: OperatorVersion, { wide }: ViewOptions): Generator<Block> {
  if (!wide || traits.length === 0) return
  yield ''
  yield table(TRAITS, traits)
}
