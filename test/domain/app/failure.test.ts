/** Why an application failed, in one line: constructed cases with their truth. */
import { describe, expect, it } from 'vitest'
import { failureOf } from '../../../src/domain/app/failure/classify.ts'
import { FAILURE_RULES } from '../../../src/domain/app/failure/rules.ts'
import { observe } from '../../../src/domain/app/observation.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { CASES, ended, type FailureCase, waiting } from './failure-cases.ts'
import { application, object, sparkPod } from '../../support/operator/objects.ts'

const NOW = Date.parse('2026-01-01T01:00:00Z')

function failure(one: FailureCase) {
  const app = application('etl', {
    state: one.state ?? 'FAILED',
    spec: one.spec ?? {},
    status: { applicationState: { state: one.state ?? 'FAILED', errorMessage: one.message } },
  })
  const pods: KubeObject[] = []
  if (one.driver !== undefined) pods.push({ ...sparkPod('etl'), status: one.driver })
  for (const [index, status] of (one.executors ?? []).entries()) {
    const pod = sparkPod('etl', { role: 'executor', owned: false })
    pods.push({ ...pod, metadata: { ...pod.metadata, name: `etl-exec-${index}`, uid: `exec-${index}` }, status })
  }
  const about = { kind: 'Pod', name: 'etl-driver', uid: 'uid-Pod-jobs-etl-driver' }
  const events = one.events?.map((text, index) => {
    const [reason, message] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 2)]
    return object('v1', 'Event', `e${index}`, {
      namespace: 'jobs',
      type: 'Warning',
      reason,
      message,
      involvedObject: about,
    })
  })
  return failureOf(observe(app, pods, events), NOW)
}

describe('the reason of a failure', () => {
  for (const one of CASES) {
    it(`${one.truth === undefined ? 'is not made up' : `is ${one.truth[0]}, for the ${one.truth[1]}`}: ${one.is}`, () => {
      const found = failure(one)
      if (one.truth === undefined) {
        expect(found).toBeUndefined()
        return
      }
      expect(found).toMatchObject({ class: one.truth[0], origin: one.truth[1] })
      expect(found?.reason).toMatch(one.truth[2])
      expect(found?.reason).not.toContain('\n')
      if (found?.rule !== 'F99') expect(found?.evidence.length).toBeGreaterThan(0)
    })
  }

  it('has rules with ids of their own, each with a source, and each shown by a case', () => {
    const ids = FAILURE_RULES.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const shown = new Set(CASES.map((one) => failure(one)?.rule))
    expect(FAILURE_RULES.filter(({ id, source }) => source === '' || !shown.has(id)).map(({ id }) => id)).toEqual([])
  })

  it('says whether it is over or may yet mend', () => {
    expect(failure({ is: '', state: 'SUBMITTED', driver: waiting('ErrImagePull'), truth: undefined })?.final).toBe(
      false,
    )
    expect(failure({ is: '', state: 'FAILED', driver: ended(1), truth: undefined })?.final).toBe(true)
  })

  it('does not miss a driver that was submitted just now: it may be heard of after the status that names it', () => {
    const seen = (lastSubmissionAttemptTime: string, events: KubeObject[] | undefined) =>
      failureOf(
        observe(
          application('etl', {
            state: 'SUBMITTED',
            status: {
              applicationState: { state: 'SUBMITTED' },
              driverInfo: { podName: 'etl-driver' },
              lastSubmissionAttemptTime,
            },
          }),
          [],
          events,
        ),
        NOW,
      )?.rule
    expect(seen('2026-01-01T00:59:58Z', undefined)).toBeUndefined()
    expect(seen('2026-01-01T00:58:58Z', undefined)).toBe('F91')
    expect(seen('2026-01-01T00:59:58Z', [])).toBe('F90')
  })
})
