/**
 * What the operator's webhook does to pods, asked of the API server: each body is sent twice as a dry run, once with the
 * operator's label and once without. Nothing is stored and no job starts; all other admission is the same both times, so
 * that what differs is the webhook's.
 *
 * That nothing differs is a proof only if the webhook was there and was asked. So its registration is read, and one that
 * lets pods pass while it is down has to show that it is alive.
 */
import type { Cluster, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { KubeStatusError, isRefusedWith } from '../../kube-error.ts'
import { type JsonMap, mapAt, textAt } from '../json.ts'
import type { FieldRow } from '../rows.ts'
import type { Shape } from '../shapes.ts'
import { type SparkPod, standardContainer } from '../spark-pod.ts'
import { settledByTemplate, withoutTrace } from '../verify-provenance.ts'
import { DRY_RUN_NAME, labelled, openRows, overlap, rowsBetween } from './bodies.ts'
import { type PodWebhook, webhooksFor } from './pod-webhooks.ts'
import { requestBody } from './request-body.ts'

const APP_NAME = 'sparkoperator.k8s.io/app-name'
const GROUP = 'sparkoperator.k8s.io'
const PODS: ResourceType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true }
const NAMESPACES: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
}

export interface DryRun {
  rows: FieldRow[]
  unseen: string[]
  notes: string[]
  /** The SparkApplications of the pods, as the cluster has them. */
  applications: { object: JsonMap; from: string }[]
}

export interface DryRunOptions {
  cluster: Cluster
  shapes: readonly Shape[]
  /** For pods that do not say theirs. */
  namespace: string
  signal: AbortSignal
}

/** Sends each shape's first pod twice. Throws where the login may not create pods. */
export async function dryRunPods({ cluster, shapes, namespace, signal }: DryRunOptions): Promise<DryRun> {
  const run: DryRun = { rows: [], unseen: [], notes: [], applications: [] }
  const session = new Session(cluster, signal)
  for (const shape of shapes) {
    const pod = shape.pods[0]!
    const where = pod.namespace ?? namespace
    await session.requireCreate(where)
    const found = await session.compare(shape, pod, where)
    run.rows.push(...found.rows)
    run.unseen.push(...found.unseen)
    run.notes.push(...found.notes)
  }
  run.applications.push(...session.applications())
  return run
}

/** `isDown`: the webhook gave no answer, or the server none. */
type Outcome = { pod: KubeObject } | { refusal: string; isDown: boolean }

class Session {
  private readonly cluster: Cluster
  private readonly signal: AbortSignal
  private readonly allowed = new Set<string>()
  private readonly found = new Map<string, KubeObject | undefined>()
  private configurations: readonly KubeObject[] | undefined | 'unknown' = 'unknown'

  constructor(cluster: Cluster, signal: AbortSignal) {
    this.cluster = cluster
    this.signal = signal
  }

  applications(): { object: JsonMap; from: string }[] {
    return [...this.found.values()].flatMap((object) =>
      object === undefined ? [] : [{ object, from: this.cluster.identity.server }],
    )
  }

  /** A refusal of rights looks like one of admission: both are 403. */
  async requireCreate(namespace: string): Promise<void> {
    if (this.allowed.has(namespace)) return
    if (!(await this.cluster.mayI({ verb: 'create', group: '', resource: 'pods', namespace })))
      throw new SparkopsError({
        code: 'SO_DRY_RUN_RIGHTS',
        message: `may not create pods in ${namespace}`,
        why: 'a dry run needs the same right as the real thing, though nothing is stored',
        hint: 'ask for create of pods in that namespace, or compare with --baseline or --provenance',
        exit: 'auth',
      })
    this.allowed.add(namespace)
  }

  async compare(shape: Shape, pod: SparkPod, namespace: string): Promise<Omit<DryRun, 'applications'>> {
    const { body, isMixed } = requestBody(pod)
    const labels = mapAt(body, 'metadata', 'labels') as Record<string, string>
    const bodies = { with: labelled(body, namespace, true), without: labelled(body, namespace, false) }
    const application = await this.application(namespace, labels[APP_NAME])
    const [without, withLabel] = [await this.create(bodies.without), await this.create(bodies.with)]
    const notes = isMixed
      ? [`${pod.role} ${pod.name} was stored and has no managedFields: what a webhook put in it was sent too`]
      : []
    const name = `${pod.role} ${pod.name}`
    if ('refusal' in without)
      return { rows: [], notes, unseen: [`${name} cannot be created in ${namespace}: ${without.refusal}`] }
    if ('refusal' in withLabel && withLabel.isDown)
      return { rows: [], notes, unseen: [`${name}: ${withLabel.refusal}`] }
    if ('refusal' in withLabel) return { rows: [refusedRow(shape, withLabel.refusal)], notes, unseen: [] }
    const rows = [
      ...differencesOf(shape, withLabel.pod, without.pod),
      ...(await this.untold(shape, pod, namespace, application)),
    ]
    if (openRows(withLabel.pod, without.pod).length > 0) return { rows, notes, unseen: [] }
    return { rows, notes, unseen: await this.whyNoProof(name, bodies, namespace, application) }
  }

