/** For whom the rules about controllers hold: each gives the names of what is concerned, none where it does not hold. */
import { TERMINAL_STATES } from '../../discover/applications.ts'
import { called, liveCases, type Move, verdictsOf } from '../move.ts'
import type { Evaluators } from './evaluators.ts'

/** A DNS-1035 label, at most 63 characters (k8s.io/apimachinery/pkg/util/validation, IsDNS1035Label). */
const LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const SUSPENSION = new Set(['SUSPENDING', 'SUSPENDED', 'RESUMING'])

export const CONTROLLER_EVALUATORS: Evaluators = {
  'OP-HALF-SUBMITTED': ({ cases }) => troubled(cases, 'half-submitted'),
  'OP-DRIVER-MISSING': ({ cases }) =>
    cases
      .filter(({ trouble, application }) => trouble === 'driver missing' && application.restartPolicy !== 'Never')
      .map(({ application }) => called(application)),
  'OP-SPEC-CHANGE': (move) =>
    verdictsOf(move)
      .filter(({ spec, predicted }) => spec !== predicted)
      .map(called),
  'OP-TWO-CONTROLLERS': ({ installation, behaviour }) => {
    const now = installation?.behaviour
    if (now === undefined || behaviour === undefined) return []
    const isOneDeployment = now.controller.name === behaviour.controller.name
    return isOneDeployment ? [] : [called(now.controller), called(behaviour.controller)]
  },
  'OP-DEFAULTS-MODE': ({ cases }) =>
    cases
      .filter(({ application }) => application.mode === undefined && !TERMINAL_STATES.has(application.state))
      .map(({ application }) => called(application)),
  'OP-DEFAULTS-RETRY': ({ cases }) =>
    cases
      .filter(({ application: one }) => ['OnFailure', 'Always'].includes(one.restartPolicy) && !one.hasRetryIntervals)
      .filter(({ application }) => !TERMINAL_STATES.has(application.state))
      .map(({ application }) => called(application)),
  'OP-DEFAULTS-INSTANCES': ({ cases }) =>
    cases
      .filter(({ application }) => !application.hasExecutorCount && !TERMINAL_STATES.has(application.state))
      .map(({ application }) => called(application)),
  'OP-DEFAULTS-NOWHERE': ({ behaviour }) =>
    behaviour !== undefined && behaviour.webhook === undefined ? [called(behaviour.controller)] : [],
  'OP-SCHEDULE-CONCURRENCY': ({ schedules }) =>
    schedules.filter(({ concurrencyPolicy }) => concurrencyPolicy === undefined).map(called),
  'OP-SCHEDULE-DUE': ({ schedules, window }) =>
    schedules
      .filter(({ suspend, nextRun }) => !suspend && nextRun !== undefined && isWithin(nextRun, window))
      .map(called),
  'OP-SUSPEND-LOST': ({ cases }) =>
    cases
      .filter(({ application: { suspend, state } }) => suspend || SUSPENSION.has(state))
      .map(({ application }) => called(application)),
  'OP-NAME-REFUSED': ({ cases, schedules }) =>
    [...cases.map(({ application }) => application), ...schedules]
      .filter(({ name }) => !LABEL.test(name) || name.length > 63)
      .map(called),
  'OP-SPARKCONF-REFUSED': ({ cases }) =>
    cases
      .filter(({ application }) => application.refusedConf.length > 0)
      .map(({ application }) => `${called(application)} (${application.refusedConf.join(', ')})`),
  'OP-DEFAULT-TTL': ({ behaviour }) =>
    (behaviour?.featureGates ?? []).filter((gate) => /^DefaultTimeToLive=(true|1|t)$/i.test(gate)),
  'OP-DRIVER-UNOWNED': (move) =>
    liveCases(move)
      .filter(({ driver }) => driver!.ownerUid === undefined)
      .map(({ driver }) => called(driver!)),
}

function troubled(cases: Move['cases'], trouble: 'half-submitted' | 'driver missing'): string[] {
  return cases.filter((one) => one.trouble === trouble).map(({ application }) => called(application))
}

function isWithin(time: string, { from, to }: Move['window']): boolean {
  const at = Date.parse(time)
  return at >= from && at <= to
}
