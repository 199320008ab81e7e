/**
 * Plans a move of the operator from what is installed to a target: reads, renders nothing itself, asks the API server
 * through a temporary definition where it may, and changes nothing else. The same inputs give the same digest.
 */
import { API_VERSION } from '../../document.ts'
import type { ExitName } from '../../errors.ts'
import type { Json, Plan } from '../../plan/plan.ts'
import { sealPlan } from '../../plan/seal.ts'
import type { WebhookBehaviour } from '../behaviour/behaviour.ts'
import type { Schedule } from '../discover/applications.ts'
import type { Discovery, FoundInstallation } from '../discover/discover.ts'
import { listAt, textAt } from '../discover/json.ts'
import { CRD, LEASE, NODE, SECRET } from '../discover/kinds.ts'
import { findCounterparts } from '../discover/live-objects.ts'
import type { Sight } from '../discover/sight.ts'
import { type Traits, traitsOf } from '../releases/traits.ts'
import { compareVersions } from '../releases/version-order.ts'
import type { RenderedTarget } from '../source/target.ts'
import { LOCK_NAME } from '../steps/guard-steps.ts'
import type { ChartSource } from '../steps/install-payloads.ts'
import { type CrdWish, decideCrds } from './crd-moves.ts'
import { findingsOf } from './findings.ts'
import { type JudgeMoveOptions, judgeMove } from './judge-move.ts'
import type { InstallChoice } from './install-parts.ts'
import type { Move, MoveEnd } from './move.ts'
import { findPullFaults } from '../discover/pull-faults.ts'
import { leftBehind } from './manifest-parts.ts'
import { isOthers, othersThan } from './others.ts'
import { forecastHelm } from './ownership.ts'
import { leftoverShadows } from './shadow.ts'
import { stepsOf } from './steps.ts'
import { summaryOf } from './summary.ts'
import type { SaidValues } from './values.ts'
import { changesNothing, inputsOf } from './plan-inputs.ts'

export interface PlanOptions extends JudgeMoveOptions {
  discovery: Discovery
  installation: FoundInstallation | undefined
  target: RenderedTarget
  /** What the target was rendered with. */
  said: SaidValues
  /** Says which version is installed, where nothing tells; `auto` looks. */
  from: string
  /** What was installed, where that is given as files. */
  before: RenderedTarget | undefined
  crd: CrdWish
  /** The move is a way back, whatever the versions say. */
  isBack: boolean
  acknowledged: readonly string[]
  tool: { version: string }
  now: number
}

/** How long submissions stand still, as foretold: the sum of what is waited for, without what may take longer. */
const PAUSE_MS = 15 * 60_000
const STEP_SECONDS = 300
const GRACE_SECONDS = 60

/** Makes the plan. */
export async function planMove(options: PlanOptions): Promise<Plan> {
  const move = await readMove(options)
  const findings = findingsOf(move.move)
  const blocked = findings.some(({ gate }) => gate === 'block')
  const isNothing = changesNothing(move.move)
  const steps = isNothing
    ? []
    : stepsOf(move.move, { install: move.install, timeoutSeconds: STEP_SECONDS, graceSeconds: GRACE_SECONDS })
  const { cluster } = options.discovery
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'OperatorPlan',
    schema: 1,
    tool: { name: 'sparkops', version: options.tool.version },
    createdAt: new Date(options.now).toISOString(),
    target: { kind: 'cluster', id: cluster.uid, name: cluster.context ?? cluster.server },
    inputs: inputsOf(move.move),
    steps,
    findings,
    summary: summaryOf(move.move, { findings, steps, blocked, acknowledged: options.acknowledged, isNothing }),
  })
}

interface ReadMove {
  move: Move
  install: InstallChoice
}

