/** What became of an application while leaders changed, from what was seen of it. */
import { describe, expect, it } from 'vitest'
import { judge, type Window } from '../../../../src/domain/operator/failover/judge.ts'
import { Sightings } from '../../../../src/domain/operator/failover/sightings.ts'
import type { KubeObject } from '../../../../src/ports/cluster.ts'
import { application, object, sparkPod } from '../../../support/operator/objects.ts'

const T0 = Date.parse('2026-01-01T01:00:00Z')
const WINDOW: Window = { from: T0, to: T0 + 60_000, ledFrom: T0 + 20_000, settledMs: 30_000, isWhole: true }
const at = (seconds: number): number => T0 + seconds * 1000

function seen(): Sightings {
  return new Sightings({ namespaces: null, isSelected: () => true, isTest: (labels) => labels.test === 'yes' })
}
const uid = (pod: KubeObject, value: string): KubeObject => ({ ...pod, metadata: { ...pod.metadata, uid: value } })
const deleting = (pod: KubeObject): KubeObject => ({
  ...pod,
  metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T01:00:05Z' },
})
const test = { metadata: { labels: { test: 'yes' }, creationTimestamp: '2026-01-01T01:00:01Z' } }
const verdictOf = (sightings: Sightings, window: Partial<Window> = {}) =>
  judge(sightings, { ...WINDOW, ...window }).map(({ verdict }) => verdict)

describe('an application across a change of leaders', () => {
  it('is intact with the driver it had', () => {
    const all = seen()
    all.application(application('etl'), at(-1), true)
    all.driver(sparkPod('etl'), at(-1), true)
    expect(verdictOf(all)).toEqual(['intact'])
  })

  it('was restarted where its driver was deleted and another one made', () => {
    const all = seen()
    all.application(application('etl'), at(-1), true)
    all.driver(sparkPod('etl'), at(-1), true)
    all.driver(deleting(sparkPod('etl')), at(5), false)
    all.driver(deleting(sparkPod('etl', { phase: 'Failed' })), at(6), false)
    all.driverGone(sparkPod('etl'), at(7))
    all.driver(uid(sparkPod('etl'), 'second'), at(8), false)
    expect(judge(all, WINDOW)).toMatchObject([
      { verdict: 'restarted', why: expect.stringContaining('second') as string },
    ])
  })

  it('may run again by its restart policy, where its driver had failed before anybody touched it', () => {
    const all = seen()
    all.application(application('etl', { spec: { restartPolicy: { type: 'OnFailure' } } }), at(-1), true)
    all.driver(sparkPod('etl'), at(-1), true)
    all.driver(sparkPod('etl', { phase: 'Failed' }), at(5), false)
    all.driverGone(sparkPod('etl'), at(7))
    all.driver(uid(sparkPod('etl'), 'second'), at(8), false)
    expect(verdictOf(all)).toEqual(['intact'])
  })

  it('was submitted twice where a new one had two drivers, whether at once or one after the other', () => {
    for (const isGone of [false, true]) {
      const all = seen()
      all.application(application('etl', { state: '', ...test }), at(1), false)
      all.driver(sparkPod('etl'), at(2), false)
      if (isGone) all.driverGone(sparkPod('etl'), at(3))
      all.driver(uid(sparkPod('etl'), 'second'), at(4), false)
      expect(verdictOf(all)).toEqual(['twice'])
    }
  })

  it('is lost where nobody took it up, and not where it came after the next leader began', () => {
    const all = seen()
    all.application(application('mine', { state: '', ...test }), at(1), false)
    all.application(application('waiting', { state: '' }), at(1), false)
    all.application(application('young', { state: '', metadata: { uid: 'young' } }), at(50), false)
    expect(verdictOf(all)).toEqual(['lost', 'lost', 'note'])
  })

  it('is lost where it is over and its driver runs on', () => {
    const all = seen()
    all.application(application('etl', { state: 'SUBMITTED' }), at(-1), true)
    all.driver(sparkPod('etl'), at(-1), true)
    all.application(application('etl', { state: 'FAILED' }), at(30), false)
    expect(judge(all, WINDOW)).toMatchObject([{ verdict: 'lost', why: expect.stringContaining('runs on') as string }])
  })

  it('is not judged where it was deleted or edited by somebody', () => {
    const all = seen()
    all.application(application('deleted'), at(-1), true)
    all.applicationGone(application('deleted'), at(5))
    all.application(application('edited', { metadata: { uid: 'e' } }), at(-1), true)
    all.application(application('edited', { metadata: { uid: 'e', generation: 2 } }), at(5), false)
    expect(verdictOf(all)).toEqual(['unseen', 'note'])
  })

  it('has a schedule that fires once for each time it was due', () => {
    const schedule = (nextRun: string): KubeObject =>
      object('sparkoperator.k8s.io/v1beta2', 'ScheduledSparkApplication', 'hourly', {
        ...{ namespace: 'jobs', spec: { schedule: '@hourly', concurrencyPolicy: 'Allow' }, status: { nextRun } },
      })
    const ownerReferences = [{ apiVersion: 'x', kind: 'ScheduledSparkApplication', name: 'hourly', uid: 'x' }]
    const run = (name: string): KubeObject =>
      application(name, { state: 'COMPLETED', metadata: { uid: name, ownerReferences } })
    const all = seen()
    all.schedule(schedule('2026-01-01T01:00:10Z'), at(-1), true)
    expect(verdictOf(all)).toEqual(['missed'])
    all.application(run('hourly-1'), at(20), false)
    all.schedule(schedule('2026-01-01T02:00:10Z'), at(20), false)
    expect(judge(all, WINDOW).find(({ kind }) => kind !== 'SparkApplication')).toMatchObject({ verdict: 'intact' })
    all.application(run('hourly-2'), at(21), false)
    expect(judge(all, WINDOW).find(({ kind }) => kind !== 'SparkApplication')).toMatchObject({ verdict: 'twice' })
  })
})
