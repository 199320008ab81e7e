/** What can be wrong with an operator: its pods, its rights, its release, and how several get on with each other. */
import type { Discovery, FoundInstallation } from '../discover/discover.ts'
import { watches } from '../discover/watching.ts'
import { type Remark, remarkOn, type StatusRule } from './remarks.ts'
import { requiredRights } from './required-rights.ts'

export const INSTALL_RULES: readonly StatusRule[] = [
  noOperator,
  stopped,
  notReady,
  pullFails,
  several,
  withoutElection,
  versionUnclear,
  rightsMissing,
  releaseBroken,
  releaseObjectsMissing,
  releaseUnreadable,
  gitOps,
  otherWriters,
]

function noOperator({ installations, cases, unseen, crds }: Discovery): Remark[] {
  if (installations.some(({ controller }) => controller !== undefined)) return []
  if (unseen.some(({ what }) => what.startsWith('deployments.apps'))) return []
  if (cases.length === 0 && crds.own.length === 0) {
    return [{ ...NO_OPERATOR, severity: 'note', detail: 'There is nothing of it in this cluster.', objects: [] }]
  }
  return [{ ...NO_OPERATOR, severity: 'broken', detail: 'Its kinds are there; nothing acts on them.', objects: [] }]
}

const NO_OPERATOR = {
  id: 'ST-NO-OPERATOR',
  title: 'No operator was found',
  hint: 'install one, or look at the right context',
}

function stopped({ installations }: Discovery): Remark[] {
  const found = installations.filter(({ controller }) => controller?.replicas.wanted === 0).map(({ id }) => id)
  return remarkOn(found, {
    id: 'ST-STOPPED',
    severity: 'broken',
    title: 'The operator is scaled to nothing',
    detail: 'Applications that are made now wait; running ones go on, and nobody writes down how they end.',
    hint: 'if nobody is working on it: kubectl scale deployment NAME --replicas=1; if a run stopped here: sparkops runs list',
  })
}

function notReady({ installations }: Discovery): Remark[] {
  const found = installations.flatMap(({ workloads }) =>
    workloads
      .filter(({ replicas }) => replicas.wanted > 0 && replicas.ready === 0)
      .map(({ object }) => `${object.metadata.namespace ?? ''}/${object.metadata.name}`),
  )
  return remarkOn(found, {
    id: 'ST-NOT-READY',
    severity: 'broken',
    title: 'No pod of it is ready',
    detail: 'It does nothing until one is.',
    hint: 'kubectl describe pod and kubectl logs --previous tell why',
  })
}

const PULL_REASONS = new Set(['ImagePullBackOff', 'ErrImagePull', 'InvalidImageName', 'ErrImageNeverPull'])

function pullFails({ installations }: Discovery): Remark[] {
  const pods = installations.flatMap(({ namespace, workloads }) =>
    workloads.flatMap((workload) => workload.pods.map((pod) => ({ namespace, pod, image: workload.container.image }))),
  )
  const found = pods.filter(({ pod }) => PULL_REASONS.has(pod.waiting ?? ''))
  return remarkOn(
    found.map(({ namespace, pod, image }) => `${namespace}/${pod.name} (${image})`),
    {
      id: 'ST-IMAGE-PULL',
      severity: 'broken',
      title: 'Its image cannot be pulled',
      detail: 'The node is refused by the registry, or the image is not there any more.',
      hint: 'check the image, its registry and imagePullSecrets; registries have moved between releases',
    },
  )
}

function several({ installations, cases, namespaces }: Discovery): Remark[] {
  const controllers = installations.filter(({ controller }) => (controller?.replicas.wanted ?? 0) > 0)
  if (controllers.length < 2) return []
  const places = [...new Set([...(namespaces?.keys() ?? []), ...cases.map(({ application }) => application.namespace)])]
  const shared = places.filter((place) => watchersOf(controllers, place, namespaces).length > 1)
  const ids = controllers.map(({ id }) => id)
  if (shared.length === 0) {
    return remarkOn(ids, {
      id: 'ST-SEVERAL',
      severity: 'note',
      title: 'Several operators share the cluster',
      detail: 'They watch different namespaces, and one set of definitions: a move of one changes the schema for all.',
      hint: 'move one after the other: sparkops operator plan --operator NAMESPACE/NAME',
    })
  }
  return remarkOn(ids, {
    id: 'ST-TWO-OPERATORS',
    severity: 'broken',
    title: 'Several operators act on the same applications',
    detail: `Each submits and deletes pods of the same applications (in ${listed(shared)}); their locks do not exclude each other.`,
    hint: 'stop all but one, or give them different namespaces',
  })
}

function watchersOf(
  controllers: readonly FoundInstallation[],
  place: string,
  namespaces: Discovery['namespaces'],
): FoundInstallation[] {
  return controllers.filter(
    ({ behaviour }) => behaviour !== undefined && watches(behaviour, place, namespaces) === true,
  )
}

function listed(names: readonly string[]): string {
  const shown = [...names].sort().slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}