async function readMove(options: PlanOptions): Promise<ReadMove> {
  const { sight, installation, target, now } = options
  const discovery = inGroupOf(target, options.discovery)
  const from = fromEnd(options)
  const direction = directionOf(options, from)
  const crds = decideCrds(
    discovery.crds.own,
    target.definitions.map(({ object }) => object),
    { wish: options.crd, direction, group: discovery.group },
  )
  const rendered = await findCounterparts(sight, target.objects, target.release.namespace)
  const hooks = await findCounterparts(
    sight,
    target.hooks.map(({ object }) => object),
    target.release.namespace,
  )
  const recorded = installation?.release?.objects ?? options.before?.objects ?? []
  const owned = await findCounterparts(sight, recorded, target.release.namespace)
  const pastHooks = await findCounterparts(sight, installation?.release?.hookObjects ?? [], target.release.namespace)
  const others = othersThan(installation, discovery)
  const isOwn = (object: Pick<Schedule, 'namespace' | 'labels'>) => !isOthers(others, object, discovery.namespaces)
  const move: Move = {
    discovery: { ...discovery, unseen: sight.unseen },
    installation,
    others,
    cases: discovery.cases.filter(({ application }) => isOwn(application)),
    schedules: discovery.schedules.filter(isOwn),
    from,
    target,
    behaviour: target.behaviours[0],
    direction,
    crds,
    judgements: [],
    rendered,
    owned,
    liveSecret: await secretOf(target.behaviours[0]?.webhook, sight),
    helm:
      target.chart === undefined
        ? undefined
        : forecastHelm({ release: target.release, rendered, hooks, owned, pastHooks }),
    said: options.said,
    readyNodes: await readyNodes(sight),
    pullFaults: await findPullFaults(sight, target.release.namespace),
    window: { from: now, to: now + PAUSE_MS },
    leftBehind: leftBehind(installation, rendered, owned),
    isLocked: await isLocked(sight, installation?.namespace ?? target.release.namespace),
    leftovers: leftoverShadows(await sight.list(CRD), now).map(({ metadata }) => metadata.name),
  }
  const judgements = await judgeMove(move, options)
  const install: InstallChoice =
    target.chart === undefined
      ? { kind: 'manifests', rendered, owned }
      : { kind: 'helm', chart: chartOf(target), values: options.said.values }
  return { move: { ...move, judgements, discovery: { ...discovery, unseen: sight.unseen } }, install }
}

/** Where nothing is defined yet, the target says in which group its kinds will be. */
function inGroupOf({ definitions }: RenderedTarget, discovery: Discovery): Discovery {
  const coming = definitions[0]?.reading.group
  return discovery.crds.own.length > 0 || coming === undefined ? discovery : { ...discovery, group: coming }
}

async function secretOf(webhook: WebhookBehaviour | undefined, sight: Sight): Promise<string | undefined> {
  return webhook && (await sight.get({ type: SECRET, ...webhook.secret }))?.metadata.uid
}

function fromEnd({ installation, from, before }: PlanOptions): MoveEnd {
  const version = before?.version ?? (from === 'auto' || before !== undefined ? installation?.version.value : from)
  const traits: Traits = before?.traits ?? (version === undefined ? {} : traitsOf(version))
  const { behaviour } = installation ?? {}
  // What can be seen of the live operator counts before what is known of its number.
  return {
    version,
    traits: {
      ...traits,
      ...(behaviour && { generation: behaviour.generation }),
      ...(behaviour?.webhook && {
        webhookRegistration: behaviour.webhook.registeredBy === 'self' ? ('self' as const) : ('chart' as const),
      }),
    },
  }
}

function directionOf({ isBack, target }: PlanOptions, from: MoveEnd): Move['direction'] {
  if (isBack) return 'back'
  if (from.version === undefined || target.version === undefined) return 'forward'
  return (compareVersions(target.version, from.version) ?? 0) < 0 ? 'back' : 'forward'
}

async function readyNodes(sight: Sight): Promise<number | null> {
  const nodes = await sight.list(NODE)
  if (!sight.couldList(NODE)) return null
  return nodes.filter((node) =>
    listAt(node, 'status', 'conditions').some(
      (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
    ),
  ).length
}

function chartOf({ chart, origin }: RenderedTarget): ChartSource {
  return {
    reference: origin.reference ?? origin.given,
    name: chart?.name ?? '',
    version: chart?.version ?? '',
    digest: origin.digest,
  }
}

/** A run that has not ended may have stopped anything: then no installation is as it should be. */
async function isLocked(sight: Sight, namespace: string): Promise<boolean> {
  return (await sight.get({ type: LEASE, namespace, name: LOCK_NAME })) !== undefined
}

/** How `operator plan` ends. */
export function planExit(plan: Plan, options: { isDetailed: boolean }): ExitName {
  const { blocked, undecided } = plan.summary as { blocked?: Json; undecided?: Json }
  if (blocked === true) return 'findings'
  if (Array.isArray(undecided) && undecided.length > 0) return 'inconclusive'
  return options.isDetailed && plan.steps.length > 0 ? 'changes' : 'ok'
}
