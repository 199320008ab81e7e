/** What can be wrong with applications and the pods that belong to them. */
import { TERMINAL_STATES } from '../discover/applications.ts'
import type { Discovery } from '../discover/discover.ts'
import { takesUp } from '../discover/watching.ts'
import { called, type Remark, remarkOn, type StatusRule } from './remarks.ts'

export const APPLICATION_RULES: readonly StatusRule[] = [
  halfSubmitted,
  driverMissing,
  driverLeft,
  orphanDrivers,
  unwatched,
  accountMissing,
]

function halfSubmitted({ cases }: Discovery): Remark[] {
  const found = cases
    .filter(({ trouble }) => trouble === 'half-submitted')
    .map(({ application }) => called(application))
  return remarkOn(found, {
    id: 'ST-HALF-SUBMITTED',
    severity: 'broken',
    title: 'A driver pod exists that the application does not know of',
    detail:
      'The operator was stopped after it made the driver and before it wrote that down. 1.x leaves such an application ' +
      'as it is for ever; 2.x marks it failed, or deletes the live driver and submits again (kubeflow/spark-operator#2788).',
    hint: 'do not restart or upgrade the operator before it is adopted: sparkops operator apply does that',
  })
}

function driverMissing({ cases }: Discovery): Remark[] {
  const found = cases
    .filter(({ trouble }) => trouble === 'driver missing')
    .map(({ application }) => called(application))
  return remarkOn(found, {
    id: 'ST-DRIVER-MISSING',
    severity: 'broken',
    title: 'The status says it runs, and there is no driver pod',
    detail: 'The operator takes it for failed when it looks next, and runs it again under OnFailure and Always.',
    hint: 'see what became of the pod: kubectl get events -n NAMESPACE',
  })
}

function driverLeft({ cases }: Discovery): Remark[] {
  const found = cases.filter(({ trouble }) => trouble === 'driver left').map(({ application }) => called(application))
  return remarkOn(found, {
    id: 'ST-DRIVER-LEFT',
    severity: 'broken',
    title: 'The status says that it is over, and its driver runs on',
    detail:
      '2.x leaves it so when it was stopped between submission and status write: it submits once more, is refused, and ' +
      'gives up under restartPolicy Never (kubeflow/spark-operator#2788). Nobody will write down how the driver ends.',
    hint: 'wait until its work is done, or delete the pod: the application is submitted again only without it',
  })
}

function orphanDrivers({ orphanDrivers: drivers, namespace, unseen }: Discovery): Remark[] {
  // Without the list of applications every driver looks like an orphan.
  if (unseen.some(({ what }) => what.startsWith('sparkapplications'))) return []
  const found = drivers.filter((driver) => namespace === undefined || driver.namespace === namespace).map(called)
  return remarkOn(found, {
    id: 'ST-DRIVER-ORPHAN',
    severity: 'broken',
    title: 'A driver pod runs whose application is gone',
    detail: 'Nobody watches it or cleans up after it; its executors hold their resources until it ends.',
    hint: 'decide whether its work is wanted, then delete the pod',
  })
}

function unwatched({ cases, installations, namespaces }: Discovery): Remark[] {
  const controllers = installations.filter(({ controller }) => controller !== undefined)
  const behaviours = controllers.flatMap(({ behaviour }) => behaviour ?? [])
  if (controllers.length === 0 || behaviours.length < controllers.length) return []
  const found = cases
    .filter(({ application }) => !TERMINAL_STATES.has(application.state))
    .filter(({ application }) => behaviours.every((one) => takesUp(one, application, namespaces) === false))
    .map(({ application }) => called(application))
  return remarkOn(found, {
    id: 'ST-UNWATCHED',
    severity: 'broken',
    title: 'No operator watches the application',
    detail:
      'Its namespace or its labels are outside what every operator here is told to watch; nothing will happen to it.',
    hint: 'add the namespace to the operator: sparkops operator namespaces',
  })
}

function accountMissing({ cases, serviceAccounts }: Discovery): Remark[] {
  if (serviceAccounts === undefined) return []
  const found = cases.flatMap(({ driver }) => {
    if (driver === undefined || (driver.phase !== 'Running' && driver.phase !== 'Pending')) return []
    const account = `${driver.namespace}/${driver.serviceAccount}`
    return serviceAccounts.has(account) ? [] : [called(driver)]
  })
  return remarkOn(found, {
    id: 'ST-DRIVER-ACCOUNT',
    severity: 'broken',
    title: 'A running driver has lost its service account',
    detail: 'Its token is no longer valid: it cannot ask for executors, and fails when it needs the next one.',
    hint: 'make the service account and its role binding again in that namespace',
  })
}
