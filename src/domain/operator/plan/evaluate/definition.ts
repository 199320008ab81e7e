/** For whom the rules about definitions and stored objects hold. */
import type { Move } from '../move.ts'
import type { Evaluators } from './evaluators.ts'

export const DEFINITION_EVALUATORS: Evaluators = {
  'OP-CRD-LEFT-BEHIND': ({ crds, target }) =>
    target.chart === undefined ? [] : crds.filter(({ decision }) => decision === 'raise').map(({ name }) => name),
  'OP-CRD-PRESERVES-UNKNOWN': ({ crds }) =>
    crds.filter(({ now, final }) => final !== undefined && now.preserveUnknownFields).map(({ name }) => name),
  'OP-CRD-STORED-VERSION': ({ crds }) =>
    crds
      .filter(({ versionsToLeave }) => versionsToLeave.length > 0)
      .map(({ name, versionsToLeave }) => `${name}: ${versionsToLeave.join(', ')}`),
  'OP-CRD-TOO-LONG': ({ crds }) =>
    crds.filter(({ decision }) => decision === 'raise' || decision === 'create').map(({ name }) => name),
  'OP-CRD-CONNECT-MISSING': (move) => (lacksConnect(move) && comesWithConnect(move) ? ['SparkConnect'] : []),
  'OP-CRD-CONNECT-NOWHERE': (move) => (lacksConnect(move) && !comesWithConnect(move) ? ['SparkConnect'] : []),
  'OP-CRD-HOOK': ({ target }) =>
    target.hooks
      .filter(({ object }) => object.kind === 'Job' && /customresourcedefinition|crds?\b/i.test(JSON.stringify(object)))
      .map(({ object }) => `${object.kind} ${object.metadata.name}`),
}

function lacksConnect({ crds }: Move): boolean {
  return !crds.some(({ kind, live }) => kind === 'SparkConnect' && live !== undefined)
}

function comesWithConnect({ crds }: Move): boolean {
  return crds.some(({ kind, decision }) => kind === 'SparkConnect' && decision === 'create')
}
