/** Pods against expectations that somebody wrote: every selected pod must match, and something must be selected. */
import { at, scalarText } from './json.ts'
import { applyDefaults } from './defaults.ts'
import { foldEnvironment } from './environment.ts'
import { unknownField } from './expect/check-expectation.ts'
import { type Match, matchPod } from './expect/match.ts'
import { withVariables } from './expect/matchers.ts'
import { type Expectation, selects } from './expect/read-expectations.ts'
import { type JsonMap, cloneJson, mapsAt } from './json.ts'
import { isWithin } from './path.ts'
import { type FieldRow, shown } from './rows.ts'
import type { Shape } from './shapes.ts'
import type { SparkPod } from './spark-pod.ts'
import type { Place } from './tree.ts'

/** Expectations over the shapes of many applications, one shape after the other. */
export class Expecting {
  private readonly expectations: readonly Expectation[]
  private readonly drivers: readonly SparkPod[]
  private readonly met = new Set<Expectation>()

  constructor(expectations: readonly Expectation[], pods: readonly SparkPod[]) {
    this.expectations = expectations
    this.drivers = pods.filter(({ role }) => role === 'driver')
  }

  /** The rows of a shape; its pods are looked at one by one, for names may be expected. */
  rowsOf(shape: Shape): FieldRow[] {
    const rows: FieldRow[] = []
    for (const expectation of this.expectations)
      for (const pod of shape.pods.filter((one) => selects(expectation, one))) {
        this.met.add(expectation)
        rows.push(...podRows(pod, shape, expectation, this.drivers))
      }
    return unique(rows)
  }

  /** What no pod was selected by, once all shapes were looked at. */
  unmet(): string[] {
    return this.expectations.filter((one) => !this.met.has(one)).map(({ where }) => `${where}: it selects no pod`)
  }
}

function podRows(pod: SparkPod, shape: Shape, expectation: Expectation, drivers: readonly SparkPod[]): FieldRow[] {
  const expect = withVariables(expectation.expect, variablesOf(pod, drivers)) as JsonMap
  const matches = [...matchPod(expect, settled(pod.object), expectation.where), ...absentRows(shape, expectation)]
  return matches
    .map(doubtful)
    .filter(({ path }) => !expectation.ignore.some((pattern) => isWithin(path, pattern)))
    .map(({ path, expected, actual, ...rest }) => ({
      role: pod.role,
      shape: shape.number,
      path,
      ...rest,
      expected: shown(path, expected),
      ...(actual !== undefined && { actual: shown(path, actual) }),
      // What must not be there counts as a difference, whoever put it there.
      verdict: rest.verdict === 'extra' ? ('different' as const) : rest.verdict,
      source: expectation.where,
    }))
}

/** That something is not there holds of any name: where pods have no such field, it may be a slip of the pen. */
function doubtful(match: Match): Match {
  const unknown = match.verdict === 'same' && match.pointer === undefined ? unknownField(match.path) : undefined
  if (unknown === undefined) return match
  return {
    ...match,
    verdict: 'undecided',
    reason: `no field of a pod called ${unknown} is known: it is absent by any name`,
  }
}

/** The pod with its defaults, and its environment as the container sees it. */
function settled(pod: JsonMap): JsonMap {
  const copy = cloneJson(pod)
  applyDefaults(copy)
  for (const list of ['containers', 'initContainers'])
    for (const container of mapsAt(copy, 'spec', list)) {
      const { env } = container
      if (!Array.isArray(env)) continue
      const options = env.filter((entry) => scalarText(at(entry, 'name')).startsWith('SPARK_JAVA_OPT_')) as unknown[]
      container['env'] = [...foldEnvironment(env).map(({ entry }) => entry), ...options]
    }
  return copy
}

function absentRows(shape: Shape, { absent }: Expectation): Match[] {
  return absent.flatMap((pattern): Match[] => {
    const found = placesAt(shape.tree, pattern)
    if (found.length === 0) return [{ path: pattern, verdict: 'same' as const, expected: { $absent: true } }]
    return found.map(({ path, pointer, raw }) => ({
      path,
      pointer,
      verdict: 'different' as const,
      expected: { $absent: true },
      actual: raw,
      reason: 'it must not be there',
    }))
  })
}

function placesAt(tree: Place, pattern: string): Place[] {
  if (tree.path !== '' && isWithin(tree.path, pattern)) return tree.raw === undefined ? [] : [tree]
  return tree.node.kind === 'leaf' ? [] : [...tree.node.children.values()].flatMap((child) => placesAt(child, pattern))
}

function variablesOf(pod: SparkPod, drivers: readonly SparkPod[]): Record<string, string> {
  const driver = drivers.find((one) => one.application === pod.application && one.attempt === pod.attempt)
  const owner = mapsAt(driver?.object, 'metadata', 'ownerReferences').find(({ kind }) => kind === 'SparkApplication')
  return {
    app: pod.application,
    ...(pod.namespace !== undefined && { namespace: pod.namespace }),
    ...(driver !== undefined && {
      'driver.name': driver.name,
      'driver.uid': scalarText(at(driver.object, 'metadata', 'uid')),
    }),
    ...(owner !== undefined && { 'app.uid': scalarText(owner['uid']) }),
  }
}

/** Pods of one shape say the same about nearly everything: once is enough. */
function unique(rows: readonly FieldRow[]): FieldRow[] {
  const keyOf = ({ role, shape, path, verdict, source, expected, actual }: FieldRow): string =>
    JSON.stringify([role, shape, path, verdict, source, expected, verdict === 'same' ? undefined : actual])
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()]
}
