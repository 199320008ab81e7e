/** The target by Helm: upgrade, rollback, uninstall. Its controllers are put to zero at once; others start them. */
import type { ObjectKey } from '../../../ports/cluster.ts'
import type { ReleaseRevision } from '../../../ports/helm.ts'
import { sameJson } from '../../plan/json.ts'
import type { Look, Verb } from '../../plan/verb.ts'
import { withChart } from '../source/locate-chart.ts'
import type { HelmRollbackPayload, HelmUpgradePayload } from '../steps/install-payloads.ts'
import type { ApplyContext } from './context.ts'
import { setReplicas } from './scale.ts'
import { spare, sparedOf, unspare } from './spare.ts'
import { SECRET_TYPE } from './well-known.ts'

export const helmUpgrade: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const {
      chart,
      values,
      fromRevision,
      release,
      namespace,
      hold,
      spare: spared = [],
    } = payload as unknown as HelmUpgradePayload
    const history = await context.helm.history({ name: release, namespace }, context.signal)
    const newest = history.at(-1)
    if (newest === undefined) return fromRevision === null ? { state: 'ready' } : gone(release)
    if (newest.revision === fromRevision) return { state: 'ready' }
    if (isOwnAttempt(context)) {
      const isWanted = newest.status === 'deployed' && newest.chart === `${chart.name}-${chart.version}`
      if (!isWanted) return { state: 'ready' }
      const now = await context.helm.get({ name: release, namespace }, newest.revision, context.signal)
      if (!sameJson(now.values, values) || !(await areHeld(hold, context))) return { state: 'ready' }
      if ((await sparedOf(spared, context)).length > 0) return { state: 'ready' }
      return { state: 'done', facts: { revision: newest.revision } }
    }
    return {
      state: 'drifted',
      why: `the release is at revision ${newest.revision} (${newest.status}): somebody changed it`,
    }
  },
  act: async (payload, context) => {
    const {
      release,
      namespace,
      chart,
      values,
      noHooks,
      twice,
      hold,
      spare: spared = [],
      timeoutSeconds,
    } = payload as unknown as HelmUpgradePayload
    const name = { name: release, namespace }
    await clearPending(name, context)
    await spare(spared, context)
    let made: ReleaseRevision | undefined
    await withChart(context, chart, async (found) => {
      for (let round = 0; round < (twice ? 2 : 1); round += 1) {
        made = await context.helm.upgrade({
          release: name,
          chart: found,
          values: { files: [], sets: [], object: values as Record<string, unknown> },
          install: true,
          noHooks,
          timeoutSeconds,
        })
        await holdAll(hold, context)
      }
    })
    await unspare(spared, context)
    return { revision: made?.revision ?? null }
  },
}

export const helmRollback: Verb<ApplyContext> = {
  look: async (payload, context) => {
    const { release, namespace, revision, hold, spare: spared = [] } = payload as unknown as HelmRollbackPayload
    const history = await context.helm.history({ name: release, namespace }, context.signal)
    const newest = history.at(-1)
    if (newest === undefined) return revision === null ? { state: 'done' } : gone(release)
    if (revision === null) return { state: 'ready' }
    if (newest.status !== 'deployed') return { state: 'ready' }
    const isThere = newest.revision === revision || newest.description === `Rollback to ${revision}`
    const isMarked = (await sparedOf(spared, context)).length > 0
    return isThere && !isMarked && (await areHeld(hold, context)) ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, context) => {
    const {
      release,
      namespace,
      revision,
      hold,
      spare: spared = [],
      timeoutSeconds,
    } = payload as unknown as HelmRollbackPayload
    const name = { name: release, namespace }
    await clearPending(name, context)
    await spare(spared, context)
    const options = { noHooks: false, timeoutSeconds }
    if (revision === null) {
      await context.helm.uninstall(name, options)
      await unspare(spared, context)
      return null
    }
    const newest = (await context.helm.history(name, context.signal)).at(-1)
    const isThere = newest?.revision === revision && newest.status === 'deployed'
    const made = isThere ? newest : await context.helm.rollback({ release: name, revision, ...options })
    await holdAll(hold, context)
    await unspare(spared, context)
    return { revision: made.revision }
  },
}

/** Puts controllers to zero that an installation has just made or changed. */
export async function holdAll(keys: readonly ObjectKey[], context: ApplyContext): Promise<void> {
  for (const key of keys) await setReplicas(key, 0, context)
}

export async function areHeld(keys: readonly ObjectKey[], { cluster, signal }: ApplyContext): Promise<boolean> {
  for (const key of keys) {
    const live = await cluster.get(key, signal)
    if (live !== undefined && (live.spec as { replicas?: number }).replicas !== 0) return false
  }
  return true
}

/**
 * A helm that was killed leaves its revision pending, and refuses any other afterwards. The pending one is of this run,
 * so its record is taken away; the revision before it stays the newest.
 */
async function clearPending(release: { name: string; namespace: string }, context: ApplyContext): Promise<void> {
  const newest = (await context.helm.history(release, context.signal)).at(-1)
  if (newest?.status.startsWith('pending-') !== true || !isOwnAttempt(context)) return
  const name = `sh.helm.release.v1.${release.name}.v${newest.revision}`
  await context.cluster.delete({ type: SECRET_TYPE, namespace: release.namespace, name })
}

/** Whether this run has begun the step before: what is met may be its own work. */
function isOwnAttempt({ run, step }: ApplyContext): boolean {
  return (run.progress().steps.get(step.id)?.attempts ?? 0) > 0
}

function gone(release: string): Look {
  return { state: 'drifted', why: `the release ${release} is gone` }
}
