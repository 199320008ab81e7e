/** What the page of a plan says at a glance. All of it follows from the plan's inputs, so that it is deterministic. */
import type { Finding, Json, Step } from '../../plan/plan.ts'
import { takesUp } from '../discover/watching.ts'
import { compareBehaviour } from '../behaviour/compare.ts'
import { isUnasked, type Judgement, OFFLINE } from './judge-objects.ts'
import { called, liveCases, type Move } from './move.ts'

export interface SummaryInput {
  findings: readonly Finding[]
  steps: readonly Step[]
  blocked: boolean
  acknowledged: readonly string[]
  isNothing: boolean
}

/** Seconds that a step usually takes: what is waited for, not its limit. From runs on a control plane of our own. */
const USUAL_SECONDS: Readonly<Record<string, number>> = {
  quiesce: 30,
  scale: 20,
  'put-policy': 5,
  'replace-crd': 10,
  'migrate-stored-version': 30,
  'helm-upgrade': 30,
  'apply-manifests': 10,
  'gate-objects': 10,
  'check-install': 5,
  'fill-defaults': 10,
  adopt: 5,
}

/** The summary of a plan. */
export function summaryOf(move: Move, input: SummaryInput): { readonly [key: string]: Json } {
  const { discovery, installation, from, target, direction } = move
  const { findings, steps, blocked, acknowledged, isNothing } = input
  return {
    from: from.version ?? null,
    to: target.version ?? null,
    target: target.chart === undefined ? target.origin.given : `${target.chart.name} ${target.chart.version}`,
    installation: installation?.id ?? null,
    release: `${target.release.namespace}/${target.release.name}`,
    direction,
    isEmpty: isNothing,
    blocked,
    toAcknowledge: findings.filter(({ gate, id }) => gate === 'ack' && !acknowledged.includes(id)).map(({ id }) => id),
    acknowledged: [...acknowledged].sort(),
    undecided: undecidedOf(move),
    behaviour: behaviourChanges(move),
    definitions: move.crds.map(({ name, decision, why, added, removed }) => ({
      name,
      decision,
      why,
      added: added.length,
      removed: removed.length,
    })),
    objects: move.judgements.map(objectSummary),
    applications: {
      total: move.cases.length,
      running: liveCases(move).length,
      halfSubmitted: move.cases.filter(({ trouble }) => trouble === 'half-submitted').length,
      streaming: liveCases(move)
        .filter(({ application }) => application.restartPolicy === 'Always')
        .map(({ application }) => called(application)),
    },
    others: move.others.map(({ id, behaviour }) => ({
      operator: id,
      applications: discovery.cases.filter(
        ({ application }) => takesUp(behaviour, application, discovery.namespaces) !== false,
      ).length,
    })),
    values: {
      carried: move.said.carried,
      dropped: move.said.dropped.map(({ key, why }) => ({ key, why })),
      ignored: move.said.ignored,
      notes: move.said.notes,
    },
    helm: helmSummary(move),
    pause: pauseOf(steps),
    pointOfNoReturn: steps.find((step) => step.pointOfNoReturn !== undefined)?.id ?? null,
    irreversible: steps
      .filter(({ inverse, verb }) => inverse === null && verb === 'migrate-stored-version')
      .map(({ id }) => id),
  }
}

/** What keeps the plan from being decided: things that could not be seen, but not what was left out on purpose. */
function undecidedOf({ discovery, judgements, helm }: Move): string[] {
  const unasked = judgements
    .filter((judgement) => isUnasked(judgement) && judgement.notAsked !== OFFLINE)
    .map(({ notAsked, type }) => `${type.resource}: ${notAsked!}`)
  return [...discovery.unseen.map(({ what }) => what), ...(helm?.unseen ?? []), ...unasked]
}

function behaviourChanges({ installation, behaviour }: Move): Json {
  if (installation?.behaviour === undefined || behaviour === undefined) return []
  return compareBehaviour(installation.behaviour, behaviour).map(({ aspect, before, after, effect }) => ({
    aspect,
    before,
    after,
    effect,
  }))
}

function objectSummary({ type, verdicts, shapes, asked, notAsked, disagreements }: Judgement): Json {
  const classes: Record<string, number> = {}
  for (const verdict of verdicts) classes[verdict.class] = (classes[verdict.class] ?? 0) + 1
  return {
    resource: type.resource,
    total: verdicts.length,
    classes: Object.fromEntries(Object.entries(classes).sort(([a], [b]) => (a < b ? -1 : 1))),
    filled: verdicts.filter(({ filled }) => filled).length,
    shapes,
    asked,
    notAsked: notAsked ?? null,
    disagreements: disagreements.length,
  }
}

function helmSummary({ helm }: Move): Json {
  if (helm === undefined) return null
  return {
    refused: helm.refused.length,
    deleted: helm.deleted.map(
      ({ key }) => `${key.type.resource}/${key.namespace === undefined ? '' : `${key.namespace}/`}${key.name}`,
    ),
    recreated: helm.recreated.length,
  }
}

/** From the step that stops the controller to the one that starts the next. */
function pauseOf(steps: readonly Step[]): Json {
  const stop = steps.findIndex(({ id }) => id.startsWith('stop/'))
  const start = steps.findIndex(({ id }) => id.startsWith('start/'))
  if (stop < 0 || start < 0) return null
  const seconds = steps.slice(stop, start + 1).reduce((sum, { verb }) => sum + (USUAL_SECONDS[verb] ?? 0), 0)
  return { fromStep: steps[stop]!.id, toStep: steps[start]!.id, usualSeconds: seconds }
}
