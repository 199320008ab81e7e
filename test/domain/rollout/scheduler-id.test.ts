/** The name of an application in the scheduler's events, in the order in which the scheduler itself looks for it. */
import { describe, expect, it } from 'vitest'
import { schedulerIdOf } from '../../../src/domain/rollout/observe/scheduler-id.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'

type Marks = { labels?: Record<string, string>; annotations?: Record<string, string> }

const application = (driver: Marks, sparkApplicationId?: string): KubeObject => ({
  apiVersion: 'sparkoperator.k8s.io/v1beta2',
  kind: 'SparkApplication',
  metadata: { name: 'etl' },
  spec: { driver },
  status: { sparkApplicationId },
})
const pod = (marks: Marks): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'etl-driver', ...marks },
})

describe('the scheduler’s name of an application', () => {
  it('is that of its driver: its own label, its annotation, the older label, and last that of Spark', () => {
    const labels = { 'yunikorn.apache.org/app-id': 'a', applicationId: 'c', 'spark-app-selector': 'd' }
    const { 'yunikorn.apache.org/app-id': _first, ...rest } = labels
    const annotations = { 'yunikorn.apache.org/app-id': 'b' }
    const names = [{ labels, annotations }, { labels: rest, annotations }, { labels: rest }, {}].map((marks) =>
      schedulerIdOf(application({}, 'spark-1'), pod(marks)),
    )
    expect(names).toEqual(['a', 'b', 'c', 'spark-1'])
    expect(schedulerIdOf(application({}), pod({ labels: { 'spark-app-selector': 'spark-2' } }))).toBe('spark-2')
  })

  it('is what the application wants of its driver where that is gone, or what Spark called itself', () => {
    expect(schedulerIdOf(application({ labels: { applicationId: 'c' } }, 'spark-1'), undefined)).toBe('c')
    expect(schedulerIdOf(application({}, 'spark-1'), undefined)).toBe('spark-1')
    expect(schedulerIdOf(application({}, ''), undefined)).toBeNull()
  })
})
