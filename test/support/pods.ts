/** Recorded pods for tests, and the few ways that tests change and compare them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { diffPods, type PodDiff } from '../../src/domain/pods/diff-pods.ts'
import type { JsonMap } from '../../src/domain/pods/json.ts'
import { parseDocuments } from '../../src/domain/pods/read-objects.ts'
import type { FieldRow } from '../../src/domain/pods/rows.ts'
import { type SparkPod, sparkPodOf } from '../../src/domain/pods/spark-pod.ts'
import { ROOT } from './run.ts'

export const PODS = join(ROOT, 'test/fixtures/pods')
export const ROLES = ['driver', 'executor'] as const
export const NOTHING_ACCEPTED = { entries: [], today: '2026-11-23' }

/** The object of a recording, a copy of its own. */
export function recorded(file: string): JsonMap {
  return parseDocuments(readFileSync(join(PODS, file), 'utf8'), file)[0] as JsonMap
}

export function sparkPod(object: JsonMap): SparkPod {
  return sparkPodOf(object, 'test')
}

/** The comparison of two pods. */
export function diffOf(expected: JsonMap, actual: JsonMap): PodDiff {
  return diffPods({
    expected: { from: 'expected', pods: [sparkPod(expected)] },
    actual: { from: 'actual', pods: [sparkPod(actual)] },
    accept: NOTHING_ACCEPTED,
  })
}

/** What differs, as `verdict path`. */
export function differences({ fields }: { fields: readonly FieldRow[] }): string[] {
  const equal = ['same', 'equivalent', 'noise']
  return fields.filter(({ verdict }) => !equal.includes(verdict)).map(({ verdict, path }) => `${verdict} ${path}`)
}
