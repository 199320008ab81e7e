/** Steps that bring the target in: Helm, or rendered manifests, and what is checked before it starts. */
import type { ObjectKey } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { inverseOf, objectName, operatorStep } from './operator-step.ts'
import type { ApplyManifestsPayload, CheckInstallPayload, HelmUpgradePayload } from './install-payloads.ts'

/**
 * A10 by Helm: upgrade to a chart. `holdBack` are the controllers that a rollback would start; it leads to `revision`,
 * which is not the latest where that one failed, and leaves `spareBack` alone.
 */
export function helmUpgrade(
  payload: HelmUpgradePayload,
  holdBack: HelmUpgradePayload['hold'],
  {
    spareBack = [],
    revision = payload.fromRevision,
  }: { spareBack?: readonly ObjectKey[]; revision?: number | null } = {},
): Step {
  const { release, namespace, chart, fromRevision, timeoutSeconds } = payload
  return operatorStep({
    id: 'install/helm',
    verb: 'helm-upgrade',
    object: `helm/${namespace}/${release}`,
    title: `Install the chart ${chart.name} ${chart.version}, its controller held at zero`,
    before: { revision: fromRevision },
    after: { chart: `${chart.name}-${chart.version}`, digest: chart.digest },
    inverse: inverseOf('helm-rollback', {
      ...{ release, namespace, revision, hold: holdBack, spare: spareBack, timeoutSeconds },
    }),
    payload,
  })
}

/** A10 without Helm. `holdBack` are the controllers that undoing it would start. */
export function applyManifests(payload: ApplyManifestsPayload, holdBack: ApplyManifestsPayload['hold']): Step {
  return operatorStep({
    id: 'install/manifests',
    verb: 'apply-manifests',
    object: 'manifests',
    title: `Apply ${payload.objects.length} objects, their controller held at zero`,
    before: null,
    after: {
      applied: payload.objects.map(({ key }) => objectName(key)),
      removed: payload.remove.map(({ key }) => objectName(key)),
    },
    inverse: inverseOf('restore-objects', { ofStep: 'install/manifests', hold: holdBack }),
    payload,
  })
}

/** A10: what must be true of the target before it is started. */
export function checkInstall(payload: CheckInstallPayload): Step {
  return operatorStep({
    id: 'install/check',
    verb: 'check-install',
    object: objectName(payload.deployment),
    title: 'Check arguments, image, rights, certificate and CA of what was installed',
    before: null,
    after: null,
    inverse: null,
    payload,
  })
}