  /**
   * A stored pod may hold what the webhook put in place of a value, or into what is owned as a whole: it was sent too, and
   * made no difference. So it is sent once more without these places: what the webhook does not put there is not its.
   */
  private async untold(
    { role, number }: Shape,
    pod: SparkPod,
    namespace: string,
    application: KubeObject | undefined,
  ): Promise<FieldRow[]> {
    if (textAt(pod.object, 'metadata', 'uid') === undefined) return []
    const open = withoutTrace(pod, (place) => application && settledByTemplate(pod, place, application))
    const pointers = open.filter(({ verdict }) => verdict === 'undecided').map(({ pointer }) => pointer)
    const touched = pointers.length === 0 ? [] : await this.touchedPaths(pod, namespace, pointers)
    return open.map((row) => {
      const isClear = row.verdict === 'same' || touched?.some((path) => overlap(path, row.path)) === false
      const reason = row.verdict === 'same' ? row.reason : 'sent without it, the webhook does not put it there'
      return { role, shape: number, ...row, ...(isClear && { verdict: 'same' as const, reason: reason ?? '' }) }
    })
  }

  /** Where the webhook changes the body without these places; undefined where that cannot be had. */
  private async touchedPaths(
    pod: SparkPod,
    namespace: string,
    pointers: readonly string[],
  ): Promise<string[] | undefined> {
    const { body } = requestBody(pod, pointers)
    const without = await this.create(labelled(body, namespace, false))
    const withLabel = await this.create(labelled(body, namespace, true))
    if ('refusal' in without || 'refusal' in withLabel) return undefined
    return openRows(withLabel.pod, without.pod).map(({ path }) => path)
  }

  private async create(body: KubeObject): Promise<Outcome> {
    try {
      const { object } = await this.cluster.create(PODS, body, { dryRun: true, signal: this.signal })
      return { pod: object }
    } catch (error) {
      if (error instanceof KubeStatusError && error.status.code !== 401)
        return { refusal: error.status.message, isDown: error.status.code >= 500 }
      throw error
    }
  }

  private async application(namespace: string, name: string | undefined): Promise<KubeObject | undefined> {
    if (name === undefined) return undefined
    const key = `${namespace}/${name}`
    if (!this.found.has(key)) {
      const type = await this.cluster.findType({ group: GROUP, kind: 'SparkApplication' })
      this.found.set(
        key,
        type === undefined ? undefined : await this.unlessRefused(() => this.cluster.get({ type, namespace, name })),
      )
    }
    return this.found.get(key)
  }

  /** Why it is no proof that nothing differed; empty where it is one. */
  private async whyNoProof(
    name: string,
    bodies: { with: KubeObject; without: KubeObject },
    namespace: string,
    application: KubeObject | undefined,
  ): Promise<string[]> {
    const webhooks = await this.webhooks(bodies, namespace)
    if (webhooks === undefined)
      return [`${name}: whether a webhook was asked is not known: their registrations may not be read`]
    if (webhooks.length === 0)
      return [`${name}: no mutating webhook is registered that the operator’s label brings on in ${namespace}`]
    const app = textAt(bodies.with, 'metadata', 'labels', APP_NAME)
    if (app !== undefined && application === undefined)
      return [
        `${name}: the SparkApplication ${app} is not in ${namespace}, and without it the webhook leaves pods alone`,
      ]
    const open = webhooks.filter(({ failsOpen }) => failsOpen)
    if (open.length === 0 || (await this.isAlive(bodies, namespace))) return []
    return open.map(
      (webhook) => `${name}: ${webhook.name} lets pods pass while it is down, and there is no sign that it is up`,
    )
  }

  /** A driver without its owner is changed by every version of the operator’s webhook. */
  private async isAlive(bodies: { with: KubeObject; without: KubeObject }, namespace: string): Promise<boolean> {
    const probe = (of: KubeObject): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: DRY_RUN_NAME, namespace, labels: { ...of.metadata.labels, 'spark-role': 'driver' } },
      spec: { containers: [{ name: standardContainer('driver'), image: 'spark' }] },
    })
    const [without, withLabel] = [await this.create(probe(bodies.without)), await this.create(probe(bodies.with))]
    // To refuse is a sign of life too.
    if ('refusal' in withLabel || 'refusal' in without) return 'refusal' in withLabel && !('refusal' in without)
    return openRows(withLabel.pod, without.pod).length > 0
  }

  private async webhooks(
    bodies: { with: KubeObject; without: KubeObject },
    namespace: string,
  ): Promise<PodWebhook[] | undefined> {
    if (this.configurations === 'unknown') {
      const query = { group: 'admissionregistration.k8s.io', kind: 'MutatingWebhookConfiguration' }
      const type = await this.cluster.findType(query)
      const list = type && (await this.unlessRefused(() => this.cluster.list(type, { signal: this.signal })))
      this.configurations = list?.items
    }
    if (this.configurations === undefined) return undefined
    const labelsOf = (pod: KubeObject): Record<string, string> => pod.metadata.labels ?? {}
    const place = await this.unlessRefused(() => this.cluster.get({ type: NAMESPACES, name: namespace }))
    const labels = { with: labelsOf(bodies.with), without: labelsOf(bodies.without) }
    return webhooksFor(this.configurations, labels, place && (place.metadata.labels ?? {}))
  }

  private async unlessRefused<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question()
    } catch (error) {
      if (isRefusedWith(error, 403)) return undefined
      throw error
    }
  }
}

/** The pod with the webhook is what is expected: what the other lacks is lost when the webhook goes. */
function differencesOf(shape: Shape, withLabel: KubeObject, without: KubeObject): FieldRow[] {
  return rowsBetween(withLabel, without).map(({ provenance: _by, ...row }) => ({
    ...row,
    shape: shape.number,
    source: 'the webhook, by dry run',
  }))
}

function refusedRow({ role, number }: Shape, refusal: string): FieldRow {
  return {
    role,
    shape: number,
    path: '',
    verdict: 'different',
    reason: `with the operator’s label the pod is refused: ${refusal}`,
    source: 'the webhook, by dry run',
  }
}
