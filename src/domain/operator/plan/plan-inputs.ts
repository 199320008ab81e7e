/** What a plan was made from, and whether that is what it leads to already. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { digestOf } from '../../plan/json.ts'
import type { Fingerprint } from '../../plan/plan.ts'
import type { FoundInstallation } from '../discover/discover.ts'
import { describeOwners } from '../discover/gitops.ts'
import { isUnchanged } from './judge-objects.ts'
import type { Move } from './move.ts'

/** The same chart with the same values and the same definitions, of a release that is deployed. */
export function changesNothing(move: Move): boolean {
  const { crds, judgements, installation, rendered } = move
  if (installation?.release !== undefined && installation.release.newest.status !== 'deployed') return false
  if (installation === undefined || crds.some(({ final }) => final !== undefined)) return false
  if (move.isLocked || move.cases.some(({ trouble }) => trouble === 'half-submitted')) return false
  if (!judgements.every(isUnchanged) || (move.helm?.deleted.length ?? 0) > 0) return false
  return rendered.every(({ object, live }) => live !== undefined && isSameAsRecorded(object, installation))
}

/** Compared with what Helm recorded, since live objects hold what servers and controllers added. */
function isSameAsRecorded(object: KubeObject, { release }: FoundInstallation): boolean {
  const recorded = release?.objects.find(
    ({ kind, metadata }) =>
      kind === object.kind &&
      metadata.name === object.metadata.name &&
      (metadata.namespace ?? release.namespace) === (object.metadata.namespace ?? release.namespace),
  )
  if (recorded === undefined) return false
  const bare = ({ data: _data, stringData: _stringData, ...rest }: KubeObject) => rest
  return object.kind === 'Secret' ? true : digestOf(bare(recorded)) === digestOf(bare(object))
}

/**
 * What the plan was made from, so that carrying it out can tell whether it still holds. Not the objects: they change
 * all the time, and are judged anew (`apply/foreseen.ts`).
 */
export function inputsOf({ discovery, installation, target, crds }: Move): Fingerprint[] {
  const release = installation?.release
  return [
    { of: 'cluster', value: discovery.cluster.uid },
    { of: 'target', value: target.origin.digest },
    ...crds.map(({ name, live }) => ({
      of: `crd/${name}`,
      value: live === undefined ? 'absent' : digestOf(live.object.spec),
    })),
    ...(installation?.controller === undefined
      ? []
      : [
          {
            of: 'owners',
            value: describeOwners(installation.owners),
          },
        ]),
    ...(installation?.workloads ?? []).map(({ object }) => ({
      of: `${object.kind.toLowerCase()}/${object.metadata.namespace ?? ''}/${object.metadata.name}`,
      value: `${object.metadata.uid ?? ''} generation ${object.metadata.generation ?? 0}`,
    })),
    ...(release === undefined
      ? []
      : [
          {
            of: `release/${release.namespace}/${release.name}`,
            value: `revision ${release.newest.revision} ${release.newest.status}`,
          },
        ]),
  ]
}