function withoutElection({ installations }: Discovery): Remark[] {
  const found = installations
    .filter(
      ({ controller, behaviour }) => (controller?.replicas.wanted ?? 0) > 1 && behaviour?.leader.enabled === false,
    )
    .map(({ id }) => id)
  return remarkOn(found, {
    id: 'ST-NO-ELECTION',
    severity: 'broken',
    title: 'Several replicas act without electing a leader',
    detail: 'Each of them submits the same applications.',
    hint: 'switch leader election on, or go down to one replica',
  })
}

function versionUnclear({ installations }: Discovery): Remark[] {
  const found = installations.filter(({ version }) => version.value === undefined || version.contradictions.length > 0)
  return remarkOn(
    found.map(({ id, version, controller, webhook }) => {
      const image = (controller ?? webhook)?.container.image ?? ''
      return version.value === undefined
        ? `${id}: nothing in ${image} tells`
        : `${id}: ${version.from ?? ''} says ${version.value}, ${version.contradictions.join(', ')}`
    }),
    {
      id: 'ST-VERSION-UNCLEAR',
      severity: 'warning',
      title: 'Which version runs is not certain',
      detail: 'Rules that depend on the version may be the wrong ones.',
      hint: 'say it yourself: sparkops operator plan --from VERSION',
    },
  )
}

function rightsMissing({ group, installations, rights, serviceAccounts }: Discovery): Remark[] {
  const found = installations.flatMap(({ controller, behaviour }) => {
    if (controller === undefined || behaviour === undefined) return []
    const { serviceAccount: account } = controller
    const name = `${account.namespace}/${account.name}`
    if (serviceAccounts !== undefined && !serviceAccounts.has(name)) return [`service account ${name} does not exist`]
    const { all, names, selector } = behaviour.namespaces
    const places = all || selector !== undefined ? [undefined] : names
    return places.flatMap((place) =>
      requiredRights(group)
        .filter(({ right }) => rights.may(account, right, place) === false)
        .map(
          ({ right }) => `${name} may not ${right.verb} ${right.resource}${place === undefined ? '' : ` in ${place}`}`,
        ),
    )
  })
  return remarkOn(found, {
    id: 'ST-RIGHTS',
    severity: 'broken',
    title: 'The operator lacks rights that it needs',
    detail: 'A rollback across a change of who owns its roles deletes them and reports success.',
    hint: 'apply the roles and bindings of its chart again',
  })
}

function releaseBroken({ releases }: Discovery): Remark[] {
  const found = releases.releases.filter(({ newest: { status } }) => status !== 'deployed' && status !== 'superseded')
  return remarkOn(
    found.map(({ namespace, name, newest }) => `${namespace}/${name} revision ${newest.revision}: ${newest.status}`),
    {
      id: 'ST-RELEASE-STATE',
      severity: 'broken',
      title: 'Its Helm release is not in the state deployed',
      detail: 'A failed one may be half applied; on a pending one helm refuses every further operation.',
      hint: 'helm history tells what happened; "sparkops operator plan" tells how to go on from there',
    },
  )
}

function releaseObjectsMissing({ installations }: Discovery): Remark[] {
  return remarkOn(
    installations.flatMap(({ missing }) => missing),
    {
      id: 'ST-RELEASE-OBJECTS',
      severity: 'broken',
      title: 'Objects that Helm believes it owns do not exist',
      detail: 'They were deleted by hand, or by a rollback from a release that owned them to one that did not.',
      hint: 'a second helm upgrade with the same chart makes them again',
    },
  )
}

function releaseUnreadable({ releases, installations, unseen }: Discovery): Remark[] {
  const unread = unseen.some(({ what }) => /^secrets|^contents of Helm/.test(what))
  const lost = installations.filter(({ release, releaseName }) => releaseName !== undefined && release === undefined)
  const names = unread ? [] : lost.map(({ releaseName }) => `${releaseName!.namespace}/${releaseName!.name}`)
  return remarkOn([...releases.unreadable, ...names], {
    id: 'ST-RELEASE-RECORD',
    severity: 'warning',
    title: "Helm's record of the release is missing or cannot be read",
    detail: 'Its annotations name a release that has no record here, or the record is damaged (or kept in a database).',
    hint: 'helm history shows what helm itself finds',
  })
}

function gitOps({ installations }: Discovery): Remark[] {
  const owners = new Map(installations.flatMap((one) => one.owners).map((owner) => [owner.by, owner]))
  return remarkOn(
    [...owners.values()].map(({ tool, by, suspended, evidence }) => {
      const state = suspended === null ? 'not known whether suspended' : suspended ? 'suspended' : 'active'
      return `${tool} ${by}: ${state} (${evidence})`
    }),
    {
      id: 'ST-GITOPS',
      severity: 'note',
      title: 'A repository owns the operator',
      detail: 'What is changed in the cluster is put back from there.',
      hint: 'suspend it before a move, and bring the repository to the new version before it is resumed',
    },
  )
}

function otherWriters({ otherWriters: others }: Discovery): Remark[] {
  return remarkOn(
    others.map(
      ({ object, container }) => `${object.metadata.namespace ?? ''}/${object.metadata.name} (${container.image})`,
    ),
    {
      id: 'ST-OTHER-WRITERS',
      severity: 'note',
      title: 'Something else may write the status of applications',
      detail: 'Its rights say so; it does not look like an operator.',
      hint: 'if it is one (a fork under another name), it must be stopped too when the operator is moved',
    },
  )
}
