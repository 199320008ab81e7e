/** For whom the rules about the plan itself hold. */
import { takesUp } from '../../discover/watching.ts'
import { POLICY_FLOOR } from '../../steps/policies.ts'
import type { Move } from '../move.ts'
import type { Evaluators } from './evaluators.ts'

export const OWN_EVALUATORS: Evaluators = {
  'OP-SERVER-DISAGREES': ({ judgements }) =>
    judgements.flatMap(({ disagreements }) =>
      disagreements.map(({ object, foretold, said }) => `${object} (foretold ${foretold}; the server: ${said})`),
    ),
  'OP-SERVER-NOT-ASKED': ({ judgements }) =>
    judgements
      .filter(({ notAsked, verdicts }) => notAsked !== undefined && verdicts.length > 0)
      .map(({ type, notAsked }) => `${type.resource}: ${notAsked!}`),
  'OP-UNSEEN': ({ discovery, helm }) => [
    ...discovery.unseen.map(({ what, why }) => `${what}: ${why}`),
    ...(helm?.unseen ?? []),
  ],
  'OP-VERSION-UNKNOWN': ({ installation, from, target }) => [
    ...(installation !== undefined && from.version === undefined ? [`now: ${installation.id}`] : []),
    ...(target.version === undefined ? [`then: ${target.origin.given}`] : []),
  ],
  'OP-TARGET-EMPTY': ({ behaviour, target }) => (behaviour === undefined ? [target.origin.given] : []),
  'OP-OTHER-CONTROLLERS': ({ discovery, behaviour, installation }) => {
    if (behaviour === undefined) return []
    const applications = discovery.cases.map(({ application }) => application)
    return othersThan(installation, discovery)
      .filter((one) =>
        applications.some(
          (application) =>
            takesUp(behaviour, application, discovery.namespaces) === true &&
            one.behaviour !== undefined &&
            takesUp(one.behaviour, application, discovery.namespaces) === true,
        ),
      )
      .map(({ id }) => id)
  },
  'OP-SHARED-DEFINITIONS': ({ discovery, installation, crds }) =>
    crds.some(({ final, live }) => final !== undefined && live !== undefined)
      ? othersThan(installation, discovery).map(({ id }) => id)
      : [],
  'OP-IMAGE-UNCHECKED': ({ behaviour, readyNodes }) =>
    behaviour === undefined || readyNodes === 0 ? [] : [behaviour.controller.image],
  'OP-NO-NODES': ({ readyNodes, discovery }) => (readyNodes === 0 ? [discovery.cluster.server] : []),
  'OP-NO-POLICIES': ({ discovery: { server } }) => (server.minor < POLICY_FLOOR ? [server.gitVersion] : []),
  'OP-SHADOW-LEFT': ({ leftovers }) => leftovers,
}

function othersThan(installation: Move['installation'], { installations }: Move['discovery']) {
  return installations.filter((one) => one !== installation && (one.controller?.replicas.wanted ?? 0) > 0)
}
