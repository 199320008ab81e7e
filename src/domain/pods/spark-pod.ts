/** A pod of Spark: its role, its application, its Spark version and its main container, from its own labels. */
import { SparkopsError } from '../errors.ts'
import { type JsonMap, at, mapsAt, textAt } from './json.ts'
import type { Role } from './rows.ts'

export interface SparkPod {
  object: JsonMap
  role: Role
  name: string
  namespace: string | undefined
  /** The application it is of: the operator's name for it, else Spark's id. */
  application: string
  /** The attempt: the operator's submission id, else Spark's application id. */
  attempt: string
  sparkVersion: string | undefined
  /** Where it was read from. */
  from: string
  mainContainer: string | undefined
}

const STANDARD: Readonly<Record<Role, string>> = {
  driver: 'spark-kubernetes-driver',
  executor: 'spark-kubernetes-executor',
}

/** What Spark's container is called unless somebody names it otherwise. */
export function standardContainer(role: Role): string {
  return STANDARD[role]
}

/** Reads a pod that Spark made. Throws exit 65 for any other pod: nothing about it could be proven. */
export function sparkPodOf(object: JsonMap, from: string): SparkPod {
  const labels = at(object, 'metadata', 'labels')
  const label = (name: string): string | undefined => textAt(labels, name)
  const role = label('spark-role')
  const name = textAt(object, 'metadata', 'name') ?? textAt(object, 'metadata', 'generateName') ?? '(unnamed)'
  if (role !== 'driver' && role !== 'executor') throw notSpark(name, role, from)
  const id = label('spark-app-selector')
  return {
    object,
    role,
    name,
    namespace: textAt(object, 'metadata', 'namespace'),
    application: label('sparkoperator.k8s.io/app-name') ?? label('spark-app-name') ?? id ?? name,
    attempt: label('sparkoperator.k8s.io/submission-id') ?? id ?? '',
    sparkVersion: label('spark-version'),
    from,
    mainContainer: mainContainerOf(object, role),
  }
}

/** By its names of Spark 2.4 and 3, else by what it runs, else the only one there is. */
export function mainContainerOf(object: JsonMap, role: Role): string | undefined {
  const containers = mapsAt(object, 'spec', 'containers')
  const names = [STANDARD[role], ...(role === 'executor' ? ['executor'] : [])]
  const found =
    containers.find((container) => names.includes(textAt(container, 'name') ?? '')) ??
    containers.find(({ args }) => Array.isArray(args) && args.includes(role)) ??
    (containers.length === 1 ? containers[0] : undefined)
  return textAt(found, 'name')
}

function notSpark(name: string, role: string | undefined, from: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOT_A_SPARK_POD',
    message: `${from}: pod ${name} is not a driver or executor of Spark`,
    why: role === undefined ? 'it has no label spark-role' : `its label spark-role is ${JSON.stringify(role)}`,
    hint: 'give pods that Spark made, or a directory that pods capture wrote',
    exit: 'data',
  })
}
