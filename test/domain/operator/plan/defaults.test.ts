/** What 1.x assumes and 2.x wants written, row by row. */
import { describe, expect, it } from 'vitest'
import { APPLICATION_DEFAULTS, SCHEDULE_DEFAULTS, withDefaults } from '../../../../src/domain/operator/plan/defaults.ts'
import { isFields } from '../../../../src/domain/operator/discover/json.ts'

function application(spec: object) {
  return { apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'SparkApplication', metadata: { name: 'one' }, spec }
}

function executorOf(spec: object): unknown {
  const { spec: filled } = withDefaults(application(spec), APPLICATION_DEFAULTS)
  return isFields(filled) ? filled.executor : undefined
}

describe('what is written before 2.x', () => {
  it('is the mode, the policy, and under a policy that retries its intervals', () => {
    const said = { executor: { instances: 2 } }
    expect(withDefaults(application(said), APPLICATION_DEFAULTS).spec).toEqual({
      ...said,
      mode: 'cluster',
      restartPolicy: { type: 'Never' },
    })
    const retrying = { ...said, mode: 'client', restartPolicy: { type: 'Always', onFailureRetryInterval: 30 } }
    expect(withDefaults(application(retrying), APPLICATION_DEFAULTS).spec).toEqual({
      ...retrying,
      restartPolicy: { type: 'Always', onFailureRetryInterval: 30, onSubmissionFailureRetryInterval: 5 },
    })
  })

  it('is one executor, of which Spark by itself makes two', () => {
    expect(executorOf({ executor: { cores: 2 } })).toEqual({ cores: 2, instances: 1 })
    expect(executorOf({})).toEqual({ instances: 1 })
  })

  it('is no number of executors where something else tells it', () => {
    const conf = { 'spark.executor.instances': '8' }
    expect(executorOf({ executor: {}, sparkConf: conf })).toEqual({})
    expect(executorOf({ executor: {}, dynamicAllocation: { enabled: true } })).toEqual({})
    expect(executorOf({ executor: {}, dynamicAllocation: { enabled: false } })).toEqual({ instances: 1 })
    expect(executorOf({ executor: { instances: 0 } })).toEqual({ instances: 0 })
  })

  it('is the same in the template of a schedule, and that it runs beside others', () => {
    const { spec } = withDefaults(application({ schedule: '@daily', template: { executor: {} } }), SCHEDULE_DEFAULTS)
    expect(spec).toEqual({
      schedule: '@daily',
      concurrencyPolicy: 'Allow',
      template: { mode: 'cluster', restartPolicy: { type: 'Never' }, executor: { instances: 1 } },
    })
  })
})
