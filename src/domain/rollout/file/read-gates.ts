/** Reads the gates of `rollout.yaml`: what is not said stays as it is for all, `off` turns a gate off. */
import type { Place } from './place.ts'
import type { CountSettings, GateSettings } from './rollout.ts'

const GATES = [
  'completed',
  'failureRate',
  'operatorFailures',
  'submissionLatency',
  'leftovers',
  'operatorRestarts',
  'leaderChanges',
  'reconcileErrors',
  'webhookRefusals',
  'apiThrottling',
  'usage',
] as const
const MOST = 1_000_000

/** Lays what a place says over what holds for all. */
export function readGates(place: Place, base: GateSettings): GateSettings {
  if (place.isMissing) return base
  const field = place.fields(GATES)
  /** One gate: missing, off, a bare number where it has one that matters, or a map. */
  const read = <Name extends keyof GateSettings>(
    name: Name,
    map: (at: Place, under: NonNullable<GateSettings[Name]>) => NonNullable<GateSettings[Name]>,
    under: NonNullable<GateSettings[Name]>,
  ): GateSettings[Name] => {
    const at = field(name)
    if (at.isMissing) return base[name]
    return at.isOff ? null : map(at, base[name] ?? under)
  }
  const count = (at: Place): CountSettings => ({
    most: (at.isNumber ? at : at.fields(['most'])('most')).number({ least: 0, most: MOST, whole: true }),
  })
  const none: CountSettings = { most: 0 }
  return {
    completed: read(
      'completed',
      (at) => ({
        atLeast: (at.isNumber ? at : at.fields(['atLeast'])('atLeast')).number({ least: 1, most: MOST, whole: true }),
      }),
      { atLeast: 1 },
    ),
    failureRate: read('failureRate', readRate, { worseBy: 2, falseAlarms: 0.01, noticed: 0 }),
    operatorFailures: read('operatorFailures', readOperatorFailures, { most: 0, known: 'allowed' }),
    submissionLatency: read('submissionLatency', readLatency, {
      percentiles: [50, 95],
      factor: 1.5,
      slackMs: 5000,
      atLeast: 20,
    }),
    leftovers: read('leftovers', (at) => ({ stuckAfterMs: at.fields(['stuckAfter'])('stuckAfter').duration() }), {
      stuckAfterMs: 0,
    }),
    operatorRestarts: read('operatorRestarts', count, none),
    leaderChanges: read('leaderChanges', count, none),
    reconcileErrors: read('reconcileErrors', count, none),
    webhookRefusals: read('webhookRefusals', count, none),
    apiThrottling: read('apiThrottling', count, none),
    usage: read('usage', (at) => ({ within: at.fields(['within'])('within').share({ least: 0.01, most: 10 }) }), {
      within: 0.2,
    }),
  }
}

function readRate(
  at: Place,
  under: NonNullable<GateSettings['failureRate']>,
): NonNullable<GateSettings['failureRate']> {
  const field = at.fields(['worseBy', 'falseAlarms', 'noticed'])
  return {
    worseBy: field('worseBy').isMissing ? under.worseBy : field('worseBy').number({ least: 1.1, most: 100 }),
    falseAlarms: field('falseAlarms').isMissing
      ? under.falseAlarms
      : field('falseAlarms').share({ least: 0.0001, most: 0.2 }),
    noticed: field('noticed').isMissing ? under.noticed : field('noticed').share({ least: 0, most: 0.99 }),
  }
}

function readOperatorFailures(
  at: Place,
  under: NonNullable<GateSettings['operatorFailures']>,
): NonNullable<GateSettings['operatorFailures']> {
  if (at.isNumber) return { ...under, most: at.number({ least: 0, most: MOST, whole: true }) }
  const field = at.fields(['most', 'known'])
  const [most, known] = [field('most'), field('known')]
  return {
    most: most.isMissing
      ? under.most
      : most.isNumber
        ? most.number({ least: 0, most: MOST, whole: true })
        : most.oneOf(['no-worse'] as const),
    known: known.isMissing ? under.known : known.oneOf(['allowed', 'counted']),
  }
}

function readLatency(
  at: Place,
  under: NonNullable<GateSettings['submissionLatency']>,
): NonNullable<GateSettings['submissionLatency']> {
  const field = at.fields(['percentiles', 'factor', 'slack', 'atLeast'])
  return {
    percentiles: field('percentiles').isMissing
      ? under.percentiles
      : field('percentiles')
          .items()
          .map((item) => item.number({ least: 1, most: 99 })),
    factor: field('factor').isMissing ? under.factor : field('factor').number({ least: 1, most: 100 }),
    slackMs: field('slack').isMissing ? under.slackMs : field('slack').duration(),
    atLeast: field('atLeast').isMissing
      ? under.atLeast
      : field('atLeast').number({ least: 5, most: MOST, whole: true }),
  }
}
