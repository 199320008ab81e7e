/** The part of a plan that touches what is stored, carried out on a throwaway cluster: defaults and definitions. */
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import type { Plan } from '../../plan/plan.ts'
import { othersTake } from '../apply/others.ts'
import { CRD } from '../discover/kinds.ts'
import { textAt } from '../discover/json.ts'
import { withDefaults } from '../plan/defaults.ts'
import type { PlanQuestion } from '../plan/plan-operator.ts'
import type { FillDefaultsPayload } from '../steps/payloads.ts'
import type { MigrateStoredVersionPayload, ReplaceCrdPayload } from '../steps/definition-payloads.ts'

/** A definition that was changed, and what it was; undefined where there was none. */
export interface PutBack {
  name: string
  before: KubeObject | undefined
}

/** The API server rebuilds its storage some seconds after a definition has changed. */
export const SETTLE_MS = 4000

/** In the plan's order. */
export async function carryOutDefinitions(
  cluster: Cluster,
  plan: Plan,
  { sleep, signal = new AbortController().signal }: Pick<PlanQuestion, 'sleep' | 'signal'>,
): Promise<PutBack[]> {
  const changed: PutBack[] = []
  for (const { verb, payload } of plan.steps) {
    signal.throwIfAborted()
    if (verb === 'fill-defaults') await fill(cluster, payload as unknown as FillDefaultsPayload, signal)
    if (verb === 'migrate-stored-version') {
      await sleep(SETTLE_MS)
      await migrate(cluster, payload as unknown as MigrateStoredVersionPayload)
    }
    if (verb !== 'replace-crd') continue
    const { name, crd } = payload as unknown as ReplaceCrdPayload
    const before = await cluster.get({ type: CRD, name })
    if (before === undefined) await cluster.create(CRD, crd)
    else await cluster.replace(CRD, { ...before, spec: crd.spec })
    if (!changed.some((one) => one.name === name)) changed.push({ name, before })
  }
  if (changed.length > 0) await sleep(SETTLE_MS)
  return changed
}

async function fill(
  cluster: Cluster,
  { type, rules, exceptStates, others }: FillDefaultsPayload,
  signal: AbortSignal,
): Promise<void> {
  const isOthers = await othersTake(others, { cluster, signal })
  const { items } = await cluster.list(type)
  for (const object of items) {
    if (isOthers(object) || exceptStates.includes(textAt(object, 'status', 'applicationState', 'state') ?? '')) continue
    const filled = withDefaults(object, rules)
    if (filled === object) continue
    await cluster.replace(type, { ...filled, apiVersion: `${type.group}/${type.version}`, kind: type.kind })
  }
}

async function migrate(cluster: Cluster, { crd, type, storedVersions }: MigrateStoredVersionPayload): Promise<void> {
  const { items } = await cluster.list(type)
  for (const object of items) {
    await cluster.replace(type, { ...object, apiVersion: `${type.group}/${type.version}`, kind: type.kind })
  }
  const live = await cluster.get({ type: CRD, name: crd })
  if (live === undefined) return
  const status = { ...(live.status as object), storedVersions }
  await cluster.replace(CRD, { ...live, status }, { subresource: 'status' })
}
