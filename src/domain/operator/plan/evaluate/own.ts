/** For whom the rules about the plan itself hold. */
import { takesUp } from '../../discover/watching.ts'
import { POLICY_FLOOR } from '../../steps/policies.ts'
import type { Evaluators } from './evaluators.ts'

export const OWN_EVALUATORS: Evaluators = {
  'OP-UNSEEN': ({ discovery, helm }) => [
    ...discovery.unseen.map(({ what, why }) => `${what}: ${why}`),
    ...(helm?.unseen ?? []),
  ],
  'OP-VERSION-UNKNOWN': ({ installation, from, target }) => [
    ...(installation !== undefined && from.version === undefined ? [`now: ${installation.id}`] : []),
    ...(target.version === undefined ? [`then: ${target.origin.given}`] : []),
  ],
  'OP-TARGET-EMPTY': ({ behaviour, target }) => (behaviour === undefined ? [target.origin.given] : []),
  'OP-OTHER-CONTROLLERS': ({ discovery, behaviour, others }) => {
    if (behaviour === undefined) return []
    const applications = discovery.cases.map(({ application }) => application)
    return others
      .filter((one) =>
        applications.some(
          (application) =>
            takesUp(behaviour, application, discovery.namespaces) === true &&
            takesUp(one.behaviour, application, discovery.namespaces) === true,
        ),
      )
      .map(({ id }) => id)
  },
  'OP-SHARED-DEFINITIONS': ({ crds, others }) =>
    crds.some(({ final, live }) => final !== undefined && live !== undefined) ? others.map(({ id }) => id) : [],
  'OP-GROUP-DIFFERS': ({ discovery: { group, crds }, target: { definitions } }) => {
    const coming = [...new Set(definitions.map(({ reading }) => reading.group))]
    const isOther = coming.length > 0 && !coming.includes(group) && crds.own.length > 0
    return isOther ? [`${group} now, ${coming.join(', ')} then`] : []
  },
  'OP-IMAGE-UNCHECKED': ({ behaviour, readyNodes }) =>
    behaviour === undefined || readyNodes === 0 ? [] : [behaviour.controller.image],
  'OP-NO-NODES': ({ readyNodes, discovery }) => (readyNodes === 0 ? [discovery.cluster.server] : []),
  'OP-NO-POLICIES': ({ discovery: { server } }) => (server.minor < POLICY_FLOOR ? [server.gitVersion] : []),
  'OP-SHADOW-LEFT': ({ leftovers }) => leftovers,
}
