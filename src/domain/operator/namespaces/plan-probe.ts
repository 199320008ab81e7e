/** Which namespaces are probed, and the steps of it. */
import type { AccessQuestion, Cluster } from '../../../ports/cluster.ts'
import { API_VERSION } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { toJson } from '../../plan/json.ts'
import type { Plan, Step } from '../../plan/plan.ts'
import { sealPlan } from '../../plan/seal.ts'
import type { Discovery } from '../discover/discover.ts'
import { takesUp, watches } from '../discover/watching.ts'
import { makeStep, sweepStep, trialLabels } from '../trial/applications.ts'
import { knowsSuspend, labelsFor, probeApplication } from '../trial/probe.ts'
import { ELSEWHERE } from './document.ts'
import type { UnprobedMatrix } from './matrix.ts'
import { AWAIT_STEP, type ProbeTarget } from './probe.ts'
import type { Installed } from './rows.ts'

export interface ProbeWish {
  run: string
  /** A namespace that should not be watched; undefined: one is made for it. */
  outside: string | undefined
  timeoutMs: number
  toolVersion: string
  now: number
}

export function planProbe(
  { identity }: Pick<Cluster, 'identity'>,
  discovery: Discovery,
  installed: Installed,
  matrix: UnprobedMatrix,
  wish: ProbeWish,
): Plan {
  const { run, timeoutMs } = wish
  const version = discovery.kinds.application?.version ?? 'v1beta2'
  const name = `sparkops-probe-${run.slice(-6)}`
  const outside = outsideOf(matrix, wish)
  const places = [
    ...placesOf(matrix),
    ...(outside === undefined || matrix.rows.some((row) => row.namespace === outside) ? [] : [outside]),
  ]
  const targets = places.map((namespace, index) =>
    targetOf(discovery, installed, matrix, { namespace, name, index, outside }),
  )
  const isMade = outside !== undefined && wish.outside === undefined
  const options = {
    by: 'operator-namespaces' as const,
    run,
    version,
    generation: installed.behaviour.generation,
    knowsSuspend: knowsSuspend(discovery, version),
    labels: labelsFor(installed.behaviour),
  }
  const sweeps = targets.map(({ namespace }, index) =>
    sweepStep(`sweep/${number(index)}`, { version, namespace, name, run }),
  )
  const payload = { version, targets, timeoutMs }
  const steps = [
    ...(isMade ? [namespaceStep(outside, run)] : []),
    ...targets.map((target) =>
      makeStep(
        target.step,
        `Make a probe in ${target.namespace}${target.isExpected === false ? ', where none should be taken up' : ''}`,
        {
          version,
          object: probeApplication(target, options),
          run,
          afterMs: 0,
        },
      ),
    ),
    step(AWAIT_STEP, 'await-probes', 'Wait for what becomes of them', payload),
    step('prove', 'prove', 'Hold it against what is declared', { ...payload, matrix, run, outside: outside ?? null }),
    ...sweeps,
    ...(isMade ? [sweepStep('sweep/namespace', { version: '', namespace: '', name: outside, run })] : []),
  ]
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'NamespaceProbePlan',
    schema: 1,
    tool: { name: 'sparkops', version: wish.toolVersion },
    createdAt: new Date(wish.now).toISOString(),
    target: { kind: 'cluster', id: identity.uid, name: identity.context ?? identity.server },
    inputs: [{ of: 'cluster', value: identity.uid }],
    steps,
    findings: [],
    summary: { question: `Make ${targets.length} probes, which cannot run, and delete them again`, namespaces: places },
  })
}

/** Rows that are namespaces, and are there. */
function placesOf({ rows, existing }: UnprobedMatrix): string[] {
  return rows
    .map(({ namespace }) => namespace)
    .filter((name) => name !== ELSEWHERE && (existing === null || existing.includes(name)))
}

/** Where all were meant there is no namespace that should not be watched. */
function outsideOf({ meant, rows }: UnprobedMatrix, { outside, run }: ProbeWish): string | undefined {
  const elsewhere = rows.find(({ namespace }) => namespace === ELSEWHERE)
  const isAllMeant = meant === null ? elsewhere?.declared === true : elsewhere?.meant === true
  if (isAllMeant) return undefined
  return outside ?? `sparkops-probe-${run.slice(-6)}`
}

function targetOf(
  discovery: Discovery,
  { installation, behaviour }: Installed,
  { rows }: UnprobedMatrix,
  { namespace, name, index, outside }: { namespace: string; name: string; index: number; outside: string | undefined },
): ProbeTarget {
  const row = rows.find((one) => one.namespace === (namespace === outside ? ELSEWHERE : namespace)) ?? rows.at(-1)!
  const labels = labelsFor(behaviour)
  const isFiltered = takesUp(behaviour, { namespace, labels }, discovery.namespaces) === false && row.declared === true
  return {
    ...{ namespace, name, step: `probes/${number(index)}` },
    isExpected: isFiltered ? null : row.declared,
    isShared: discovery.installations.some(
      (other) =>
        other.id !== installation.id &&
        other.behaviour !== undefined &&
        watches(other.behaviour, namespace, discovery.namespaces) !== false,
    ),
  }
}

function namespaceStep(name: string, run: string): Step {
  const labels = trialLabels(run, 'operator-namespaces')
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
  return {
    ...{ id: 'probes/namespace', verb: 'make-namespace', object: `namespaces/${name}` },
    ...{ title: `Make namespace ${name}, which should not be watched`, before: null, after: null },
    inverse: { verb: 'sweep', payload: { version: '', namespace: '', name, run } },
    payload: toJson({ version: '', object, run, afterMs: 0 }),
  }
}

function step(id: string, verb: string, title: string, payload: object): Step {
  return {
    ...{ id, verb, title, object: 'sparkapplications', before: null, after: null, inverse: null },
    payload: toJson(payload),
  }
}

function number(index: number): string {
  return String(index + 1).padStart(3, '0')
}

/** Asked before anything is made. Throws exit 4 with what is missing. */
export async function requireProbeRights(cluster: Cluster, { steps }: Plan): Promise<void> {
  const missing: string[] = []
  const ask = async (question: AccessQuestion): Promise<void> => {
    if (await cluster.mayI(question)) return
    missing.push(
      `${question.verb} ${question.resource}${question.namespace === undefined ? '' : ` in ${question.namespace}`}`,
    )
  }
  for (const { verb, object } of steps) {
    const [, namespace] = object.split('/')
    if (verb === 'make-namespace') {
      for (const one of ['create', 'get', 'delete']) await ask({ verb: one, group: '', resource: 'namespaces' })
    }
    if (verb !== 'make-application') continue
    const type = { group: 'sparkoperator.k8s.io', resource: 'sparkapplications', namespace }
    for (const one of ['create', 'get', 'delete']) await ask({ verb: one, ...type })
  }
  if (missing.length === 0) return
  throw new SparkopsError({
    code: 'SO_NO_RIGHTS',
    message: 'this login may not make the probes; nothing was done',
    why: `it may not ${missing.join(', ')}`,
    hint: 'without --probe it only reads; --outside NAMESPACE spares the right to make one',
    exit: 'auth',
  })
}
