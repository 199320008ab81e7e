/** Where what was meant, declared, permitted, covered and observed do not agree. Each rule is one row of the table. */
import type { ExitName } from '../../errors.ts'
import {
  ELSEWHERE,
  type MeantScope,
  type NamespaceFinding,
  type NamespaceMatrix,
  type NamespaceRow,
} from './document.ts'

/** All that the rules look at. */
export interface Facts {
  generation: '1.x' | '2.x'
  meant: MeantScope | null
  isAll: boolean
  /** Namespaces that there are; undefined where they may not be listed. */
  existing: readonly string[] | undefined
  rows: readonly NamespaceRow[]
}

type Rule = (facts: Facts) => Omit<NamespaceFinding, 'namespaces'> & { rows: readonly NamespaceRow[] }

const inOrder = (rows: readonly NamespaceRow[]): string[] => rows.map(({ namespace }) => namespace)
const named = (names: readonly string[]): string => (names.length === 0 ? 'all namespaces' : names.join(', '))

const RULES: readonly Rule[] = [
  ({ generation, meant, isAll, rows }) => ({
    ...{ id: 'NS-ALL-INSTEAD', level: 'broken', title: 'it watches all namespaces, and some were meant' },
    detail: `${meant?.key ?? meant?.from ?? ''} says ${named(meant?.names ?? [])}; ${
      generation === '1.x' && (meant?.names.length ?? 0) > 1
        ? 'an operator of 1.x knows one namespace or all, and its chart leaves the argument out for more than one'
        : 'its arguments name none, and none means all'
    }`,
    fix:
      generation === '1.x'
        ? 'one operator for each namespace, or 2.x, which knows lists'
        : 'put the namespaces where this chart looks for them',
    rows: isAll && meant !== null && (meant.names.length > 0 || meant.selector !== null) ? rows.filter(isBeyond) : [],
  }),
  ({ meant, rows }) => ({
    ...{ id: 'NS-VALUE-IGNORED', level: 'broken', title: `this chart does not know the value ${meant?.key ?? ''}` },
    detail: `it names ${named(meant?.names ?? [])}; the chart takes its own default instead, without a word`,
    fix: 'rename the value as this chart calls it: sparkops operator plan translates them',
    rows: meant?.isIgnored === true ? rows.filter((row) => row.meant !== row.declared) : [],
  }),
  ({ meant, rows }) => ({
    ...{ id: 'NS-NOT-DECLARED', level: 'broken', title: 'meant, and not watched' },
    detail: `${meant?.key ?? meant?.from ?? ''} says so, and the arguments of the operator do not: applications there wait for ever`,
    fix: 'upgrade the release with values that its chart knows',
    rows: rows.filter((row) => row.meant === true && row.declared === false),
  }),
  ({ isAll, meant, rows }) => ({
    ...{ id: 'NS-NOT-MEANT', level: 'warning', title: 'watched, and not meant' },
    detail: 'applications there are taken up by an operator that was not to look at them',
    fix: `take it out of the arguments, or add it to ${meant?.key ?? 'what is meant'}`,
    rows: isAll ? [] : rows.filter(isBeyond),
  }),
  ({ existing, generation, rows }) => ({
    ...{ id: 'NS-NO-NAMESPACE', level: 'broken', title: 'watched, and there is no such namespace' },
    detail:
      generation === '1.x'
        ? '1.x takes its argument for one name, whatever is in it: a list is the name of nothing'
        : 'nothing is taken up there; a name that is misspelt looks like that',
    fix: 'correct the name, or make the namespace',
    rows: rows.filter(
      ({ namespace, declared }) =>
        declared === true && namespace !== ELSEWHERE && existing !== undefined && !existing.includes(namespace),
    ),
  }),
  ({ rows }) => {
    const without = rows.filter((row) => row.declared === true && ['no', 'partly'].includes(row.permitted))
    return {
      ...{ id: 'NS-NOT-PERMITTED', level: 'broken', title: 'watched, and not permitted' },
      detail: `its service account may not ${without[0]?.missing.join(', ') ?? ''}`,
      fix: 'bind its role there, as the chart does for namespaces that its values name',
      rows: without,
    }
  },
  ({ rows }) => ({
    ...{ id: 'NS-PERMITTED-BEYOND', level: 'note', title: 'permitted, and not watched' },
    detail: 'its service account may do more than the operator does; the charts of 1.x always bind a ClusterRole',
    fix: 'a Role in each namespace is enough where names are listed',
    rows: rows.filter((row) => row.declared === false && row.permitted === 'yes'),
  }),
  ({ rows }) => ({
    ...{ id: 'NS-NO-WEBHOOK', level: 'warning', title: 'watched, and not covered by the webhook' },
    detail: 'pods there are made without what only the webhook adds (volumes, tolerations, environment), silently',
    fix: 'let the webhook’s namespaceSelector and its --namespaces cover what is watched',
    rows: rows.filter((row) => row.declared === true && row.webhook === 'no'),
  }),
  ({ rows }) => ({
    ...{ id: 'NS-WEBHOOK-BEYOND', level: 'note', title: 'covered by the webhook, and not watched' },
    detail: 'pods there go through a webhook whose operator does nothing else for them',
    fix: 'narrow the webhook’s namespaceSelector',
    rows: rows.filter((row) => row.declared === false && ['yes', 'broken'].includes(row.webhook)),
  }),
  ({ rows }) => ({
    ...{ id: 'NS-WEBHOOK-BROKEN', level: 'warning', title: 'covered by a webhook that does not answer' },
    detail: 'what it is called for is refused or goes unchanged',
    fix: 'sparkops operator status says what is wrong with it',
    rows: rows.filter((row) => row.declared === true && row.webhook === 'broken'),
  }),
  ({ rows }) => ({
    ...{ id: 'NS-STRANDED', level: 'warning', title: 'applications wait where nobody watches' },
    detail: 'they are not over, and this operator does not look at them; another one may',
    fix: 'add the namespace, or delete them',
    rows: rows.filter((row) => row.declared === false && row.meant !== true && row.applications > 0),
  }),
  ({ rows }) => ({
    ...{ id: 'NS-LEFT', level: 'broken', title: 'watched, and a probe was not taken up' },
    detail: rows.find((row) => row.declared === true && ['left', 'refused'].includes(row.observed))?.detail ?? '',
    fix: 'look into the log of the leading controller',
    rows: rows.filter((row) => row.declared === true && ['left', 'refused'].includes(row.observed)),
  }),
  ({ rows }) => ({
    ...{ id: 'NS-TAKEN-UP', level: 'broken', title: 'a probe was taken up where none should be' },
    detail: 'the operator acts there: it would run applications of others, too',
    fix: 'until it is mended, treat that namespace as its own',
    rows: rows.filter((row) => row.observed === 'taken up' && (row.meant === false || row.declared === false)),
  }),
]

function isBeyond({ meant, declared }: NamespaceRow): boolean {
  return meant === false && declared === true
}

export function findDifferences(facts: Facts): NamespaceFinding[] {
  return RULES.map((rule) => rule(facts))
    .filter(({ rows }) => rows.length > 0)
    .map(({ rows, ...finding }) => ({ ...finding, namespaces: inOrder(rows) }))
}

/** Notes do no harm. What was asked and not seen keeps it from being proven; without a probe nothing was asked of it. */
export function matrixExit({
  findings,
  rows,
  probe,
  meant,
}: Pick<NamespaceMatrix, 'findings' | 'rows' | 'probe' | 'meant'>): ExitName {
  if (findings.some(({ level }) => level !== 'note')) return 'findings'
  const isOpen = rows.some(
    (row) =>
      row.declared === null ||
      (row.declared && (row.permitted === 'not seen' || row.webhook === 'not seen')) ||
      (probe !== null && isUnproven(row)),
  )
  return isOpen || meant === null ? 'inconclusive' : 'ok'
}

function isUnproven({ observed, declared, namespace }: NamespaceRow): boolean {
  return observed === 'unclear' || (observed === 'not seen' && declared === true && namespace !== ELSEWHERE)
}
