/** From a cluster and the name of a version to a plan: what `operator plan` does, without flags and files. */
import type { Cluster, ClusterReader } from '../../../ports/cluster.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { SparkopsError } from '../../errors.ts'
import type { Plan } from '../../plan/plan.ts'
import { discover, type Discovery, type FoundInstallation } from '../discover/discover.ts'
import type { Fields } from '../discover/json.ts'
import { Sight } from '../discover/sight.ts'
import { loadTarget, withTarget } from '../source/load-target.ts'
import { type TargetPorts } from '../source/locate-chart.ts'
import type { RenderedTarget } from '../source/target.ts'
import { translateValues } from '../values/translate.ts'
import type { CrdWish } from './crd-moves.ts'
import { planMove } from './plan-move.ts'
import type { OnHeld } from './shadow.ts'
import { layValues, type SaidValues, unknownKeys } from './values.ts'

export interface PlanQuestion {
  reader: ClusterReader
  /** Whom to ask about objects; undefined offline. */
  server: Cluster | undefined
  ports: TargetPorts
  /** The version to go to, as `parseSource` reads it. */
  to: string
  /** A version, or what was installed, as `parseSource` reads it; `auto` looks. */
  from: string
  /** API group of the operator's kinds; found by the definitions unless given. */
  group?: string | undefined
  /** `namespace/name` of the operator to move, where there are several. */
  operator: string | undefined
  /** Over the values of the release, the last one on top. */
  values: readonly Fields[]
  /** Whether the values of the release are left out. */
  resetValues: boolean
  crd: CrdWish
  isBack: boolean
  acknowledged: readonly string[]
  tool: { version: string }
  now: number
  signal?: AbortSignal | undefined
  sleep: (milliseconds: number) => Promise<void>
  onHeld: OnHeld
  report?: ReportProgress | undefined
}

/** Where a first installation goes, unless values say otherwise: the chart's own documentation. */
const FIRST_RELEASE = { name: 'spark-operator', namespace: 'spark-operator' }

/** Reads, renders, judges. Changes nothing but the temporary definitions of `shadow.ts`. */
export async function planOperator(question: PlanQuestion): Promise<Plan> {
  const { reader, now, signal, report } = question
  const sight = new Sight(reader, signal)
  const discovery = await discover(reader, { group: question.group, now, signal, report, sight })
  const installation = chooseInstallation(discovery, question.operator)
  const release = installation?.releaseName ?? releaseOf(installation)
  const request = {
    source: question.to,
    values: { files: [], sets: [], object: {} as Fields },
    release,
    kubeVersion: `${discovery.server.major}.${discovery.server.minor}`,
    isUpgrade: installation?.release !== undefined,
    signal,
  }
  const before = await readBefore(question, request)
  // Which values the chart has is only known when it has been read; then it is rendered again with the right ones.
  return await withTarget(question.ports, request, async (bare, chart) => {
    const said = sayValues(question, sight, installation, bare)
    const again = {
      ...request,
      source: chart?.reference ?? question.to,
      values: { ...request.values, object: said.values },
    }
    const rendered = bare.chart === undefined ? bare : await loadTarget(question.ports, again)
    const target = { ...rendered, origin: bare.origin }
    return await planMove({ ...question, discovery, sight, installation, before, target, said })
  })
}

/** What was installed, where it is given as files: then it is known what belongs to it. */
async function readBefore(
  { from, ports }: PlanQuestion,
  request: Parameters<typeof loadTarget>[1],
): Promise<RenderedTarget | undefined> {
  const isSource = from !== 'auto' && (/^(git:|oci:\/\/)/.test(from) || ports.sources.isThere(from))
  return isSource ? await loadTarget(ports, { ...request, source: from }) : undefined
}

/** The release's values as the target's chart wants them, and the user's own over them. */
function sayValues(
  question: PlanQuestion,
  sight: Sight,
  installation: FoundInstallation | undefined,
  { chart, release }: RenderedTarget,
): SaidValues {
  const held = installation?.release
  if (chart === undefined) return { values: {}, ...NOTHING_SAID }
  const own = question.values.reduce((below, above) => layValues(below, above), {})
  const ignored = unknownKeys(own, chart.values)
  if (held === undefined || question.resetValues) return { ...NOTHING_SAID, values: own, ignored }
  if (held.values === undefined) {
    const what = `values of Helm release ${held.namespace}/${held.name}`
    if (question.values.length === 0) sight.miss(what, 'the snapshot keeps none: give them with --values')
    const notes = ['values: the snapshot keeps none of the release; those of --values count alone']
    return { ...NOTHING_SAID, values: own, ignored, notes }
  }
  const { values, carried, dropped, unmapped, notes } = translateValues({
    values: held.values,
    from: { name: held.chart.name, version: held.chart.version, values: held.chartValues },
    to: { name: chart.name, version: chart.version, values: chart.values },
    release: release.name,
  })
  return {
    values: layValues(values, own),
    carried: carried.length,
    dropped: [...dropped],
    ignored: [...unmapped, ...ignored],
    notes: [...notes],
  }
}

const NOTHING_SAID = { carried: 0, dropped: [], ignored: [], notes: [] }

function releaseOf(installation: FoundInstallation | undefined): { name: string; namespace: string } {
  if (installation === undefined) return FIRST_RELEASE
  return { name: FIRST_RELEASE.name, namespace: installation.namespace }
}

/** The only one, or the one that is named. Moving one of several by chance would be worse than asking. */
function chooseInstallation({ installations }: Discovery, asked: string | undefined): FoundInstallation | undefined {
  const controllers = installations.filter(({ controller }) => controller !== undefined)
  const ids = controllers.map(({ id }) => id)
  if (asked !== undefined) {
    const named = controllers.find(({ id }) => id === asked)
    if (named !== undefined) return named
    throw new SparkopsError({
      code: 'SO_NO_SUCH_OPERATOR',
      message: `there is no operator ${asked}`,
      why: ids.length === 0 ? 'none was found at all' : `found: ${ids.join(', ')}`,
      hint: 'sparkops operator status shows what there is',
      exit: 'usage',
    })
  }
  if (controllers.length > 1) {
    throw new SparkopsError({
      code: 'SO_SEVERAL_OPERATORS',
      message: 'there are several operators; which one is to be moved?',
      why: `found: ${ids.join(', ')}`,
      hint: 'name it: --operator NAMESPACE/NAME',
      exit: 'usage',
    })
  }
  return controllers[0]
}
