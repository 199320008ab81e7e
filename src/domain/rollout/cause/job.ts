/**
 * Which job an application is a run of, so that runs before and after an upgrade can be held against each other. By
 * what made it where that is known, else by its name without what changes from run to run.
 */
import type { KubeObject } from '../../../ports/cluster.ts'

export interface Job {
  /** `jobs/schedule/etl`, unique in a cluster. */
  id: string
  /** Which rule told: shown, since a wrong one would mix jobs up. */
  from: 'schedule' | 'labels' | 'generateName' | 'name'
}

/**
 * Labels that name a job, by who writes them: Airflow's KubernetesPodOperator and SparkKubernetesOperator
 * (apache/airflow providers/cncf/kubernetes), Argo's cron workflows (argoproj/argo-workflows workflow/common).
 */
const LABELS: readonly (readonly string[])[] = [['dag_id', 'task_id'], ['workflows.argoproj.io/cron-workflow']]

/**
 * Endings of names that differ from run to run: times (`-20261005t010000`, `-1759626000`, `-2026-10-05`), ids of eight and
 * more hexadecimal digits of which one at least is a figure, and attempts.
 */
const ENDINGS: readonly RegExp[] = [
  /[-.]\d{4}[-.]?\d{2}[-.]?\d{2}(?:[-.tT]?\d{2}[-.]?\d{2}(?:[-.]?\d{2})?)?z?$/,
  /[-.]\d{6,}$/,
  /[-.](?=[a-f]*\d)[0-9a-f]{8,}$/,
  /[-.]\d{1,5}$/,
]

/** The job of an application. */
export function jobOf({ metadata }: Pick<KubeObject, 'metadata'>): Job {
  const namespace = metadata.namespace ?? ''
  const schedule = metadata.ownerReferences?.find(({ kind }) => kind === 'ScheduledSparkApplication')
  if (schedule !== undefined) return { id: `${namespace}/schedule/${schedule.name}`, from: 'schedule' }
  for (const names of LABELS) {
    const values = names.map((name) => metadata.labels?.[name])
    if (values.every((value) => value)) return { id: `${namespace}/label/${values.join('/')}`, from: 'labels' }
  }
  const generated = metadata['generateName']
  if (typeof generated === 'string' && generated !== '')
    return { id: `${namespace}/name/${stemOf(generated.replace(/[-.]+$/, ''))}`, from: 'generateName' }
  return { id: `${namespace}/name/${stemOf(metadata.name)}`, from: 'name' }
}

/** A name without its endings; never empty. */
export function stemOf(name: string): string {
  let stem = name
  for (let changed = true; changed;) {
    changed = false
    for (const ending of ENDINGS) {
      const shorter = stem.replace(ending, '')
      if (shorter !== stem && shorter !== '') {
        stem = shorter
        changed = true
      }
    }
  }
  return stem
}
